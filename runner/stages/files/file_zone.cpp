#include "runner/stages/files/file_zone.h"

#include <algorithm>

#include "crds/base/text.h"
#include "runner/engine/engine.h"

namespace weir::stages {
namespace {

constexpr std::int64_t kLatestSeconds = 253'402'300'799;  // the end of the year 9999

}  // namespace

FileIdentity IdentityOf(const storage::DataFile& file) { return {Tag(file, kTagSource), Tag(file, kTagSha256), Tag(file, kTagDelivery)}; }

std::string AddFile(const std::string& sum, const storage::DataFile& file) { return engine::AddDigest(sum, Tag(file, kTagSha256)); }

std::string ContentHashOf(const storage::TableState& state) {
  std::string sum = engine::AddDigest("", "");
  for (const auto& [path, file] : state.files) sum = AddFile(sum, file);
  return sum;
}

std::optional<Time> NewestLanded(const storage::TableState& state) {
  std::optional<Time> newest;
  for (const auto& [path, file] : state.files) {
    const auto landed = WholeNumber(Tag(file, kTagLanded), 0, kLatestSeconds);
    if (!landed) continue;
    const Time time = Time::FromSeconds(*landed);
    newest = newest ? std::max(*newest, time) : time;
  }
  return newest;
}

std::string SourceAndPath(const storage::DataFile& file) {
  const std::string source = Tag(file, kTagSource);
  return source.empty() ? file.path : source + " (" + file.path + ")";
}

std::string HowToExclude(const api::TaskTable& files, const std::string& path) {
  return "to leave the file out, add to spec.exclude of Dataset " + files.name + ": {file: \"" + path + "\", reason: ...}";
}

std::string ProviderOf(const api::TaskTable& table) {
  const std::string_view field = table.format ? table.format->Field() : "";
  return std::string(field.empty() ? api::ParquetFormat::kField : field);
}

}  // namespace weir::stages
