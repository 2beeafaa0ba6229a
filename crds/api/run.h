#pragma once

#include "crds/api/describe/words.h"
#include "crds/api/pipeline.h"
#include "crds/api/stage_status.h"

namespace weir::api {

WEIR_ENUM(RunState, Running, Paused, Cancelled);

struct RunSpec {
  std::string pipeline;
  std::string revision;
  std::string reason;
  RunState state = RunState::Running;
  bool operator==(const RunSpec&) const = default;
};
void Describe(auto&& field, Of<RunSpec> auto& self) {
  field("pipeline", self.pipeline,
        Rules{.doc = "Pipeline of this namespace that is run. Cannot change.", .required = true, .maxLength = 50, .pattern = kObjectNamePattern});
  field("revision", self.revision,
        Rules{.doc = "ControllerRevision that the run is bound to. Absent means the one in force when the run is first seen; see status.revision.",
              .maxLength = 253});
  field("reason", self.reason, Rules{.doc = "Why this run was created, for people.", .maxLength = 256});
  field("state", self.state, Rules{.doc = "Running, Paused (no new attempts start) or Cancelled, which is final."});
  field.Rule({.rule = "self.pipeline == oldSelf.pipeline", .message = "pipeline cannot change: create a new PipelineRun", .fieldPath = ".pipeline"});
  field.Rule({.rule = "!has(oldSelf.state) || oldSelf.state != 'Cancelled' || self.state == 'Cancelled'",
              .message = "Cancelled is final: create a new PipelineRun",
              .fieldPath = ".state"});
}

struct RunStatus {
  std::int64_t observedGeneration = -1;
  Conditions conditions;
  std::string revision;
  std::string image;
  std::int64_t epoch = 0;
  std::vector<StageStatus> stages;
  std::optional<Time> started;
  std::optional<Time> finished;
  std::string stagesDone;  // "3/6"
  int attempts = 0;
  std::string duration;
  std::vector<Commit> commits;   // what the run made visible, in order; Dataset and View status are derived from it
  std::vector<Commit> standing;  // views whose new version was refused: what stays published of them
  std::vector<Damage> damaged;   // tables whose committed version a stage could not read
  bool operator==(const RunStatus&) const = default;
};
void Describe(auto&& field, Of<RunStatus> auto& self) {
  field("observedGeneration", self.observedGeneration, Rules{.doc = "Generation of the spec that this status describes."});
  field("conditions", self.conditions, Rules{.doc = "Succeeded and Ready, and Reconciling or Stalled while they hold.", .maxItems = 16, .listKey = "type"});
  field("revision", self.revision, Rules{.doc = "ControllerRevision that the run is bound to."});
  field("image", self.image, Rules{.doc = "Image of the runner that every attempt of the run uses.", .maxLength = 512});
  field("epoch", self.epoch,
        Rules{.doc = "Base of the fencing numbers of this run's attempts: the second in which it started, or one more than the run before it."});
  // One writer, so no keys: as a map of names the API server would track the owner of each field of each stage, which
  // doubles what it stores and the CPU time of each write.
  field("stages", self.stages, Rules{.doc = "Each stage, in the order of the pipeline.", .maxItems = 50});
  field("started", self.started, Rules{.doc = "When the first attempt was started."});
  field("finished", self.finished, Rules{.doc = "When the run ended."});
  field("stagesDone", self.stagesDone, Rules{.doc = "Succeeded stages and all stages, such as 2/5."});
  field("attempts", self.attempts, Rules{.doc = "Attempts started over all stages."});
  field("duration", self.duration, Rules{.doc = "From start to end, once ended."});
  field("commits", self.commits, Rules{.doc = "Versions that the run made visible.", .maxItems = 100});
  field("standing", self.standing, Rules{.doc = "What stays published of each View whose new version was refused for its contract.", .maxItems = 50});
  field("damaged", self.damaged, Rules{.doc = "Tables whose committed version a stage could not read.", .maxItems = 50});
}

using PipelineRun = Object<RunSpec, RunStatus>;

}  // namespace weir::api
