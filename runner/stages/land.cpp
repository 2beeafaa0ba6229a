#include <fnmatch.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <optional>
#include <set>

#include "crds/base/text.h"
#include "runner/stages/files/copy_file.h"
#include "runner/stages/files/fetch_limits.h"
#include "runner/stages/files/file_policy.h"
#include "runner/stages/files/file_zone.h"
#include "runner/stages/files/store_file.h"
#include "runner/stages/stage.h"
#include "runner/stages/tables/names.h"
#include "runner/stages/tables/publication.h"
#include "runner/stages/tables/verification.h"
#include "runner/storage/digest.h"
#include "runner/storage/http/http_source.h"
#include "runner/storage/names.h"
#include "runner/storage/paths.h"

namespace weir::stages {
namespace {

// Everything that one landing works with.
struct Landing {
  Place& place;
  PlacedTable target;
  Deliveries known;
  std::set<std::string> taken;  // paths that the log names
  std::vector<storage::DataFile> landed;
  api::FileLedger files;
  std::vector<LeftOut> excluded;
  std::vector<LeftOut> quarantined;
  std::string none;  // why there is nothing to land; may be empty
  RedeliveryRule rule;

  const api::TaskTable& Table() const { return *target.table; }
  api::Redelivery Policy() const { return rule.policy.value_or(api::Redelivery::Append); }
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
  file.tags = {{kTagSha256, copied.sha256},
               {kTagSource, source},
               {kTagLanded, std::to_string(landing.place.task.logicalTime.Seconds())},
               {kTagDelivery, std::to_string(landing.known.Next(source))}};
  return file;
}

// What is to land: where it comes from, what the file is called, and what streams it into a writer.
struct Arrival {
  std::string source;
  bool isUrl = false;
  std::string name;
  std::function<Result<CopiedFile>(storage::ObjectWriter&)> fill;
};

void Quarantine(Landing& landing, const std::string& source, const std::string& why) {
  ++landing.files.quarantined;
  landing.quarantined.push_back({"", source, why});
}

// Whether the content is news that may land; else it is counted.
bool IsWanted(Landing& landing, const Arrival& arrival, const std::string& sha256) {
  const std::string& source = arrival.source;
  const bool elsewhere = arrival.isUrl && !landing.known.Knows(source) && landing.known.HasAtUrl(source, sha256);
  if (elsewhere || landing.known.Has(source, sha256, landing.Policy())) {
    ++landing.files.known;
    return false;
  }
  if (!landing.known.Knows(source)) return true;
  if (landing.Policy() == api::Redelivery::Refuse) {
    Quarantine(landing, source, "was delivered before with other content, and spec.redelivery of Dataset " + landing.rule.dataset + " is Refuse");
    return false;
  }
  return true;
}

Status LandOne(Landing& landing, const Arrival& arrival) {
  std::optional<bool> wanted;  // asked again when the first name is taken
  const auto is_wanted = [&](const CopiedFile& copied) -> Result<bool> {
    if (copied.bytes == 0) return EmptyFile(arrival.source);
    if (!wanted) wanted = IsWanted(landing, arrival, copied.sha256);
    return *wanted;
  };
  const auto path_for = [&](const std::string& suffix) { return LandedPath(arrival.name, landing.place.task.logicalTime, suffix); };
  const auto stored = StoreFile(landing.target, landing.taken, {arrival.source, path_for, arrival.fill, is_wanted});
  if (!stored.ok()) return stored.error();
  if (!*stored) return Ok();
  const auto& [path, copied] = **stored;
  landing.taken.insert(path);
  landing.landed.push_back(Describe(landing, path, arrival.source, copied));
  landing.known.Add(landing.landed.back());
  ++landing.files.out;
  return Ok();
}

bool IsExcluded(Landing& landing, const std::string& source) {
  const api::Exclusion* entry = ExclusionOf(landing.Table().exclude, "", source);
  if (entry == nullptr) return false;
  ++landing.files.excluded;
  landing.excluded.push_back({"", source, entry->reason});
  return true;
}

// What is wrong with one file is no reason to keep the others back for ever: the ways out are said, or taken.
Status AnswerForFile(Landing& landing, const std::string& source, const std::string& path, const Status& done) {
  const bool its_own = !done.ok() && (done.error().fault == Fault::Data || done.error().fault == Fault::Invalid) && done.error().reason != "LakeInvalid";
  if (!its_own) return done;
  if (landing.Table().onUnreadable == api::OnUnreadable::Quarantine) {
    Quarantine(landing, source, WithoutSubject(WithoutSubject(done.error().message, source), path));
    return Ok();
  }
  const Error& error = done.error();
  return Error{error.fault, error.reason,
               error.message + "; " + HowToExclude(landing.Table(), path) + "; or set spec.onUnreadable: Quarantine of Dataset " + landing.Table().name +
                   ", so that such files stay where they are and the others land"};
}

// How much a name differs from a pattern: by their pairs of letters in any case, so that the order of words matters little;
// then by the name, so that the order is one.
std::pair<std::size_t, std::string> Unlikeness(const std::string& pattern, const std::string& name) {
  const auto pairs = [](const std::string& text) {
    std::multiset<std::string> found;
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
      found.insert(
          {static_cast<char>(std::tolower(static_cast<unsigned char>(text[i]))), static_cast<char>(std::tolower(static_cast<unsigned char>(text[i + 1])))});
    return found;
  };
  const auto a = pairs(pattern), b = pairs(name);
  std::vector<std::string> different;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(different));
  return {different.size(), name};
}

// The folder of a path that nothing matches, and its files with the names most alike.
std::string Nearest(storage::ObjectStore& store, const std::string& path) {
  constexpr std::size_t kNearest = 3;
  const std::string folder = storage::FolderOf(path), pattern = storage::FileNameOf(path);
  const std::string where = folder.empty() ? "its top folder" : "folder " + folder;
  std::vector<std::pair<std::size_t, std::string>> names;
  const auto all = store.List(folder);
  if (!all.ok() && all.error().fault != Fault::Missing) return where + " cannot be listed: " + all.error().message;
  if (all.ok())
    for (const storage::StoredObject& object : *all)
      if (storage::FolderOf(object.path) == folder) names.push_back(Unlikeness(pattern, storage::FileNameOf(object.path)));
  if (names.empty()) return "there is no file in " + where;
  const std::size_t some = std::min(names.size(), kNearest);
  std::partial_sort(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(some), names.end());
  std::string text = where + " has " + std::to_string(names.size()) + (names.size() == 1 ? " file, " : " files, nearest are ");
  for (std::size_t i = 0; i < some; ++i) text += (i > 0 ? ", " : "") + Quoted(names[i].second);
  return text;
}

std::string NoMatch(storage::ObjectStore& store, const std::string& path) {
  return "no file matches " + path + " in " + store.Describe() + ": " + Nearest(store, path);
}

Result<std::vector<storage::StoredObject>> Matching(storage::ObjectStore& store, const std::string& path) {
  const std::string folder = storage::FolderOf(path);
  const std::string pattern = storage::FileNameOf(path);
  std::vector<storage::StoredObject> matching;
  if (pattern.find_first_of("*?") == std::string::npos) {
    const auto found = store.Stat(path);
    if (!found.ok() && found.error().fault == Fault::Missing) return NoFiles(found.error().message);
    const bool there =
        found.ok() || found.error().fault == Fault::Data || found.error().fault == Fault::Invalid || found.error().reason == storage::kFileDenied;
    if (!there) return found.error();
    // As a folder lists what is no file: opening it says what it is.
    matching.push_back(found.ok() ? *found : storage::StoredObject{path, 0, Time{}});
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

bool MayBeEmpty(const api::StageTask& task, const std::string& path) {
  if (task.whenEmpty) return *task.whenEmpty == api::WhenEmpty::Succeed;
  return path.find_first_of("*?") != std::string::npos;
}

// What is looked at, and where.
struct Listing {
  storage::ObjectStore& store;
  const std::vector<storage::StoredObject>& files;
};

bool AnotherCanBeRead(const Listing& listing, const std::string& path) {
  constexpr std::ptrdiff_t kAsked = 8;
  const auto end = listing.files.begin() + std::min(kAsked, std::ssize(listing.files));
  return std::any_of(listing.files.begin(), end, [&](const storage::StoredObject& other) { return other.path != path && listing.store.Open(other.path).ok(); });
}

// Of a read. What may not be read is wrong with that file alone where the store says so, or lets another one be read: trying
// again helps nobody, and the others need not wait.
Error OfFile(const Listing& listing, const std::string& path, const Error& error) {
  if (error.fault != Fault::Denied || (error.reason != storage::kFileDenied && !AnotherCanBeRead(listing, path))) return error;
  return {Fault::Data, "FileUnreadable", error.message + ". Give the runner the right to read it"};
}

Status LandFile(Landing& landing, const Listing& listing, const storage::StoredObject& file, const std::string& source) {
  if (landing.known.Knows(source)) {
    // Most often it is the same again: reading it is cheaper than reading and writing.
    const auto hashed = HashFile(listing.store, file.path);
    if (!hashed.ok()) return OfFile(listing, file.path, hashed.error());
    if (landing.known.Has(source, hashed->sha256, landing.Policy())) {
      ++landing.files.known;
      return Ok();
    }
  }
  const auto copy = [&](storage::ObjectWriter& out) -> Result<CopiedFile> {
    Status wrote;
    auto copied = storage::StreamFile(listing.store, file.path, [&](std::string_view bytes) { return wrote = out.Write(bytes); });
    if (!copied.ok() && wrote.ok()) return OfFile(listing, file.path, copied.error());
    return copied;
  };
  return LandOne(landing, {.source = source, .name = storage::FileNameOf(file.path), .fill = copy});
}

// Before anything is copied: with the policy Fail nothing lands beside a file that is empty.
Status RequireContent(Landing& landing, const Listing& listing, const std::string& store_name) {
  if (landing.Table().onUnreadable == api::OnUnreadable::Quarantine) return Ok();
  for (const storage::StoredObject& file : listing.files) {
    const std::string source = storage::SourceName(store_name, file.path);
    if (file.bytes != 0 || ExclusionOf(landing.Table().exclude, "", source) != nullptr) continue;
    // What is no file is listed with 0 bytes, too; opening it says what it is.
    const auto opened = listing.store.Open(file.path);
    const Error error = opened.ok() ? EmptyFile(file.path + " in " + listing.store.Describe()) : OfFile(listing, file.path, opened.error());
    return AnswerForFile(landing, source, file.path, error);
  }
  return Ok();
}

Status LandFiles(Landing& landing, const api::FilesSource& source) {
  const auto store = landing.place.Store(source.store);
  if (!store.ok()) return store.error();
  const auto files = Matching(**store, source.path);
  const bool none = files.ok() ? files->empty() : files.error().reason == "NoFiles";
  if (none && MayBeEmpty(landing.place.task, source.path)) {
    landing.none = NoMatch(**store, source.path);
    return Ok();
  }
  if (none) return NoFiles(files.ok() ? NoMatch(**store, source.path) : files.error().message + "; " + Nearest(**store, source.path));
  if (!files.ok()) return files.error();
  const Listing listing{**store, *files};
  if (Status content = RequireContent(landing, listing, source.store); !content.ok()) return content;
  for (const storage::StoredObject& file : *files) {
    ++landing.files.in;
    const std::string name = storage::SourceName(source.store, file.path);
    if (IsExcluded(landing, name)) continue;
    const Status done = AnswerForFile(landing, name, file.path, LandFile(landing, listing, file, name));
    if (!done.ok()) return done;
  }
  return Ok();
}

// Two URLs that differ in their query are two sources, unless they give the same bytes. The query itself may hold a token, so its hash stands for it.
std::string SourceOfUrl(const std::string& url) {
  const std::string plain = storage::UrlWithoutQuery(url);
  if (plain.size() == url.size()) return plain;
  storage::Sha256 digest;
  digest.Update(url);
  return plain + "?sha256=" + digest.Hex().substr(0, 12);
}

Status LandUrl(Landing& landing, const api::HttpSource& source) {
  const std::string name = SourceOfUrl(source.url);
  ++landing.files.in;
  if (IsExcluded(landing, name)) return Ok();
  const auto fetch = [&](storage::ObjectWriter& out) -> Result<CopiedFile> {
    const auto fetched = storage::Fetch(source.url, out, FetchOptionsOf(source));
    if (!fetched.ok()) return fetched.error();
    return CopiedFile{fetched->bytes, fetched->sha256};
  };
  Status done = LandOne(landing, {.source = name, .isUrl = true, .name = storage::FileNameOfUrl(source.url), .fill = fetch});
  if (done.ok() || done.error().fault != Fault::Missing || landing.place.task.whenEmpty != api::WhenEmpty::Succeed) return done;
  --landing.files.in;
  landing.none = done.error().message;
  return Ok();
}

std::string Summary(const Landing& landing) {
  const api::FileLedger& files = landing.files;
  if (files.in == 0) return "there is no file to land" + (landing.none.empty() ? "" : ": " + landing.none);
  std::string text = std::to_string(files.out) + " of " + std::to_string(files.in) + (files.in == 1 ? " file landed, " : " files landed, ") +
                     std::to_string(files.known) + (files.known == 1 ? " was" : " were") + " there before";
  if (files.excluded > 0) text += ", " + std::to_string(files.excluded) + " excluded: " + Named(landing.excluded);
  if (files.quarantined > 0) text += ", " + std::to_string(files.quarantined) + " quarantined: " + Named(landing.quarantined);
  return text;
}

std::vector<api::Finding> ReservationsOf(const Landing& landing) {
  if (landing.quarantined.empty()) return {};
  const std::string& name = landing.Table().name;
  return {{"Dataset/" + name, NamedWhole(landing.quarantined, "was not landed and stays at the source", "were not landed and stay at the source", name)}};
}

}  // namespace

Result<api::StageOutcome> RunLand(Place& place) {
  if (!place.task.source || place.task.source->IsEmpty())
    return Error{Fault::Invalid, "Invalid", "stage " + place.task.stage + " names no source to land from"};
  auto target = place.Table(place.task.into);
  if (!target.ok()) return target.error();
  const storage::TableSchema schema{.provider = ProviderOf(*target->table)};
  auto earlier = FindOrClaim(place, *target, schema);
  if (!earlier.ok()) return earlier.error();
  if (*earlier) return **earlier;
  auto state = LoadZone(*target);
  if (!state.ok()) return state.error();

  Landing landing{.place = place, .target = *target, .known = Deliveries(*state), .taken = PathsOf(*state)};
  landing.rule = RedeliveryOf(place.task, *target->table);
  Status done = place.task.source->Visit(api::Overloaded{[&landing](const api::FilesSource& source) { return LandFiles(landing, source); },
                                                         [&landing](const api::HttpSource& source) { return LandUrl(landing, source); }});
  if (!done.ok()) return done.error();

  const api::FileLedger& files = landing.files;
  Facts facts{.files = files, .excluded = landing.excluded, .quarantinedWhole = landing.quarantined, .findings = ReservationsOf(landing)};
  facts.ledger = {.rowsIn = files.in, .rowsOut = files.out, .quarantined = files.quarantined, .filtered = files.known + files.excluded};
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .rows = facts.ledger, .files = files, .findings = facts.findings};
  outcome.message = Summary(landing);
  if (landing.landed.empty() && HasSameLeftOutFiles(facts, *state)) {
    if (!facts.quarantinedWhole.empty()) outcome.commits = CommitsThatHold(place, *target, *state);  // its log names them all
    return outcome;
  }
  facts.dataAsOf = landing.landed.empty() ? DataAsOf(state->Facts()) : place.task.logicalTime;
  facts.contentHash = ContentHashOf(*state);
  for (const storage::DataFile& file : landing.landed) facts.contentHash = AddFile(facts.contentHash, file);
  const auto commit = Publish(place, *target, {.schema = schema, .add = landing.landed}, facts);
  if (!commit.ok()) return commit.error();
  outcome.commits = {*commit};
  return outcome;
}

}  // namespace weir::stages
