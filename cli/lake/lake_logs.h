#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/lake/world.h"
#include "crds/api/lake.h"
#include "operator/plan/resolve/resolve.h"
#include "operator/plan/table/table.h"
#include "runner/storage/object_store.h"

namespace weir::cli {

// The logs of the tables of one namespace in a local lake, for what a lost status no longer has.
class LakeLogs {
 public:
  // `all`: the objects of the namespace. `lake`: absolute folder of the built-in Lake.
  LakeLogs(const plan::Surroundings& all, std::string lake);

  // The newest version of the table, as the run that committed it reported it, with the whole published contract of a View
  // and with the newest epoch that took the table. Nothing when the store cannot be reached from here, the log cannot be
  // read, the table belongs to another object, or no run committed to it.
  std::optional<plan::SeenCommit> Newest(const std::string& ns, const api::TaskTable& table);

 private:
  std::shared_ptr<storage::ObjectStore> Open(const std::string& name);

  World world_;
  std::vector<api::Store> stores_;
  std::map<std::string, std::shared_ptr<storage::ObjectStore>> opened_;  // null: not reached
};

}  // namespace weir::cli
