#pragma once

#include <string>
#include <vector>

#include "crds/api/condition.h"
#include "crds/base/json.h"

namespace weir::plan {

enum class NoticeType { Normal, Warning };

// One line of `kubectl describe`: what has changed about an object. Says it to people; nothing reads it back.
struct Notice {
  NoticeType type = NoticeType::Normal;
  std::string reason;
  std::string message;
  std::string identity;  // equal for the same change told twice, so that a retry makes no second event

  bool operator==(const Notice&) const = default;
};

// The changes that are worth an event: an object has come to stand still, goes on again, is done, retries, is
// refused by the API server or is late.
// At most one for each condition; steps on the way (Pending, Queued, Running) make none.
std::vector<Notice> NoticesOf(const api::Conditions& before, const api::Conditions& after);

// The warnings that are new in a status: those of a run's stages, or of a table. What is wrong with data that are committed
// all the same is on no condition that flips.
std::vector<Notice> WarningsOf(const Json& before, const Json& after);

}  // namespace weir::plan
