#include "crds/api/condition.h"

namespace weir::api {

const Condition* Find(const Conditions& conditions, ConditionType type) {
  for (const Condition& condition : conditions)
    if (condition.type == type) return &condition;
  return nullptr;
}

bool IsTrue(const Conditions& conditions, ConditionType type) {
  const Condition* found = Find(conditions, type);
  return found != nullptr && found->status == ConditionStatus::True;
}

}  // namespace weir::api
