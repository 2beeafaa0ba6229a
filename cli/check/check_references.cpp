#include <algorithm>
#include <map>
#include <set>

#include "cli/check/check.h"
#include "cli/check/written_tables.h"
#include "cli/lake/delete.h"
#include "cli/lake/surroundings.h"
#include "cli/manifests/unread.h"
#include "crds/base/name.h"
#include "crds/base/text.h"

namespace weir::cli {
namespace {

// Names of the objects that are declared but could not be read as a whole: those have findings of their own.
std::set<std::string> BrokenNames(const Manifests& manifests, const Declared& declared) {
  std::set<std::string> names;
  for (const std::size_t i : declared.broken) names.insert(manifests.objects[i].Name());
  for (const std::string& refused : manifests.refused) names.insert(refused.substr(refused.find('/') + 1));
  return names;
}

template <typename T>
std::string Nearest(const std::vector<Declaration<T>>& list, const std::string& ns, std::string_view name) {
  std::vector<std::string_view> known;
  for (const Declaration<T>& declaration : list)
    if (declaration.object.meta.ns == ns) known.push_back(declaration.object.meta.name);
  return api::Suggest(name, known);
}

// With the nearest name, which may be that of an object that could not be read as a whole.
std::string WithHint(const Declared& declared, const std::string& ns, const plan::Missing& missing) {
  if (!missing.advice.empty()) return missing.message + missing.advice;
  return missing.message +
         (missing.reason == api::Reason::ViewMissing ? Nearest(declared.views, ns, missing.name) : Nearest(declared.datasets, ns, missing.name));
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
      if (refused.reason == api::Reason::NameTaken || !places) continue;  // a taken name is said where it is declared
      if (moved_.insert(refused.message).second)
        findings_.push_back(manifest.Problem(FieldOf(refused), std::string(api::Word(refused.reason)), refused.message));
    }
    for (const plan::Missing& missing : resolved.missing) {
      // What is declared but not valid was said where it is declared.
      if (missing.reason == api::Reason::Waiting || missing.reason == api::Reason::LakeInvalid || broken_.contains(missing.name)) continue;
      if (manifests_.incomplete || !CanJudge(declared_, pipeline, FieldOf(missing))) continue;
      findings_.push_back(manifest.Problem(FieldOf(missing), std::string(api::Word(missing.reason)), WithHint(declared_, pipeline.object.meta.ns, missing)));
    }
  }

  static std::string FieldOf(const plan::Missing& missing) { return missing.path.empty() ? "spec" : missing.path; }

  const Manifests& manifests_;
  const Declared& declared_;
  const Neighbourhood& around_;
  const std::set<std::string> broken_;         // names
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
  publish.work = api::PublishStage{view.meta.name};
  pipeline.spec.stages = {publish};
  return pipeline;
}

// The field of the pipeline that names the output.
std::string FieldOf(const api::PipelineSpec& pipeline, const std::string& output) {
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const api::Stage& stage = pipeline.stages[i];
    const std::string path = "spec.stages[" + std::to_string(i) + "]";
    for (const api::Port& port : api::PortsOf(stage))
      if (port.flow == api::Port::Flow::Writes && port.Label() == output) return path + "." + port.field;
  }
  return "spec.stages";
}

struct Writer {
  std::string pipeline;
  enum class From { Manifests, Published } from = From::Manifests;
};

// A Pipeline that the manifests no longer have was renamed, most often: all of its outputs are one finding.
class WriterCheck {
 public:
  WriterCheck(const Manifests& manifests, const Published& published, Findings& findings) : manifests_(manifests), published_(published), findings_(findings) {
    std::set<std::string> pipelines;
    for (const Manifest& manifest : manifests.objects)
      if (*manifest.resource == api::kPipelines) pipelines.insert(manifest.Namespace() + "/" + manifest.Name());
    for (const api::Pipeline& other : published.pipelines)
      if (!pipelines.contains(other.meta.ns + "/" + other.meta.name))
        for (const std::string& output : api::OutputsOf(other.spec.stages))
          writers_.emplace(other.meta.ns + "/" + output, Writer{other.meta.name, Writer::From::Published});
  }

  void Check(const Declaration<api::Pipeline>& declaration) {
    const api::Pipeline& pipeline = declaration.object;
    std::map<std::string, std::vector<std::string>> remembered;  // pipeline -> outputs
    for (const std::string& output : api::OutputsOf(pipeline.spec.stages)) {
      const auto [entry, first] = writers_.emplace(pipeline.meta.ns + "/" + output, Writer{pipeline.meta.name});
      const Writer& writer = entry->second;
      if (first || writer.pipeline == pipeline.meta.name) continue;
      if (writer.from == Writer::From::Published)
        remembered[writer.pipeline].push_back(output);
      else
        Say(declaration, output,
            output + " is written by pipeline " + writer.pipeline + " too; one pipeline writes a dataset or view: give this one an output of its own");
    }
    for (const auto& [other, outputs] : remembered) Say(declaration, outputs.front(), Sentence(pipeline.meta.ns, other, outputs));
  }

 private:
  std::string Sentence(const std::string& ns, const std::string& other, const std::vector<std::string>& outputs) const {
    const std::string all = Joined(outputs);
    return "pipeline " + other + " writes " + all + ", and these manifests do not declare it: when this is its new name, or it is no longer needed, " +
           CommandThatDeletes(published_, api::kPipelines, ns, other) + " removes it and its tables stay; else give this one outputs of its own";
  }
  void Say(const Declaration<api::Pipeline>& declaration, const std::string& output, const std::string& message) {
    findings_.push_back(manifests_.objects[declaration.manifest].Problem(FieldOf(declaration.object.spec, output), "WriterConflict", message));
  }

  const Manifests& manifests_;
  const Published& published_;
  Findings& findings_;
  std::map<std::string, Writer> writers_;  // ns/output
};

// Once for each namespace.
void WarnOfLakes(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings) {
  std::set<std::string> said;
  for (const auto& [manifest, pipeline] : declared.pipelines) {
    const std::string sentence = manifests.incomplete || !said.insert(pipeline.meta.ns).second ? "" : LakeLeftBehind(published, declared, pipeline.meta.ns);
    if (sentence.empty()) continue;
    findings.push_back(manifests.objects[manifest].Problem("metadata.namespace", "NotDeclared", sentence));
    findings.back().severity = Finding::Severity::Warning;
  }
}

// Datasets and Views of the manifests that nothing fills.
class UnwrittenCheck {
 public:
  UnwrittenCheck(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings)
      : manifests_(manifests), declared_(declared), written_(manifests, declared, published), findings_(findings) {}

  void Run() {
    // A stage that names what is not there is told already, and most often means one of these.
    const auto misses = [](const Finding& finding) { return finding.rule == "DatasetMissing" || finding.rule == "ViewMissing"; };
    if (std::any_of(findings_.begin(), findings_.end(), misses) || !declared_.broken.empty() || !manifests_.refused.empty()) return;
    for (const auto& dataset : declared_.datasets) Check(dataset, "Dataset", "into: " + dataset.object.meta.name);
    for (const auto& view : declared_.views) Check(view, "View", "publish: {view: " + view.object.meta.name + "}");
  }

 private:
  template <typename T>
  void Check(const Declaration<T>& declaration, const std::string& kind, const std::string& stage) {
    const api::Meta& meta = declaration.object.meta;
    const auto is_here = [&meta](const auto& pipeline) { return pipeline.object.meta.ns == meta.ns; };
    if (!written_.IsUnwritten(meta.ns, TableName(meta.name)) || std::none_of(declared_.pipelines.begin(), declared_.pipelines.end(), is_here)) return;
    findings_.push_back(manifests_.objects[declaration.manifest].Problem(
        "metadata.name", "NeverWritten",
        "no stage writes " + kind + "/" + meta.name + ", so it stays empty: name it in a stage (" + stage + "), or remove its manifest"));
    findings_.back().severity = Finding::Severity::Warning;
  }

  const Manifests& manifests_;
  const Declared& declared_;
  WrittenTables written_;
  Findings& findings_;
};

}  // namespace

std::vector<ResolvedPipeline> CheckReferences(const Manifests& manifests, const Declared& declared, const Published& published, const Neighbourhood& around,
                                              Findings& findings) {
  ReferenceCheck check(manifests, declared, around, findings);
  std::set<std::string> views;  // that a pipeline publishes
  for (const auto& pipeline : declared.pipelines) {
    check.Resolve(pipeline);
    for (const api::Stage& stage : pipeline.object.spec.stages)
      for (const api::Port& port : api::PortsOf(stage))
        if (port.RunsQueryOfView()) views.insert(pipeline.object.meta.ns + "/" + port.value);
  }
  for (const auto& view : declared.views)
    if (IsSound(declared, view) && !views.contains(view.object.meta.ns + "/" + view.object.meta.name))
      check.ResolveQuietly(view.manifest, PublisherOf(view.object));
  WarnOfLakes(manifests, declared, published, findings);
  WriterCheck writers(manifests, published, findings);
  for (const auto& pipeline : declared.pipelines) writers.Check(pipeline);
  UnwrittenCheck(manifests, declared, published, findings).Run();
  return check.Take();
}

}  // namespace weir::cli
