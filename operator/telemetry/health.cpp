#include "operator/telemetry/health.h"

namespace weir::telemetry {

void Health::BeginPulse(const std::string& name, Duration longest, Moment now) {
  const std::lock_guard lock(mutex_);
  pulses_[name] = {longest, now};
}

void Health::Beat(const std::string& name, Moment now) {
  const std::lock_guard lock(mutex_);
  if (const auto found = pulses_.find(name); found != pulses_.end()) found->second.last = now;
}

void Health::EndPulse(const std::string& name) {
  const std::lock_guard lock(mutex_);
  pulses_.erase(name);
}

void Health::Await(const std::string& name) {
  const std::lock_guard lock(mutex_);
  arrived_.try_emplace(name, false);
}

void Health::Arrived(const std::string& name) {
  const std::lock_guard lock(mutex_);
  arrived_[name] = true;
}

void Health::Object(const std::string& name, const std::string& why) {
  const std::lock_guard lock(mutex_);
  objections_[name] = why;
}

void Health::Withdraw(const std::string& name) {
  const std::lock_guard lock(mutex_);
  objections_.erase(name);
}

std::vector<std::string> Health::Stuck(Moment now) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> stuck;
  for (const auto& [name, pulse] : pulses_) {
    const Duration silent{std::chrono::duration_cast<std::chrono::milliseconds>(now - pulse.last).count()};
    if (silent > pulse.longest) stuck.push_back(name + " has not moved for " + Format(silent) + " (at most " + Format(pulse.longest) + ")");
  }
  return stuck;
}

std::vector<std::string> Health::Awaited() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> awaited;
  for (const auto& [name, arrived] : arrived_)
    if (!arrived) awaited.push_back(name + " is not synced yet");
  for (const auto& [name, why] : objections_) awaited.push_back(why);
  return awaited;
}

}  // namespace weir::telemetry
