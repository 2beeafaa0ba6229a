#include "operator/kube/lease/lease.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <future>

#include "tests/folders.h"
#include "tests/kube/cluster/quick_lease.h"
#include "tests/kube/cluster/server.h"

namespace weir::kube {
namespace {

class LeaseHandOver : public ServerTest {
 protected:
  // A candidate in a process of its own, which says on the pipe that it leads.
  pid_t StartProcess(const std::string& identity, int said) const {
    const std::string program = test::ProgramFolder() + "/lease_candidate";
    const pid_t child = fork();
    if (child != 0) return child;
    dup2(said, STDOUT_FILENO);
    execl(program.c_str(), "lease_candidate", ns_.c_str(), identity.c_str(), nullptr);
    _exit(127);
  }
  std::string Holder() const {
    const auto lease = cluster_->Get({api::kLeases, ns_, "weirkeeper-operator"});
    return lease ? Text(At(*lease, "spec"), "holderIdentity") : lease.error().message;
  }
};

// One candidate in this process.
struct Candidate {
  Candidate(std::unique_ptr<ClusterApi> cluster, const std::string& ns, const std::string& identity)
      : elector(std::move(cluster), QuickLease(ns, identity), clock, {.onLead = [this] { led.set_value(); }, .onLoss = {}, .onError = {}}) {
    elector.Start();
  }
  bool Leads() { return leads.wait_for(std::chrono::seconds(30)) == std::future_status::ready; }

  SystemClock clock;
  std::promise<void> led;
  std::future<void> leads = led.get_future();
  LeaderElector elector;
};

TEST_F(LeaseHandOver, AKilledLeaderIsFollowedAfterTheLeaseRanOut) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t first = StartProcess("first", pipe_ends[1]);
  close(pipe_ends[1]);
  std::string said;
  for (char byte = 0; said.find("LEADING") == std::string::npos && read(pipe_ends[0], &byte, 1) == 1;) said.push_back(byte);
  ASSERT_NE(said.find("LEADING"), std::string::npos) << said;
  EXPECT_EQ(Holder(), "first");

  Candidate second(Connect({}, Deadlines::OfLease()), ns_, "second");
  kill(first, SIGKILL);
  waitpid(first, nullptr, 0);
  close(pipe_ends[0]);
  const auto killed = std::chrono::steady_clock::now();
  ASSERT_TRUE(second.Leads());
  EXPECT_LT(std::chrono::steady_clock::now() - killed, std::chrono::seconds(6));
  EXPECT_EQ(Holder(), "second");
  second.elector.Stop();
  EXPECT_EQ(Holder(), "");
}

TEST_F(LeaseHandOver, AStoppedLeaderIsFollowedAtOnce) {
  Candidate first(Connect({}, Deadlines::OfLease()), ns_, "first");
  ASSERT_TRUE(first.Leads());
  Candidate second(Connect({}, Deadlines::OfLease()), ns_, "second");
  first.elector.Stop();
  const auto stopped = std::chrono::steady_clock::now();
  ASSERT_TRUE(second.Leads());
  EXPECT_LT(std::chrono::steady_clock::now() - stopped, std::chrono::milliseconds(1500));
  EXPECT_EQ(Holder(), "second");
}

}  // namespace
}  // namespace weir::kube
