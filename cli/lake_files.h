#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/world.h"
#include "crds/api/lake.h"
#include "operator/plan/bundle.h"
#include "runner/engine/engine.h"
#include "runner/storage/object_store.h"

namespace weir::cli {

// A folder in a store that this process can read.
struct LakePlace {
  std::shared_ptr<storage::ObjectStore> store;
  std::string path;
};

// The store of a Lake as this process reaches it: a volume with a path is that folder; one with a claim is the folder of
// the store's name below `world.lake`, where the person has mounted or copied it; a bucket is read with the key files in
// the folder that WEIR_S3_CREDENTIALS names. Fault::Missing says which of these is not there.
Result<std::shared_ptr<storage::ObjectStore>> OpenLakeStore(const World& world, const api::Store& store);

// What a status calls `location`: file:///folder/of/the/table, as the runner that wrote it saw it, or s3://bucket/path.
Result<LakePlace> OpenLocation(const World& world, const std::string& location);

// Rows that one attempt of a stage set aside, as the ledger file in the lake keeps them; at most `limit`.
Result<std::vector<engine::RejectedRow>> ReadQuarantine(const World& world, const plan::Bundle& bundle, const std::string& run, const std::string& stage,
                                                        int attempt, std::size_t limit);

}  // namespace weir::cli
