#include "runner/stages/audit.h"

namespace weir::stages {
namespace {

std::string Join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// The rules of the schema in the form of checks.
std::vector<std::pair<std::string, api::Check>> SchemaRules(const api::TaskTable& table) {
  std::vector<std::pair<std::string, api::Check>> rules;
  for (const api::Column& column : table.columns)
    if (!column.IsNullable())
      rules.push_back({"column " + column.name + " must have a value in every row",
                       api::Check{.name = "spec.schema.columns[" + column.name + "]", .notNull = api::NotNullCheck{{column.name}}}});
  for (std::size_t i = 0; i < table.keys.size(); ++i)
    rules.push_back({"key (" + Join(table.keys[i].columns) + ") must be unique",
                     api::Check{.name = "spec.schema.keys[" + std::to_string(i) + "]", .unique = api::UniqueCheck{table.keys[i].columns}}});
  return rules;
}

std::string Failures(const api::Check& check, std::int64_t count) {
  if (check.rowCount) return "the number of rows is not within the bounds";
  return std::to_string(count) + (count == 1 ? " row fails" : " rows fail");
}

}  // namespace

Result<Audit> AuditRelation(engine::Engine& engine, const std::string& relation, const api::TaskTable& table, const std::vector<api::Check>& checks,
                            Quarantining quarantining) {
  Audit audit;
  for (const auto& [sentence, rule] : SchemaRules(table)) {
    const auto count = engine.CountFailures(relation, rule);
    if (!count.ok()) return count.error();
    if (*count > 0) audit.broken.push_back({rule.name, sentence + ": " + Failures(rule, *count)});
  }
  for (const api::Check& check : checks) {
    if (check.Action() == api::OnFailure::Quarantine && quarantining == Quarantining::Done) continue;
    const auto count = engine.CountFailures(relation, check);
    if (!count.ok()) return count.error();
    if (*count == 0) continue;
    auto& findings = check.Action() == api::OnFailure::Warn ? audit.warnings : audit.broken;
    findings.push_back({check.name, "check " + check.name + ": " + Failures(check, *count)});
  }
  return audit;
}

Status Verdict(const Audit& audit, const api::TaskTable& table) {
  if (audit.broken.empty()) return Ok();
  std::string text;
  for (const api::Finding& finding : audit.broken) text += (text.empty() ? "" : "; ") + finding.message;
  return Error{Fault::Data, "CheckFailed", table.name + ": " + text + ". Nothing was committed"};
}

}  // namespace weir::stages
