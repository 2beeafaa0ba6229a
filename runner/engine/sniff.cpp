#include "runner/engine/sniff.h"

#include <algorithm>

#include "runner/engine/errors.h"
#include "runner/engine/sql.h"
#include "runner/engine/text_input.h"
#include "runner/engine/types.h"
#include "runner/formats/csv_inference.h"
#include "runner/formats/json_inference.h"
#include "runner/formats/value.h"

namespace weir::engine {
namespace {

constexpr std::size_t kMostColumns = 500;    // of a Dataset
constexpr std::size_t kLongestTitle = 1024;  // of a sourceName, in characters

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

Error CannotDeclare(const std::string& what) { return {Fault::Data, "FileUnreadable", what}; }

std::size_t Characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

Result<SniffedFile> SniffCsv(Session& session, const std::string& name, const std::string& path) {
  auto opened = OpenText(session, name, path, std::nullopt, formats::Undeclared::Guess);
  if (!opened.ok()) return opened.error();
  auto inferred = formats::InferCsv(std::move(opened).value(), path);
  if (!inferred.ok()) return inferred.error();
  if (inferred->columns.size() > kMostColumns)
    return CannotDeclare("it has " + std::to_string(inferred->columns.size()) + " columns, but a Dataset takes " + std::to_string(kMostColumns) +
                         "; declare those that you need by hand: others are left out when it is decoded");
  SniffedFile sniffed;
  sniffed.format.csv.emplace(inferred->format);
  sniffed.notes = std::move(inferred->notes);
  for (const formats::InferredColumn& found : inferred->columns) {
    api::Column column{.name = "column" + std::to_string(sniffed.columns.size()), .type = found.type};
    if (!found.title.empty()) {
      column.name = PlainName(found.title);
      if (column.name != found.title) column.sourceName = found.title;
    }
    if (const std::size_t length = Characters(found.title); length > kLongestTitle)
      return CannotDeclare("the title of column " + std::to_string(sniffed.columns.size() + 1) + " has " + std::to_string(length) +
                           " characters, but a sourceName takes " + std::to_string(kLongestTitle) + "; shorten it in the file");
    sniffed.columns.push_back(std::move(column));
  }
  return sniffed;
}

Result<SniffedFile> SniffJson(Session& session, const std::string& name, const std::string& path) {
  auto opened = OpenText(session, name, path, std::nullopt, formats::Undeclared::GuessUnicode);
  if (!opened.ok()) return opened.error();
  auto inferred = formats::InferJson(std::move(opened).value(), kMostColumns);
  if (!inferred.ok()) return inferred.error();
  SniffedFile sniffed{{.json = api::JsonFormat{}}, {}, std::move(inferred->notes)};
  for (const formats::InferredColumn& found : inferred->columns) {
    api::Column column{.name = PlainName(found.title), .type = found.type};
    if (column.name != found.title) column.sourceName = found.title;
    if (const std::size_t length = Characters(found.title); length > kLongestTitle)
      return CannotDeclare("the key " + formats::Shown(found.title) + " has " + std::to_string(length) + " characters, but a sourceName takes " +
                           std::to_string(kLongestTitle) + "; shorten it in the file");
    sniffed.columns.push_back(std::move(column));
  }
  return sniffed;
}

Result<SniffedFile> SniffBy(Session& session, const std::string& name, const std::string& path) {
  const std::string file = Literal(name);
  std::string stem = path;
  if (stem.ends_with(".gz")) stem.resize(stem.size() - 3);
  if (stem.ends_with(".parquet")) {
    const auto columns = SniffedColumns(session, "read_parquet(" + file + ", hive_partitioning = false)");
    if (!columns.ok()) return columns.error();
    return SniffedFile{{.parquet = api::ParquetFormat{}}, *columns, {}};
  }
  if (stem.ends_with(".json") || stem.ends_with(".ndjson") || stem.ends_with(".jsonl")) return SniffJson(session, name, path);
  return SniffCsv(session, name, path);
}

}  // namespace

Result<SniffedFile> SniffFile(Session& session, const std::string& name, const std::string& path) {
  auto sniffed = SniffBy(session, name, path);
  if (sniffed.ok() || session.StoreFailed() || sniffed.error().fault == Fault::Exhausted) return sniffed;
  if (sniffed.error().message.starts_with(path)) return sniffed;
  return Error{Fault::Data, "FileUnreadable", path + " cannot be read: " + ForPeople(sniffed.error().message, name, path)};
}

}  // namespace weir::engine
