#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "crds/base/json.h"
#include "crds/base/time.h"

namespace weir::kube {

using Monotonic = std::chrono::steady_clock::time_point;

// The Lease as last seen by one candidate. Whether its holder is alive is judged by how long the record is unchanged on our
// own monotonic clock, never by the times in the record: clocks of two nodes differ.
class LeaseRecord {
 public:
  // `duration`: for how long a holder that does not renew keeps the lease.
  LeaseRecord(std::string identity, Duration duration);

  // The Lease as returned by a read or by our own write. `now`: for a write the time when the call was sent, for a read the
  // time when the reply arrived, which is the safe side each time.
  void ObserveLease(const Json& lease, Monotonic now);
  void ObserveAbsent();

  bool Exists() const { return !lease_.is_null(); }
  bool Ours() const { return holder_ == identity_; }
  bool MayClaim(Monotonic now) const;
  const std::string& holder() const { return holder_; }

  // The merge patch (or, without a record, the object) that claims or renews the lease, and the one that releases it. Both
  // contain the resourceVersion last seen. `wall` is written for people and other tools.
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
