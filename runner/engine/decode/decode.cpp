#include "runner/engine/decode/decode.h"

#include "runner/engine/errors.h"
#include "runner/engine/parquet/parquet_file.h"
#include "runner/engine/sql/checks.h"
#include "runner/engine/sql/sql.h"
#include "runner/formats/values/instant.h"

namespace weir::engine {
namespace {

// " bad" is 2i for a value of column i that does not fit, 2i + 1 for one that is missing, 2n + k for a row of n fitting
// values that fails check k.
std::string BadCase(const std::vector<SourcedColumn>& columns, const RowRules& rules) {
  const std::vector<api::Check>& checks = rules.checks;
  std::string text = "CASE";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string n = std::to_string(i);
    text += " WHEN v" + n + " IS NULL AND s" + n + " IS NOT NULL THEN " + std::to_string(2 * i);
    if (!columns[i].column->IsNullable()) text += " WHEN s" + n + " IS NULL THEN " + std::to_string(2 * i + 1);
  }
  const auto value = [&](const std::string& name) {
    const auto same = std::find_if(columns.begin(), columns.end(), [&](const SourcedColumn& column) { return column.column->name == name; });
    return same == columns.end() ? Quote(name) : "v" + std::to_string(same - columns.begin());
  };
  for (std::size_t k = 0; k < checks.size(); ++k)
    text += " WHEN " + FailingRow(checks[k], rules.columns, value) + " THEN " + std::to_string(2 * columns.size() + k);
  return text + " ELSE NULL END";
}

// What a message shows of a value that did not fit.
std::string MisfitText(const std::vector<SourcedColumn>& columns) {
  std::string text = "CASE WHEN \" bad\" IS NULL THEN NULL";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string shown = columns[i].shown.empty() ? "CAST(s" + std::to_string(i) + " AS VARCHAR)" : columns[i].shown;
    text += " WHEN \" bad\" = " + std::to_string(2 * i) + " THEN " + shown;
  }
  return text + " END";
}

std::string ReasonOf(const api::Column& column, const std::string& text) {
  if (column.type == "VARCHAR") return text;
  const auto type = formats::ParseColumnType(column.type);
  return formats::Explain(type ? formats::MisfitOf(text, *type) : formats::Misfit::NotOne, text, column.type);
}

}  // namespace

Error Unreadable(const DecodeRequest& request, const Error& error) {
  if (request.format.Is<api::ParquetFormat>()) return UnreadableParquet(request.session, error, request.path);
  if (request.session.StoreFailed() || error.fault == Fault::Exhausted || error.reason == "FileUnreadable") return error;
  return {Fault::Data, "FileUnreadable", request.path + " cannot be read as declared: " + ForPeople(error.message, request.path)};
}

Status MakeRows(const DecodeRequest& request, const std::vector<SourcedColumn>& columns, const std::string& from) {
  // A file's own columns end in the innermost SELECT, the declared ones begin in the view: theirs could be any names.
  std::vector<std::string> sources;
  std::vector<std::string> values{"*"};
  std::vector<std::string> kept;
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string n = std::to_string(i);
    sources.push_back(columns[i].source + " AS s" + n);
    values.push_back(columns[i].value + " AS v" + n);
    kept.push_back("v" + n + " AS c" + n);
    outputs.push_back("c" + n + " AS " + Quote(columns[i].column->name));
  }
  const std::string scan = "SELECT " + Joined(values) + " FROM (SELECT " + Joined(sources) + " FROM " + from + ")";
  const std::string rows = Quote(request.RowsTable());
  const std::string judged = "SELECT *, " + BadCase(columns, request.rules) + " AS \" bad\" FROM (" + scan + ")";
  Status made = request.session.Execute("CREATE OR REPLACE TEMP TABLE " + rows + " AS SELECT " + Joined(kept) + ", \" bad\", " + MisfitText(columns) +
                                        " AS \" text\" FROM (" + judged + ")");
  if (!made.ok()) return Unreadable(request, made.error());
  return request.session.Execute("CREATE OR REPLACE TEMP VIEW " + Quote(request.into) + " AS SELECT " + Joined(outputs) + " FROM " + rows +
                                 " WHERE \" bad\" IS NULL");
}

Result<std::vector<Misfit>> FindMisfits(const DecodeRequest& request) {
  std::vector<Misfit> misfits;
  const auto add = [&](const std::vector<duckdb::Value>& row) -> Status {
    const auto code = row[1].GetValue<std::int64_t>();
    const std::size_t values = 2 * request.rules.columns.size();
    if (static_cast<std::size_t>(code) >= values) {
      const api::Check& check = request.rules.checks[static_cast<std::size_t>(code) - values];
      misfits.push_back({row[0].GetValue<std::int64_t>(), Joined(CheckedColumns(check)), FailureOf(check)});
      return Ok();
    }
    const api::Column& column = request.rules.columns[static_cast<std::size_t>(code / 2)];
    misfits.push_back({row[0].GetValue<std::int64_t>(), column.name, code % 2 == 0 ? ReasonOf(column, row[2].ToString()) : "is missing"});
    return Ok();
  };
  Status done =
      request.session.ForEach("SELECT rowid, \" bad\", \" text\" FROM " + Quote(request.RowsTable()) + " WHERE \" bad\" IS NOT NULL ORDER BY rowid", add);
  if (!done.ok()) return done.error();
  return misfits;
}

}  // namespace weir::engine
