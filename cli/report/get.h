#pragma once

#include <string>
#include <vector>

#include "cli/lake/world.h"
#include "crds/base/time.h"

namespace weir::cli {

struct GetOptions {
  std::string kind;  // as kubectl takes it, "KIND/NAME" included; empty: every kind of ours
  std::string name;  // empty: all
  enum class Columns { Narrow, Wide } columns = Columns::Narrow;
  enum class Namespaces { One, All } namespaces = Namespaces::One;
};

// What `kubectl get` would print, over the local state or a cluster.
Exit Get(const Terminal& terminal, const World& world, GetOptions options, Time now);

}  // namespace weir::cli
