#include "cli/lake/lake_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "cli/machine/scratch.h"
#include "crds/api/describe/read.h"
#include "crds/api/protocol/attempt.h"
#include "crds/base/count.h"
#include "crds/base/text.h"
#include "runner/storage/object_lines.h"
#include "runner/storage/table/file_tags.h"

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

// By "zone/ns/table/part/a.csv" and the paths below the table's folder, such as "part/a.csv".
bool Counts(const QuarantineSource& source, const std::string& file) {
  if (source.inputs.empty() || source.inputs.contains(file)) return true;
  for (std::size_t slash = file.find('/'); slash != std::string::npos; slash = file.find('/', slash + 1))
    if (source.inputs.contains(file.substr(slash + 1))) return true;
  return false;
}

Result<storage::Lines> AppendRow(const std::string& line, const QuarantineSource& source, std::size_t limit, QuarantinedRows& rows) {
  const auto json = ParseJson(line);
  if (!json) return json.error();
  auto row = RowOf(*json);
  if (!row) return row.error();
  if (!Counts(source, row->file)) return storage::Lines::Next;
  ++rows.total;
  if (rows.rows.size() < limit) rows.rows.push_back(std::move(*row));
  return storage::Lines::Next;
}

Result<std::shared_ptr<storage::ObjectStore>> OpenNamed(const World& world, const plan::Bundle& bundle, const std::string& name) {
  for (const api::Store& store : bundle.stores)
    if (store.name == name) return OpenLakeStore(world, store);
  return Error{Fault::Missing, "StoreUnavailable", "the revision names no store " + name};
}

}  // namespace

Result<std::string> KeysOf(const std::string& name, const api::S3Store& store) {
  const char* folder = std::getenv("WEIR_S3_CREDENTIALS");
  if (folder != nullptr && *folder != '\0') return fs::absolute(folder).lexically_normal().string();
  return Error{Fault::Missing, "StoreUnavailable",
               "store " + name + " is the bucket " + store.bucket + ": name a folder with the files accessKeyId and secretAccessKey in WEIR_S3_CREDENTIALS"};
}

Result<std::shared_ptr<storage::ObjectStore>> OpenLakeStore(const World& world, const api::Store& store) {
  if (store.place.IsEmpty()) return Error{Fault::Invalid, "StoreUnavailable", "store " + store.name + " names no place: volume or s3"};
  return store.place.Visit(
      api::Overloaded{[&](const api::VolumeStore& volume) { return OpenFolder(store.name, volume.path ? *volume.path : world.lake + "/" + store.name); },
                      [&](const api::S3Store& s3) -> Result<std::shared_ptr<storage::ObjectStore>> {
                        const auto keys = KeysOf(store.name, s3);
                        if (!keys) return keys.error();
                        api::TaskStore place;
                        place.name = store.name, place.endpoint = s3.endpoint, place.region = s3.region, place.bucket = s3.bucket, place.credentials = *keys;
                        return storage::OpenStore(place);
                      }});
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
    const auto* s3 = store.place.As<api::S3Store>();
    if (s3 == nullptr || s3->bucket != location.substr(bucket, slash - bucket)) continue;
    auto opened = OpenLakeStore(world, store);
    if (!opened) return opened.error();
    return LakePlace{std::move(*opened), location.substr(slash + 1)};
  }
  return Error{Fault::Missing, "StoreUnavailable", location + " cannot be read from here: no store of the Lake has its bucket"};
}

Result<storage::TableState> LoadTable(const World& world, const std::string& location, storage::LogKind kind, std::optional<std::int64_t> version) {
  const auto place = OpenLocation(world, location);
  if (!place) return place.error();
  return storage::TableLog(place->store, place->path, kind, nullptr, world.checkpoints.get()).Load(version);
}

Result<storage::TableState> LoadVersion(const World& world, const std::string& location, storage::LogKind kind, std::int64_t version,
                                        const std::string& content_hash) {
  auto state = LoadTable(world, location, kind, version);
  if (state && !content_hash.empty() && Text(state->Facts(), "contentHash") != content_hash)
    return Error{Fault::Missing, "LogLost", "version " + std::to_string(version) + " in " + location + " is another one by now"};
  return state;
}

QuarantineSources QuarantineOf(const storage::TableState& state) {
  QuarantineSources sources;
  for (const auto& [path, file] : state.files) {
    const std::string kept = storage::Tag(file, storage::kTagQuarantine), input = storage::Tag(file, storage::kTagInput);
    if (kept.empty() || input.empty()) continue;
    sources[kept].inputs.insert(input);
    sources[kept].rows += WholeNumber(storage::Tag(file, storage::kTagQuarantined)).value_or(0);
  }
  // SQL says it of its result as a whole; what decoding says so has tags.
  const Json& facts = state.Facts();
  if (const std::string path = Text(facts, "quarantine"); !path.empty() && At(At(facts, "ledger"), "filtered").is_null())
    sources[path].rows = Integer(At(facts, "ledger"), "quarantined");
  return sources;
}

QuarantineSources QuarantineOf(const plan::Bundle& bundle, const api::Meta& run, const api::StageStatus& stage) {
  return {{api::QuarantinePath(bundle.outcomePath, {.run = run.name, .runUid = run.uid, .stage = stage.name, .attempt = stage.attempt}), {}}};
}

Result<QuarantinedRows> ReadQuarantine(const World& world, const plan::Bundle& bundle, const QuarantineSources& sources, std::size_t limit) {
  const auto opened = OpenNamed(world, bundle, bundle.outcomeStore);
  if (!opened) return opened.error();
  QuarantinedRows rows;
  for (const auto& [path, source] : sources) {
    const std::string location = (*opened)->Location(path);
    const auto file = (*opened)->Open(path);
    if (!file && (file.error().fault != Fault::Missing || source.rows == 0)) return file.error();
    if (file) rows.locations.push_back(location);
    const std::int64_t before = rows.total;
    const Status whole = file ? storage::ForEachLine(**file, [&](const std::string& line) { return AppendRow(line, source, limit, rows); }) : Ok();
    if (!whole && whole.error().fault != Fault::Data && whole.error().fault != Fault::Invalid) return whole.error();
    const std::int64_t found = rows.total - before;
    if (!file)
      rows.cut.push_back(location + ", with " + Counted(source.rows, "quarantined row") + ", is gone");
    else if (!whole || found < source.rows)
      rows.cut.push_back(location + " has " + Grouped(found) + " of the " + Counted(source.rows, "row") + " that were quarantined: it was changed or cut");
  }
  return rows;
}

WholeFiles QuarantinedWhole(const storage::TableState& state) {
  std::vector<WholeFile> files;
  std::int64_t more = 0;
  for (const auto& [path, file] : state.files) {
    if (!storage::IsQuarantinedWhole(file)) continue;
    const std::string input = storage::Tag(file, storage::kTagInputPath);
    files.push_back({input.empty() ? storage::Tag(file, storage::kTagInput) : input, storage::Tag(file, storage::kTagQuarantinedWhole)});
  }
  for (const Json& file : At(state.Facts(), storage::kFactQuarantinedWhole)) {
    const std::string source = Text(file, "source");
    if (file.contains(storage::kMoreFiles))
      more = Integer(file, storage::kMoreFiles);
    else
      files.push_back({source.empty() ? Text(file, "file") : source, Text(file, "why")});
  }
  std::sort(files.begin(), files.end(), [](const WholeFile& a, const WholeFile& b) { return a.path < b.path; });
  return {std::move(files), more};
}

std::vector<const api::TaskTable*> TablesRead(const plan::Bundle& bundle, const std::string& sql) {
  std::vector<const api::TaskTable*> named;
  for (const api::TaskTable& table : bundle.tables)
    if (!api::HoldsFiles(table.zone) && plan::MayName(sql, table.table)) named.push_back(&table);
  const auto scratch = Scratch::Make();
  auto engine = scratch ? engine::MakeEngine({0, 1, scratch->Path()}) : Result<std::unique_ptr<engine::Engine>>(scratch.error());
  if (!engine) return named;
  for (const api::TaskTable* table : named)
    if (!(*engine)->Attach(table->table, {}, table->columns)) return named;
  const auto bound = (*engine)->Bind(sql);
  if (!bound) return named;
  std::erase_if(named, [&](const api::TaskTable* table) { return std::find(bound->tables.begin(), bound->tables.end(), table->table) == bound->tables.end(); });
  return named;
}

}  // namespace weir::cli
