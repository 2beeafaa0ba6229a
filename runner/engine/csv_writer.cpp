#include "runner/engine/csv_writer.h"

#include "crds/base/count.h"
#include "runner/engine/sql/sql.h"

namespace weir::engine {
namespace {

bool IsFloating(const api::Column& column) { return column.type == "FLOAT" || column.type == "DOUBLE"; }
bool IsText(const api::Column& column) { return column.type == "VARCHAR"; }

// Whether delimited text has no way to say the value; empty for a column of which every value has one.
std::string UnwritableIn(const api::Column& column) {
  if (IsFloating(column)) return "NOT isfinite(" + Quote(column.name) + ")";
  if (IsText(column)) return "contains(" + Quote(column.name) + ", chr(0))";
  return "";
}

Error Unwritable(const CsvRequest& request, const api::Column& column, std::int64_t rows) {
  const std::string what = IsText(column) ? "the character U+0000" : "NaN or infinity";
  return {Fault::Data, "BadInput",
          "column " + column.name + " of " + request.table + " has " + what + " in " + Counted(rows, "row") +
              ", which CSV has no text for. Make it NULL in the SQL that writes the table, or export parquet; nothing was written"};
}

// One scan for all columns that may have such values.
Status CheckWritable(Session& session, const std::vector<api::Column>& columns, const CsvRequest& request) {
  std::vector<const api::Column*> doubtful;
  std::vector<std::string> counts;
  for (const api::Column& column : columns) {
    if (column.type == "BLOB")
      return Error{Fault::Invalid, "SchemaMismatch",
                   "column " + column.name + " of " + request.table + " is a BLOB, and a CSV file holds text only: export parquet"};
    const std::string unwritable = UnwritableIn(column);
    if (unwritable.empty()) continue;
    doubtful.push_back(&column);
    counts.push_back("count(*) FILTER (WHERE " + unwritable + ")");
  }
  if (doubtful.empty()) return Ok();
  const auto counted = session.Run("SELECT " + Joined(counts) + " FROM main." + Quote(request.table));
  if (!counted.ok()) return counted.error();
  for (std::size_t i = 0; i < doubtful.size(); ++i)
    if (const auto rows = (*counted)->GetValue(i, 0).GetValue<std::int64_t>(); rows > 0) return Unwritable(request, *doubtful[i], rows);
  return Ok();
}

std::string CopyStatement(const CsvRequest& request, const std::vector<api::Column>& columns, const std::string& path) {
  std::vector<std::string> outputs;
  std::vector<std::string> quoted;
  for (const api::Column& column : columns) {
    const std::string name = Quote(column.name);
    outputs.push_back(column.type == "TIMESTAMP" ? "strftime(" + name + ", '%Y-%m-%dT%H:%M:%S.%fZ') AS " + name : name);
    if (IsText(column)) quoted.push_back(name);
  }
  const std::string quotes = quoted.empty() ? "" : ", FORCE_QUOTE (" + Joined(quoted) + ")";
  return "COPY (SELECT " + Joined(outputs) + " FROM main." + Quote(request.table) + ") TO " + Literal(path) + " (FORMAT csv, HEADER true, DELIMITER " +
         Literal(request.delimiter) + ", QUOTE '\"', ESCAPE '\"', NULLSTR " + Literal(request.nullText) + ", USE_TMP_FILE false" + quotes + ")";
}

}  // namespace

Result<WrittenText> WriteTableAsCsv(Session& session, const std::vector<api::Column>& columns, const CsvRequest& request) {
  if (Status writable = CheckWritable(session, columns, request); !writable.ok()) return writable.error();
  auto out = request.store->Create(request.path);
  if (!out.ok()) return out.error();
  const std::string path = session.Files().AddOutput(std::move(out).value());
  const auto copied = session.Run(CopyStatement(request, columns, path));
  WrittenText written{.bytes = session.Files().BytesWritten(path)};
  session.Files().Forget(path);
  if (!copied.ok()) return copied.error();
  written.rows = (*copied)->GetValue(0, 0).GetValue<std::int64_t>();
  return written;
}

}  // namespace weir::engine
