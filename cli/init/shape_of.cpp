#include "cli/init/shape_of.h"

#include <algorithm>
#include <filesystem>

#include "cli/init/data_files.h"
#include "crds/api/describe/write.h"
#include "crds/base/text.h"
#include "runner/engine/decode/file_columns.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

std::string SeriesOfPath(const std::string& path) { return (fs::path(path).parent_path() / SeriesOf(fs::path(path).filename().string())).string(); }

bool IsNumber(const std::string& type) { return type == "BIGINT" || type == "DOUBLE" || type.starts_with("DECIMAL"); }
bool IsTime(const std::string& type) { return type == "DATE" || type == "TIMESTAMP"; }
bool GoTogether(const std::string& a, const std::string& b) {
  return a == b || a.empty() || b.empty() || (IsNumber(a) && IsNumber(b)) || (IsTime(a) && IsTime(b));
}

// By key; empty where no value is known.
std::map<std::string, std::string> TypesOf(const InferredFile& file) {
  std::map<std::string, std::string> types;
  for (const api::Column& column : file.columns) {
    const bool unknown = std::find(file.unvalued.begin(), file.unvalued.end(), column.name) != file.unvalued.end();
    types.emplace(engine::NameInFile(column), unknown ? "" : column.type);
  }
  return types;
}

std::vector<std::string> TitlesOf(const InferredFile& file) {
  std::vector<std::string> titles;
  for (const api::Column& column : file.columns) titles.push_back(engine::NameInFile(column));
  return titles;
}

// Titles of `a` that `b` has not, the first few.
std::string Missing(const InferredFile& a, const InferredFile& b) {
  constexpr std::size_t kLongest = 80;
  const std::vector<std::string> there = TitlesOf(b);
  std::string list;
  for (const std::string& title : TitlesOf(a))
    if (std::find(there.begin(), there.end(), title) == there.end()) list += (list.empty() ? "" : ", ") + OneLine(title);
  return Cut(list, kLongest);
}

std::string DifferenceOfTitles(const InferredFile& first, const InferredFile& other) {
  const std::string lacks = Missing(first, other), more = Missing(other, first);
  if (lacks.empty() && more.empty()) return "its columns are in another order or have other types";
  return "its columns are others" + (lacks.empty() ? "" : "; it lacks " + lacks) + (more.empty() ? "" : "; it has " + more);
}

}  // namespace

std::string EncodingOf(const InferredFile& file) {
  const auto* csv = file.format.As<api::CsvFormat>();
  return csv == nullptr ? "" : std::string(api::Word(csv->encoding.value_or(api::Encoding::Utf8)));
}

std::string ShapeOf(const InferredFile& file, const std::string& encoding) {
  api::Format format = file.format;
  if (auto* csv = format.As<api::CsvFormat>()) csv->nullTexts.clear(), csv->encoding.reset();
  std::vector<std::string> titles = TitlesOf(file);
  if (format.Is<api::JsonFormat>()) std::sort(titles.begin(), titles.end());
  return Dump({fs::path(file.path).parent_path().string(), api::Write(format), titles, encoding});
}

std::string DifferenceOf(const InferredFile& first, const InferredFile& other) {
  if (!first.format.Is<api::CsvFormat>() || !other.format.Is<api::CsvFormat>()) return DifferenceOfTitles(first, other);
  const api::CsvFormat &a = *first.format.As<api::CsvFormat>(), &b = *other.format.As<api::CsvFormat>();
  const auto differs = [](const std::string& what, const std::string& its, const std::string& theirs) {
    return "its " + what + " is " + its + ", that of the others " + theirs;
  };
  if (EncodingOf(first) != EncodingOf(other) && !other.ascii) return differs("encoding", EncodingOf(other), EncodingOf(first));
  if (a.delimiter != b.delimiter) return differs("delimiter", Quoted(b.delimiter), Quoted(a.delimiter));
  if (a.header != b.header) return b.header == false ? "it has no header" : "it has a header, and the others have none";
  if (a.skipLines != b.skipLines)
    return "it has " + std::to_string(b.skipLines.value_or(0)) + " lines before the table, the others " + std::to_string(a.skipLines.value_or(0));
  if (a.comment != b.comment) return b.comment.empty() ? "it has no comments before its header" : "it has comments";
  return DifferenceOfTitles(first, other);
}

SharedKeys::SharedKeys(const InferredFile& first) {
  if (!first.format.Is<api::JsonFormat>()) return;
  series_ = SeriesOfPath(first.path);
  types_ = TypesOf(first);
}

bool SharedKeys::Take(const InferredFile& file) {
  if (series_.empty() || !file.format.Is<api::JsonFormat>() || SeriesOfPath(file.path) != series_) return false;
  const auto types = TypesOf(file);
  std::size_t common = 0;
  for (const auto& [key, type] : types) {
    const auto own = types_.find(key);
    if (own == types_.end()) continue;
    if (!GoTogether(own->second, type)) return false;
    ++common;
  }
  if (common == 0 || common * 2 < std::min(types.size(), types_.size())) return false;
  for (const auto& [key, type] : types) {
    std::string& own = types_[key];
    if (own.empty() || own == "BIGINT" || own == "DATE") own = type.empty() ? own : type;
  }
  return true;
}

void DeclareOptionalKeys(const std::vector<const InferredFile*>& group, InferredFile& together) {
  constexpr std::size_t kLongest = 200;
  if (!together.format.Is<api::JsonFormat>()) return;
  std::map<std::string, std::size_t> files;
  for (const InferredFile* file : group)
    for (const std::string& title : TitlesOf(*file)) ++files[title];
  std::string list;
  for (api::Column& column : together.columns) {
    const std::string title = engine::NameInFile(column);
    if (files[title] == group.size()) continue;
    column.whenAbsent = api::WhenAbsent::SetNull;
    list += (list.empty() ? "" : ", ") + OneLine(title) + " (" + std::to_string(files[title]) + ")";
  }
  if (!list.empty())
    together.notes.push_back("keys of some of the " + std::to_string(group.size()) +
                             " files only, NULL in the others (whenAbsent: SetNull): " + Cut(list, kLongest));
}

}  // namespace weir::cli
