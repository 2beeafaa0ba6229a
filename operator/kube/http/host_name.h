#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "crds/base/result.h"
#include "operator/kube/cluster_api.h"

namespace weir::kube {

// The name or IPv4 address of a server. A DNS look-up may take minutes and cannot be cancelled, so it runs on a thread of
// its own, at most one at a time, and callers wait for it only until their deadline. Safe from any thread; the destructor
// does not wait.
class HostName {
 public:
  explicit HostName(std::string host);

  enum class Protocol { IPv4, IPv6 };
  // Protocol of the first address of getaddrinfo, which connecting tries first. Queries the DNS unless it has replied since
  // the last MarkStale. When a later query fails, or takes longer than a second or a fourth of the time, returns the previous
  // result. Fault::Transient: "Timeout" at the deadline, "Stopped", "ConnectionFailed" when the name does not exist.
  Result<Protocol> FirstProtocol(std::chrono::steady_clock::time_point deadline, const StopToken& stop);
  // The last result, without a query; IPv4 when there is none.
  Protocol Known() const;
  // Call it after a failure to connect: the name may have another address now.
  void MarkStale();

 private:
  struct State;
  static void LookUp(const std::shared_ptr<State>& state);
  void Begin();  // under the lock
  std::shared_ptr<State> state_;
};

}  // namespace weir::kube
