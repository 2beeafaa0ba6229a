#include "cli/lake/published.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "crds/api/describe/read.h"

namespace weir::cli {
namespace {

// What this program does not know yet in an object that an API server holds is passed over.
template <typename T>
void Append(const Json& json, std::vector<T>& list) {
  std::vector<api::Problem> newer;
  T object;
  object.meta = api::ReadMeta(json);
  object.spec = api::Read<decltype(object.spec)>(At(json, "spec"), "spec", newer);
  if (const Json& status = At(json, "status"); status.is_object()) object.status = api::Read<decltype(object.status)>(status, "status", newer);
  list.push_back(std::move(object));
}

void Take(const Json& json, Published& out) {
  const std::string kind = Text(json, "kind");
  if (Text(json, "apiVersion") != api::kApiVersion) return;
  if (kind == api::kLakes.kind) Append(json, out.lakes);
  if (kind == api::kDatasets.kind) Append(json, out.datasets);
  if (kind == api::kViews.kind) Append(json, out.views);
  if (kind == api::kPipelines.kind) Append(json, out.pipelines);
}

}  // namespace

Result<Published> ReadPublished(kube::ClusterApi& cluster, const std::string& ns) {
  Published out;
  for (const api::Resource& resource : {api::kLakes, api::kDatasets, api::kViews, api::kPipelines}) {
    const auto listing = cluster.List({resource, ns, ""});
    if (!listing) return listing.error();
    for (const Json& item : listing->items) Take(item, out);
  }
  return out;
}

void Append(Published& all, Published more) {
  const auto move = [](auto& from, auto& to) { std::move(from.begin(), from.end(), std::back_inserter(to)); };
  move(more.lakes, all.lakes);
  move(more.datasets, all.datasets);
  move(more.views, all.views);
  move(more.pipelines, all.pipelines);
}

Result<Published> ReadPublishedFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{Fault::Missing, "FileUnreadable", path + " cannot be read: give what kubectl get lakes,datasets,views,pipelines -A -o json wrote"};
  const auto json = ParseJson(std::string(std::istreambuf_iterator<char>(file), {}));
  if (!json) return Error{Fault::Invalid, "BadJson", path + ": " + json.error().message};
  Published out;
  if (const Json& items = At(*json, "items"); items.is_array())
    for (const Json& item : items) Take(item, out);
  else
    Take(*json, out);
  return out;
}

}  // namespace weir::cli
