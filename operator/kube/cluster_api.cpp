#include "operator/kube/cluster_api.h"

namespace weir::kube {

Result<Listing> ClusterApi::List(const Selection& selection) {
  Listing listing;
  auto version = ListInto(selection, {[&] { listing.items.clear(); }, [&](Json&& object) { listing.items.push_back(std::move(object)); }});
  if (!version) return version.error();
  listing.resourceVersion = std::move(*version);
  return listing;
}

}  // namespace weir::kube
