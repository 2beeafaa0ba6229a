#include <algorithm>
#include <map>

#include "runner/engine/sql/sql_binder.h"
#include "runner/stages/outcome.h"
#include "runner/stages/stage.h"
#include "runner/stages/validations.h"

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

std::string CountedQueries(const api::StageTask& task) { return std::to_string(task.queries.size()) + (task.queries.size() == 1 ? " query" : " queries"); }

const api::TaskTable* TargetOf(const api::StageTask& task, const api::TaskQuery& query) {
  const auto wanted = query.path.starts_with("View/") ? api::TargetKind::View : api::TargetKind::Dataset;
  const api::TaskTable* found = nullptr;
  for (const api::TaskTable& table : task.tables)
    if (table.name == query.into && (found == nullptr || table.kind == wanted)) found = &table;
  return found;
}

// What the stage itself or one below it writes is not there when the first run gets here, and it would never be.
void CheckOrder(const std::vector<std::string>& read, const api::TaskTable& target, const api::TaskQuery& query, api::StageOutcome& outcome) {
  for (const std::string& table : read) {
    if (std::find(query.later.begin(), query.later.end(), table) == query.later.end()) continue;
    if (table == target.table)
      AddFindings(outcome, query.path,
                  {Fault::Invalid, "SqlInvalid",
                   "the SQL reads " + table + ", which this stage itself writes: the first run finds nothing there; read what it is made of"});
    else
      AddFindings(
          outcome, query.path,
          {Fault::Invalid, "SqlInvalid",
           "the SQL reads " + table + ", which a later stage of this pipeline writes: the first run finds nothing there; put that stage above this one"});
  }
}

std::string FieldOf(const api::TaskTable& table, std::size_t check) {
  const bool of_stage = table.place.starts_with("spec.stages[");
  std::string field = of_stage ? table.place : "Dataset/" + table.name + " spec.checks";
  field.append("[").append(std::to_string(check)).append("]");
  return field.append(".").append(table.checks[check].rule.Field());
}

// One sandbox for any number of tasks: what is common to them is declared once. Checks, which few tables have, need an
// engine of their own.
class Validator {
 public:
  Validator(engine::SqlBinder& binder, engine::Limits limits) : binder_(binder), limits_(std::move(limits)) {}

  Result<api::StageOutcome> Run(const api::StageTask& task) {
    binder_.Forget();
    warnings_.clear();
    api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded};
    for (const api::TaskTable& table : task.tables) {
      if (HoldsFiles(table.zone) || table.columns.empty()) continue;
      if (Status declared = binder_.Declare(table.table, table.columns); !declared.ok()) return declared.error();
      if (Status checked = CheckChecks(table, outcome); !checked.ok()) return checked.error();
    }
    for (const api::TaskQuery& query : task.queries)
      if (Status checked = CheckQuery(task, query, outcome); !checked.ok()) return checked.error();
    if (outcome.findings.empty()) {
      outcome.findings = std::move(warnings_);
      outcome.message = CountedQueries(task) + " bound, " + std::to_string(outcome.findings.size()) + (outcome.findings.size() == 1 ? " warning" : " warnings");
      return outcome;
    }
    outcome.result = api::OutcomeClass::User;
    outcome.message = CountedQueries(task) + " bound, " + std::to_string(outcome.findings.size()) + (outcome.findings.size() == 1 ? " finding" : " findings");
    outcome.message += ": " + outcome.findings.front().path + ": " + outcome.findings.front().message;
    return outcome;
  }

 private:
  Status CheckQuery(const api::StageTask& task, const api::TaskQuery& query, api::StageOutcome& outcome) {
    const api::TaskTable* target = TargetOf(task, query);
    if (target == nullptr) {
      AddFindings(outcome, query.path, {Fault::Invalid, "DatasetMissing", "target " + query.into + " does not exist"});
      return Ok();
    }
    const auto checked = binder_.Check(query.sql, target->columns);
    if (!checked.ok() && checked.error().fault != Fault::Invalid) return checked.error();
    if (!checked.ok()) {
      AddFindings(outcome, query.path, checked.error());
      return Ok();
    }
    for (const std::string& warning : checked->orderWarnings) warnings_.push_back({query.path, warning});
    if (!checked->fits.ok()) AddFindings(outcome, query.path, checked->fits.error());
    CheckOrder(checked->tables, *target, query, outcome);
    outcome.dependencies += (outcome.dependencies.empty() ? "" : ";") + query.stage + ":";
    for (std::size_t i = 0; i < checked->tables.size(); ++i) outcome.dependencies += (i == 0 ? "" : ",") + checked->tables[i];
    return Ok();
  }

  // Bounds and values of checks are texts; whether they are values of their columns shows when they are bound. The checks
  // of a stage come with its dataset as a table of its own, whose place is the stage's field.
  Status CheckChecks(const api::TaskTable& table, api::StageOutcome& outcome) {
    if (table.checks.empty()) return Ok();
    const auto known = checked_.find(table.table);
    if (known != checked_.end() && known->second == table) return Ok();
    if (!engine_) {
      auto made = engine::MakeEngine(limits_);
      if (!made.ok()) return made.error();
      engine_ = std::move(made).value();
    }
    if (Status attached = engine_->Attach(table.table, {}, table.columns); !attached.ok()) return attached;
    bool good = true;
    for (std::size_t i = 0; i < table.checks.size(); ++i) {
      const auto count = engine_->CountFailures(table.table, {table.checks[i]});
      if (count.ok()) continue;
      if (count.error().fault != Fault::Invalid) return count.error();
      AddFindings(outcome, FieldOf(table, i), count.error());
      good = false;
    }
    if (good) checked_[table.table] = table;
    return Ok();
  }

  engine::SqlBinder& binder_;
  engine::Limits limits_;
  std::unique_ptr<engine::Engine> engine_;
  std::vector<api::Finding> warnings_;             // of the task at hand; told when nothing is wrong
  std::map<std::string, api::TaskTable> checked_;  // tables whose checks are known to be good
};

}  // namespace

Result<api::StageOutcome> RunValidate(Place& place) {
  auto binder = engine::MakeSqlBinder(place.ports.limits);
  if (!binder.ok()) return binder.error();
  return Validator(**binder, place.ports.limits).Run(place.task);
}

std::vector<api::StageOutcome> RunValidations(const std::vector<api::StageTask>& tasks, const Ports& ports) {
  std::vector<api::StageOutcome> outcomes;
  auto binder = engine::MakeSqlBinder(ports.limits);
  if (!binder.ok()) return std::vector<api::StageOutcome>(tasks.size(), Failed(binder.error()));
  Validator validator(**binder, ports.limits);
  for (const api::StageTask& task : tasks) {
    const auto outcome = validator.Run(task);
    outcomes.push_back(outcome.ok() ? *outcome : Failed(outcome.error()));
  }
  return outcomes;
}

}  // namespace weir::stages
