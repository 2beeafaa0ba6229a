#include "runner/engine/decode/scanned_rows.h"

#include <algorithm>

#include "runner/engine/decode/text_input.h"
#include "runner/engine/sql/checks.h"
#include "runner/engine/sql/sql.h"

namespace weir::engine {
namespace {

// " bad" is 0 for a record or value that does not fit, k + 1 for a row that fails check k.
std::string BadCase(const DecodeRequest& request) {
  std::string text = "CASE WHEN bad THEN 0";
  const auto value = [&](const std::string& name) {
    const auto& columns = request.rules.columns;
    const auto same = std::find_if(columns.begin(), columns.end(), [&](const api::Column& column) { return column.name == name; });
    return "c" + std::to_string(same - columns.begin());
  };
  for (std::size_t k = 0; k < request.rules.checks.size(); ++k)
    text += " WHEN " + FailingRow(request.rules.checks[k], request.rules.columns, value) + " THEN " + std::to_string(k + 1);
  return text + " END";
}

}  // namespace

std::string ScanCall(const char* function, const void* scan) {
  return std::string(function) + "(" + std::to_string(reinterpret_cast<std::uintptr_t>(scan)) + "::UBIGINT)";
}

Status MakeScannedRows(const DecodeRequest& request, const std::string& source, const std::optional<Error>& error) {
  const std::string rows = Quote(request.RowsTable());
  std::string kept;
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < request.rules.columns.size(); ++i) {
    kept += "c" + std::to_string(i) + ", ";
    outputs.push_back("c" + std::to_string(i) + " AS " + Quote(request.rules.columns[i].name));
  }
  for (const char* name : {"col", "reason", "line", "text"}) kept += std::string("CASE WHEN judged IS NOT NULL THEN ") + name + " END AS " + name + ", ";
  Status made = request.session.Execute("CREATE OR REPLACE TEMP TABLE " + rows + " AS SELECT " + kept + "judged FROM (SELECT *, " + BadCase(request) +
                                        " AS judged FROM " + source + ")");
  if (error) return OfFile(*error, request.path);
  if (!made.ok()) return Unreadable(request, made.error());
  return request.session.Execute("CREATE OR REPLACE TEMP VIEW " + Quote(request.into) + " AS SELECT " + Joined(outputs) + " FROM " + rows +
                                 " WHERE judged IS NULL");
}

Result<std::int64_t> ReportScannedRows(const DecodeRequest& request) {
  const auto text = [](const duckdb::Value& value) { return value.IsNull() ? "" : value.ToString(); };
  const Status given =
      request.session.ForEach("SELECT judged, col, reason, line, text FROM " + Quote(request.RowsTable()) + " WHERE judged IS NOT NULL ORDER BY rowid",
                              [&](const std::vector<duckdb::Value>& row) -> Status {
                                const auto judged = static_cast<std::size_t>(row[0].GetValue<std::int64_t>());
                                RejectedRow rejected{request.path, row[3].GetValue<std::int64_t>(), text(row[1]), text(row[2]), text(row[4])};
                                if (judged > 0) {
                                  const api::Check& check = request.rules.checks[judged - 1];
                                  rejected.column = Joined(CheckedColumns(check));
                                  rejected.reason = FailureOf(check);
                                }
                                request.rejected(std::move(rejected));
                                return Ok();
                              });
  if (!given.ok()) return given.error();
  return request.session.Number("SELECT count(*) FROM " + Quote(request.RowsTable()));
}

}  // namespace weir::engine
