#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "crds/base/result.h"
#include "operator/kube/cluster_api.h"

namespace weir::kube {

// The name or IPv4 address of a server. A look-up of a name may take minutes while the DNS is silent and cannot be ended:
// it has a thread of its own, of which there is one at a time, and who asks waits for it no longer than he says. Safe from
// any thread; the destructor waits for nothing.
class HostName {
 public:
  explicit HostName(std::string host);

  enum class Protocol { IPv4, IPv6 };
  // That of the address which getaddrinfo puts first, and so connecting tries first. Asks the DNS unless it has answered since
  // the last MarkStale; one that is silent for a second or a fourth of the time then, or fails, leaves the answer of before. Fault::Transient:
  // "Timeout" at the deadline, "Stopped", "ConnectionFailed" when there is no such name.
  Result<Protocol> FirstProtocol(std::chrono::steady_clock::time_point deadline, const StopToken& stop);
  // The same without asking; IPv4 when it is not known.
  Protocol Known() const;
  // After a failure to connect: the name may stand for another address now.
  void MarkStale();

 private:
  struct State;
  static void LookUp(const std::shared_ptr<State>& state);
  void Begin();  // under the lock
  std::shared_ptr<State> state_;
};

}  // namespace weir::kube
