#pragma once

#include <map>
#include <string>
#include <vector>

#include "crds/api/protocol/stage_task.h"
#include "operator/plan/pipeline/bundle.h"

namespace weir::plan {

// What status knows of one table that a revision names.
struct KnownTable {
  api::TargetKind kind = api::TargetKind::Dataset;
  std::string name;
  api::KnownVersion version;
  bool operator==(const KnownTable&) const = default;
};

// Whose attempt a task is: the run, or for a validation the pipeline.
struct TaskOwner {
  std::string ns;
  std::string run;
  std::string runUid;
  std::string revision;
  std::string image;
  Time created;            // of the run: its logical time
  std::int64_t epoch = 0;  // of the run: what those of its attempts count from
  std::vector<KnownTable> known;
  std::map<std::string, api::PublishedContract> declared;  // what Views declare now, by name
  std::string keys;  // weir run: folder with the key files of every bucket; empty: each bucket's Secret is mounted in the pod
};

// What the attempt needs to know and no more: its tables, and the stores that these lie in.
api::StageTask TaskFor(const Bundle& bundle, const TaskOwner& owner, const api::Stage& stage, int attempt);

// Every SQL text of the bundle with its target, to be bound against the declared tables.
api::StageTask ValidationTask(const Bundle& bundle, const std::string& ns, int attempt);

// As it travels in the pod's annotation.
std::string TaskText(const api::StageTask& task);

}  // namespace weir::plan
