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

// The object that a refused action leaves unchanged, when it is not the object of the plan.
std::optional<Subject> SubjectOf(const Action& action);

// The event for a refusal by the API server that no condition can report: of a deletion, or of status itself. Its identity
// does not depend on the error's message.
Notice RefusalOf(const Action& action, const Error& why);
Notice RefusalOfStatus(const Error& why);

}  // namespace weir::plan
