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

// A file as the session knows it.
struct Registered {
  std::string name;
  std::string path;
};

Error OtherShape(const Registered& file, const std::string& what) { return {Fault::Invalid, "OtherShape", file.path + what}; }

// What a file's reader answered, said of the file; faults of the store and of the machine as they came.
Error OfOne(const Session& session, const Registered& file, Error error) {
  if (session.StoreFailed() || error.fault == Fault::Exhausted || error.reason == "OtherShape" || error.message.starts_with(file.path)) return error;
  return {Fault::Data, "FileUnreadable", file.path + " cannot be read: " + ForPeople(error.message, file.name, file.path)};
}

Status AddCsv(Session& session, const Registered& file, formats::CsvInference& inference, std::vector<std::string>& notes) {
  auto bytes = OpenBytes(session, file.name);
  if (!bytes.ok()) return bytes.error();
  const auto encoding = formats::FindEncoding(std::move(bytes).value(), file.path);
  if (!encoding.ok()) return encoding.error();
  auto opened = OpenText(session, file.name, file.path, encoding->encoding, formats::Undeclared::Refuse);
  if (!opened.ok()) return opened.error();
  if (!encoding->note.empty()) notes.push_back(encoding->note);
  return inference.Add(std::move(opened).value(), file.path);
}

Result<SniffedFile> SniffCsv(Session& session, const std::vector<Registered>& files) {
  formats::CsvInference inference;
  SniffedFile sniffed;
  for (const Registered& file : files) {
    std::vector<std::string> notes;
    if (Status added = AddCsv(session, file, inference, notes); !added.ok()) return OfOne(session, file, added.error());
    for (const std::string& note : notes) sniffed.notes.push_back(files.size() > 1 ? file.path + ": " + note : note);
  }
  const formats::InferredCsv inferred = inference.Declare();
  if (Status few = CheckCount(inferred.columns.size()); !few.ok()) return OfOne(session, files[0], few.error());
  sniffed.format.csv.emplace(inferred.format);
  sniffed.notes.insert(sniffed.notes.end(), inferred.notes.begin(), inferred.notes.end());
  std::size_t next = 0;
  for (const formats::InferredColumn& found : inferred.columns) {
    const std::size_t place = next++;
    if (LeaveOut(found.title, place + 1, sniffed)) continue;
    auto column = ColumnOf(found.title, found.type, "the title of column " + std::to_string(place + 1));
    if (!column.ok()) return OfOne(session, files[0], column.error());
    if (found.title.empty()) *column = {.name = "column" + std::to_string(place), .type = found.type};
    sniffed.columns.push_back(std::move(column).value());
  }
  return sniffed;
}

Result<SniffedFile> SniffJson(Session& session, const std::vector<Registered>& files) {
  formats::JsonInference inference(kMostColumns);
  for (const Registered& file : files) {
    auto opened = OpenText(session, file.name, file.path, std::nullopt, formats::Undeclared::GuessUnicode);
    if (!opened.ok()) return OfOne(session, file, opened.error());
    if (Status added = inference.Add(std::move(opened).value(), file.path); !added.ok()) return OfOne(session, file, added.error());
  }
  auto inferred = inference.Declare();
  if (!inferred.ok()) return OfOne(session, files[0], inferred.error());
  SniffedFile sniffed{{.json = api::JsonFormat{}}, {}, std::move(inferred->notes)};
  for (const formats::InferredColumn& found : inferred->columns) {
    auto column = ColumnOf(found.title, found.type, "the key " + formats::Shown(found.title));
    if (!column.ok()) return OfOne(session, files[0], column.error());
    sniffed.columns.push_back(std::move(column).value());
  }
  return sniffed;
}

Result<SniffedFile> SniffOneParquet(Session& session, const Registered& of) {
  const auto file = OpenParquet(session, of.name, of.path);
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

Result<SniffedFile> SniffParquet(Session& session, const std::vector<Registered>& files) {
  auto first = SniffOneParquet(session, files[0]);
  if (!first.ok()) return OfOne(session, files[0], first.error());
  for (std::size_t i = 1; i < files.size(); ++i) {
    const auto other = SniffOneParquet(session, files[i]);
    if (!other.ok()) return OfOne(session, files[i], other.error());
    if (other->columns != first->columns) return OtherShape(files[i], " has other columns");
  }
  return first;
}

enum class Kind { Csv, Json, Parquet };

Kind KindOf(std::string path) {
  if (path.ends_with(".gz")) path.resize(path.size() - 3);
  if (path.ends_with(".parquet")) return Kind::Parquet;
  return path.ends_with(".json") || path.ends_with(".ndjson") || path.ends_with(".jsonl") ? Kind::Json : Kind::Csv;
}

}  // namespace

Result<SniffedFile> SniffFiles(Session& session, const std::vector<InputFile>& files) {
  std::vector<Registered> registered;
  for (const InputFile& file : files) {
    registered.push_back({session.Files().AddInput(file), file.path});
    if (KindOf(file.path) != KindOf(files[0].path)) return OtherShape(registered.back(), " is of another format");
  }
  switch (KindOf(files[0].path)) {
    case Kind::Parquet: return SniffParquet(session, registered);
    case Kind::Json: return SniffJson(session, registered);
    case Kind::Csv: break;
  }
  return SniffCsv(session, registered);
}

}  // namespace weir::engine
