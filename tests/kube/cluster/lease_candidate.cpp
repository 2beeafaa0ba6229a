// lease_candidate NAMESPACE IDENTITY: takes part in an election, says so once it leads, and leads until it is killed.
#include <unistd.h>

#include <iostream>

#include "operator/kube/rest_cluster.h"
#include "tests/kube/cluster/quick_lease.h"

int main(int count, char** arguments) {
  using namespace weir::kube;
  if (count != 3) return 2;
  const auto access = FindAccess({}, ProcessEnvironment);
  if (!access) return std::cerr << access.error().message << std::endl, 1;
  auto cluster = ConnectCluster(*access, {}, Deadlines::OfLease());
  if (!cluster) return std::cerr << cluster.error().message << std::endl, 1;
  const weir::SystemClock clock;
  LeaderElector elector(std::move(*cluster), QuickLease(arguments[1], arguments[2]), clock,
                        {.onLead = [] { std::cout << "LEADING" << std::endl; }, .onLoss = {}, .onError = {}});
  elector.Start();
  pause();
}
