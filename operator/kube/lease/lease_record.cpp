#include "operator/kube/lease/lease_record.h"

#include <algorithm>
#include <limits>

#include "crds/api/kubernetes/meta.h"

namespace weir::kube {

LeaseRecord::LeaseRecord(std::string identity, Duration duration) : identity_(std::move(identity)), duration_(duration) {}

void LeaseRecord::ObserveLease(const Json& lease, Monotonic now) {
  const bool same = Exists() && Text(At(lease, "metadata"), "resourceVersion") == Text(At(lease_, "metadata"), "resourceVersion");
  if (!same) changed_ = now;
  lease_ = lease;
  holder_ = Text(At(lease, "spec"), "holderIdentity");
}

void LeaseRecord::ObserveAbsent() {
  lease_ = nullptr;
  holder_.clear();
}

bool LeaseRecord::MayClaim(Monotonic now) const {
  if (!Exists() || holder_.empty() || Ours()) return true;
  // The holder's own promise counts: it may run with other settings than ours.
  const std::int64_t promised = std::clamp<std::int64_t>(Integer(At(lease_, "spec"), "leaseDurationSeconds"), 0, 86'400) * 1000;
  return now - changed_ >= std::chrono::milliseconds(std::max(promised, duration_.ms));
}

Json LeaseRecord::Claim(Time wall) const {
  const Json& spec = At(lease_, "spec");
  Json claim{{"holderIdentity", identity_}, {"leaseDurationSeconds", std::max<std::int64_t>(1, duration_.ms / 1000)}, {"renewTime", FormatMicros(wall)}};
  if (!Ours()) {
    claim["acquireTime"] = FormatMicros(wall);
    claim["leaseTransitions"] = Exists() ? std::clamp<std::int64_t>(Integer(spec, "leaseTransitions"), 0, std::numeric_limits<std::int32_t>::max() - 1) + 1 : 0;
  }
  Json patch{{"spec", std::move(claim)}};
  if (Exists()) patch["metadata"] = {{"resourceVersion", Text(At(lease_, "metadata"), "resourceVersion")}};
  return patch;
}

Json LeaseRecord::Release(Time wall) const {
  return {{"metadata", {{"resourceVersion", Text(At(lease_, "metadata"), "resourceVersion")}}},
          {"spec", {{"holderIdentity", ""}, {"leaseDurationSeconds", 1}, {"renewTime", FormatMicros(wall)}}}};
}

}  // namespace weir::kube
