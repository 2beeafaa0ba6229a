#include <algorithm>
#include <map>

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

// Whether the message is about an object that is declared but could not be read: that has findings of its own.
bool IsAboutBroken(const Manifests& manifests, const Declared& declared, const std::string& message) {
  return std::any_of(declared.broken.begin(), declared.broken.end(),
                     [&](std::size_t i) { return message.find("\"" + manifests.objects[i].Name() + "\"") != std::string::npos; });
}

void CheckPipeline(const Manifests& manifests, const Declared& declared, const Published& published, const Declaration<api::Pipeline>& pipeline,
                   Findings& findings) {
  const Manifest& manifest = manifests.objects[pipeline.manifest];
  const plan::Surroundings around = SurroundingsOf(declared, published, pipeline.object.meta.ns);
  const plan::Resolution resolved = plan::Resolve(pipeline.object, around, EnvironmentFor(around));
  for (const api::Problem& problem : resolved.problems) findings.push_back(manifest.Problem(problem.path, "Invalid", problem.message));
  for (const plan::Missing& missing : resolved.missing) {
    const auto [field, message] = FieldAndMessage(missing.message);
    // What is declared but not valid was said where it is declared.
    if (missing.reason == api::Reason::Waiting || missing.reason == api::Reason::LakeInvalid || IsAboutBroken(manifests, declared, message)) continue;
    findings.push_back(manifest.Problem(field, std::string(api::Word(missing.reason)), message));
  }
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
  const auto is_declared = [&](const api::Pipeline& other) {
    return std::any_of(manifests.objects.begin(), manifests.objects.end(),
                       [&](const Manifest& m) { return *m.resource == api::kPipelines && m.Name() == other.meta.name && m.Namespace() == other.meta.ns; });
  };
  for (const api::Pipeline& other : published.pipelines)
    if (!is_declared(other))
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

void CheckReferences(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings) {
  for (const auto& pipeline : declared.pipelines) CheckPipeline(manifests, declared, published, pipeline, findings);
  CheckWriters(manifests, declared, published, findings);
}

}  // namespace weir::cli
