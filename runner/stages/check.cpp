#include "runner/stages/stage.h"
#include "runner/stages/tables/audit.h"
#include "runner/stages/tables/own_inputs.h"
#include "runner/stages/tables/verification.h"

namespace weir::stages {

Result<api::StageOutcome> RunCheck(Place& place) {
  const auto target = place.Table(place.task.from);
  if (!target.ok()) return target.error();
  const auto state = target->log->Load();
  if (!state.ok()) return state.error();
  if (state->commitInfo.is_null()) {
    const auto idle = NothingToRead(place.task, {target->table});
    return idle.ok() ? Result<api::StageOutcome>(**idle) : idle.error();
  }
  auto engine = engine::MakeEngine(place.ports.limits);
  if (!engine.ok()) return engine.error();
  if (Status attached = (*engine)->Attach("_weir_checked", InputsOf(*target, *state), target->table->columns); !attached.ok())
    return WithRemedy(attached.error(), *target);

  const auto rules = RulesOf({}, {}, place.task.checks);  // its schema was enforced when it was written
  const auto failures = (*engine)->CountFailures("_weir_checked", ChecksOf(rules));
  if (!failures.ok()) return Diagnosed(failures.error(), {{&*target, &*state}});
  Audit audit = Judge(rules, *failures, state->Rows(), Quarantining::NotPossible);
  AddExamples(audit, rules, **engine, "_weir_checked", *target->table, [](const std::string&) { return std::string(); });
  const std::int64_t rows = state->Rows();
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .rows = api::Ledger{.rowsIn = rows, .rowsOut = rows, .filtered = 0}};
  outcome.findings = audit.broken;
  outcome.findings.insert(outcome.findings.end(), audit.warnings.begin(), audit.warnings.end());
  outcome.message = std::to_string(place.task.checks.size()) + (place.task.checks.size() == 1 ? " check over " : " checks over ") + std::to_string(rows) +
                    (rows == 1 ? " row" : " rows") + " of version " + std::to_string(state->version) + ", " + std::to_string(audit.broken.size()) +
                    " failed, " + std::to_string(audit.warnings.size()) + " warned";
  if (audit.broken.empty()) return outcome;
  outcome.result = api::OutcomeClass::Data;
  outcome.reason = api::Reason::CheckFailed;
  for (const api::Finding& finding : audit.broken) outcome.message += "; " + finding.message;
  return outcome;
}

}  // namespace weir::stages
