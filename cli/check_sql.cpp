#include <algorithm>
#include <set>

#include "cli/check.h"
#include "cli/runner_process.h"
#include "cli/surroundings.h"
#include "operator/plan/task.h"

namespace weir::cli {
namespace {

class SqlCheck {
 public:
  SqlCheck(const Manifests& manifests, const Declared& declared, const Published& published, const std::string& runner, Findings& findings)
      : manifests_(manifests), declared_(declared), published_(published), runner_(runner), findings_(findings) {}

  void Run() {
    for (const auto& [index, pipeline] : declared_.pipelines) {
      for (const api::Stage& stage : pipeline.spec.stages)
        if (stage.publish) bound_.insert(pipeline.meta.ns + "/" + stage.publish->view);
      Bind(index, pipeline);
    }
    for (const auto& [index, view] : declared_.views)
      if (!bound_.contains(view.meta.ns + "/" + view.meta.name)) Bind(index, PipelineFor(view));
  }

 private:
  // A View that no pipeline publishes yet is bound as if one did.
  static api::Pipeline PipelineFor(const api::View& view) {
    api::Pipeline pipeline;
    pipeline.meta.ns = view.meta.ns;
    pipeline.meta.name = "check";
    api::Stage publish;
    publish.name = "publish";
    publish.publish = api::PublishStage{view.meta.name};
    pipeline.spec.stages = {publish};
    return pipeline;
  }

  void Bind(std::size_t index, const api::Pipeline& pipeline) {
    const plan::Surroundings around = SurroundingsOf(declared_, published_, pipeline.meta.ns);
    const plan::Resolution resolved = plan::Resolve(pipeline, around, EnvironmentFor(around));
    if (!resolved.problems.empty() || !resolved.missing.empty()) return;
    const api::StageTask task = plan::ValidationTask(resolved.bundle, pipeline.meta.ns, 1);
    if (task.queries.empty()) return;
    const auto outcome = RunTask(runner_, task);
    if (!outcome) return Say(manifests_.objects[index], "", outcome.error().reason, outcome.error().message);
    for (const api::Finding& finding : outcome->findings) Say(manifests_.objects[index], finding.path, "SqlInvalid", finding.message);
    if (outcome->findings.empty() && outcome->result != api::OutcomeClass::Succeeded) Say(manifests_.objects[index], "", "SqlInvalid", outcome->message);
  }

  // A finding in a View's query has the path "View/name spec.query.sql".
  void Say(const Manifest& manifest, const std::string& path, const std::string& rule, const std::string& message) {
    const std::size_t space = path.find(' ');
    if (space == std::string::npos) return findings_.push_back(manifest.Problem(path, rule, message));
    for (const Manifest& other : manifests_.objects)
      if (other.Label() == path.substr(0, space) && other.Namespace() == manifest.Namespace())
        return findings_.push_back(other.Problem(path.substr(space + 1), rule, message));
    findings_.push_back(manifest.Problem("spec", rule, path + ": " + message));
  }

  const Manifests& manifests_;
  const Declared& declared_;
  const Published& published_;
  const std::string& runner_;
  Findings& findings_;
  std::set<std::string> bound_;  // ns/view
};

}  // namespace

void CheckSql(const Manifests& manifests, const Declared& declared, const Published& published, const std::string& runner, Findings& findings) {
  SqlCheck(manifests, declared, published, runner, findings).Run();
}

}  // namespace weir::cli
