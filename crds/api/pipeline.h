#pragma once

#include "crds/api/dataset.h"
#include "crds/api/stage_status.h"

namespace weir::api {

struct RetryPolicy {
  int maxAttempts = 3;
  Duration backoff = Duration::Seconds(10);
  Duration maxBackoff = Duration::Minutes(10);
  bool operator==(const RetryPolicy&) const = default;
};
void Describe(auto&& field, Of<RetryPolicy> auto& self) {
  field("maxAttempts", self.maxAttempts,
        Rules{.doc = "Attempts that a stage has for failures of its own; a lost node or evicted pod is retried apart from these.",
              .min = 1,
              .max = 20,
              .change = Change::NewRevision});
  field("backoff", self.backoff,
        Rules{.doc = "Delay before the first retry; doubles after each.", .min = 100, .max = 3'600'000, .change = Change::NewRevision});
  field("maxBackoff", self.maxBackoff, Rules{.doc = "Longest delay between two attempts.", .min = 100, .max = 86'400'000, .change = Change::NewRevision});
}

struct FilesSource {
  std::string store;
  std::string path;
  bool operator==(const FilesSource&) const = default;
};
void Describe(auto&& field, Of<FilesSource> auto& self) {
  field("store", self.store,
        Rules{.doc = "Store of the Lake that holds the files. Absent means the store named source; weir run takes the folder of the manifests for it.",
              .maxLength = 63});
  field("path", self.path, Rules{.doc = "Path in the store, with * and ? in the last part.", .required = true, .minLength = 1, .maxLength = 1024});
  field.Rule({.rule = "!self.path.startsWith('/') && !self.path.matches('(^|/)[.][.]?(/|$)|//|/$')",
              .message = "is a path inside of the store, such as in/*.csv: it has no leading or trailing slash, no empty part, and no part that is . or ..",
              .fieldPath = ".path"});
  field.Rule({.rule = "!self.path.matches('[*?].*/')",
              .message = "may have * and ? in its last part only: in/*.csv, not in/*/x.csv. Use one stage for each folder",
              .fieldPath = ".path"});
}

struct HttpSource {
  std::string url;
  std::string maxBytes;             // absent means 10Gi
  std::optional<Duration> timeout;  // absent means 30m
  bool operator==(const HttpSource&) const = default;
  Duration Timeout() const { return timeout.value_or(Duration::Minutes(30)); }
};
void Describe(auto&& field, Of<HttpSource> auto& self) {
  field(
      "url", self.url,
      Rules{.doc =
                "What to fetch with GET. Link-local and metadata addresses are refused, and so are user names and passwords. The part after ? is never shown: "
                "it may hold a token.",
            .required = true,
            .maxLength = 2048,
            .pattern = "^https?://[^\\s]+$"});
  field(
      "maxBytes", self.maxBytes,
      Rules{.doc = "Largest file that is fetched, such as 500Mi. Absent means 10Gi.", .maxLength = 16, .pattern = "^[1-9][0-9]{0,14}(Ki|Mi|Gi|Ti|k|M|G|T)?$"});
  field("timeout", self.timeout, Rules{.doc = "Longest time of the whole transfer. Absent means 30m.", .min = 1000, .max = 86'400'000});
  field.Rule(
      {.rule = "!self.url.matches('^https?://[^/?#]*@')", .message = "holds a user name or password: keep credentials out of URLs", .fieldPath = ".url"});
  field.Rule({.rule = "!self.url.matches('^https?://"
                      "(169[.]254[.]|[[]([fF][eE][89abAB]|[0-9a-fA-F:]*:[fF]{4}:(169[.]254[.]|[aA]9[fF][eE]:))|metadata[.]google[.]internal([:/?#]|$))')",
              .message = "is a link-local address, where clouds serve the credentials of their machines: it is refused",
              .fieldPath = ".url"});
  field.Rule({.rule = "!self.url.matches('^https?://([^/?#]*[.])?(0[xX][0-9a-fA-F]*|[0-9]+)(:[0-9]*)?([/?#]|$)') || "
                      "self.url.matches('^https?://"
                      "([1-9]?[0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])([.]([1-9]?[0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])){3}(:[0-9]*)?([/?#]|$)')",
              .message = "has a number for a host: write an IPv4 address as four numbers from 0 to 255, such as 192.0.2.7",
              .fieldPath = ".url"});
}

struct LandSource {
  std::optional<FilesSource> files;
  std::optional<HttpSource> http;
  bool operator==(const LandSource&) const = default;
};
void Describe(auto&& field, Of<LandSource> auto& self) {
  field("files", self.files, Rules{.doc = "Files in a store."});
  field("http", self.http, Rules{.doc = "One file from a web server."});
  field.OneOf({"files", "http"});
}

// What a source without a file means.
enum class WhenEmpty { Succeed, Fail };
template <>
struct Words<WhenEmpty> {
  static constexpr std::array<std::string_view, 2> kAll{"Succeed", "Fail"};
};

struct LandStage {
  LandSource from;
  std::string into;
  std::optional<WhenEmpty> whenEmpty;  // absent means Succeed for a pattern, Fail for one file
  bool operator==(const LandStage&) const = default;
};
void Describe(auto&& field, Of<LandStage> auto& self) {
  field("from", self.from, Rules{.doc = "Where the files come from.", .required = true});
  field("into", self.into, Rules{.doc = "Dataset in the zone Landing.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
  field(
      "whenEmpty", self.whenEmpty,
      Rules{
          .doc =
              "What happens when there is no file: Succeed with 0 files, or Fail with the reason NoFiles. Absent means Succeed where the path has * or ?, and "
              "Fail where it names one file."});
}

struct AcceptStage {
  std::string from;
  std::string into;
  bool operator==(const AcceptStage&) const = default;
};
void Describe(auto&& field, Of<AcceptStage> auto& self) {
  field("from", self.from,
        Rules{.doc = "Dataset in the zone Landing; its files are removed there once they are safe.",
              .required = true,
              .maxLength = 63,
              .pattern = kObjectNamePattern});
  field("into", self.into,
        Rules{.doc = "Dataset in the zone RawHistory; it keeps the files for good.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
}

struct TransformStage {
  std::string from;
  std::string sql;
  std::string into;
  bool operator==(const TransformStage&) const = default;
};
void Describe(auto&& field, Of<TransformStage> auto& self) {
  field("from", self.from,
        Rules{.doc = "Dataset of files to decode into typed columns; rows that do not fit are quarantined with file, line, column and text.",
              .maxLength = 63,
              .pattern = kObjectNamePattern});
  field("sql", self.sql,
        Rules{.doc = "One SELECT over datasets of this namespace, by table name. Its result replaces the target.", .minLength = 8, .maxLength = 65536});
  field("into", self.into, Rules{.doc = "Dataset in the zone Processed or Curated.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
  field.OneOf({"from", "sql"});
}

// Said alike by the API server and by operator/plan.
inline constexpr std::string_view kQuarantineOfCheckStage =
    "a check stage looks at rows that are committed: onFailure is Block or Warn here. To quarantine rows, declare the check on the Dataset that they are "
    "written to";

struct CheckStage {
  std::string dataset;
  std::vector<Check> checks;
  bool operator==(const CheckStage&) const = default;
};
void Describe(auto&& field, Of<CheckStage> auto& self) {
  field("dataset", self.dataset, Rules{.doc = "Dataset of tables to look at.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
  field("checks", self.checks, Rules{.doc = "What must hold for the run to go on.", .required = true, .minItems = 1, .maxItems = 64, .listKey = "name"});
  field.Rule({.rule = "self.checks.all(c, !has(c.onFailure) || c.onFailure != 'Quarantine')", .message = kQuarantineOfCheckStage, .fieldPath = ".checks"});
}

struct PublishStage {
  std::string view;
  bool operator==(const PublishStage&) const = default;
};
void Describe(auto&& field, Of<PublishStage> auto& self) {
  field("view", self.view,
        Rules{.doc = "View of which a new version is made and published.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
}

struct Stage {
  std::string name;
  std::optional<std::vector<std::string>> needs;  // absent means the stage above; empty means nothing
  std::optional<LandStage> land;
  std::optional<AcceptStage> accept;
  std::optional<TransformStage> transform;
  std::optional<CheckStage> check;
  std::optional<PublishStage> publish;
  std::optional<RetryPolicy> retry;
  std::optional<Duration> attemptTimeout;
  Resources resources;
  bool operator==(const Stage&) const = default;
};
void Describe(auto&& field, Of<Stage> auto& self) {
  field("name", self.name, Rules{.doc = "Name of the stage.", .required = true, .maxLength = 40, .pattern = kObjectNamePattern});
  field("needs", self.needs,
        Rules{.doc = "Stages above this one that must have succeeded first. Absent means the stage just above; an empty list means none.",
              .maxLength = 40,
              .maxItems = 50});
  field("land", self.land, Rules{.doc = "Bring files into Landing."});
  field("accept", self.accept, Rules{.doc = "Move landed files into RawHistory, verified."});
  field("transform", self.transform, Rules{.doc = "Decode files, or run SQL."});
  field("check", self.check, Rules{.doc = "Look at a dataset and stop the run when something does not hold."});
  field("publish", self.publish, Rules{.doc = "Make and publish a new version of a View."});
  field("retry", self.retry, Rules{.doc = "Retries of this stage. Absent means the pipeline's."});
  field("attemptTimeout", self.attemptTimeout, Rules{.doc = "Longest time of one attempt. Absent means 1h.", .min = 1000});
  field("resources", self.resources, Rules{.doc = "CPU and memory of the stage's pod."});
  field.OneOf({"land", "accept", "transform", "check", "publish"});
}

struct RunHistory {
  int succeeded = 5;
  int failed = 10;
  bool operator==(const RunHistory&) const = default;
};
void Describe(auto&& field, Of<RunHistory> auto& self) {
  field("succeeded", self.succeeded, Rules{.doc = "Succeeded runs to keep.", .min = 1, .max = 100});
  field("failed", self.failed, Rules{.doc = "Failed and cancelled runs to keep.", .min = 1, .max = 100});
}

struct PipelineSpec {
  std::string purpose;
  Owner owner;
  RetryPolicy retry;
  RunHistory runHistory;
  std::string request;
  bool suspend = false;
  std::vector<Stage> stages;
  bool operator==(const PipelineSpec&) const = default;
};
void Describe(auto&& field, Of<PipelineSpec> auto& self) {
  field("purpose", self.purpose,
        Rules{.doc = "Business purpose.", .required = true, .minLength = 10, .maxLength = 1024, .pattern = kNotBlankPattern, .change = Change::InPlace});
  field("owner", self.owner, Rules{.doc = "Who answers for it.", .required = true});
  field("retry", self.retry, Rules{.doc = "Retries of each stage that names none of its own."});
  field("runHistory", self.runHistory, Rules{.doc = "How many finished runs to keep.", .change = Change::InPlace});
  field("request", self.request,
        Rules{.doc = "Run now, by Git alone: a new text here starts one run. The annotation weirkeeper.io/requested-at does the same by kubectl.",
              .maxLength = 63,
              .change = Change::NextRun});
  field("suspend", self.suspend, Rules{.doc = "Start no new runs; what runs goes on.", .change = Change::InPlace});
  field("stages", self.stages,
        Rules{.doc = "What a run does, in order.", .required = true, .minItems = 1, .maxItems = 50, .listKey = "name", .change = Change::NewRevision});
  field.Rule({.rule = "self.stages.all(s, !has(s.needs) || s.needs.all(n, self.stages.exists(t, t.name == n)))",
              .message = "needs names only stages of this pipeline",
              .fieldPath = ".stages"});
}

struct PipelineStatus {
  std::int64_t observedGeneration = -1;
  Conditions conditions;
  std::string revision;  // in force for the next run
  std::int64_t revisionNumber = 0;
  std::string validating;                 // revision that is being validated or was refused, or empty
  std::optional<StageStatus> validation;  // its attempts, counted like those of a stage
  std::string validationRequest;          // what was asked for when it began: more than that asks for it again, once it is given up
  std::string lastHandledRevision;        // newest revision that got its run
  std::string lastHandledRequest;         // newest value of spec.request or of the annotations that got its run
  std::int64_t runNumber = 0;             // raised in the patch that says which revision or request the run is for
  std::string lastRun;
  std::string lastRunResult;
  std::optional<Time> lastRunFinished;
  bool operator==(const PipelineStatus&) const = default;
};
void Describe(auto&& field, Of<PipelineStatus> auto& self) {
  field("observedGeneration", self.observedGeneration, Rules{.doc = "Generation of the spec that this status speaks of."});
  field(
      "conditions", self.conditions,
      Rules{.doc = "Ready, Available, RolledOut, LastRunSucceeded, Suspended, and Reconciling or Stalled while they hold.", .maxItems = 16, .listKey = "type"});
  field("revision", self.revision, Rules{.doc = "ControllerRevision that is in force for the next run."});
  field("revisionNumber", self.revisionNumber, Rules{.doc = "Its number, from 1."});
  field("validating", self.validating, Rules{.doc = "ControllerRevision that is being validated, or that was refused."});
  field("validation", self.validation, Rules{.doc = "How the newest validation went."});
  field("validationRequest", self.validationRequest,
        Rules{.doc = "Request that the newest validation knew of. A later one tries a validation again that was given up."});
  field("lastHandledRevision", self.lastHandledRevision, Rules{.doc = "Newest revision that got its run."});
  field("lastHandledRequest", self.lastHandledRequest, Rules{.doc = "Newest request that got its run."});
  field("runNumber", self.runNumber, Rules{.doc = "How many runs were made for revisions and requests; the name of the newest ends in it."});
  field("lastRun", self.lastRun, Rules{.doc = "Newest PipelineRun."});
  field("lastRunResult", self.lastRunResult, Rules{.doc = "Reason of its Succeeded condition."});
  field("lastRunFinished", self.lastRunFinished, Rules{.doc = "When the newest finished run ended."});
}

using Pipeline = Object<PipelineSpec, PipelineStatus>;

}  // namespace weir::api
