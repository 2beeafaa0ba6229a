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

// The stores of a Lake as this process reaches them. A volume with a path is that folder; one with a claim is the folder
// of the store's name below `world.lake`, where the person has mounted or copied it; a bucket needs the folder that
// Place::credentials names. Fault::Missing says which of these is not there.
Result<std::shared_ptr<storage::ObjectStore>> OpenLakeStore(const World& world, const api::Store& store);

// Rows that one attempt of a stage set aside, as the ledger file in the lake keeps them; at most `limit`.
Result<std::vector<engine::RejectedRow>> ReadQuarantine(const World& world, const plan::Bundle& bundle, const std::string& run, const std::string& stage, int attempt, std::size_t limit);

}  // namespace weir::cli
