#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "operator/plan/pod/pod.h"

namespace weir::observe {

inline constexpr std::size_t kMostPodNotes = 1024;

// What events said of pods that do not start, by the pod's UID; the newest ones only. Safe from any thread.
class PodNotes {
 public:
  void Keep(const std::string& uid, plan::PodNote note);
  std::optional<plan::PodNote> Of(const std::string& uid) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, plan::PodNote> notes_;
  std::deque<std::string> oldest_first_;
};

// Of the events (events.k8s.io/v1) of one pod the newest one says how it stands; those of ours do not count. Only it is kept.
class NewestEvent {
 public:
  void Take(Json&& event);
  plan::PodNote Note(Time read) const;  // empty but for `read`, unless the newest event is a warning

 private:
  Time seen_;
  Json event_;
};

}  // namespace weir::observe
