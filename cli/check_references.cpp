#include <algorithm>
#include <map>
#include <set>

#include "cli/check.h"
#include "cli/surroundings.h"

namespace weir::cli {
namespace {

// "spec.stages[0].land.into: there is no ..." taken apart.
std::pair<std::string, std::string> FieldAndMessage(const std::string& text) {
  const std::size_t colon = text.find(": ");
  if (!text.starts_with("spec.") || colon == std::string::npos) return {"spec", text};
  return {text.substr(0, colon), text.substr(colon + 2)};
}

// Names of the objects that are declared but could not be read: those have findings of their own.
std::vector<std::string> BrokenNames(const Manifests& manifests, const Declared& declared) {
  std::vector<std::string> names;
  for (const std::size_t i : declared.broken) names.push_back("\"" + manifests.objects[i].Name() + "\"");
  return names;
}

bool NamesOneOf(const std::string& message, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&message](const std::string& name) { return message.find(name) != std::string::npos; });
}

class ReferenceCheck {
 public:
  ReferenceCheck(const Manifests& manifests, const Declared& declared, const Neighbourhood& around, Findings& findings)
      : manifests_(manifests), around_(around), broken_(BrokenNames(manifests, declared)), findings_(findings) {}

  // Whether a finding was said is no matter: what cannot be resolved cannot be bound.
  void Resolve(std::size_t manifest, const api::Pipeline& pipeline) {
    plan::Resolution resolved = Look(pipeline);
    Say(manifests_.objects[manifest], resolved);
    Keep(manifest, pipeline, std::move(resolved));
  }
  // A View that no pipeline publishes has its own findings only.
  void ResolveQuietly(std::size_t manifest, const api::Pipeline& pipeline) { Keep(manifest, pipeline, Look(pipeline)); }
  std::vector<ResolvedPipeline> Take() { return std::move(resolved_); }

 private:
  plan::Resolution Look(const api::Pipeline& pipeline) const {
    const plan::Surroundings around = around_.Of(pipeline);
    return plan::Resolve(pipeline, around, EnvironmentFor(around), SystemClock().Now());
  }

  void Keep(std::size_t manifest, const api::Pipeline& pipeline, plan::Resolution resolved) {
    if (resolved.problems.empty() && resolved.missing.empty() && resolved.refused.empty())
      resolved_.push_back({manifest, pipeline.meta.ns, std::move(resolved.bundle)});
  }

  void Say(const Manifest& manifest, const plan::Resolution& resolved) {
    for (const api::Problem& problem : resolved.problems) findings_.push_back(manifest.Problem(problem.path, "Invalid", problem.message));
    for (const plan::Missing& refused : resolved.refused) {
      const auto [field, message] = FieldAndMessage(refused.message);
      if (refused.reason == api::Reason::NameTaken) continue;  // said where the name is declared
      if (moved_.insert(message).second) findings_.push_back(manifest.Problem(field, std::string(api::Word(refused.reason)), message));
    }
    for (const plan::Missing& missing : resolved.missing) {
      const auto [field, message] = FieldAndMessage(missing.message);
      // What is declared but not valid was said where it is declared.
      if (missing.reason == api::Reason::Waiting || missing.reason == api::Reason::LakeInvalid || NamesOneOf(message, broken_)) continue;
      findings_.push_back(manifest.Problem(field, std::string(api::Word(missing.reason)), message));
    }
  }

  const Manifests& manifests_;
  const Neighbourhood& around_;
  const std::vector<std::string> broken_;
  Findings& findings_;
  std::set<std::string> moved_;  // sentences said, since several pipelines may read one table
  std::vector<ResolvedPipeline> resolved_;
};

// As if a pipeline did.
api::Pipeline PublisherOf(const api::View& view) {
  api::Pipeline pipeline;
  pipeline.meta.ns = view.meta.ns;
  pipeline.meta.name = "check";
  api::Stage publish;
  publish.name = "publish";
  publish.publish = api::PublishStage{view.meta.name};
  pipeline.spec.stages = {publish};
  return pipeline;
}

// The field of the pipeline that names the output.
std::string FieldOf(const api::PipelineSpec& pipeline, const std::string& output) {
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const api::Stage& stage = pipeline.stages[i];
    const std::string path = "spec.stages[" + std::to_string(i) + "]";
    if (stage.land && output == "Dataset/" + stage.land->into) return path + ".land.into";
    if (stage.accept && output == "Dataset/" + stage.accept->into) return path + ".accept.into";
    if (stage.transform && output == "Dataset/" + stage.transform->into) return path + ".transform.into";
    if (stage.publish && output == "View/" + stage.publish->view) return path + ".publish.view";
  }
  return "spec.stages";
}

void CheckWriters(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings) {
  std::map<std::string, std::string> writers;  // ns/output -> pipeline
  const auto key = [](const api::Pipeline& pipeline, const std::string& output) { return pipeline.meta.ns + "/" + output; };
  std::set<std::string> pipelines;
  for (const Manifest& manifest : manifests.objects)
    if (*manifest.resource == api::kPipelines) pipelines.insert(manifest.Namespace() + "/" + manifest.Name());
  for (const api::Pipeline& other : published.pipelines)
    if (!pipelines.contains(other.meta.ns + "/" + other.meta.name))
      for (const std::string& output : plan::OutputsOf(other.spec)) writers.emplace(key(other, output), other.meta.name);
  for (const auto& [index, pipeline] : declared.pipelines)
    for (const std::string& output : plan::OutputsOf(pipeline.spec)) {
      const auto [writer, first] = writers.emplace(key(pipeline, output), pipeline.meta.name);
      if (first || writer->second == pipeline.meta.name) continue;
      findings.push_back(manifests.objects[index].Problem(
          FieldOf(pipeline.spec, output), "WriterConflict",
          output + " is written by pipeline " + writer->second + " too; one pipeline writes a dataset or view: give this one an output of its own"));
    }
}

}  // namespace

std::vector<ResolvedPipeline> CheckReferences(const Manifests& manifests, const Declared& declared, const Published& published, const Neighbourhood& around,
                                              Findings& findings) {
  ReferenceCheck check(manifests, declared, around, findings);
  std::set<std::string> views;  // that a pipeline publishes
  for (const auto& [index, pipeline] : declared.pipelines) {
    check.Resolve(index, pipeline);
    for (const api::Stage& stage : pipeline.spec.stages)
      if (stage.publish) views.insert(pipeline.meta.ns + "/" + stage.publish->view);
  }
  for (const auto& [index, view] : declared.views)
    if (!views.contains(view.meta.ns + "/" + view.meta.name)) check.ResolveQuietly(index, PublisherOf(view));
  CheckWriters(manifests, declared, published, findings);
  return check.Take();
}

}  // namespace weir::cli
