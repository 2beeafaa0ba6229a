#include "operator/plan/request.h"

#include <algorithm>
#include <utility>

#include "crds/base/name.h"

namespace weir::plan {
namespace {

constexpr std::size_t kLongestWord = 64;  // annotations have no bound, status has

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ') word += c;
    else if (!word.empty()) words.push_back(std::exchange(word, ""));
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

std::string FirstNew(const api::Pipeline& pipeline) {
  const std::vector<std::string> handled = Words(pipeline.status.lastHandledRequest);
  for (const std::string& word : Words(RequestOf(pipeline)))
    if (std::find(handled.begin(), handled.end(), word) == handled.end()) return word;
  return "";
}

// A request that is a time gives its name to the run; any other is hashed with what it follows, so that the same word
// may be used again later.
std::string NameForRequest(const api::Pipeline& pipeline, const std::string& request) {
  if (const auto time = ParseTime(request)) return DerivedName({pipeline.meta.name, FormatCompact(*time)});
  return DerivedName({pipeline.meta.name, StableHashText(request + '\n' + pipeline.status.lastHandledRequest).substr(0, 10)});
}

// The validation's last attempt started before the revision came into force, and that instant stands in status: it is the
// same however often this is asked.
std::string NameForRevision(const api::Pipeline& pipeline, const std::vector<api::PipelineRun>& runs) {
  const auto& validation = pipeline.status.validation;
  const std::string& revision = pipeline.status.revision;
  const std::string name = DerivedName({pipeline.meta.name, FormatCompact(validation && validation->started ? *validation->started : pipeline.meta.created)});
  const bool taken = std::any_of(runs.begin(), runs.end(), [&](const api::PipelineRun& run) { return run.meta.name == name && run.spec.revision != revision; });
  return taken ? DerivedName({name, StableHashText(revision).substr(0, 6)}) : name;
}

}  // namespace

std::string RequestOf(const api::Pipeline& pipeline) {
  std::string request;
  for (const std::string& text : {pipeline.spec.request, Annotation(pipeline.meta, api::kAnnotationRequestedAt), Annotation(pipeline.meta, api::kAnnotationFluxRequestedAt)})
    if (!text.empty()) request += (request.empty() ? "" : " ") + OneWord(text);
  return request;
}

bool AsksForSomethingNew(const api::Pipeline& pipeline) { return !FirstNew(pipeline).empty(); }

std::optional<DueRun> RunDue(const api::Pipeline& pipeline, const std::vector<api::PipelineRun>& runs) {
  const std::string& in_force = pipeline.status.revision;
  if (pipeline.spec.suspend || in_force.empty()) return std::nullopt;
  if (pipeline.status.lastHandledRevision != in_force) return DueRun{NameForRevision(pipeline, runs), "Revision " + in_force + " came into force."};
  if (const std::string request = FirstNew(pipeline); !request.empty()) return DueRun{NameForRequest(pipeline, request), "Requested: " + request};
  return std::nullopt;
}

Json RunObject(const api::Pipeline& pipeline, const DueRun& due, const std::string& revision) {
  return {{"apiVersion", api::kApiVersion},
          {"kind", api::kPipelineRuns.kind},
          {"metadata",
           {{"name", due.name},
            {"namespace", pipeline.meta.ns},
            {"labels", {{std::string(api::kLabelPipeline), DerivedName({pipeline.meta.name})}}},
            {"ownerReferences", Json::array({api::OwnerReference(api::kPipelines, pipeline.meta)})}}},
          {"spec", {{"pipeline", pipeline.meta.name}, {"revision", revision}, {"reason", due.reason}, {"state", "Running"}}}};
}

}  // namespace weir::plan
