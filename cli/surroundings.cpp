#include "cli/surroundings.h"

#include <algorithm>

namespace weir::cli {
namespace {

template <typename T>
std::vector<T> Merged(const std::vector<Declaration<T>>& declared, const std::vector<T>& published, const std::string& ns) {
  std::vector<T> merged;
  for (const Declaration<T>& declaration : declared)
    if (declaration.object.meta.ns == ns) merged.push_back(declaration.object);
  for (const T& object : published) {
    const auto same = [&](const T& other) { return other.meta.name == object.meta.name; };
    const auto found = std::find_if(merged.begin(), merged.end(), same);
    if (object.meta.ns != ns) continue;
    if (found == merged.end())
      merged.push_back(object);
    else
      found->status = object.status;
  }
  return merged;
}

}  // namespace

plan::Surroundings SurroundingsOf(const Declared& declared, const Published& published, const std::string& ns) {
  plan::Surroundings around;
  for (api::Lake& lake : Merged(declared.lakes, published.lakes, ns))
    if (lake.meta.name == "default") around.lake = std::move(lake);
  around.datasets = Merged(declared.datasets, published.datasets, ns);
  around.views = Merged(declared.views, published.views, ns);
  return around;
}

plan::Environment EnvironmentFor(const plan::Surroundings& around) {
  const bool cluster = around.lake && std::any_of(around.lake->spec.stores.begin(), around.lake->spec.stores.end(),
                                                  [](const api::Store& s) { return s.volume && s.volume->claim; });
  plan::Environment environment;
  if (!cluster) environment.localLake = "/lake", environment.localSource = "/source";
  return environment;
}

}  // namespace weir::cli
