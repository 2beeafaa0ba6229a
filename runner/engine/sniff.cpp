#include "runner/engine/sniff.h"

#include "runner/engine/sql.h"
#include "runner/engine/types.h"

namespace weir::engine {
namespace {

using Sniffed = std::pair<api::Format, std::vector<api::Column>>;

// A column name that SQL and the API take: small letters, digits and '_'.
std::string PlainName(const std::string& name) {
  std::string plain;
  for (const char c : name) plain += std::isalnum(static_cast<unsigned char>(c)) != 0 ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : '_';
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

Result<Sniffed> SniffCsv(Session& session, const std::string& file) {
  auto sniffed = session.Run("SELECT Delimiter, HasHeader FROM sniff_csv(" + file + ")");
  if (!sniffed.ok()) return sniffed.error();
  api::CsvFormat csv;
  csv.delimiter = sniffed.value()->GetValue(0, 0).ToString();
  if (csv.delimiter.size() != 1) csv.delimiter = ",";  // one column: any would do
  if (!sniffed.value()->GetValue(1, 0).GetValue<bool>()) csv.header = false;
  const auto columns = SniffedColumns(session, "read_csv(" + file + ", hive_partitioning = false)");
  if (!columns.ok()) return columns.error();
  return Sniffed{api::Format{.csv = csv}, *columns};
}

Result<Sniffed> SniffBy(Session& session, const std::string& file, const std::string& path) {
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
  return SniffCsv(session, file);
}

}  // namespace

Result<Sniffed> SniffFile(Session& session, const std::string& name, const std::string& path) {
  auto sniffed = SniffBy(session, Literal(name), path);
  if (sniffed.ok() || session.StoreFailed() || sniffed.error().fault == Fault::Exhausted) return sniffed;
  return Error{Fault::Data, "FileUnreadable", path + " cannot be read: " + sniffed.error().message};
}

}  // namespace weir::engine
