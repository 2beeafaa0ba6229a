#include "runner/stages/run_task.h"

#include "crds/api/describe/write.h"
#include "crds/api/protocol/attempt.h"
#include "runner/stages/outcome.h"
#include "runner/stages/stage.h"
#include "runner/stages/tables/names.h"

namespace weir::stages {
namespace {

Result<api::StageOutcome> Dispatch(Place& place) {
  switch (place.task.kind) {
    case api::TaskKind::Land: return RunLand(place);
    case api::TaskKind::Accept: return RunAccept(place);
    case api::TaskKind::Decode: return RunDecode(place);
    case api::TaskKind::Transform:
    case api::TaskKind::Publish: return RunQuery(place);
    case api::TaskKind::Check: return RunCheck(place);
    case api::TaskKind::Export: return RunExport(place);
    case api::TaskKind::Validate: return RunValidate(place);
  }
  return Error{Fault::Bug, "InternalError", "unknown kind of task"};
}

// For people and for `weir explain`. What became visible stays so when this fails.
void Record(Place& place, const api::StageOutcome& outcome) {
  const api::StageTask& task = place.task;
  if (task.outcomeStore.empty() || task.run.empty()) return;
  const auto store = place.Store(task.outcomeStore);
  const std::string path = api::OutcomePath(task.outcomePath, AttemptOf(task));
  const Status put = store.ok() ? (*store)->PutIfAbsent(path, DumpPretty(api::Write(outcome)) + "\n") : Status(store.error());
  if (!put.ok() && put.error().reason != "Exists") place.ports.log("the outcome could not be kept at " + path + ": " + put.error().message);
}

api::StageOutcome Run(Place& place) try {
  auto outcome = Dispatch(place);
  if (outcome.ok()) return std::move(outcome).value();
  api::StageOutcome failed = Failed(outcome.error());
  failed.damaged = place.DamagedBy(outcome.error());
  return failed;
} catch (const std::bad_alloc&) {
  return Failed({Fault::Exhausted, "OutOfMemory", "the runner is out of memory; raise resources.memory of stage " + place.task.stage});
} catch (const std::exception& error) {
  return Failed({Fault::Bug, "InternalError", std::string("unexpected: ") + error.what()});
}

}  // namespace

api::StageOutcome RunTask(const api::StageTask& task, const Ports& ports) {
  Place place(task, ports);
  api::StageOutcome outcome = Run(place);
  Record(place, outcome);
  return outcome;
}

}  // namespace weir::stages
