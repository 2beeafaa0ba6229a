#pragma once

#include "crds/api/stages/accept.h"
#include "crds/api/stages/check.h"
#include "crds/api/stages/export.h"
#include "crds/api/stages/land.h"
#include "crds/api/stages/publish.h"
#include "crds/api/stages/transform.h"

namespace weir::api {

struct RetryPolicy {
  int maxAttempts = 3;
  Duration backoff = Duration::Seconds(10);
  Duration maxBackoff = Duration::Minutes(10);
  bool operator==(const RetryPolicy&) const = default;
};
void Describe(auto&& field, Of<RetryPolicy> auto& self) {
  field(
      "maxAttempts", self.maxAttempts,
      Rules{.doc = "Attempts for failures of the stage itself; lost nodes and evicted pods do not count.", .min = 1, .max = 20, .change = Change::NewRevision});
  field("backoff", self.backoff,
        Rules{.doc = "Delay before the first retry; doubles after each.", .min = 100, .max = 3'600'000, .change = Change::NewRevision});
  field("maxBackoff", self.maxBackoff, Rules{.doc = "Longest delay between two attempts.", .min = 100, .max = 86'400'000, .change = Change::NewRevision});
}

// Every kind of stage. One is declared in crds/api/stages/<kind>.h: its fields, and its ports. Whoever handles kinds one by one
// (tasks in operator/plan/run/task.cpp, references in operator/plan/resolve/resolve.cpp) does not compile without it.
using StageKinds = Choice<LandStage, AcceptStage, TransformStage, CheckStage, PublishStage, ExportStage>;

struct Stage {
  std::string name;
  std::optional<std::vector<std::string>> needs;  // absent means the stage above; empty means nothing
  StageKinds work;
  std::optional<RetryPolicy> retry;
  std::optional<Duration> attemptTimeout;
  Resources resources;
  bool operator==(const Stage&) const = default;
};
void Describe(auto&& field, Of<Stage> auto& self) {
  field("name", self.name, Rules{.doc = "Name of the stage.", .required = true, .maxLength = 40, .pattern = kObjectNamePattern});
  field("needs", self.needs,
        Rules{.doc = "Stages above this one that must succeed first. Absent means the stage just above; an empty list means none.",
              .maxLength = 40,
              .maxItems = 50});
  field.OneOf(self.work);
  field("retry", self.retry, Rules{.doc = "Retries of this stage. Absent means the pipeline's."});
  field("attemptTimeout", self.attemptTimeout, Rules{.doc = "Longest time of one attempt. Absent means 1h.", .min = 1000});
  field("resources", self.resources, Rules{.doc = "CPU and memory of the stage's pod."});
}

// What the stage reads and writes, in the order of its fields, with their names below the stage ("land.into"). A port that names
// nothing is left out.
Ports PortsOf(const Stage& stage);
// The same of a stage as JSON, for who looks at many stages and must not read each as a whole. Zones are those of an empty stage.
Ports PortsOf(const Json& stage);
// Every port of every kind, with an empty value: what a stage may name at all.
const Ports& AllPorts();

// The Dataset or View that the stage writes, as Port::Label; empty for none.
std::string OutputOf(const Stage& stage);
std::vector<std::string> OutputsOf(const std::vector<Stage>& stages);

}  // namespace weir::api
