#include "runner/engine/sniff.h"

#include <algorithm>

#include "crds/base/text.h"
#include "runner/engine/errors.h"
#include "runner/engine/parquet_file.h"
#include "runner/engine/sql.h"
#include "runner/engine/text_input.h"
#include "runner/engine/types.h"
#include "runner/formats/csv_inference.h"
#include "runner/formats/encoding_evidence.h"
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

Error CannotDeclare(const std::string& what) { return {Fault::Data, "FileUnreadable", what}; }

std::size_t Characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

// What a file calls `title`, as a Dataset declares it. `what` says where the title is.
Result<api::Column> ColumnOf(const std::string& title, const std::string& type, const std::string& what) {
  api::Column column{.name = PlainName(title), .type = type};
  if (column.name != title) column.sourceName = title;
  if (const std::size_t length = Characters(title); length > kLongestTitle)
    return CannotDeclare(what + " has " + std::to_string(length) + " characters, but a sourceName takes " + std::to_string(kLongestTitle) +
                         "; shorten it in the file");
  return column;
}

// No declared column can name it. JSON leaves such keys out by itself.
bool LeaveOut(const std::string& title, std::size_t place, SniffedFile& sniffed) {
  if (OneLine(title) == title) return false;
  sniffed.notes.push_back("the name of column " + std::to_string(place) + ", " + formats::Shown(title) +
                          ", holds control characters, and the column is left out: rename it in the file to keep it");
  return true;
}

Status CheckCount(std::size_t columns) {
  if (columns <= kMostColumns) return Ok();
  return CannotDeclare("it has " + std::to_string(columns) + " columns, but a Dataset takes " + std::to_string(kMostColumns) +
                       "; declare those that you need by hand: others are left out when it is decoded");
}

Result<SniffedFile> SniffCsv(Session& session, const std::string& name, const std::string& path) {
  auto bytes = OpenBytes(session, name);
  if (!bytes.ok()) return bytes.error();
  const auto encoding = formats::FindEncoding(std::move(bytes).value(), path);
  if (!encoding.ok()) return encoding.error();
  auto opened = OpenText(session, name, path, encoding->encoding, formats::Undeclared::Refuse);
  if (!opened.ok()) return opened.error();
  auto inferred = formats::InferCsv(std::move(opened).value(), path);
  if (!inferred.ok()) return inferred.error();
  if (Status few = CheckCount(inferred->columns.size()); !few.ok()) return few.error();
  SniffedFile sniffed;
  sniffed.format.csv.emplace(inferred->format);
  if (!encoding->note.empty()) sniffed.notes.push_back(encoding->note);
  sniffed.notes.insert(sniffed.notes.end(), inferred->notes.begin(), inferred->notes.end());
  std::size_t next = 0;
  for (const formats::InferredColumn& found : inferred->columns) {
    const std::size_t place = next++;
    if (LeaveOut(found.title, place + 1, sniffed)) continue;
    auto column = ColumnOf(found.title, found.type, "the title of column " + std::to_string(place + 1));
    if (!column.ok()) return column.error();
    if (found.title.empty()) *column = {.name = "column" + std::to_string(place), .type = found.type};
    sniffed.columns.push_back(std::move(column).value());
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
    auto column = ColumnOf(found.title, found.type, "the key " + formats::Shown(found.title));
    if (!column.ok()) return column.error();
    sniffed.columns.push_back(std::move(column).value());
  }
  return sniffed;
}

Result<SniffedFile> SniffParquet(Session& session, const std::string& name, const std::string& path) {
  const auto file = OpenParquet(session, name, path);
  if (!file.ok()) return file.error();
  if (Status few = CheckCount(file->columns.size()); !few.ok()) return few.error();
  SniffedFile sniffed{{.parquet = api::ParquetFormat{}}, {}, {}};
  for (const ParquetFileColumn& found : file->columns) {
    if (found.name.empty()) {
      sniffed.notes.emplace_back("a column without a name is left out: no declared column can name it");
      continue;
    }
    if (LeaveOut(found.name, static_cast<std::size_t>(&found - file->columns.data()) + 1, sniffed)) continue;
    auto column = ColumnOf(found.name, found.DeclarableAs(), "the column " + formats::Shown(found.name));
    if (!column.ok()) return column.error();
    sniffed.columns.push_back(std::move(column).value());
  }
  return sniffed;
}

Result<SniffedFile> SniffBy(Session& session, const std::string& name, const std::string& path) {
  std::string stem = path;
  if (stem.ends_with(".gz")) stem.resize(stem.size() - 3);
  if (stem.ends_with(".parquet")) return SniffParquet(session, name, path);
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
