#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "operator/plan/pod/pod.h"

namespace weir::observe {

inline constexpr std::size_t kMostPodNotes = 1024;

// The newest warning events of pods that do not start, by the pod's UID; at most kMostPodNotes. Safe from any thread.
class PodNotes {
 public:
  void Keep(const std::string& uid, plan::PodNote note);
  std::optional<plan::PodNote> Of(const std::string& uid) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, plan::PodNote> notes_;
  std::deque<std::string> oldest_first_;
};

// Keeps the newest of the events (events.k8s.io/v1) of one pod, without the operator's own events.
class NewestEvent {
 public:
  void Take(Json&& event);
  plan::PodNote Note(Time read) const;  // empty but for `read`, unless the newest event is a warning

 private:
  Time seen_;
  Json event_;
};

}  // namespace weir::observe
