#include "operator/plan/resolve/lake.h"

#include <algorithm>
#include <array>

namespace weir::plan {
namespace {

constexpr std::string_view FolderOf(api::Zone zone) {
  switch (zone) {
    case api::Zone::Landing: return "landing";
    case api::Zone::RawHistory: return "raw-history";
    case api::Zone::Processed: return "processed";
    case api::Zone::Curated: return "curated";
    case api::Zone::Views: return "views";
  }
  return "";
}

}  // namespace

api::LakeSpec BuiltInLake(const Environment& environment) {
  api::LakeSpec lake;
  if (!environment.IsLocal()) {
    lake.stores = {{.name = "lake", .place = api::VolumeStore{.claim = "weirkeeper-lake"}}};
    return lake;
  }
  lake.stores = {{.name = "lake", .place = api::VolumeStore{.path = environment.localLake}},
                 {.name = std::string(kSourceStore), .place = api::VolumeStore{.path = environment.localSource}}};
  return lake;
}

Place PlaceOf(const api::LakeSpec& lake, api::Zone zone) {
  const auto found = std::find_if(lake.zones.begin(), lake.zones.end(), [zone](const api::ZonePlace& p) { return p.name == zone; });
  if (found != lake.zones.end()) return {found->store, found->path.empty() ? std::string(FolderOf(zone)) : found->path};
  return {lake.stores.empty() ? "" : lake.stores.front().name, std::string(FolderOf(zone))};
}

std::string SourceStoreOf(const api::FilesSource& source) { return source.store.empty() ? std::string(kSourceStore) : source.store; }

const api::Store* FindStore(const api::LakeSpec& lake, const std::string& name) {
  const auto found = std::find_if(lake.stores.begin(), lake.stores.end(), [&name](const api::Store& s) { return s.name == name; });
  return found == lake.stores.end() ? nullptr : &*found;
}

}  // namespace weir::plan
