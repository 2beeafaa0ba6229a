#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crds/api/protocol/stage_task.h"
#include "crds/api/runner_settings.h"

// An attempt, and every name that is derived from it. Operator, runner and CLI find each other's objects, files and commits by
// these names, also across releases: none of them changes.

namespace weir::api {

// One attempt of one stage of a run, or of the validation of a revision, which has no run.
struct Attempt {
  std::string ns;
  std::string pipeline;
  std::string run;
  std::string runUid;
  std::string revision;
  std::string image;
  std::string stage;
  int attempt = 1;         // from 1
  std::int64_t epoch = 0;  // EpochOf; 0 for a validation, which writes no table
  std::string lane;        // part of its table that it writes and replaces, such as a partition (IsLane); empty: the whole table
  bool operator==(const Attempt&) const = default;
};
Attempt AttemptOf(const StageTask& task);

// Epoch of an attempt: epoch of the run (seconds) * 100,000 + place of the stage * 1,000 + attempt. Monotone over the runs of a
// pipeline, over the stages of a run that commit to one table (land, then accept), since a stage needs only stages above it, and
// over the attempts of a stage. `stage` counts from 0.
std::int64_t EpochOf(std::int64_t run, std::size_t stage, int attempt);
std::int64_t RunOfEpoch(std::int64_t epoch);  // the run's part of it
// The highest epoch that an attempt of the same run and stage may have.
std::int64_t LastEpochOfStage(std::int64_t epoch);

// Value of a label that names an object: the name, cut to 63 characters with a hash where it is longer.
std::string LabelValue(const std::string& name);
// Labels of ours on the attempt's pod. That of the run is absent for a validation.
TextMap PodLabels(const Attempt& attempt);
// Name of the attempt's pod: `<owner>-<stage>-<attempt>`, where `owner` is the run, or for a validation the revision. Where another
// run's stage could read the same (run `by-hand` and stage `land`, run `by` and stage `hand-land`), all but one of them end in a
// hash, and so does what is longer than a label.
std::string PodName(const std::string& owner, const std::string& stage, int attempt);

// "<run>/<UID of the run>/<stage>-<attempt>", and "/<lane>" where it has one: no other attempt ever has it, also not one of a run
// that was made again by the same name, or in another namespace of that name on the same volume.
std::string AttemptPath(const Attempt& attempt);
std::string ResultPath(const Attempt& attempt);  // of the result of a query, relative to its table
// In the outcome store. `folder` is outcomePath of the task or bundle.
std::string QuarantinePath(const std::string& folder, const Attempt& attempt);
std::string OutcomePath(const std::string& folder, const Attempt& attempt);

// Whether a text names a lane: 1 to 128 letters, digits and "._=%-", a letter or digit first.
bool IsLane(std::string_view text);

// appId of the transaction (`txn` of the Delta protocol) of what one stage of one run commits to a table, or to a lane of it: its
// attempts share it, so that one of them commits. kTransactions, "<UID of the run>/<stage>", and "/<lane>" where it has one.
inline constexpr std::string_view kTransactions = "weirkeeper/";
std::string TransactionOf(const Attempt& attempt);
std::string LaneOfTransaction(std::string_view app);  // empty: none

// appId of the transaction whose version is the fence of a lane, its newest epoch: kFence for the whole table, else kFence,
// "/" and the lane (docs/decisions/010-fence-lanes.md).
inline constexpr std::string_view kFence = "weirkeeper.epoch";
std::string FenceOf(std::string_view lane);

}  // namespace weir::api
