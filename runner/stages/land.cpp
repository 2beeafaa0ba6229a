#include <fnmatch.h>

#include <functional>
#include <set>

#include "runner/stages/copy_file.h"
#include "runner/stages/file_zone.h"
#include "runner/stages/publication.h"
#include "runner/stages/stage.h"
#include "runner/storage/http_source.h"
#include "runner/storage/paths.h"

namespace weir::stages {
namespace {

// Everything that one landing works with.
struct Landing {
  Place& place;
  PlacedTable target;
  std::set<FileIdentity> known;  // live and removed files of the log
  std::vector<storage::DataFile> landed;
  std::int64_t seen = 0;
};

Error NoFiles(const std::string& what) { return {Fault::Data, "NoFiles", what}; }

Error EmptyFile(const std::string& what) {
  return {Fault::Data, "BadInput", what + " is empty (0 bytes): nothing was landed; the file stays where it is. Remove it or let its supplier write it again"};
}

// "data.csv.gz" landed at 5 -> "file_land_timestamp=5/data_5.csv.gz".
std::string LandedPath(const std::string& name, std::int64_t seconds, const std::string& suffix) {
  const std::size_t end = name.ends_with(".gz") ? name.size() - 4 : name.size() - 1;
  const auto found = name.rfind('.', end);
  const std::size_t dot = found == std::string::npos || found == 0 ? name.size() : found;
  const std::string stamp = std::to_string(seconds);
  return "file_land_timestamp=" + stamp + "/" + name.substr(0, dot) + "_" + stamp + suffix + name.substr(dot);
}

storage::DataFile Describe(const Landing& landing, const std::string& path, const std::string& source, const CopiedFile& copied) {
  storage::DataFile file;
  file.path = path;
  file.bytes = copied.bytes;
  file.modified = landing.place.task.logicalTime;
  file.tags = {{kTagSha256, copied.sha256}, {kTagSource, source}, {kTagLanded, std::to_string(landing.place.task.logicalTime.Seconds())}};
  return file;
}

// What is to land: where it comes from, what the file is called, and what streams it into a writer.
struct Arrival {
  std::string source;
  std::string name;
  std::function<Result<CopiedFile>(storage::ObjectWriter&)> fill;
};

// A name that an earlier attempt took with other content gets the attempt's number.
Status LandOne(Landing& landing, const Arrival& arrival) {
  const api::StageTask& task = landing.place.task;
  for (const std::string& suffix : {std::string(), "-" + std::to_string(task.attempt)}) {
    const std::string path = LandedPath(arrival.name, task.logicalTime.Seconds(), suffix);
    auto out = landing.target.store->Create(landing.target.PathOf(path));
    if (!out.ok()) return out.error();
    const auto copied = arrival.fill(**out);
    if (!copied.ok()) return copied.error();
    if (copied->bytes == 0) return EmptyFile(arrival.source);
    if (landing.known.contains({arrival.source, copied->sha256})) return Ok();
    Status closed = CloseOrSame(*landing.target.store, landing.target.PathOf(path), **out, copied->sha256);
    if (!closed.ok() && closed.error().reason == "Exists" && suffix.empty()) continue;
    if (!closed.ok()) return closed;
    landing.known.insert({arrival.source, copied->sha256});
    landing.landed.push_back(Describe(landing, path, arrival.source, *copied));
    return Ok();
  }
  return Ok();
}

Result<std::vector<storage::StoredObject>> Matching(storage::ObjectStore& store, const std::string& path) {
  const std::string folder = storage::FolderOf(path);
  const std::string pattern = storage::FileNameOf(path);
  std::vector<storage::StoredObject> matching;
  if (pattern.find_first_of("*?") == std::string::npos) {
    const auto found = store.Stat(path);
    if (!found.ok()) return found.error().fault == Fault::Missing ? NoFiles(found.error().message) : found.error();
    matching.push_back(*found);
    return matching;
  }
  const auto all = store.List(folder);
  if (!all.ok()) {
    if (all.error().fault == Fault::Missing) return matching;
    return all.error();
  }
  for (const storage::StoredObject& object : *all)
    if (storage::FolderOf(object.path) == folder && ::fnmatch(pattern.c_str(), storage::FileNameOf(object.path).c_str(), FNM_PERIOD) == 0)
      matching.push_back(object);
  return matching;
}

Status LandFiles(Landing& landing, const api::FilesSource& source) {
  const auto store = landing.place.Store(source.store);
  if (!store.ok()) return store.error();
  const auto files = Matching(**store, source.path);
  if (!files.ok()) return files.error();
  if (files->empty()) return NoFiles("no file matches " + source.path + " in " + (*store)->Describe());
  for (const storage::StoredObject& file : *files) {
    if (file.bytes != 0) continue;
    // What is no file is listed with 0 bytes, too; opening it says what it is.
    const auto opened = (*store)->Open(file.path);
    return opened.ok() ? EmptyFile(file.path + " in " + (*store)->Describe()) : opened.error();
  }
  std::set<std::string> known_sources;
  for (const FileIdentity& identity : landing.known) known_sources.insert(identity.source);
  for (const storage::StoredObject& file : *files) {
    ++landing.seen;
    const std::string name = source.store + "/" + file.path;
    if (known_sources.contains(name)) {
      // Most often it is the same again: reading it is cheaper than reading and writing.
      const auto hashed = HashFile(**store, file.path);
      if (!hashed.ok()) return hashed.error();
      if (landing.known.contains({name, hashed->sha256})) continue;
    }
    const auto copy = [&](storage::ObjectWriter& out) { return CopyInto(**store, file.path, out); };
    if (Status done = LandOne(landing, {name, storage::FileNameOf(file.path), copy}); !done.ok()) return done;
  }
  return Ok();
}

Status LandUrl(Landing& landing, const std::string& url) {
  ++landing.seen;
  const auto fetch = [&](storage::ObjectWriter& out) -> Result<CopiedFile> {
    const auto fetched = storage::Fetch(url, out);
    if (!fetched.ok()) return fetched.error();
    return CopiedFile{fetched->bytes, fetched->sha256};
  };
  return LandOne(landing, {storage::UrlWithoutQuery(url), storage::FileNameOfUrl(url), fetch});
}

}  // namespace

Result<api::StageOutcome> RunLand(Place& place) {
  if (!place.task.source || (!place.task.source->files && !place.task.source->http))
    return Error{Fault::Invalid, "Invalid", "stage " + place.task.stage + " names no source to land from"};
  auto target = place.Table(place.task.into);
  if (!target.ok()) return target.error();
  const storage::TableSchema schema{.provider = ProviderOf(*target->table)};
  auto earlier = FindOrClaim(place, *target, schema);
  if (!earlier.ok()) return earlier.error();
  if (*earlier) return **earlier;
  auto state = target->log->Load();
  if (!state.ok()) return state.error();

  Landing landing{.place = place, .target = *target};
  for (const auto* files : {&state->files, &state->tombstones})
    for (const auto& [path, file] : *files) landing.known.insert(IdentityOf(file));
  Status done = place.task.source->files ? LandFiles(landing, *place.task.source->files) : LandUrl(landing, place.task.source->http->url);
  if (!done.ok()) return done.error();

  Facts facts;
  facts.ledger = {.rowsIn = landing.seen,
                  .rowsOut = static_cast<std::int64_t>(landing.landed.size()),
                  .filtered = landing.seen - static_cast<std::int64_t>(landing.landed.size())};
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .rows = facts.ledger};
  outcome.message = std::to_string(facts.ledger.rowsOut) + " of " + std::to_string(landing.seen) + " files landed, " + std::to_string(*facts.ledger.filtered) +
                    " were there before";
  if (landing.landed.empty()) return outcome;
  facts.dataAsOf = place.task.logicalTime;
  facts.contentHash = ContentHashOf(*state);
  for (const storage::DataFile& file : landing.landed) facts.contentHash = AddFile(facts.contentHash, file);
  const auto commit = Publish(place, *target, {.schema = schema, .add = landing.landed}, facts);
  if (!commit.ok()) return commit.error();
  outcome.commits = {*commit};
  return outcome;
}

}  // namespace weir::stages
