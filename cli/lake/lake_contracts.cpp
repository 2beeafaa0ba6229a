#include "cli/lake/lake_contracts.h"

#include <filesystem>
#include <map>

#include "cli/lake/lake_logs.h"
#include "cli/lake/surroundings.h"

namespace weir::cli {
namespace {

// A status that was restored from a copy may be older than the log.
bool KnowsAsMuch(const api::ViewStatus& status, const plan::SeenCommit& newest) {
  return status.published && status.committedBy && status.committedBy->epoch >= newest.commit.epoch;
}

}  // namespace

void AddContractsOfLake(const Declared& declared, const std::string& lake, Published& published) {
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < published.views.size(); ++i) known.emplace(published.views[i].meta.ns + "/" + published.views[i].meta.name, i);
  const Neighbourhood around(declared, published);
  const std::string folder = std::filesystem::absolute(lake).lexically_normal().string();
  std::vector<api::View> found;
  for (const std::string& ns : around.Namespaces()) {
    const plan::Surroundings& all = around.All(ns);
    LakeLogs logs(all, folder);
    for (const api::TaskTable& table : plan::TablesOf(all, EnvironmentFor(all))) {
      if (table.kind != api::TargetKind::View) continue;
      const auto there = known.find(ns + "/" + table.name);
      auto newest = logs.Newest(ns, table);
      if (!newest || !newest->commit.contract) continue;
      if (there != known.end() && KnowsAsMuch(published.views[there->second].status, *newest)) continue;
      if (there != known.end()) {
        published.views[there->second].status.published = std::move(newest->commit.contract);
        continue;
      }
      api::View view;
      view.meta.ns = ns;
      view.meta.name = table.name;
      view.status.published = std::move(newest->commit.contract);
      found.push_back(std::move(view));
    }
  }
  published.views.insert(published.views.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
}

}  // namespace weir::cli
