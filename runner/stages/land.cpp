#include <fnmatch.h>

#include <functional>
#include <set>

#include "runner/stages/copy_file.h"
#include "runner/stages/file_zone.h"
#include "runner/stages/names.h"
#include "runner/stages/publication.h"
#include "runner/stages/stage.h"
#include "runner/stages/store_file.h"
#include "runner/stages/verification.h"
#include "runner/storage/http_source.h"
#include "runner/storage/names.h"
#include "runner/storage/paths.h"

namespace weir::stages {
namespace {

// Everything that one landing works with.
struct Landing {
  Place& place;
  PlacedTable target;
  std::set<FileIdentity> known;  // live and removed files of the log
  std::set<std::string> taken;   // paths that the log names
  std::vector<storage::DataFile> landed;
  std::int64_t seen = 0;
};

Error NoFiles(const std::string& what) { return {Fault::Data, "NoFiles", what}; }

Error EmptyFile(const std::string& what) {
  return {Fault::Data, "BadInput", what + " is empty (0 bytes): nothing was landed; the file stays where it is. Remove it or let its supplier write it again"};
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

Status LandOne(Landing& landing, const Arrival& arrival) {
  const auto is_new = [&](const CopiedFile& copied) -> Result<bool> {
    if (copied.bytes == 0) return EmptyFile(arrival.source);
    return !landing.known.contains({arrival.source, copied.sha256});
  };
  const auto path_for = [&](const std::string& suffix) { return LandedPath(arrival.name, landing.place.task.logicalTime, suffix); };
  const auto stored = StoreFile(landing.target, landing.taken, {arrival.source, path_for, arrival.fill, is_new});
  if (!stored.ok()) return stored.error();
  if (!*stored) return Ok();
  const auto& [path, copied] = **stored;
  landing.known.insert({arrival.source, copied.sha256});
  landing.taken.insert(path);
  landing.landed.push_back(Describe(landing, path, arrival.source, copied));
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
    const std::string name = storage::SourceName(source.store, file.path);
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
  auto state = LoadZone(*target);
  if (!state.ok()) return state.error();

  Landing landing{.place = place, .target = *target, .taken = PathsOf(*state)};
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
