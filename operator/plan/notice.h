#pragma once

#include <string>
#include <vector>

#include "crds/api/condition.h"
#include "crds/base/json.h"

namespace weir::plan {

enum class NoticeType { Normal, Warning };

// A Kubernetes event about an object, for people: one line of `kubectl describe`. Nothing reads it back.
struct Notice {
  NoticeType type = NoticeType::Normal;
  std::string reason;
  std::string message;
  std::string identity;  // equal for the same change, so that a retry creates no second event

  bool operator==(const Notice&) const = default;
};

// The condition changes that get an event: an object is blocked, continues, is done, retries, is refused by the API server
// or is late. At most one per condition; intermediate steps (Pending, Queued, Running) have none.
std::vector<Notice> NoticesOf(const api::Conditions& before, const api::Conditions& after);

// The new warnings of a status: those of a run's stages, or of a table. Warnings about committed data change no condition, so
// NoticesOf does not report them.
std::vector<Notice> WarningsOf(const Json& before, const Json& after);

}  // namespace weir::plan
