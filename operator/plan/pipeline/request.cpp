#include "operator/plan/pipeline/request.h"

#include <algorithm>
#include <utility>

#include "crds/api/protocol/attempt.h"
#include "crds/base/name.h"

namespace weir::plan {
namespace {

constexpr std::size_t kLongestWord = 64;  // annotations have no bound, status has

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ')
      word += c;
    else if (!word.empty())
      words.push_back(std::exchange(word, ""));
  }
  return words;
}

std::string OneWord(std::string text) {
  if (text.size() > kLongestWord) return StableHashText(text);
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

std::string Annotation(const api::Meta& meta, std::string_view name) {
  const auto found = meta.annotations.find(std::string(name));
  return found == meta.annotations.end() ? "" : found->second;
}

std::string FirstNew(const std::string& request, const std::string& earlier) {
  const std::vector<std::string> known = Words(earlier);
  for (const std::string& word : Words(request))
    if (std::find(known.begin(), known.end(), word) == known.end()) return word;
  return "";
}

// `<pipeline>-<stamp>-<number>`. The number is raised in the status patch that says that the request was handled, so until
// then the same run has the same name. The stamp keeps runs of a pipeline that was deleted and made again apart.
std::string NameOfNext(const api::Pipeline& pipeline, const std::string& stamp) {
  return DerivedName({pipeline.meta.name, stamp, std::to_string(pipeline.status.runNumber + 1)});
}

std::string StampOf(const api::Pipeline& pipeline, const std::string& request) {
  if (const auto time = ParseTime(request)) return FormatCompact(*time);
  return StableHashText(pipeline.meta.uid + '\n' + request).substr(0, 10);
}

// When the validation's last attempt started: that instant stands in status.
std::string StampOfRevision(const api::Pipeline& pipeline) {
  const auto& validation = pipeline.status.validation;
  return FormatCompact(validation && validation->started ? *validation->started : pipeline.meta.created);
}

}  // namespace

std::string RequestOf(const api::Pipeline& pipeline) {
  std::string request;
  for (const std::string& text :
       {pipeline.spec.request, Annotation(pipeline.meta, api::kAnnotationRequestedAt), Annotation(pipeline.meta, api::kAnnotationFluxRequestedAt)})
    if (!text.empty()) request += (request.empty() ? "" : " ") + OneWord(text);
  return request;
}

bool IsNewRequest(const std::string& request, const std::string& earlier) { return !FirstNew(request, earlier).empty(); }

std::optional<DueRun> RunDue(const api::Pipeline& pipeline) {
  const std::string& in_force = pipeline.status.revision;
  if (pipeline.spec.suspend || in_force.empty()) return std::nullopt;
  if (pipeline.status.lastHandledRevision != in_force)
    return DueRun{NameOfNext(pipeline, StampOfRevision(pipeline)), "Revision " + in_force + " came into force."};
  if (const std::string request = FirstNew(RequestOf(pipeline), pipeline.status.lastHandledRequest); !request.empty())
    return DueRun{NameOfNext(pipeline, StampOf(pipeline, request)), "Requested: " + request};
  return std::nullopt;
}

Json RunObject(const api::Pipeline& pipeline, const DueRun& due, const std::string& revision) {
  return {{"apiVersion", api::kApiVersion},
          {"kind", api::kPipelineRuns.kind},
          {"metadata",
           {{"name", due.name},
            {"namespace", pipeline.meta.ns},
            {"labels", {{std::string(api::kLabelPipeline), api::LabelValue(pipeline.meta.name)}}},
            {"ownerReferences", Json::array({api::OwnerReference(api::kPipelines, pipeline.meta)})}}},
          {"spec", {{"pipeline", pipeline.meta.name}, {"revision", revision}, {"reason", due.reason}, {"state", "Running"}}}};
}

}  // namespace weir::plan
