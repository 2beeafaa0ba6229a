#include "operator/plan/resolve/location.h"

#include <algorithm>

namespace weir::plan {

std::string PlaceText(const std::vector<api::Store>& stores, const api::TaskTable& table) {
  const auto store = std::find_if(stores.begin(), stores.end(), [&table](const api::Store& s) { return s.name == table.store; });
  if (store == stores.end()) return "store " + table.store + ": " + table.path;
  const std::string in_store = "store " + table.store + ": " + table.path;
  if (store->place.IsEmpty()) return in_store;
  return store->place.Visit(
      api::Overloaded{[&](const api::S3Store& s3) { return s3.endpoint + "/" + s3.bucket + "/" + table.path; },
                      [&](const api::VolumeStore& volume) { return volume.claim ? "volume " + *volume.claim + ": " + table.path : in_store; }});
}

namespace {

bool IsAllowed(const api::Meta& meta, const std::string& place) {
  const auto allowed = meta.annotations.find(std::string(kAnnotationMoveTo));
  return allowed != meta.annotations.end() && allowed->second == place;
}

std::string Sentence(const api::Meta& meta, const api::TableStatus& status, const api::TaskTable& table, const std::string& was, const std::string& is) {
  const std::string kind(api::Word(table.kind));
  return kind + " " + meta.name + " has version " + std::to_string(*status.version) + " at \"" + was + "\" and would lie at \"" + is +
         "\" from now on, where its data are not: change the Lake or spec.database back; to move on purpose, copy the folder and annotate the " + kind +
         " with " + std::string(kAnnotationMoveTo) + "=\"" + is + "\"";
}

// The folder of a store that the Lake names by an absolute path, as a runner writes it into `location`.
std::optional<std::string> FolderOf(const std::vector<api::Store>& stores, const api::TaskTable& table) {
  const auto store = std::find_if(stores.begin(), stores.end(), [&table](const api::Store& s) { return s.name == table.store; });
  const auto* volume = store == stores.end() ? nullptr : store->place.As<api::VolumeStore>();
  if (volume == nullptr || !volume->path || !volume->path->starts_with('/')) return std::nullopt;
  std::string root = *volume->path;
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  return "file://" + root + "/" + table.path;
}

}  // namespace

std::optional<std::string> MovedFrom(const api::Meta& meta, const api::TableStatus& status, const api::TaskTable& table, const std::string& place) {
  if (!status.version) return std::nullopt;
  const bool known = !status.place.empty();
  if (known ? status.place == place : status.location.empty() || status.location.ends_with("/" + table.path)) return std::nullopt;
  if (IsAllowed(meta, place)) return std::nullopt;
  return Sentence(meta, status, table, known ? status.place : status.location, place);
}

std::optional<std::string> MovedFolder(const api::Meta& meta, const api::TableStatus& status, const api::TaskTable& table,
                                       const std::vector<api::Store>& stores) {
  const auto folder = FolderOf(stores, table);
  if (!folder || !status.version || !status.location.starts_with("file://") || status.location == *folder || IsAllowed(meta, *folder)) return std::nullopt;
  return Sentence(meta, status, table, status.location, *folder);
}

}  // namespace weir::plan
