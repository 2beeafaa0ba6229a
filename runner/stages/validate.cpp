#include "runner/stages/outcome.h"
#include "runner/stages/stage.h"

namespace weir::stages {
namespace {

// A message that names several columns becomes a finding for each.
void AddFindings(api::StageOutcome& outcome, const std::string& path, const Error& error) {
  if (!outcome.reason) outcome.reason = ReasonOf(error);
  std::string rest = error.message;
  while (error.reason == "SchemaMismatch" && rest.find("; ") != std::string::npos) {
    outcome.findings.push_back({path, rest.substr(0, rest.find("; "))});
    rest.erase(0, rest.find("; ") + 2);
  }
  outcome.findings.push_back({path, rest});
}

const api::TaskTable* TargetOf(const api::StageTask& task, const api::TaskQuery& query) {
  const auto wanted = query.path.starts_with("View/") ? api::TargetKind::View : api::TargetKind::Dataset;
  const api::TaskTable* found = nullptr;
  for (const api::TaskTable& table : task.tables)
    if (table.name == query.into && (found == nullptr || table.kind == wanted)) found = &table;
  return found;
}

Status ValidateQuery(engine::Engine& engine, const api::StageTask& task, const api::TaskQuery& query, api::StageOutcome& outcome) {
  const api::TaskTable* target = TargetOf(task, query);
  if (target == nullptr) {
    AddFindings(outcome, query.path, {Fault::Invalid, "DatasetMissing", "target " + query.into + " does not exist"});
    return Ok();
  }
  const auto bound = engine.Bind(query.sql);
  const Status matched = bound.ok() ? engine.MatchSelect(query.sql, target->columns) : Status(bound.error());
  if (!matched.ok() && matched.error().fault != Fault::Invalid) return matched;
  if (!matched.ok()) AddFindings(outcome, query.path, matched.error());
  if (!bound.ok()) return Ok();
  outcome.dependencies += (outcome.dependencies.empty() ? "" : ";") + query.stage + ":";
  for (std::size_t i = 0; i < bound->tables.size(); ++i) outcome.dependencies += (i == 0 ? "" : ",") + bound->tables[i];
  return Ok();
}

// Bounds and values of checks are texts; whether they are values of their columns shows when they are bound.
Status ValidateChecks(engine::Engine& engine, const api::TaskTable& table, api::StageOutcome& outcome) {
  for (const api::Check& check : table.checks) {
    const auto count = engine.CountFailures(table.table, {check});
    if (count.ok()) continue;
    if (count.error().fault != Fault::Invalid) return count.error();
    AddFindings(outcome, "Dataset/" + table.name + " spec.checks[" + check.name + "]", count.error());
  }
  return Ok();
}

}  // namespace

Result<api::StageOutcome> RunValidate(Place& place) {
  auto engine = engine::MakeEngine(place.ports.limits);
  if (!engine.ok()) return engine.error();
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded};
  for (const api::TaskTable& table : place.task.tables) {
    if (HoldsFiles(table.zone) || table.columns.empty()) continue;
    if (Status attached = (*engine)->Attach(table.table, {}, table.columns); !attached.ok()) return attached.error();
    if (Status checked = ValidateChecks(**engine, table, outcome); !checked.ok()) return checked.error();
  }
  for (const api::TaskQuery& query : place.task.queries)
    if (Status validated = ValidateQuery(**engine, place.task, query, outcome); !validated.ok()) return validated.error();
  outcome.message = std::to_string(place.task.queries.size()) + " queries bound, " + std::to_string(outcome.findings.size()) + " findings";
  if (!outcome.findings.empty()) {
    outcome.result = api::OutcomeClass::User;
    outcome.message += ": " + outcome.findings.front().path + ": " + outcome.findings.front().message;
  }
  return outcome;
}

}  // namespace weir::stages
