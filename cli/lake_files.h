#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/world.h"
#include "crds/api/lake.h"
#include "crds/api/stage_status.h"
#include "operator/plan/bundle.h"
#include "runner/engine/engine.h"
#include "runner/storage/object_store.h"

namespace weir::cli {

// A folder in a store that this process can read.
struct LakePlace {
  std::shared_ptr<storage::ObjectStore> store;
  std::string path;
};

// The folder of the files accessKeyId and secretAccessKey for a store that is a bucket: what WEIR_S3_CREDENTIALS names.
// Fault::Missing when it names nothing.
Result<std::string> KeysOf(const api::Store& store);

// The store of a Lake as this process reaches it: a volume with a path is that folder; one with a claim is the folder of
// the store's name below `world.lake`, where the person has mounted or copied it; a bucket is read with the key files in
// the folder that WEIR_S3_CREDENTIALS names. Fault::Missing says which of these is not there.
Result<std::shared_ptr<storage::ObjectStore>> OpenLakeStore(const World& world, const api::Store& store);

// What a status calls `location`: file:///folder/of/the/table, as the runner that wrote it saw it, or s3://bucket/path.
Result<LakePlace> OpenLocation(const World& world, const std::string& location);

// Quarantined rows behind the numbers of one stage of a run, at most `limit`. A stage that decodes files one by
// one keeps those of earlier runs: the tags of the version's files name where their rows lie.
Result<std::vector<engine::RejectedRow>> ReadQuarantine(const World& world, const plan::Bundle& bundle, const api::Meta& run, const api::StageStatus& stage,
                                                        std::size_t limit);

// Tables that the SQL reads, bound against the declared tables of the bundle; by name alone when it does not bind.
std::vector<const api::TaskTable*> TablesRead(const plan::Bundle& bundle, const std::string& sql);

}  // namespace weir::cli
