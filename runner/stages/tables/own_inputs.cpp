#include "runner/stages/tables/own_inputs.h"

#include <algorithm>
#include <string>

namespace weir::stages {
namespace {

bool IsOwn(const api::StageTask& task, const api::TaskTable& table) {
  const std::string output = std::string(api::Word(table.kind)) + "/" + table.name;
  return std::find(task.ownOutputs.begin(), task.ownOutputs.end(), output) != task.ownOutputs.end();
}

std::string HaveNoData(const std::vector<const api::TaskTable*>& tables) {
  std::string names;
  for (const api::TaskTable* table : tables) names += (names.empty() ? "" : ", ") + table->name;
  return names + (tables.size() == 1 ? " has no data yet" : " have no data yet");
}

}  // namespace

Result<std::optional<api::StageOutcome>> NothingToRead(const api::StageTask& task, const std::vector<const api::TaskTable*>& never_committed) {
  std::vector<const api::TaskTable*> foreign;
  for (const api::TaskTable* table : never_committed)
    if (!IsOwn(task, *table)) foreign.push_back(table);
  if (!foreign.empty())
    return Error{Fault::Data, "NoFiles", HaveNoData(foreign) + ". Run the pipeline that writes " + (foreign.size() == 1 ? "it" : "them") + " first"};
  if (never_committed.empty()) return std::optional<api::StageOutcome>();
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .rows = api::Ledger{.filtered = 0}};
  outcome.message = HaveNoData(never_committed) + ": no file has arrived. The stage committed nothing";
  return std::optional<api::StageOutcome>(outcome);
}

}  // namespace weir::stages
