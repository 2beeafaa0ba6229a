#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runner/engine/engine.h"
#include "runner/stages/decoding/quarantine.h"
#include "runner/stages/decoding/undeclared_columns.h"
#include "runner/stages/files/file_policy.h"
#include "runner/stages/files/hashing_store.h"
#include "runner/stages/tables/place.h"
#include "runner/stages/tables/publication.h"
#include "runner/storage/table/file_tags.h"

namespace weir::stages {

// One decoding of a dataset's files under way: what it works with, and what is to be said of its version. A part of
// decode.cpp.

// Tags of a decoded file: what it was made of, and its part of the version's sums.
using storage::kTagInput, storage::kTagQuarantine, storage::kTagQuarantined, storage::kTagQuarantinedWhole;
inline constexpr const char* kTagSchema = "schemaHash";
inline constexpr const char* kTagRead = "read";
inline constexpr const char* kTagIsUtf8 = "isUtf8";  // and read in a declared encoding of single bytes
inline constexpr const char* kTagContent = "contentHash";
inline constexpr const char* kTagNewestEvent = "newestEvent";
inline constexpr const char* kTagEventsAhead = "eventsAhead";
inline constexpr const char* kTagNearestEvent = "nearestEvent";
inline constexpr const char* kTagFurthestEvent = "furthestEvent";

struct Decoding {
  Place& place;
  PlacedTable input;
  PlacedTable target;
  std::string schemaHash;
  std::unique_ptr<engine::Engine> engine;
  QuarantineFile quarantine;
  Selection selection = {};
  std::vector<LeftOut> superseded = {};
  std::shared_ptr<HashingStore> output;            // where decoded files go
  std::map<std::string, storage::DataFile> files;  // of the version to be, by path
  std::set<std::string> taken;                     // paths that the log names
  storage::TableChange change;
  UndeclaredColumns undeclared;
  int repaired = 0;            // files that were lost or damaged
  bool recheckedOnly = false;  // the files are the same, and held against other rules
};

// A tag that is a number; 0 where it is not there.
std::int64_t Number(const storage::DataFile& file, const char* tag);

// The ledgers, the data's time and the content hash of the version.
Facts SumsOf(const Decoding& decoding, const storage::TableState& inputs);

// What a person should look at in the version.
std::vector<api::Finding> ReservationsOf(const Decoding& decoding);

// What was done, in one line.
std::string SummaryOf(const Decoding& decoding, const Facts& facts);

}  // namespace weir::stages
