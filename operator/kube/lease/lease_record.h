#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "crds/base/json.h"
#include "crds/base/time.h"

namespace weir::kube {

using Monotonic = std::chrono::steady_clock::time_point;

// The Lease as one candidate knows it. Whether the holder is still there is judged by how long the record has stood
// unchanged on our own monotonic clock, never by the times written in it: clocks of two nodes differ.
class LeaseRecord {
 public:
  // `duration`: for how long a holder that does not renew keeps the lease.
  LeaseRecord(std::string identity, Duration duration);

  // What the API server showed, by a read or as the answer to a write of ours. `now` is when the call was sent for a
  // write, and when the answer came for a read: the cautious side each time.
  void Saw(const Json& lease, Monotonic now);
  void SawNothing();

  bool Exists() const { return !lease_.is_null(); }
  bool Ours() const { return holder_ == identity_; }
  bool MayClaim(Monotonic now) const;
  const std::string& holder() const { return holder_; }

  // The merge patch (or, without a record, the object) that makes or keeps it ours, and the one that gives it up. Both
  // carry the resourceVersion of what was seen. `wall` is written for people and other tools.
  Json Claim(Time wall) const;
  Json Release(Time wall) const;

 private:
  std::string identity_;
  Duration duration_;
  Json lease_;
  std::string holder_;
  Monotonic changed_;
};

}  // namespace weir::kube
