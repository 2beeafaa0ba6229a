#include "cli/lake/lake_contracts.h"

#include <filesystem>
#include <map>

#include "cli/lake/lake_logs.h"
#include "cli/lake/surroundings.h"

namespace weir::cli {

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
      const auto there = known.find(ns + "/" + table.name);
      const bool needed = table.kind == api::TargetKind::View && (there == known.end() || !published.views[there->second].status.published);
      auto newest = needed ? logs.Newest(ns, table) : std::nullopt;
      if (!newest || !newest->commit.contract) continue;
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
