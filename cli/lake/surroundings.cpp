#include "cli/lake/surroundings.h"

#include <algorithm>
#include <set>

#include "cli/manifests/unread.h"
#include "crds/base/name.h"

namespace weir::cli {
namespace {

// By namespace and name, declared before published, the status of a declared one as it is published. What is declared and
// not sound is left out: nothing can be judged by it.
template <typename T>
std::map<std::string, std::vector<T>> Merged(const Declared& all, const std::vector<Declaration<T>>& declared, const std::vector<T>& published) {
  std::map<std::string, std::vector<T>> merged;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const Declaration<T>& declaration : declared) {
    if (!IsSound(all, declaration)) continue;
    std::vector<T>& list = merged[declaration.object.meta.ns];
    places.emplace(std::pair(declaration.object.meta.ns, declaration.object.meta.name), list.size());
    list.push_back(declaration.object);
  }
  for (const T& object : published) {
    std::vector<T>& list = merged[object.meta.ns];
    const auto found = places.find({object.meta.ns, object.meta.name});
    if (found == places.end()) {
      list.push_back(object);
    } else {
      list[found->second].status = object.status;
      list[found->second].meta.created = object.meta.created;
    }
  }
  return merged;
}

struct Wanted {
  std::set<std::string> tables;  // by their names in SQL
  bool complete = true;
};

class Names {
 public:
  template <typename Places>
  void Add(const std::string& object, const Places& there) {
    if (object.empty()) return;
    wanted_.tables.insert(TableName(object));
    wanted_.complete = wanted_.complete && there.contains(TableName(object));
  }
  void AddSql(const std::string& sql) {
    for (const std::string& word : plan::WordsOf(sql)) wanted_.tables.insert(word);
  }
  Wanted Take() { return std::move(wanted_); }

 private:
  Wanted wanted_;
};

}  // namespace

Neighbourhood::Neighbourhood(const Declared& declared, const Published& published) {
  for (auto& [ns, lakes] : Merged(declared, declared.lakes, published.lakes))
    for (api::Lake& lake : lakes)
      if (lake.meta.name == "default") namespaces_[ns].all.lake = std::move(lake);
  for (auto& [ns, datasets] : Merged(declared, declared.datasets, published.datasets)) namespaces_[ns].all.datasets = std::move(datasets);
  for (auto& [ns, views] : Merged(declared, declared.views, published.views)) namespaces_[ns].all.views = std::move(views);
  for (auto& [ns, named] : namespaces_) {
    for (std::size_t i = 0; i < named.all.datasets.size(); ++i) named.datasets.emplace(TableName(named.all.datasets[i].meta.name), i);
    for (std::size_t i = 0; i < named.all.views.size(); ++i) named.views.emplace(TableName(named.all.views[i].meta.name), i);
  }
}

const plan::Surroundings& Neighbourhood::All(const std::string& ns) const {
  static const plan::Surroundings nothing;
  const auto found = namespaces_.find(ns);
  return found == namespaces_.end() ? nothing : found->second.all;
}

plan::Surroundings Neighbourhood::Of(const api::Pipeline& pipeline) const {
  const auto found = namespaces_.find(pipeline.meta.ns);
  if (found == namespaces_.end()) return {};
  const Named& named = found->second;
  Names names;
  for (const api::Stage& stage : pipeline.spec.stages)
    for (const api::Port& port : api::PortsOf(stage)) {
      if (port.flow == api::Port::Flow::ReadsBySql) {
        names.AddSql(port.value);
        continue;
      }
      names.Add(port.value, port.target == api::TargetKind::View ? named.views : named.datasets);
      if (!port.RunsQueryOfView()) continue;
      const auto view = named.views.find(TableName(port.value));
      if (view != named.views.end()) names.AddSql(named.all.views[view->second].spec.query.sql);
    }
  const Wanted wanted = names.Take();
  if (!wanted.complete) return named.all;
  plan::Surroundings around;
  around.lake = named.all.lake;
  for (const std::string& table : wanted.tables) {
    if (const auto dataset = named.datasets.find(table); dataset != named.datasets.end()) around.datasets.push_back(named.all.datasets[dataset->second]);
    if (const auto view = named.views.find(table); view != named.views.end()) around.views.push_back(named.all.views[view->second]);
  }
  return around;
}

std::vector<std::string> Neighbourhood::Namespaces() const {
  std::vector<std::string> all;
  for (const auto& [ns, named] : namespaces_) all.push_back(ns);
  return all;
}

plan::Environment EnvironmentFor(const plan::Surroundings& around) {
  const bool cluster = around.lake && std::any_of(around.lake->spec.stores.begin(), around.lake->spec.stores.end(),
                                                  [](const api::Store& s) { return s.place.Is<api::VolumeStore>() && s.place.As<api::VolumeStore>()->claim; });
  plan::Environment environment;
  if (!cluster) environment.localLake = "/lake", environment.localSource = "/source";
  return environment;
}

}  // namespace weir::cli
