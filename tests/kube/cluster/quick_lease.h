#pragma once

#include "operator/kube/lease/lease.h"

namespace weir::kube {

// The proportions of the real times, in a seventh of them.
inline LeaseSettings QuickLease(const std::string& ns, const std::string& identity) {
  return {.ns = ns, .identity = identity, .duration = Duration::Seconds(2), .renewDeadline = Duration::Millis(1300), .retry = Duration::Millis(200)};
}

}  // namespace weir::kube
