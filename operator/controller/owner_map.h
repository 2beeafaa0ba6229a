#pragma once

#include <vector>

#include "operator/controller/reconcile.h"

namespace weir::controller {

// The objects whose plan may change when `item` came, changed or went. Too many cost a look at the caches; too few
// cost a change that nobody sees, so in doubt an object is in.
std::vector<Key> Affected(const api::Resource& resource, const observe::Item& item, const observe::Stores& stores);

}  // namespace weir::controller
