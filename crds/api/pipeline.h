#pragma once

#include "crds/api/stage.h"
#include "crds/api/stage_status.h"

namespace weir::api {

struct RunHistory {
  int succeeded = 5;
  int failed = 10;
  bool operator==(const RunHistory&) const = default;
};
void Describe(auto&& field, Of<RunHistory> auto& self) {
  field("succeeded", self.succeeded, Rules{.doc = "Succeeded runs to keep.", .min = 1, .max = 100});
  field("failed", self.failed, Rules{.doc = "Failed and cancelled runs to keep, and as many that a newer run superseded.", .min = 1, .max = 100});
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
  field("owner", self.owner, Rules{.doc = "Owner of the pipeline.", .required = true});
  field("retry", self.retry, Rules{.doc = "Retries of each stage without its own retry."});
  field("runHistory", self.runHistory, Rules{.doc = "How many finished runs to keep.", .change = Change::InPlace});
  field("request", self.request,
        Rules{.doc = "A new string here starts one run, for example from Git. With kubectl, use the annotation weirkeeper.io/requested-at.",
              .maxLength = 63,
              .change = Change::NextRun});
  field("suspend", self.suspend, Rules{.doc = "Start no new runs; running ones continue.", .change = Change::InPlace});
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
  field("observedGeneration", self.observedGeneration, Rules{.doc = "Generation of the spec that this status describes."});
  field(
      "conditions", self.conditions,
      Rules{.doc = "Ready, Available, RolledOut, LastRunSucceeded, Suspended, and Reconciling or Stalled while they hold.", .maxItems = 16, .listKey = "type"});
  field("revision", self.revision, Rules{.doc = "ControllerRevision that is in force for the next run."});
  field("revisionNumber", self.revisionNumber, Rules{.doc = "Its number, from 1."});
  field("validating", self.validating, Rules{.doc = "ControllerRevision that is being validated, or that was refused."});
  field("validation", self.validation, Rules{.doc = "Result of the newest validation."});
  field("validationRequest", self.validationRequest,
        Rules{.doc = "Newest request at the time of the last validation. A later one retries a validation that was given up."});
  field("lastHandledRevision", self.lastHandledRevision, Rules{.doc = "Newest revision that started a run."});
  field("lastHandledRequest", self.lastHandledRequest, Rules{.doc = "Newest request that started a run."});
  field("runNumber", self.runNumber, Rules{.doc = "Number of runs created for revisions and requests; the name of the newest run ends in it."});
  field("lastRun", self.lastRun, Rules{.doc = "Newest PipelineRun."});
  field("lastRunResult", self.lastRunResult, Rules{.doc = "Reason of its Succeeded condition."});
  field("lastRunFinished", self.lastRunFinished, Rules{.doc = "When the newest finished run ended."});
}

using Pipeline = Object<PipelineSpec, PipelineStatus>;

}  // namespace weir::api
