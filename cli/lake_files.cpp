#include "cli/lake_files.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "crds/api/read.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFileScheme = "file://";
constexpr std::string_view kMountPoint = "/lake/";  // where pods see volumes of a cluster, one folder for each store

// A folder of a pod, as this machine has it.
std::string Mapped(const World& world, const std::string& folder) {
  if (world.kind == World::Kind::Local || !folder.starts_with(kMountPoint)) return folder;
  return world.lake + "/" + folder.substr(kMountPoint.size());
}

Result<std::shared_ptr<storage::ObjectStore>> OpenFolder(const std::string& name, const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    return Error{Fault::Missing, "StoreUnavailable",
                 "store " + name + " is not here: there is no folder " + folder + "; mount or copy the volume there, or name another folder with --lake"};
  api::TaskStore place;
  place.name = name, place.root = fs::absolute(folder).lexically_normal().string();
  return storage::OpenStore(place);
}

Result<engine::RejectedRow> RowOf(const Json& json) {
  if (!json.is_object()) return Error{Fault::Data, "LogCorrupt", "a quarantine file holds something else than rows"};
  return engine::RejectedRow{Text(json, "file"), Integer(json, "line"), Text(json, "column"), Text(json, "reason"), Text(json, "text")};
}

}  // namespace

Result<std::shared_ptr<storage::ObjectStore>> OpenLakeStore(const World& world, const api::Store& store) {
  if (store.volume) return OpenFolder(store.name, store.volume->path ? *store.volume->path : world.lake + "/" + store.name);
  const char* credentials = std::getenv("WEIR_S3_CREDENTIALS");
  if (credentials == nullptr || *credentials == '\0')
    return Error{
        Fault::Missing, "StoreUnavailable",
        "store " + store.name + " is the bucket " + store.s3->bucket + ": name a folder with the files accessKeyId and secretAccessKey in WEIR_S3_CREDENTIALS"};
  api::TaskStore place;
  place.name = store.name, place.endpoint = store.s3->endpoint, place.region = store.s3->region, place.bucket = store.s3->bucket,
  place.credentials = credentials;
  return storage::OpenStore(place);
}

Result<LakePlace> OpenLocation(const World& world, const std::string& location) {
  if (location.starts_with(kFileScheme)) {
    const fs::path folder = fs::path(Mapped(world, location.substr(kFileScheme.size()))).lexically_normal();
    auto store = OpenFolder("lake", folder.parent_path().string());
    if (!store) return store.error();
    return LakePlace{std::move(*store), folder.filename().string()};
  }
  const std::size_t bucket = location.find("://") + 3, slash = location.find('/', bucket);
  const auto lake = world.cluster->Get({api::kLakes, world.ns, "default"});
  if (!location.starts_with("s3://") || slash == std::string::npos || !lake)
    return Error{Fault::Missing, "StoreUnavailable", location + " cannot be read from here: no Lake of the namespace names its store"};
  std::vector<api::Problem> newer;
  for (const api::Store& store : api::Read<api::LakeSpec>(At(*lake, "spec"), "spec", newer).stores) {
    if (!store.s3 || store.s3->bucket != location.substr(bucket, slash - bucket)) continue;
    auto opened = OpenLakeStore(world, store);
    if (!opened) return opened.error();
    return LakePlace{std::move(*opened), location.substr(slash + 1)};
  }
  return Error{Fault::Missing, "StoreUnavailable", location + " cannot be read from here: no store of the Lake has its bucket"};
}

Result<std::vector<engine::RejectedRow>> ReadQuarantine(const World& world, const plan::Bundle& bundle, const std::string& run, const std::string& stage,
                                                        int attempt, std::size_t limit) {
  for (const api::Store& store : bundle.stores) {
    if (store.name != bundle.outcomeStore) continue;
    const auto opened = OpenLakeStore(world, store);
    if (!opened) return opened.error();
    const auto text = (*opened)->Get(bundle.outcomePath + "/quarantine/" + run + "/" + stage + "-" + std::to_string(attempt) + ".jsonl");
    if (!text) return text.error();
    std::vector<engine::RejectedRow> rows;
    std::istringstream lines(*text);
    for (std::string line; rows.size() < limit && std::getline(lines, line);) {
      const auto json = ParseJson(line);
      if (!json) return json.error();
      auto row = RowOf(*json);
      if (!row) return row.error();
      rows.push_back(std::move(*row));
    }
    return rows;
  }
  return Error{Fault::Missing, "StoreUnavailable", "the revision names no store " + bundle.outcomeStore};
}

}  // namespace weir::cli
