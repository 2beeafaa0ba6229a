#include "runner/stages/decoding/undeclared_columns.h"

#include <algorithm>

#include "crds/base/text.h"
#include "runner/engine/decode/file_columns.h"

namespace weir::stages {
namespace {

constexpr std::size_t kMostKnown = 200;
constexpr std::size_t kMostTold = 6;
constexpr std::size_t kLongestName = 64;  // bytes
constexpr std::size_t kLongestFile = 120;

// As it is kept and shown: for a terminal, and the same in each run.
std::string Kept(const std::string& name) { return Cut(OneLine(name), kLongestName); }

bool Holds(const std::vector<std::string>& names, const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); }

}  // namespace

UndeclaredColumns::UndeclaredColumns(const Json& facts, const std::vector<api::Column>& declared) {
  std::vector<std::string> own;
  for (const api::Column& column : declared) own.push_back(Kept(engine::NameInFile(column)));
  const Json& list = At(facts, kFact);
  if (!list.is_array()) return;
  for (const Json& name : list)
    if (name.is_string() && !Holds(own, name.get<std::string>())) known_.push_back(name.get<std::string>());
}

void UndeclaredColumns::Add(const std::vector<engine::UndeclaredColumn>& columns, const std::string& file) {
  for (const engine::UndeclaredColumn& column : columns) {
    const std::string name = Kept(column.name);
    if (known_.size() >= kMostKnown || Holds(known_, name)) continue;
    known_.push_back(name);
    news_.push_back({name, column.suggestion, file});
  }
}

std::vector<std::string> UndeclaredColumns::Told(const std::string& dataset) const {
  if (news_.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < news_.size() && i < kMostTold; ++i) names += (i > 0 ? ", " : "") + engine::ShownName(news_[i].name) + news_[i].suggestion;
  if (news_.size() > kMostTold) names += " and " + std::to_string(news_.size() - kMostTold) + " more";
  const std::string& first = news_.front().file;
  const bool one_file = std::all_of(news_.begin(), news_.end(), [&first](const News& news) { return news.file == first; });
  const bool one = news_.size() == 1;
  return {Cut(OneLine(first), kLongestFile) + (one_file ? " has " : " and other files have ") + (one ? "a column" : "columns") + " that Dataset " + dataset +
          " does not declare and no file had before: " + names + ". " + (one ? "It is" : "They are") + " not read; declare what you need"};
}

}  // namespace weir::stages
