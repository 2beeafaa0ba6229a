#include <algorithm>
#include <map>
#include <set>

#include "cli/check.h"
#include "cli/surroundings.h"
#include "cli/unread.h"

namespace weir::cli {
namespace {

// "spec.stages[0].land.into: there is no ..." taken apart.
std::pair<std::string, std::string> FieldAndMessage(const std::string& text) {
  const std::size_t colon = text.find(": ");
  if (!text.starts_with("spec.") || colon == std::string::npos) return {"spec", text};
  return {text.substr(0, colon), text.substr(colon + 2)};
}

// Names of the objects that are declared but could not be read as a whole: those have findings of their own.
std::vector<std::string> BrokenNames(const Manifests& manifests, const Declared& declared) {
  std::vector<std::string> names;
  for (const std::size_t i : declared.broken) names.push_back("\"" + manifests.objects[i].Name() + "\"");
  for (const std::string& refused : manifests.refused) names.push_back("\"" + refused.substr(refused.find('/') + 1) + "\"");
  return names;
}

bool NamesOneOf(const std::string& message, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&message](const std::string& name) { return message.find(name) != std::string::npos; });
}

template <typename T>
std::string Nearest(const std::vector<Declaration<T>>& list, const std::string& ns, std::string_view name) {
  std::vector<std::string_view> known;
  for (const Declaration<T>& declaration : list)
    if (declaration.object.meta.ns == ns) known.push_back(declaration.object.meta.name);
  return api::Suggest(name, known);
}

// With the nearest name, which may be that of an object that could not be read as a whole.
std::string WithHint(const Declared& declared, const std::string& ns, api::Reason reason, std::string message) {
  const std::size_t open = message.find('"'), close = message.find('"', open + 1);
  if (close == std::string::npos || message.find("did you mean") != std::string::npos) return message;
  const std::string_view name = std::string_view(message).substr(open + 1, close - open - 1);
  return message + (reason == api::Reason::ViewMissing ? Nearest(declared.views, ns, name) : Nearest(declared.datasets, ns, name));
}

class ReferenceCheck {
 public:
  ReferenceCheck(const Manifests& manifests, const Declared& declared, const Neighbourhood& around, Findings& findings)
      : manifests_(manifests),
        declared_(declared),
        around_(around),
        broken_(BrokenNames(manifests, declared)),
        doubtfulLakes_(DoubtfulLakes(declared)),
        findings_(findings) {}

  void Resolve(const Declaration<api::Pipeline>& pipeline) {
    plan::Resolution resolved = Look(pipeline.object);
    Say(pipeline, resolved);
    resolved_.push_back({pipeline.manifest, pipeline.object.meta.ns, std::move(resolved.bundle)});
  }
  // A View that no pipeline publishes has its own findings only.
  void ResolveQuietly(std::size_t manifest, const api::Pipeline& pipeline) { resolved_.push_back({manifest, pipeline.meta.ns, Look(pipeline).bundle}); }
  std::vector<ResolvedPipeline> Take() { return std::move(resolved_); }

 private:
  plan::Resolution Look(const api::Pipeline& pipeline) const {
    const plan::Surroundings around = around_.Of(pipeline);
    return plan::Resolve(pipeline, around, EnvironmentFor(around), SystemClock().Now());
  }

  void Say(const Declaration<api::Pipeline>& pipeline, const plan::Resolution& resolved) {
    const Manifest& manifest = manifests_.objects[pipeline.manifest];
    const bool places = !doubtfulLakes_.contains(pipeline.object.meta.ns);
    for (const api::Problem& problem : resolved.problems)
      if (CanJudge(declared_, pipeline, problem.path) && (places || !problem.path.ends_with(".files.store")))
        findings_.push_back(manifest.Problem(problem.path, "Invalid", problem.message));
    for (const plan::Missing& refused : resolved.refused) {
      const auto [field, message] = FieldAndMessage(refused.message);
      if (refused.reason == api::Reason::NameTaken || !places) continue;  // a taken name is said where it is declared
      if (moved_.insert(message).second) findings_.push_back(manifest.Problem(field, std::string(api::Word(refused.reason)), message));
    }
    for (const plan::Missing& missing : resolved.missing) {
      const auto [field, message] = FieldAndMessage(missing.message);
      // What is declared but not valid was said where it is declared.
      if (missing.reason == api::Reason::Waiting || missing.reason == api::Reason::LakeInvalid || NamesOneOf(message, broken_)) continue;
      if (manifests_.incomplete || !CanJudge(declared_, pipeline, field)) continue;
      findings_.push_back(
          manifest.Problem(field, std::string(api::Word(missing.reason)), WithHint(declared_, pipeline.object.meta.ns, missing.reason, message)));
    }
  }

  const Manifests& manifests_;
  const Declared& declared_;
  const Neighbourhood& around_;
  const std::vector<std::string> broken_;
  const std::set<std::string> doubtfulLakes_;  // namespaces
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
  for (const auto& declaration : declared.pipelines) {
    const api::Pipeline& pipeline = declaration.object;
    for (const std::string& output : plan::OutputsOf(pipeline.spec)) {
      if (output.ends_with('/')) continue;  // its name could not be read
      const auto [writer, first] = writers.emplace(key(pipeline, output), pipeline.meta.name);
      if (first || writer->second == pipeline.meta.name) continue;
      findings.push_back(manifests.objects[declaration.manifest].Problem(
          FieldOf(pipeline.spec, output), "WriterConflict",
          output + " is written by pipeline " + writer->second + " too; one pipeline writes a dataset or view: give this one an output of its own"));
    }
  }
}

}  // namespace

std::vector<ResolvedPipeline> CheckReferences(const Manifests& manifests, const Declared& declared, const Published& published, const Neighbourhood& around,
                                              Findings& findings) {
  ReferenceCheck check(manifests, declared, around, findings);
  std::set<std::string> views;  // that a pipeline publishes
  for (const auto& pipeline : declared.pipelines) {
    check.Resolve(pipeline);
    for (const api::Stage& stage : pipeline.object.spec.stages)
      if (stage.publish) views.insert(pipeline.object.meta.ns + "/" + stage.publish->view);
  }
  for (const auto& view : declared.views)
    if (IsSound(declared, view) && !views.contains(view.object.meta.ns + "/" + view.object.meta.name))
      check.ResolveQuietly(view.manifest, PublisherOf(view.object));
  CheckWriters(manifests, declared, published, findings);
  return check.Take();
}

}  // namespace weir::cli
