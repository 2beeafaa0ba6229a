#pragma once

#include <string>

#include "crds/api/condition.h"

namespace weir::plan {

// Builds the conditions of one object. Keeps the status contract: lastTransitionTime changes only when a status changes,
// every condition has the observed generation, Reconciling and Stalled are present only while True and never together (the
// later call wins), and the order is that of the types.
class ConditionList {
 public:
  ConditionList(const api::Conditions& previous, std::int64_t generation, Time now);

  void Set(api::ConditionType type, api::ConditionStatus status, api::Reason reason, std::string message);
  void True(api::ConditionType type, api::Reason reason, std::string message);
  void False(api::ConditionType type, api::Reason reason, std::string message);
  void Unknown(api::ConditionType type, api::Reason reason, std::string message);
  void Keep(api::ConditionType type);  // copies the previous one, for this generation; nothing when it was absent

  // The three that kstatus reads, together.
  void InForce(api::Reason reason, std::string message);      // Ready
  void Progressing(api::Reason reason, std::string message);  // not Ready, Reconciling
  void Stuck(api::Reason reason, std::string message);        // not Ready, Stalled

  api::Conditions Take();

 private:
  void Drop(api::ConditionType type);

  const api::Conditions& previous_;
  std::int64_t generation_;
  Time now_;
  api::Conditions list_;
};

}  // namespace weir::plan
