#include <algorithm>

#include "crds/base/json.h"
#include "runner/engine/decode/decode.h"
#include "runner/engine/decode/file_columns.h"
#include "runner/engine/decode/scan_row.h"
#include "runner/engine/parquet/page_checksums.h"
#include "runner/engine/parquet/parquet_file.h"
#include "runner/engine/parquet/parquet_functions.h"
#include "runner/engine/sql/sql.h"
#include "runner/engine/values/types.h"
#include "runner/formats/columns/title.h"
#include "runner/formats/encoding/utf8.h"

namespace weir::engine {
namespace {

bool IsInstant(duckdb::LogicalTypeId type) {
  using duckdb::LogicalTypeId;
  return type == LogicalTypeId::TIMESTAMP || type == LogicalTypeId::TIMESTAMP_SEC || type == LogicalTypeId::TIMESTAMP_MS || type == LogicalTypeId::TIMESTAMP_TZ;
}

// As the grammar of texts has it: no infinite ones, and years of four digits.
std::string InRange(const std::string& value, const std::string& declared) {
  if (declared == "DATE") return "CASE WHEN " + value + " BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN " + value + " END";
  return "CASE WHEN " + value + " BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999' THEN " + value + " END";
}

// As ValueAs, but of a time, whatever the file has there, also those that no other reader knows.
std::string AnyValueAs(const ParquetFileColumn& column, const std::string& source, const std::string& declared) {
  const duckdb::LogicalType& from = column.type;
  const duckdb::LogicalType to = DeclaredType(declared);
  if (from == to) return source;
  if (declared == "TIMESTAMP" && from.id() == duckdb::LogicalTypeId::TIMESTAMP_NS)
    return "CASE WHEN " + source + " % 1000 = 0 THEN make_timestamp(" + source + " // 1000) END";
  if (declared == "TIMESTAMP" && from.id() == duckdb::LogicalTypeId::TIMESTAMP_TZ) return FiniteTimestamp(source);
  const std::string value = "TRY_CAST(" + source + " AS " + declared + ")";
  if (ConvertsWithoutLoss(from, to) || (declared == "TIMESTAMP" && IsInstant(from.id()))) return value;
  return "CASE WHEN TRY_CAST(" + value + " AS " + from.ToString() + ") IS NOT DISTINCT FROM " + source + " THEN " + value + " END";
}

// The file's value as declared; NULL unless it comes back the same. A BLOB takes any bytes.
std::string ValueAs(const ParquetFileColumn& column, const std::string& source, const std::string& declared) {
  if (declared == "BLOB" && column.type.id() == duckdb::LogicalTypeId::BLOB) return source;
  if (column.IsText()) return FromText(column.TextOf(source), declared, "");
  const std::string value = AnyValueAs(column, source, declared);
  return declared == "DATE" || declared == "TIMESTAMP" ? InRange(value, declared) : value;
}

std::vector<std::string> NamesOf(const ParquetFile& file) {
  std::vector<std::string> names;
  for (const ParquetFileColumn& column : file.columns) names.push_back(formats::TitleOf(column.name));
  return names;
}

// The value as it is in the file. A text that is empty or blank is missing, as in every format, but where the column may
// hold such texts.
std::string SourceOf(const ParquetFileColumn& there, const api::Column& column) {
  const auto type = formats::ParseColumnType(column.type);
  const bool is_text = there.IsText() && there.type.id() == duckdb::LogicalTypeId::BLOB;
  if (!is_text || !type || IsText(type->type)) return there.source;
  std::string call = kNotBlank;
  call.push_back('(');
  return call + there.source + ")";
}

// The declared columns, and where the file has the values of those that it has.
struct FoundColumns {
  std::vector<SourcedColumn> columns;
  std::vector<formats::ParquetChunk> chunks;
};

Result<FoundColumns> FindColumns(const DecodeRequest& request, const ParquetFile& file) {
  FoundColumns found;
  std::vector<std::string> twice;
  const std::vector<std::string> names = NamesOf(file);
  for (const api::Column& column : request.rules.columns) {
    const std::string value = "s" + std::to_string(found.columns.size());
    const auto same = std::find(names.begin(), names.end(), NameInFile(column));
    if (same == names.end()) {
      const std::string null = "CAST(NULL AS " + column.type + ")";
      found.columns.push_back({&column, null, null});
      continue;
    }
    if (std::find(same + 1, names.end(), *same) != names.end()) twice.push_back(*same);
    const ParquetFileColumn& there = file.columns[static_cast<std::size_t>(same - names.begin())];
    found.chunks.insert(found.chunks.end(), there.chunks.begin(), there.chunks.end());
    found.columns.push_back(
        {&column, SourceOf(there, column), ValueAs(there, value, column.type), column.type == "VARCHAR" ? there.ProblemOf(value) : there.ShownOf(value)});
  }
  if (twice.empty()) return found;
  return Error{Fault::Data, "FileUnreadable",
               request.path + " has two columns " + ListOfNames(twice) + "; it has " + ListOfNames(names) + ". Correct the file, or the columns' sourceName"};
}

Status CheckRead(const DecodeRequest& request, std::vector<formats::ParquetChunk> chunks) {
  const auto object = request.session.Files().OpenObject(request.name);
  if (!object.ok()) return object.error();
  return CheckPages(**object, std::move(chunks), request.path);
}

// The row as a JSON object with the file's own names.
std::string RowText(const ParquetFile& file, const std::vector<duckdb::Value>& values) {
  std::string text = "{";
  for (std::size_t i = 0; i < file.columns.size(); ++i) {
    text += (i > 0 ? "," : "") + Dump(Json(file.columns[i].name)) + ":" + (values[i].IsNull() ? "null" : values[i].ToString());
    if (text.size() > formats::kLongestKept) break;
  }
  return formats::Legible(text + "}", formats::kLongestKept);
}

Status Report(const DecodeRequest& request, const ParquetFile& file, const std::vector<Misfit>& misfits) {
  if (misfits.empty()) return Ok();
  std::vector<std::string> values;
  for (const ParquetFileColumn& column : file.columns) values.push_back(column.json);
  const std::string bad = "SELECT rowid FROM " + Quote(request.RowsTable()) + " WHERE \" bad\" IS NOT NULL";
  auto next = misfits.begin();
  return request.session.ForEach(
      "SELECT " + Joined(values) + " FROM " + file.Scan(", file_row_number = true") + " WHERE file_row_number IN (" + bad + ") ORDER BY file_row_number",
      [&](const std::vector<duckdb::Value>& row) -> Status {
        request.rejected({request.path, next->position + 1, next->column, next->reason, RowText(file, row)});
        ++next;
        return Ok();
      });
}

}  // namespace

Result<DecodedFile> DecodeParquet(const DecodeRequest& request) {
  const auto file = OpenParquet(request.session, request.name, request.path);
  if (!file.ok()) return file.error();
  auto difference = CompareColumns(request.path, request.rules.columns, NamesOf(*file), AbsentMeans::Unreadable);
  if (!difference.ok()) return difference.error();
  auto found = FindColumns(request, *file);
  if (!found.ok()) return found.error();
  if (Status sound = CheckRead(request, std::move(found->chunks)); !sound.ok()) return sound.error();
  Status made = MakeRows(request, found->columns, file->Scan());
  if (!made.ok()) return made.error();
  const auto misfits = FindMisfits(request);
  if (!misfits.ok()) return misfits.error();
  Status reported = Report(request, *file, *misfits);
  if (!reported.ok()) return Unreadable(request, reported.error());
  const auto rows = request.session.Number("SELECT count(*) FROM " + Quote(request.RowsTable()));
  if (!rows.ok()) return rows.error();
  return DecodedFile{*rows, std::move(difference->absent), std::move(difference->undeclared)};
}

}  // namespace weir::engine
