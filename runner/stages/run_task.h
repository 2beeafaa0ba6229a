#pragma once

#include <functional>
#include <memory>
#include <string>

#include "crds/api/protocol/stage_outcome.h"
#include "crds/api/protocol/stage_task.h"
#include "crds/base/time.h"
#include "runner/engine/engine.h"
#include "runner/storage/object_store.h"

namespace weir::stages {

// What a task needs of the world. Defaults are the real things; tests pass stores that fail.
struct Ports {
  engine::Limits limits;
  std::function<Result<std::shared_ptr<storage::ObjectStore>>(const api::TaskStore&)> openStore = storage::OpenStore;
  std::function<void(const std::string& sentence)> log = [](const std::string&) {};
  const Clock* clock = nullptr;  // stamps commits; null: the system's
};

// Runs one attempt of one stage to its end. Never throws; every error becomes an outcome (outcome.h has the table). What
// became visible did so by one commit per table; an attempt that finds its stage committed answers with what was
// recorded and writes nothing. The whole outcome is also put, if absent, at `<outcomePath>/outcomes/<run>/<run UID>/<stage>-<attempt>.json`
// of the outcome store, and quarantined rows at `<outcomePath>/quarantine/<run>/<run UID>/<stage>-<attempt>.jsonl`, one JSON
// object {file, line, column, reason, text} a line.
api::StageOutcome RunTask(const api::StageTask& task, const Ports& ports);

}  // namespace weir::stages
