#include "runner/stages/absent_keys.h"

#include <algorithm>
#include <span>

#include "crds/base/text.h"
#include "runner/stages/file_zone.h"

namespace weir::stages {
namespace {

constexpr const char* kTagAbsentKeys = "absentKeys";
constexpr std::size_t kMostInText = 3;
constexpr std::size_t kMostInTag = 20;  // of one file; there may be thousands of optional keys
constexpr std::size_t kMostFindings = 8;

std::string Sentence(const std::string& column, const std::string& key, const std::string& suggestion) {
  return "has the key " + Quoted(key) + " of column " + column + suggestion;
}

}  // namespace

std::string AbsentKeysText(const std::vector<engine::AbsentKey>& absent) {
  std::string text;
  for (std::size_t i = 0; i < absent.size() && i < kMostInText; ++i) text += "; no record " + Sentence(absent[i].column, absent[i].key, absent[i].suggestion);
  if (absent.size() > kMostInText) text += "; and " + std::to_string(absent.size() - kMostInText) + " more";
  return text;
}

void TagAbsentKeys(storage::DataFile& file, const std::vector<engine::AbsentKey>& absent) {
  if (absent.empty()) return;
  Json list = Json::array();
  for (const engine::AbsentKey& key : std::span(absent).first(std::min(absent.size(), kMostInTag)))
    list.push_back({{"column", key.column}, {"key", key.key}, {"suggestion", key.suggestion}});
  file.tags[kTagAbsentKeys] = Dump(list);
}

void AbsentKeysOfFiles::Add(const storage::DataFile& file, const std::string& input) {
  ++files_;
  const auto list = ParseJson(Tag(file, kTagAbsentKeys));
  if (!list.ok() || !list->is_array()) return;
  for (const Json& key : *list) {
    Files& files = columns_[{Text(key, "column"), Text(key, "key")}];
    if (++files.count > 1) continue;
    files.first = input;
    files.suggestion = Text(key, "suggestion");
  }
}

std::vector<api::Finding> AbsentKeysOfFiles::Told(const std::string& dataset) const {
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
    findings.push_back({"Dataset/" + dataset, "no record in " + where + example + " " + Sentence(column.first, column.second, files.suggestion) +
                                                  ": it is NULL there. Correct the column's name or sourceName, unless the key may be absent"});
  }
  return findings;
}

}  // namespace weir::stages
