#include "runner/stages/decoding/absent_columns.h"

#include "crds/base/text.h"
#include "runner/stages/files/file_zone.h"

namespace weir::stages {
namespace {

constexpr const char* kTagAbsentKeys = "absentKeys";  // of JSON, and nobody expects it
constexpr const char* kTagSetNull = "setNull";        // of columns with whenAbsent: SetNull
constexpr std::size_t kMostInText = 3;
constexpr std::size_t kMostInTag = 20;  // of one file; there may be thousands of optional keys
constexpr std::size_t kMostFindings = 8;
constexpr std::size_t kMostExpected = 3;

std::string Sentence(const std::string& column, const std::string& key, const std::string& suggestion) {
  return "has the key " + Quoted(key) + " of column " + column + suggestion;
}

std::vector<engine::AbsentColumn> UnexpectedIn(const storage::DataFile& file) {
  std::vector<engine::AbsentColumn> absent;
  const auto list = ParseJson(Tag(file, kTagAbsentKeys));
  if (list.ok() && list->is_array())
    for (const Json& key : *list) absent.push_back({.column = Text(key, "column"), .name = Text(key, "key"), .suggestion = Text(key, "suggestion")});
  return absent;
}

}  // namespace

std::string AbsentColumnsText(const std::vector<engine::AbsentColumn>& absent) {
  std::string text;
  std::size_t unexpected = 0;
  for (const engine::AbsentColumn& column : absent) {
    if (column.expected || ++unexpected > kMostInText) continue;
    text += "; no record " + Sentence(column.column, column.name, column.suggestion);
  }
  if (unexpected > kMostInText) text += "; and " + std::to_string(unexpected - kMostInText) + " more";
  return text;
}

std::string AbsentColumnsText(const storage::DataFile& file) { return AbsentColumnsText(UnexpectedIn(file)); }

void TagAbsentColumns(storage::DataFile& file, const std::vector<engine::AbsentColumn>& absent) {
  Json keys = Json::array(), expected = Json::array();
  for (const engine::AbsentColumn& column : absent) {
    if (column.expected && expected.size() < kMostInTag) expected.push_back(column.column);
    if (!column.expected && keys.size() < kMostInTag) keys.push_back({{"column", column.column}, {"key", column.name}, {"suggestion", column.suggestion}});
  }
  if (!keys.empty()) file.tags[kTagAbsentKeys] = Dump(keys);
  if (!expected.empty()) file.tags[kTagSetNull] = Dump(expected);
}

void AbsentColumnsOfFiles::Add(const storage::DataFile& file, const std::string& input) {
  ++files_;
  if (const auto expected = ParseJson(Tag(file, kTagSetNull)); expected.ok() && expected->is_array()) {
    for (const Json& column : *expected)
      if (column.is_string()) ++expected_[column.get<std::string>()];
    expectedMore_ = expectedMore_ || expected->size() == kMostInTag;
  }
  for (const engine::AbsentColumn& column : UnexpectedIn(file)) {
    Files& files = columns_[{column.column, column.name}];
    if (++files.count > 1) continue;
    files.first = input;
    files.suggestion = column.suggestion;
  }
}

std::string AbsentColumnsOfFiles::Expected() const {
  std::string text;
  std::size_t named = 0;
  for (const auto& [column, files] : expected_) {
    if (++named > kMostExpected)
      return text + "; and so are " + (expectedMore_ ? "at least " : "") + std::to_string(expected_.size() - kMostExpected) + " more columns";
    text += "; column " + column + " is NULL in " + std::to_string(files) + (files == 1 ? " file that does not have it" : " files that do not have it");
  }
  return text;
}

std::vector<api::Finding> AbsentColumnsOfFiles::Told(const std::string& dataset) const {
  std::vector<api::Finding> findings;
  for (const auto& [column, files] : columns_) {
    if (findings.size() == kMostFindings) {
      findings.push_back({"Dataset/" + dataset, std::to_string(columns_.size() - kMostFindings) + " more columns have keys that no record of a file has"});
      break;
    }
    const std::string where = files.count == files_ && files_ > 1 ? "any of " + std::to_string(files_) + " files"
                              : files.count == 1                  ? files.first
                                                                  : std::to_string(files.count) + " of " + std::to_string(files_) + " files";
    const std::string example = files.count > 1 ? ", " + files.first + " among them" : "";
    findings.push_back(
        {"Dataset/" + dataset, "no record in " + where + example + " " + Sentence(column.first, column.second, files.suggestion) +
                                   ": it is NULL there. Correct the column's name or sourceName; when files may lack the key, declare whenAbsent: SetNull"});
  }
  return findings;
}

}  // namespace weir::stages
