#include "crds/api/read.h"
#include "runner/engine/decode.h"
#include "runner/engine/sql.h"
#include "runner/engine/types.h"

namespace weir::engine {
namespace {

struct FileColumn {
  std::string name;
  duckdb::LogicalType type;
};

std::string Scan(const DecodeRequest& request, const char* options) {
  return "read_parquet(" + Literal(request.name) + ", hive_partitioning = false" + options + ")";
}

Result<std::vector<FileColumn>> FileColumns(const DecodeRequest& request) {
  auto described = request.session.Run("SELECT * FROM " + Scan(request, "") + " LIMIT 0");
  if (!described.ok()) return Unreadable(request, described.error());
  std::vector<FileColumn> columns;
  for (std::size_t i = 0; i < described.value()->names.size(); ++i) columns.push_back({described.value()->names[i], described.value()->types[i]});
  return columns;
}

// The file's value as declared; NULL unless it comes back the same.
std::string ValueAs(const std::string& source, const duckdb::LogicalType& from, const std::string& declared) {
  const duckdb::LogicalType to = DeclaredType(declared);
  if (declared == "TIMESTAMP" && from == to) return "CASE WHEN isfinite(" + source + ") THEN " + source + " END";
  if (from == to) return source;
  if (from.id() == duckdb::LogicalTypeId::VARCHAR) return FromText(source, declared, "");
  if (from.id() == duckdb::LogicalTypeId::TIMESTAMP_TZ && declared == "TIMESTAMP") return FiniteTimestamp(source);
  const std::string value = "TRY_CAST(" + source + " AS " + declared + ")";
  if (ConvertsWithoutLoss(from, to)) return value;
  return "CASE WHEN TRY_CAST(" + value + " AS " + from.ToString() + ") IS NOT DISTINCT FROM " + source + " THEN " + value + " END";
}

Result<std::vector<SourcedColumn>> FindColumns(const DecodeRequest& request, const std::vector<FileColumn>& file) {
  std::vector<SourcedColumn> found;
  std::string missing;
  std::vector<std::string> names;
  for (const FileColumn& column : file) names.push_back(column.name);
  for (const api::Column& column : request.rules.columns) {
    const auto same = std::find(names.begin(), names.end(), NameInFile(column));
    if (same == names.end()) {
      missing += (missing.empty() ? "" : ", ") + NameInFile(column);
      continue;
    }
    const std::string n = std::to_string(found.size());
    found.push_back({&column, Quote(*same), ValueAs("s" + n, file[static_cast<std::size_t>(same - names.begin())].type, column.type)});
  }
  if (missing.empty()) return found;
  return Error{Fault::Data, "FileUnreadable",
               request.path + " has no column " + missing + "; it has " + JoinSql(names) + ". Correct the file, or the columns' sourceName"};
}

Status Report(const DecodeRequest& request, const std::vector<Misfit>& misfits) {
  if (misfits.empty()) return Ok();
  const std::string bad = "SELECT rowid FROM " + Quote(request.RowsTable()) + " WHERE \" bad\" IS NOT NULL";
  const std::string rows = "SELECT to_json(r) FROM (SELECT * EXCLUDE (file_row_number) FROM " + Scan(request, ", file_row_number = true") +
                           " WHERE file_row_number IN (" + bad + ") ORDER BY file_row_number) r";
  auto next = misfits.begin();
  return request.session.ForEach(rows, [&](const std::vector<duckdb::Value>& row) -> Status {
    request.rejected({request.path, next->position + 1, next->column, next->reason, row[0].ToString()});
    ++next;
    return Ok();
  });
}

}  // namespace

Result<std::int64_t> DecodeParquet(const DecodeRequest& request) {
  const auto file = FileColumns(request);
  if (!file.ok()) return file.error();
  const auto columns = FindColumns(request, *file);
  if (!columns.ok()) return columns.error();
  Status made = MakeRows(request, *columns, Scan(request, ""));
  if (!made.ok()) return made.error();
  const auto misfits = FindMisfits(request);
  if (!misfits.ok()) return misfits.error();
  Status reported = Report(request, *misfits);
  if (!reported.ok()) return reported.error();
  return request.session.Number("SELECT count(*) FROM " + Quote(request.RowsTable()));
}

}  // namespace weir::engine
