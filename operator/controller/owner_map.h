#pragma once

#include <vector>

#include "operator/controller/reconcile.h"

namespace weir::controller {

// The objects whose plan may change when `item` was added, changed or deleted. A superfluous one costs a read of the caches;
// a missing one means a change that is not handled. So in doubt an object is included.
std::vector<Key> Affected(const api::Resource& resource, const observe::Item& item, const observe::Stores& stores);

}  // namespace weir::controller
