#pragma once

#include "crds/api/describe/words.h"
#include "crds/api/protocol/stage_outcome.h"

namespace weir::api {

// Superseded: a newer run has its table, and it stopped without any effect (docs/decisions/011-superseded.md).
WEIR_ENUM(StageState, Pending, Running, Retrying, Succeeded, Failed, Skipped, Superseded);

// One stage of one run. `attempt` is the highest attempt that was ever started: it is raised in status before the pod
// is created, so that no attempt is lost or made twice over a restart. `pod` is the name of that attempt's pod once it
// was seen for some seconds or ended: if it is gone later, it was deleted, not never made. `countedPod` is the UID of
// the pod that proved the newest counted end, so that an outcome is counted once.
struct StageStatus {
  std::string name;
  StageState state = StageState::Pending;
  int attempt = 0;
  int ownFailures = 0;             // failures that count against retry.maxAttempts
  int infrastructureFailures = 0;  // failures that do not, bounded apart
  std::optional<Reason> reason;
  std::string message;
  std::string pod;
  std::string countedPod;
  std::optional<Time> started;
  std::optional<Time> finished;
  std::optional<Time> retryAt;
  std::optional<Time> refusedSince;  // the pod, for good: by a policy or as invalid
  std::optional<Ledger> rows;
  std::optional<std::int64_t> version;
  std::optional<FileLedger> files;
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
  bool operator==(const StageStatus&) const = default;
};
void Describe(auto&& field, Of<StageStatus> auto& self) {
  field("name", self.name, Rules{.doc = "Name of the stage.", .required = true});
  field("state", self.state, Rules{.doc = "Pending, Running, Retrying, Succeeded, Failed, Skipped or Superseded."});
  field("attempt", self.attempt, Rules{.doc = "Highest attempt started so far, from 1."});
  field("ownFailures", self.ownFailures, Rules{.doc = "Failed attempts that count against retry.maxAttempts."});
  field("infrastructureFailures", self.infrastructureFailures, Rules{.doc = "Attempts lost to nodes, evictions and deletions."});
  field("reason", self.reason, Rules{.doc = "Why the newest finished attempt ended, or why the stage waits."});
  field("message", self.message, Rules{.doc = "Details of the reason.", .maxLength = 2048});
  field("pod", self.pod, Rules{.doc = "Pod of the newest attempt."});
  field("countedPod", self.countedPod, Rules{.doc = "UID of the newest pod whose outcome is counted."});
  field("started", self.started, Rules{.doc = "When the newest attempt was started."});
  field("finished", self.finished, Rules{.doc = "When the stage ended."});
  field("retryAt", self.retryAt, Rules{.doc = "When the next attempt starts."});
  field("refusedSince", self.refusedSince, Rules{.doc = "Since when a policy refuses the pod of the newest attempt, or the API server finds it invalid."});
  field("rows", self.rows, Rules{.doc = "The ledger: where the rows (or files) went."});
  field("version", self.version, Rules{.doc = "Version that the stage committed."});
  field("files", self.files, Rules{.doc = "The ledger of files: in = out + known + quarantined + excluded + superseded."});
  field("warnings", self.warnings, Rules{.doc = "Warnings of a stage that succeeded.", .maxLength = 512, .maxItems = 8});
  field("notes", self.notes,
        Rules{.doc = "Information that needs no action, such as columns that files have for the first time and no Dataset declares.",
              .maxLength = 512,
              .maxItems = 4});
}

}  // namespace weir::api
