#include "operator/plan/conditions.h"

#include <algorithm>
#include <utility>

#include "operator/plan/text.h"

namespace weir::plan {

using api::ConditionStatus;
using api::ConditionType;
using api::Reason;

ConditionList::ConditionList(const api::Conditions& previous, std::int64_t generation, Time now)
    : previous_(previous), generation_(generation), now_(Time::FromSeconds(now.Seconds())) {}

void ConditionList::Set(ConditionType type, ConditionStatus status, Reason reason, std::string message) {
  Drop(type);
  const api::Condition* before = api::Find(previous_, type);
  const Time since = before != nullptr && before->status == status ? before->lastTransitionTime : now_;
  list_.push_back({type, status, reason, Cut(message, kConditionMessage), generation_, since});
}

void ConditionList::True(ConditionType type, Reason reason, std::string message) { Set(type, ConditionStatus::True, reason, std::move(message)); }
void ConditionList::False(ConditionType type, Reason reason, std::string message) { Set(type, ConditionStatus::False, reason, std::move(message)); }
void ConditionList::Unknown(ConditionType type, Reason reason, std::string message) { Set(type, ConditionStatus::Unknown, reason, std::move(message)); }

void ConditionList::Keep(ConditionType type) {
  if (const api::Condition* before = api::Find(previous_, type)) Set(type, before->status, before->reason, before->message);
}

void ConditionList::InForce(Reason reason, std::string message) {
  True(ConditionType::Ready, reason, std::move(message));
  Drop(ConditionType::Reconciling);
  Drop(ConditionType::Stalled);
}

void ConditionList::Progressing(Reason reason, std::string message) {
  False(ConditionType::Ready, reason, message);
  True(ConditionType::Reconciling, reason, std::move(message));
  Drop(ConditionType::Stalled);
}

void ConditionList::Stuck(Reason reason, std::string message) {
  False(ConditionType::Ready, reason, message);
  True(ConditionType::Stalled, reason, std::move(message));
  Drop(ConditionType::Reconciling);
}

void ConditionList::Drop(ConditionType type) {
  std::erase_if(list_, [type](const api::Condition& c) { return c.type == type; });
}

api::Conditions ConditionList::Take() {
  std::sort(list_.begin(), list_.end(), [](const api::Condition& a, const api::Condition& b) { return a.type < b.type; });
  return std::move(list_);
}

}  // namespace weir::plan
