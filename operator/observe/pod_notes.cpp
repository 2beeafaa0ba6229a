#include "operator/observe/pod_notes.h"

#include <algorithm>

#include "operator/plan/text.h"

namespace weir::observe {
namespace {

// Kubelets still write the fields of before; schedulers the new ones.
Time LastSeen(const Json& event) {
  Time last;
  for (const std::string& text : {Text(At(event, "series"), "lastObservedTime"), Text(event, "deprecatedLastTimestamp"), Text(event, "eventTime"),
                                  Text(At(event, "metadata"), "creationTimestamp")})
    if (const auto time = ParseTime(text)) last = std::max(last, *time);
  return last;
}

}  // namespace

void PodNotes::Keep(const std::string& uid, plan::PodNote note) {
  const std::lock_guard lock(mutex_);
  if (!notes_.insert_or_assign(uid, std::move(note)).second) std::erase(oldest_first_, uid);
  oldest_first_.push_back(uid);
  if (oldest_first_.size() <= kMostPodNotes) return;
  notes_.erase(oldest_first_.front());
  oldest_first_.pop_front();
}

std::optional<plan::PodNote> PodNotes::Of(const std::string& uid) const {
  const std::lock_guard lock(mutex_);
  const auto found = notes_.find(uid);
  return found == notes_.end() ? std::nullopt : std::optional(found->second);
}

void NewestEvent::Take(Json&& event) {
  const Time seen = LastSeen(event);
  if (Text(event, "reportingController").starts_with(api::kGroup) || (!event_.is_null() && seen < seen_)) return;
  seen_ = seen;
  event_ = std::move(event);
}

plan::PodNote NewestEvent::Note(Time read) const {
  if (Text(event_, "type") != "Warning") return {.read = read};
  return {Text(event_, "reason"), Cut(Text(event_, "note"), plan::kStageMessage), read};
}

}  // namespace weir::observe
