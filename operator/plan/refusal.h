#pragma once

#include <optional>
#include <string>

#include "operator/plan/action.h"
#include "operator/plan/notice.h"

namespace weir::plan {

// One object that an event is about.
struct Subject {
  api::Resource resource;
  api::Meta meta;  // name, ns and uid
};

// The object that stays as it is when the API server refuses the action, where that is not the one that was planned for.
std::optional<Subject> SubjectOf(const Action& action);

// The event that tells what the API server refuses, for what no condition can tell: the objects that cannot go, and status
// itself. Told again in other words, it is still the same event.
Notice RefusalOf(const Action& action, const Error& why);
Notice RefusalOfStatus(const Error& why);

}  // namespace weir::plan
