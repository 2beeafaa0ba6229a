#include "runner/engine/decode/sniff.h"

#include <algorithm>
#include <optional>

#include "crds/base/text.h"
#include "runner/engine/decode/text_input.h"
#include "runner/engine/errors.h"
#include "runner/engine/parquet/parquet_file.h"
#include "runner/engine/sql/sql.h"
#include "runner/engine/values/types.h"
#include "runner/formats/columns/other_text.h"
#include "runner/formats/columns/sql_names.h"
#include "runner/formats/columns/title.h"
#include "runner/formats/csv/csv_inference.h"
#include "runner/formats/encoding/encoding_evidence.h"
#include "runner/formats/json/json_inference.h"
#include "runner/formats/json/json_lists.h"
#include "runner/formats/values/value.h"

namespace weir::engine {
namespace {

constexpr std::size_t kMostColumns = 500;    // of a Dataset
constexpr std::size_t kLongestTitle = 1024;  // of a sourceName, in characters

Error CannotDeclare(const std::string& what) { return {Fault::Data, "FileUnreadable", what}; }

std::size_t Characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

// What a file calls `title` and SQL `name`, as a Dataset declares it. `what` says where the title is.
Result<api::Column> ColumnOf(const std::string& title, const std::string& name, const std::string& type, const std::string& what) {
  api::Column column{.name = name, .type = type};
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
  return {Fault::Data, "FileUnreadable", file.path + " cannot be read: " + ForPeople(error.message, file.path)};
}

Result<formats::FoundEncoding> EncodingOf(Session& session, const Registered& file) {
  constexpr std::size_t kMagic = 512;
  auto bytes = OpenBytes(session, file.name);
  if (!bytes.ok()) return bytes.error();
  auto front = formats::ReadPrefix(**bytes, kMagic);
  if (!front.ok()) return front.error();
  if (const std::string other = formats::OtherBinary(*front); !other.empty()) return CannotDeclare("it is " + other);
  return formats::FindEncoding(std::make_unique<formats::PrefixedSource>(std::move(front).value(), std::move(bytes).value()), file.path);
}

// A few bytes of Windows-1252 are damage, but not in the header.
Result<formats::FoundEncoding> EncodingOfCsv(Session& session, const Registered& file) {
  constexpr std::size_t kSample = 1 << 20;
  auto found = EncodingOf(session, file);
  if (!found.ok() || found->western_line == 0) return found;
  auto opened = OpenText(session, file.name, file.path, api::Encoding::Windows1252, formats::Undeclared::Refuse);
  if (!opened.ok()) return opened.error();
  const auto sample = formats::ReadPrefix(*opened->text, kSample);
  if (!sample.ok()) return sample.error();
  if (formats::HeaderLineOf(*sample) >= found->western_line) found->encoding = api::Encoding::Windows1252, found->note = found->western_note;
  return found;
}

void AddNote(const Registered& file, bool several, const std::string& note, SniffedFile& sniffed) {
  if (!note.empty()) sniffed.notes.push_back(several ? file.path + ": " + note : note);
}

Status AddCsv(Session& session, const Registered& file, api::Encoding encoding, formats::CsvInference& inference) {
  auto opened = OpenText(session, file.name, file.path, encoding, formats::Undeclared::Refuse);
  if (!opened.ok()) return opened.error();
  return inference.Add(std::move(opened).value(), file.path);
}

// Files of ASCII have the encoding of those beside them.
Status AddEachCsv(Session& session, const std::vector<Registered>& files, formats::CsvInference& inference, SniffedFile& sniffed) {
  std::vector<formats::FoundEncoding> found;
  std::optional<api::Encoding> wider;
  for (const Registered& file : files) {
    auto encoding = EncodingOfCsv(session, file);
    if (!encoding.ok()) return OfOne(session, file, encoding.error());
    if (!encoding->ascii && !wider) wider = encoding->encoding;
    AddNote(file, files.size() > 1, encoding->note, sniffed);
    found.push_back(std::move(encoding).value());
  }
  sniffed.ascii = !wider;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool follows = found[i].ascii && wider == api::Encoding::Windows1252;
    if (Status added = AddCsv(session, files[i], follows ? *wider : found[i].encoding, inference); !added.ok()) return OfOne(session, files[i], added.error());
  }
  return Ok();
}

Result<SniffedFile> SniffCsv(Session& session, const std::vector<Registered>& files) {
  formats::CsvInference inference;
  SniffedFile sniffed;
  if (Status added = AddEachCsv(session, files, inference, sniffed); !added.ok()) return added.error();
  const formats::InferredCsv inferred = inference.Declare();
  if (Status few = CheckCount(inferred.columns.size()); !few.ok()) return OfOne(session, files[0], few.error());
  sniffed.format = inferred.format;
  sniffed.notes.insert(sniffed.notes.end(), inferred.notes.begin(), inferred.notes.end());
  std::size_t next = 0;
  for (const formats::InferredColumn& found : inferred.columns) {
    const std::size_t place = next++;
    if (LeaveOut(found.title, place + 1, sniffed)) continue;
    auto column = ColumnOf(found.title, found.name, found.type, "the title of column " + std::to_string(place + 1));
    if (!column.ok()) return OfOne(session, files[0], column.error());
    if (found.title.empty()) column->sourceName.clear();
    sniffed.columns.push_back(std::move(column).value());
  }
  return sniffed;
}

// JSON has one encoding; what is not in it is quarantined row by row.
Status AddJson(Session& session, const Registered& file, bool several, formats::JsonInference& inference, SniffedFile& sniffed) {
  const auto encoding = EncodingOf(session, file);
  if (!encoding.ok()) return encoding.error();
  if (encoding->encoding == api::Encoding::Windows1252)
    AddNote(file, several,
            "its text is Windows-1252, as far as its bytes show, but JSON is read as UTF-8; convert it first: " +
                formats::ConvertCommand(file.path, "WINDOWS-1252"),
            sniffed);
  else if (encoding->encoding == api::Encoding::Utf8)
    AddNote(file, several, encoding->note, sniffed);
  auto opened = OpenText(session, file.name, file.path, std::nullopt, formats::Undeclared::GuessUnicode);
  if (!opened.ok()) return opened.error();
  return inference.Add(std::move(opened).value(), file.path);
}

Result<SniffedFile> SniffJson(Session& session, const std::vector<Registered>& files) {
  formats::JsonInference inference(kMostColumns);
  SniffedFile sniffed{.format = api::JsonFormat{}};
  for (const Registered& file : files)
    if (Status added = AddJson(session, file, files.size() > 1, inference, sniffed); !added.ok()) return OfOne(session, file, added.error());
  auto inferred = inference.Declare();
  if (!inferred.ok()) return OfOne(session, files[0], inferred.error());
  sniffed.notes.insert(sniffed.notes.end(), inferred->notes.begin(), inferred->notes.end());
  for (const formats::InferredColumn& found : inferred->columns) {
    auto column = ColumnOf(found.title, found.name, found.type, "the key " + formats::Shown(found.title));
    if (!column.ok()) return OfOne(session, files[0], column.error());
    if (!found.has_values) sniffed.unvalued.push_back(column->name);
    sniffed.columns.push_back(std::move(column).value());
  }
  return sniffed;
}

std::string MemberOf(const duckdb::LogicalType& type) {
  if (type.id() == duckdb::LogicalTypeId::STRUCT) return formats::MemberPath(duckdb::StructType::GetChildName(type, 0));
  return type.id() == duckdb::LogicalTypeId::MAP ? formats::MemberPath("a key") : "$[0]";
}

Result<SniffedFile> SniffOneParquet(Session& session, const Registered& of) {
  const auto file = OpenParquet(session, of.name, of.path);
  if (!file.ok()) return file.error();
  if (Status few = CheckCount(file->columns.size()); !few.ok()) return few.error();
  SniffedFile sniffed{.format = api::ParquetFormat{}};
  std::vector<std::string> titles;
  for (const ParquetFileColumn& found : file->columns) titles.push_back(formats::TitleOf(found.name));
  const std::vector<std::string> in_sql = formats::SqlNames(titles);
  for (std::size_t i = 0; i < titles.size(); ++i) {
    const ParquetFileColumn& found = file->columns[i];
    if (found.name.empty()) {
      sniffed.notes.emplace_back("a column without a name is left out: no declared column can name it");
      continue;
    }
    if (LeaveOut(titles[i], i + 1, sniffed)) continue;
    auto column = ColumnOf(titles[i], in_sql[i], found.DeclarableAs(), "the column " + formats::Shown(found.name));
    if (!column.ok()) return column.error();
    if (found.type.IsNested()) sniffed.notes.push_back("column " + titles[i] + ": " + formats::NestedNote(in_sql[i], MemberOf(found.type)));
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

Kind KindOf(std::string_view path) {
  path = formats::NameOfContent(path);
  if (path.ends_with(".parquet")) return Kind::Parquet;
  return path.ends_with(".json") || path.ends_with(".ndjson") || path.ends_with(".jsonl") ? Kind::Json : Kind::Csv;
}

Result<SniffedFile> SniffAs(Kind kind, Session& session, const std::vector<Registered>& files) {
  switch (kind) {
    case Kind::Parquet: return SniffParquet(session, files);
    case Kind::Json: return SniffJson(session, files);
    case Kind::Csv: break;
  }
  return SniffCsv(session, files);
}

}  // namespace

Result<SniffedFile> SniffFiles(Session& session, const std::vector<InputFile>& files) {
  std::vector<Registered> registered;
  for (const InputFile& file : files) {
    registered.push_back({session.Files().AddInput(file), file.path});
    if (KindOf(file.path) != KindOf(files[0].path)) return OtherShape(registered.back(), " is of another format");
  }
  auto sniffed = SniffAs(KindOf(files[0].path), session, registered);
  if (!sniffed.ok() || !sniffed->columns.empty()) return sniffed;
  std::string why;
  for (const std::string& note : sniffed->notes) why += "; " + note;
  return OfOne(session, registered[0], CannotDeclare("no column of it can be declared" + why));
}

}  // namespace weir::engine
