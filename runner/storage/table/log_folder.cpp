#include "runner/storage/table/log_folder.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "crds/base/text.h"
#include "runner/storage/paths.h"

namespace weir::storage {
namespace {

constexpr std::size_t kDigits = 20;  // of a version in a name
constexpr const char* kLastCheckpoint = "_last_checkpoint";
constexpr std::int64_t kLargestHint = 1 << 16;

std::string Padded(std::int64_t version) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%020lld", static_cast<long long>(version));
  return digits;
}

// The name behind the version; nothing for a name that begins with none. A first digit that is not 0 is beyond any version.
std::optional<std::int64_t> VersionIn(std::string_view name) {
  if (name.size() <= kDigits || name[0] != '0' || name.find_first_not_of("0123456789") != kDigits) return std::nullopt;
  return WholeNumber(name.substr(0, kDigits));
}

// How many parts a checkpoint with such an ending has: 1 of ".checkpoint.parquet", 3 of ".checkpoint.0000000002.0000000003.parquet".
// Other endings are those of a newer protocol, whose tables we do not read.
std::optional<std::int64_t> PartsBy(std::string_view ending) {
  constexpr std::string_view kPrefix = ".checkpoint.", kSuffix = ".parquet";
  constexpr std::size_t kPartDigits = 10;
  if (ending == ".checkpoint.parquet") return 1;
  if (ending.size() != kPrefix.size() + 2 * kPartDigits + 1 + kSuffix.size() || !ending.starts_with(kPrefix) || !ending.ends_with(kSuffix)) return std::nullopt;
  ending.remove_prefix(kPrefix.size());
  const auto part = WholeNumber(ending.substr(0, kPartDigits)), parts = WholeNumber(ending.substr(kPartDigits + 1, kPartDigits));
  if (!part || !parts || ending[kPartDigits] != '.' || *part < 1 || *part > *parts) return std::nullopt;
  return parts;
}

}  // namespace

std::int64_t LogListing::Newest() const { return std::max(entries.empty() ? -1 : entries.back(), checkpoints.empty() ? -1 : checkpoints.rbegin()->first); }

LogFolder::LogFolder(std::shared_ptr<ObjectStore> store, const std::string& table, LogKind kind)
    : store_(std::move(store)), path_(JoinPath(table, kind == LogKind::Delta ? "_delta_log" : "_weirkeeper_log")) {}

std::string LogFolder::EntryPath(std::int64_t version) const { return JoinPath(path_, Padded(version) + ".json"); }
std::string LogFolder::CheckpointPath(std::int64_t version) const { return JoinPath(path_, Padded(version) + ".checkpoint.parquet"); }

Result<LogListing> LogFolder::List(std::int64_t since) const {
  // All names of a version sort behind those of the version before it.
  const auto objects = store_->List(path_, since > 0 ? EntryPath(since - 1) : "");
  if (!objects) return objects.error();
  LogListing listing{.since = since};
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<std::string>> parts;  // by version and number of parts
  for (const StoredObject& object : *objects) {
    const std::string name = FileNameOf(object.path);
    const auto version = VersionIn(name);
    if (!version || *version < since || FolderOf(object.path) != path_) continue;
    const std::string_view ending = std::string_view(name).substr(kDigits);
    if (ending == ".json") listing.entries.push_back(*version);
    if (const auto count = PartsBy(ending)) parts[{*version, *count}].push_back(object.path);
  }
  for (auto& [key, paths] : parts)
    if (static_cast<std::int64_t>(paths.size()) == key.second) listing.checkpoints.try_emplace(key.first, std::move(paths));
  std::sort(listing.entries.begin(), listing.entries.end());
  return listing;
}

std::optional<std::int64_t> LogFolder::Hint() const {
  const auto text = store_->Get(JoinPath(path_, kLastCheckpoint), kLargestHint);
  const auto json = text ? ParseJson(*text) : Result<Json>(text.error());
  const std::int64_t version = json ? Integer(*json, "version", -1) : -1;
  return version < 0 ? std::nullopt : std::optional(version);
}

// Between the two steps the file is missing for a moment, and of two writers the older hint may stay: readers allow for both.
void LogFolder::SetHint(std::int64_t version, std::int64_t actions) const {
  const std::string path = JoinPath(path_, kLastCheckpoint);
  if (!store_->Remove(path)) return;
  static_cast<void>(store_->PutIfAbsent(path, Dump({{"version", version}, {"size", actions}})));
}

}  // namespace weir::storage
