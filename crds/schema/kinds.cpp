#include "crds/schema/kinds.h"

#include "crds/api/dataset.h"
#include "crds/api/lake.h"
#include "crds/api/pipeline.h"
#include "crds/api/run.h"
#include "crds/api/view.h"

namespace weir::schema {
namespace {

using api::ConditionType;

constexpr PrinterColumn kReady{"READY", ".status.conditions[?(@.type==\"Ready\")].status", "string"};
constexpr PrinterColumn kReason{"REASON", ".status.conditions[?(@.type==\"Ready\")].reason", "string", Width::Wide};
constexpr PrinterColumn kMessage{"MESSAGE", ".status.conditions[?(@.type==\"Ready\")].message", "string", Width::Wide};
constexpr PrinterColumn kFresh{"FRESH", ".status.conditions[?(@.type==\"Fresh\")].status", "string"};
constexpr PrinterColumn kRows{"ROWS", ".status.rows", "integer"};
constexpr PrinterColumn kFiles{"FILES", ".status.files", "integer"};
constexpr PrinterColumn kVersion{"VERSION", ".status.version", "integer"};
constexpr PrinterColumn kDataAsOf{"DATA-AS-OF", ".status.dataAsOf", "date"};
constexpr PrinterColumn kQuarantined{"QUARANTINED", ".status.quarantined", "integer", Width::Wide};
constexpr PrinterColumn kOwner{"OWNER", ".spec.owner.team", "string"};
constexpr PrinterColumn kLocation{"LOCATION", ".status.location", "string", Width::Wide};
constexpr PrinterColumn kAge{"AGE", ".metadata.creationTimestamp", "date"};

// Lakes of other names would be ignored, so none can be made.
Kind LakeKind() {
  Kind kind{.resource = api::kLakes,
            .shortName = "wkl",
            .doc = "Where each zone of a namespace lies. One in each namespace, named default; without it a built-in one applies."};
  kind.specDoc = "Written by the platform team.";
  kind.namePattern = "^default$";
  kind.pending = {ConditionType::Ready};
  kind.columns = {kReady, {"ENVIRONMENT", ".spec.environment", "string"}, kReason, kMessage, kAge};
  kind.spec = [] { return ObjectSchema<api::LakeSpec>(Defaults::Written); };
  kind.status = [] { return ObjectSchema<api::LakeStatus>(Defaults::Withheld); };
  return kind;
}

// A heading of a file reaches terminals; operator/plan says the same.
Ordered WithoutControlCharacters(Ordered dataset) {
  dataset["properties"]["schema"]["properties"]["columns"]["items"]["properties"]["sourceName"]["pattern"] = R"(^[^\x00-\x1f\x7f-\x{9f}]*$)";
  return dataset;
}

Kind DatasetKind() {
  Kind kind{.resource = api::kDatasets, .shortName = "wkd", .doc = "One stored table or folder of files: its zone, schema, checks and freshness."};
  kind.specDoc = "Written by the producing team.";
  kind.namePattern = api::kObjectNamePattern;
  kind.pending = {ConditionType::Ready};
  kind.columns = {kReady, {"ZONE", ".spec.zone", "string"}, kRows, kFiles, kFresh, kDataAsOf, kVersion, kOwner, kQuarantined, kReason, kMessage, kLocation};
  kind.spec = [] { return WithoutControlCharacters(ObjectSchema<api::DatasetSpec>(Defaults::Written)); };
  kind.status = [] { return ObjectSchema<api::DatasetStatus>(Defaults::Withheld); };
  return kind;
}

Kind ViewKind() {
  Kind kind{.resource = api::kViews,
            .shortName = "wkv",
            .doc = "One published, versioned contract over datasets. Its name ends in its version: -v1; a breaking change is a new View."};
  kind.specDoc = "Written by the producing team.";
  kind.namePattern = "^[a-z]([-a-z0-9]*[a-z0-9])?-v[1-9][0-9]{0,3}$";
  kind.pending = {ConditionType::Ready};
  kind.columns = {
      kReady,   kFresh,   {"SLA", ".status.conditions[?(@.type==\"SLAMet\")].status", "string"}, kRows, kVersion, kDataAsOf, kOwner, kQuarantined, kReason,
      kMessage, kLocation};
  kind.rules = ContractRules();
  kind.spec = [] { return ObjectSchema<api::ViewSpec>(Defaults::Written); };
  kind.status = [] { return ObjectSchema<api::ViewStatus>(Defaults::Withheld); };
  return kind;
}

Kind PipelineKind() {
  Kind kind{.resource = api::kPipelines,
            .shortName = "wkp",
            .doc = "Stages that bring data from files to views. Each change is a new revision, validated before it is in force."};
  kind.specDoc = "Written by the producing team.";
  kind.namePattern = api::kObjectNamePattern;
  kind.nameMaxLength = 50;
  kind.pending = {ConditionType::Ready};
  kind.columns = {kReady,
                  {"REVISION", ".status.revisionNumber", "integer"},
                  {"LAST-RUN", ".status.lastRun", "string"},
                  {"RESULT", ".status.lastRunResult", "string"},
                  {"SUSPENDED", ".spec.suspend", "boolean"},
                  kAge,
                  kReason,
                  kMessage};
  kind.spec = [] { return ObjectSchema<api::PipelineSpec>(Defaults::Written); };
  kind.status = [] { return ObjectSchema<api::PipelineStatus>(Defaults::Withheld); };
  return kind;
}

Kind RunKind() {
  Kind kind{.resource = api::kPipelineRuns,
            .shortName = "wkr",
            .doc = "One execution of a Pipeline, with its whole history. Made by the operator, or by a person who wants one run."};
  kind.specDoc = "Written once, by the operator or a person; only state changes later.";
  kind.namePattern = api::kObjectNamePattern;
  kind.pending = {ConditionType::Succeeded, ConditionType::Ready};
  kind.columns = {{"STATUS", ".status.conditions[?(@.type==\"Succeeded\")].status", "string"},
                  {"REASON", ".status.conditions[?(@.type==\"Succeeded\")].reason", "string"},
                  {"STAGES", ".status.stagesDone", "string"},
                  {"ATTEMPTS", ".status.attempts", "integer"},
                  {"DURATION", ".status.duration", "string"},
                  kAge,
                  {"PIPELINE", ".spec.pipeline", "string", Width::Wide},
                  {"REVISION", ".status.revision", "string", Width::Wide},
                  {"MESSAGE", ".status.conditions[?(@.type==\"Succeeded\")].message", "string", Width::Wide}};
  kind.selectable = {".spec.pipeline"};
  kind.spec = [] { return ObjectSchema<api::RunSpec>(Defaults::Written); };
  kind.status = [] { return ObjectSchema<api::RunStatus>(Defaults::Withheld); };
  return kind;
}

}  // namespace

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds{LakeKind(), DatasetKind(), ViewKind(), PipelineKind(), RunKind()};
  return kinds;
}

std::string_view Meaning(ConditionType type) {
  switch (type) {
    case ConditionType::Ready:
      return "The newest generation is valid and in force. View: and a version is published under it. PipelineRun: it succeeded, or a newer "
             "run superseded it.";
    case ConditionType::Reconciling: return "The operator is at work on the newest generation, or waits for something that it needs. There only while True.";
    case ConditionType::Stalled: return "Nothing happens until somebody changes something. There only while True, never together with Reconciling.";
    case ConditionType::Available: return "Something is in force and serves, perhaps of an older generation. Dataset and View: a version can be read.";
    case ConditionType::RolledOut: return "Pipeline: a run of the revision in force succeeded.";
    case ConditionType::LastRunSucceeded: return "Pipeline: the newest finished run succeeded. Never changes Ready.";
    case ConditionType::Succeeded: return "PipelineRun: Unknown while it runs, then True or False permanently. False with reason Superseded is no failure.";
    case ConditionType::Fresh: return "Dataset and View: the data's age is below freshness.maxLag now.";
    case ConditionType::SLAMet: return "Dataset and View: everything that was promised about time holds. Never changes Ready.";
    case ConditionType::Suspended: return "Pipeline: spec.suspend prevents new runs.";
  }
  return "";
}

}  // namespace weir::schema
