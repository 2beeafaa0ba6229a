#include "runner/engine/sniff.h"

#include <algorithm>

#include "runner/engine/csv_records.h"
#include "runner/engine/errors.h"
#include "runner/engine/sql.h"
#include "runner/engine/types.h"

namespace weir::engine {
namespace {

using Sniffed = std::pair<api::Format, std::vector<api::Column>>;

// A column name that SQL and the API take: small letters, digits and '_'.
std::string PlainName(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_')
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!plain.empty() && plain.back() != '_')
      plain += '_';
  }
  while (plain.size() > 1 && plain.back() == '_' && name.back() != '_') plain.pop_back();
  if (plain.empty() || std::isdigit(static_cast<unsigned char>(plain.front())) != 0) plain.insert(0, "c_");
  return plain;
}

Result<std::vector<api::Column>> SniffedColumns(Session& session, const std::string& scan) {
  auto described = session.Run("SELECT * FROM " + scan + " LIMIT 0");
  if (!described.ok()) return described.error();
  std::vector<api::Column> columns;
  for (std::size_t i = 0; i < described.value()->names.size(); ++i) {
    const std::string& name = described.value()->names[i];
    api::Column column;
    column.name = PlainName(name);
    column.type = DeclarableType(described.value()->types[i]);
    if (column.name != name) column.sourceName = name;
    columns.push_back(column);
  }
  return columns;
}

// DuckDB has names of its own for columns that share one or have none: declarations find columns as decoding names them.
Status NameByHeader(Session& session, const std::string& file, char delimiter, std::vector<api::Column>& columns) try {
  auto text = session.AllFiles().OpenFile(file, duckdb::FileFlags::FILE_FLAGS_READ | duckdb::FileCompressionType::AUTO_DETECT);
  CsvRecord header;
  if (!CsvRecords(*text, delimiter, EmptyLines::Skipped).Next(header)) return Ok();
  if (header.text.starts_with("\xEF\xBB\xBF")) header.text.erase(0, 3);
  const std::vector<std::string> names = DistinctNames(CsvValues(header.text, delimiter));
  for (std::size_t i = 0; i < std::min(names.size(), columns.size()); ++i) {
    columns[i].name = PlainName(names[i]);
    columns[i].sourceName = columns[i].name == names[i] ? "" : names[i];
  }
  return Ok();
} catch (const std::exception& error) {
  return session.Explain(error);
}

Result<Sniffed> SniffCsv(Session& session, const std::string& name) {
  const std::string file = Literal(name);
  auto sniffed = session.Run("SELECT Delimiter, HasHeader FROM sniff_csv(" + file + ")");
  if (!sniffed.ok()) return sniffed.error();
  api::CsvFormat csv;
  csv.delimiter = sniffed.value()->GetValue(0, 0).ToString();
  if (csv.delimiter.size() != 1) csv.delimiter = ",";  // one column: any would do
  if (!sniffed.value()->GetValue(1, 0).GetValue<bool>()) csv.header = false;
  auto columns = SniffedColumns(session, "read_csv(" + file + ", hive_partitioning = false)");
  if (!columns.ok()) return columns.error();
  if (csv.header.value_or(true))
    if (Status named = NameByHeader(session, name, csv.delimiter[0], *columns); !named.ok()) return named.error();
  return Sniffed{api::Format{.csv = csv}, *columns};
}

Result<Sniffed> SniffBy(Session& session, const std::string& name, const std::string& path) {
  const std::string file = Literal(name);
  std::string stem = path;
  if (stem.ends_with(".gz")) stem.resize(stem.size() - 3);
  if (stem.ends_with(".parquet")) {
    const auto columns = SniffedColumns(session, "read_parquet(" + file + ", hive_partitioning = false)");
    if (!columns.ok()) return columns.error();
    return Sniffed{api::Format{.parquet = api::ParquetFormat{}}, *columns};
  }
  if (stem.ends_with(".json") || stem.ends_with(".ndjson") || stem.ends_with(".jsonl")) {
    const auto columns = SniffedColumns(session, "read_json_auto(" + file + ", hive_partitioning = false)");
    if (!columns.ok()) return columns.error();
    return Sniffed{api::Format{.json = api::JsonFormat{}}, *columns};
  }
  return SniffCsv(session, name);
}

}  // namespace

Result<Sniffed> SniffFile(Session& session, const std::string& name, const std::string& path) {
  auto sniffed = SniffBy(session, name, path);
  if (sniffed.ok() || session.StoreFailed() || sniffed.error().fault == Fault::Exhausted) return sniffed;
  return Error{Fault::Data, "FileUnreadable", path + " cannot be read: " + ForPeople(sniffed.error().message, name, path)};
}

}  // namespace weir::engine
