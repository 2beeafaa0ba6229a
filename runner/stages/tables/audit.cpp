#include "runner/stages/tables/audit.h"

#include <algorithm>

#include "crds/base/text.h"
#include "runner/engine/sql/sql.h"

namespace weir::stages {
namespace {

std::string Bounds(const api::RowCountCheck& bounds) {
  if (!bounds.max) return "at least " + std::to_string(*bounds.min);
  if (!bounds.min) return "at most " + std::to_string(*bounds.max);
  return std::to_string(*bounds.min) + " to " + std::to_string(*bounds.max);
}

std::string Failures(const api::Check& check, std::int64_t count, std::int64_t rows) {
  if (const auto* bounds = check.rule.As<api::RowCountCheck>())
    return "there must be " + Bounds(*bounds) + " rows, and there " + (rows == 1 ? "is " : "are ") + std::to_string(rows);
  return std::to_string(count) + (count == 1 ? " row fails" : " rows fail");
}

// The columns by which people find a row.
std::vector<std::string> KeyOf(const api::TaskTable& table) {
  if (!table.keys.empty()) return table.keys[0].columns;
  return table.columns.empty() ? std::vector<std::string>() : std::vector<std::string>{table.columns[0].name};
}

std::string Told(const engine::FailingExample& example, const NameSource& source) {
  std::vector<std::string> sources;
  for (const std::string& file : example.files)
    if (std::string name = source(file); !name.empty() && std::find(sources.begin(), sources.end(), name) == sources.end()) sources.push_back(std::move(name));
  std::string text = ", e.g. " + example.values;
  if (example.times > 1) text += ", which is there " + std::to_string(example.times) + " times";
  return sources.empty() ? text : text + ", in " + Joined(sources);
}

}  // namespace

void AddExamples(Audit& audit, const std::vector<Rule>& rules, engine::Engine& engine, const std::string& attached, const api::TaskTable& table,
                 const NameSource& source) {
  for (std::vector<api::Finding>* findings : {&audit.broken, &audit.warnings})
    for (api::Finding& finding : *findings) {
      const auto rule = std::find_if(rules.begin(), rules.end(), [&](const Rule& one) { return one.check.name == finding.path; });
      if (rule == rules.end()) continue;
      const auto example = engine.FindFailing(attached, rule->check, KeyOf(table));
      if (example.ok() && !example->values.empty()) finding.message += Told(*example, source);
    }
}

std::vector<Rule> RulesOf(const std::vector<api::Column>& columns, const std::vector<api::Key>& keys, const std::vector<api::Check>& checks) {
  std::vector<Rule> rules;
  for (const api::Column& column : columns)
    if (!column.IsNullable())
      rules.push_back({{.name = "spec.schema.columns[" + column.name + "]", .rule = api::NotNullCheck{{column.name}}},
                       "column " + column.name + " must have a value in every row"});
  for (std::size_t i = 0; i < keys.size(); ++i)
    rules.push_back({{.name = "spec.schema.keys[" + std::to_string(i) + "]", .rule = api::UniqueCheck{keys[i].columns}},
                     "key (" + Joined(keys[i].columns) + ") must be unique"});
  for (const api::Check& check : checks) rules.push_back({check, "check " + check.name});
  return rules;
}

std::vector<api::Check> ChecksOf(const std::vector<Rule>& rules) {
  std::vector<api::Check> checks;
  for (const Rule& rule : rules) checks.push_back(rule.check);
  return checks;
}

Audit Judge(const std::vector<Rule>& rules, const std::vector<std::int64_t>& failures, std::int64_t rows, Quarantining quarantining) {
  Audit audit;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const api::Check& check = rules[i].check;
    if (failures[i] == 0 || (check.Action() == api::OnFailure::Quarantine && quarantining == Quarantining::Done)) continue;
    auto& findings = check.Action() == api::OnFailure::Warn ? audit.warnings : audit.broken;
    findings.push_back({check.name, rules[i].sentence + ": " + Failures(check, failures[i], rows)});
  }
  return audit;
}

namespace {

// How to go on where a column lacks values; empty where none does. SQL made the row: a file's is quarantined.
std::string HowToGoOn(const Audit& audit) {
  constexpr std::string_view kColumn = "spec.schema.columns[";
  for (const api::Finding& finding : audit.broken)
    if (finding.path.starts_with(kColumn) && finding.path.ends_with(']'))
      return ". Leave such rows out in the SQL (WHERE " + engine::Quote(finding.path.substr(kColumn.size(), finding.path.size() - kColumn.size() - 1)) +
             " IS NOT NULL), or declare the column without nullable: false";
  return "";
}

}  // namespace

Status Verdict(const Audit& audit, const api::TaskTable& table) {
  if (audit.broken.empty()) return Ok();
  std::string text;
  for (const api::Finding& finding : audit.broken) text += (text.empty() ? "" : "; ") + finding.message;
  return Error{Fault::Data, "CheckFailed", table.name + ": " + text + ". The stage committed nothing" + HowToGoOn(audit)};
}

}  // namespace weir::stages
