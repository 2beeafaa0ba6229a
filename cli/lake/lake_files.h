#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/lake/world.h"
#include "crds/api/lake.h"
#include "crds/api/stage_status.h"
#include "operator/plan/pipeline/bundle.h"
#include "runner/engine/engine.h"
#include "runner/storage/object_store.h"
#include "runner/storage/table/table_log.h"

namespace weir::cli {

// A folder in a store that this process can read.
struct LakePlace {
  std::shared_ptr<storage::ObjectStore> store;
  std::string path;
};

// The folder of the files accessKeyId and secretAccessKey for a store that is a bucket, `name` in the Lake: what
// WEIR_S3_CREDENTIALS names. Fault::Missing when it names nothing.
Result<std::string> KeysOf(const std::string& name, const api::S3Store& store);

// The store of a Lake as this process reaches it: a volume with a path is that folder; one with a claim is the folder of
// the store's name below `world.lake`, where the person has mounted or copied it; a bucket is read with the key files in
// the folder that WEIR_S3_CREDENTIALS names. Fault::Missing names the one that does not exist.
Result<std::shared_ptr<storage::ObjectStore>> OpenLakeStore(const World& world, const api::Store& store);

// Opens the `location` of a status: file:///folder/of/the/table, a path of the runner that wrote it, or s3://bucket/path.
Result<LakePlace> OpenLocation(const World& world, const std::string& location);

// The table at `location` as of one version, or the newest. Fault::Missing where its store is not here or has no such version,
// "StoreUnavailable" and the faults of TableLog else.
Result<storage::TableState> LoadTable(const World& world, const std::string& location, storage::LogKind kind, std::optional<std::int64_t> version);

// That version, for which status has the content hash (empty: not compared). Also Fault::Missing, "LogLost", when the log has
// another version by that number.
Result<storage::TableState> LoadVersion(const World& world, const std::string& location, storage::LogKind kind, std::int64_t version,
                                        const std::string& content_hash);

// Files with quarantined rows, paths in the outcome store. A stage that decodes keeps those of earlier runs, and a file may hold rows
// of inputs that count no longer: `inputs` are those that count, by the paths in the input's folder; empty means all rows count.
struct QuarantineSource {
  std::set<std::string> inputs;
  std::int64_t rows = 0;  // that count, by the log; 0: not known
};
using QuarantineSources = std::map<std::string, QuarantineSource>;

// The rows that are missing in a version because the stage that made it quarantined them; not those that its inputs miss.
QuarantineSources QuarantineOf(const storage::TableState& state);
// Those of one attempt, whether it committed or not. The file does not exist when the attempt quarantined no row.
QuarantineSources QuarantineOf(const plan::Bundle& bundle, const api::Meta& run, const api::StageStatus& stage);

struct QuarantinedRows {
  std::vector<engine::RejectedRow> rows;  // the first ones, at most the limit
  std::int64_t total = 0;
  std::vector<std::string> locations;  // of the files, as URLs
  std::vector<std::string> cut;        // "URL has 1 of the 3 rows that were quarantined": of those that have fewer
};
// A file that is gone is one that was cut; Fault::Missing where it is not known how many rows it had.
Result<QuarantinedRows> ReadQuarantine(const World& world, const plan::Bundle& bundle, const QuarantineSources& sources, std::size_t limit);

// A file that is quarantined as a whole: no row of it is in the table.
struct WholeFile {
  std::string path;  // in its store, as rows have it; of one that was not landed or not accepted, its source
  std::string reason;
};
struct WholeFiles {
  std::vector<WholeFile> named;  // by path
  std::int64_t more = 0;         // of which the log has the number only
};
// Those that the version lacks; not those that its inputs miss.
WholeFiles QuarantinedWhole(const storage::TableState& state);

// Tables that the SQL reads, bound against the declared tables of the bundle; by name alone when it does not bind.
std::vector<const api::TaskTable*> TablesRead(const plan::Bundle& bundle, const std::string& sql);

}  // namespace weir::cli
