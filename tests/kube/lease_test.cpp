#include "operator/kube/lease/lease.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace weir::kube {
namespace {

constexpr Duration kDuration = Duration::Seconds(15);
const Monotonic kStart{};

Json Lease(const std::string& holder, const std::string& version, int seconds = 15) {
  return {{"metadata", {{"resourceVersion", version}}}, {"spec", {{"holderIdentity", holder}, {"leaseDurationSeconds", seconds}, {"leaseTransitions", 4}}}};
}

TEST(LeaseRecord, WithoutARecordItMayBeClaimed) {
  const LeaseRecord record("me", kDuration);
  EXPECT_TRUE(record.MayClaim(kStart));
  EXPECT_EQ(Integer(record.Claim({})["spec"], "leaseTransitions", -1), 0);
}

TEST(LeaseRecord, AnothersLeaseIsFreeOnceItStoodUnchangedForItsDuration) {
  LeaseRecord record("me", kDuration);
  record.ObserveLease(Lease("other", "1"), kStart);
  record.ObserveLease(Lease("other", "1"), kStart + std::chrono::seconds(10));
  EXPECT_FALSE(record.MayClaim(kStart + std::chrono::milliseconds(14'999)));
  EXPECT_TRUE(record.MayClaim(kStart + std::chrono::seconds(15)));
  record.ObserveLease(Lease("other", "2"), kStart + std::chrono::seconds(14));
  EXPECT_FALSE(record.MayClaim(kStart + std::chrono::seconds(15)));
}

TEST(LeaseRecord, AHolderThatPromisedLongerIsWaitedFor) {
  LeaseRecord record("me", kDuration);
  record.ObserveLease(Lease("other", "1", 60), kStart);
  EXPECT_FALSE(record.MayClaim(kStart + std::chrono::seconds(59)));
}

TEST(LeaseRecord, TimesWrittenByAnotherClockMeanNothing) {
  LeaseRecord record("me", kDuration);
  Json lease = Lease("other", "1");
  lease["spec"]["renewTime"] = "1999-01-01T00:00:00.000000Z";
  record.ObserveLease(lease, kStart);
  EXPECT_FALSE(record.MayClaim(kStart + std::chrono::seconds(1)));
}

TEST(LeaseRecord, AReleasedLeaseIsFreeAtOnce) {
  LeaseRecord record("me", kDuration);
  record.ObserveLease(Lease("", "1", 1), kStart);
  EXPECT_TRUE(record.MayClaim(kStart));
}

TEST(LeaseRecord, ATakeoverCountsATransitionAndARenewalDoesNot) {
  LeaseRecord record("me", kDuration);
  record.ObserveLease(Lease("other", "1"), kStart);
  const Json taken = record.Claim(Time::FromSeconds(0));
  EXPECT_EQ(taken["spec"]["leaseTransitions"], 5);
  EXPECT_EQ(taken["spec"]["acquireTime"], "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(taken["metadata"]["resourceVersion"], "1");
  record.ObserveLease(Lease("me", "2"), kStart);
  EXPECT_FALSE(record.Claim({})["spec"].contains("leaseTransitions"));
}

// One lease in memory, with the API server's rules about versions. May be made unreachable.
struct SharedLease {
  std::mutex mutex;
  Json lease;
  int version = 0;
  std::atomic<bool> reachable{true};
};

class LeaseOnly final : public ClusterApi {
 public:
  explicit LeaseOnly(SharedLease& shared) : shared_(shared) {}
  Result<Json> Get(const ObjectRef&) override {
    return Locked([&]() -> Result<Json> { return shared_.lease.is_null() ? Result<Json>(Error{Fault::Missing, "NotFound", "no lease"}) : shared_.lease; });
  }
  Result<Json> Create(const ObjectRef&, const Json& object) override {
    return Locked([&]() -> Result<Json> { return shared_.lease.is_null() ? Store(object) : Error{Fault::Conflict, "AlreadyExists", "exists"}; });
  }
  Result<Json> Patch(const ObjectRef&, PatchType, Subresource, const Json& patch) override {
    return Locked([&]() -> Result<Json> {
      if (patch["metadata"]["resourceVersion"] != shared_.lease["metadata"]["resourceVersion"]) return Error{Fault::Conflict, "Conflict", "stale"};
      Json next = shared_.lease;
      next.merge_patch(patch);
      return Store(next);
    });
  }
  Result<std::string> ListInto(const Selection&, const ListSink&) override { return Error{}; }
  Status Delete(const ObjectRef&, const std::string&) override { return Error{}; }
  Result<WatchEnd> Watch(const Selection&, const std::string&, const std::function<void(WatchEvent&&)>&, const StopToken&) override { return Error{}; }

 private:
  template <typename Act>
  Result<Json> Locked(Act act) {
    if (!shared_.reachable) return Error{Fault::Transient, "Timeout", "unreachable"};
    const std::lock_guard lock(shared_.mutex);
    return act();
  }
  Result<Json> Store(Json object) {
    object["metadata"]["resourceVersion"] = std::to_string(++shared_.version);
    return shared_.lease = std::move(object);
  }
  SharedLease& shared_;
};

struct Candidate {
  Candidate(SharedLease& shared, const std::string& identity)
      : elector(std::make_unique<LeaseOnly>(shared),
                {.ns = "ns", .identity = identity, .duration = Duration::Seconds(1), .renewDeadline = Duration::Millis(300), .retry = Duration::Millis(10)},
                clock, {.onLead = [this] { led.set_value(); }, .onLoss = [this](const std::string& why) { lost.set_value(why); }, .onError = {}}) {
    elector.Start();
  }
  bool Leads() { return leads.wait_for(std::chrono::seconds(30)) == std::future_status::ready; }
  std::string LossReason() { return losses.wait_for(std::chrono::seconds(30)) == std::future_status::ready ? losses.get() : "still leading"; }

  SystemClock clock;
  std::promise<void> led;
  std::promise<std::string> lost;
  std::future<void> leads = led.get_future();
  std::future<std::string> losses = lost.get_future();
  LeaderElector elector;
};

TEST(LeaderElector, AReleasedLeaseIsTakenByTheNext) {
  SharedLease shared;
  Candidate first(shared, "first");
  ASSERT_TRUE(first.Leads());
  Candidate second(shared, "second");
  EXPECT_FALSE(second.elector.Leading());
  first.elector.Stop();
  ASSERT_TRUE(second.Leads());
  EXPECT_EQ(shared.lease["spec"]["holderIdentity"], "second");
}

TEST(LeaderElector, AHolderThatDiedIsFollowedAfterItsDuration) {
  SharedLease shared;
  ASSERT_TRUE(LeaseOnly(shared).Create({}, Lease("dead", "", 1)));
  Candidate second(shared, "second");
  ASSERT_TRUE(second.Leads());
}

TEST(LeaderElector, ALeaderThatCannotRenewGivesUpBeforeOthersMayLead) {
  SharedLease shared;
  Candidate only(shared, "only");
  ASSERT_TRUE(only.Leads());
  const auto began = std::chrono::steady_clock::now();
  shared.reachable = false;
  EXPECT_EQ(only.LossReason(), "the lease could not be renewed for 300ms");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1000));
  EXPECT_FALSE(only.elector.Leading());
}

TEST(LeaderElector, ALeaseThatWasTakenIsLostAtOnce) {
  SharedLease shared;
  Candidate only(shared, "only");
  ASSERT_TRUE(only.Leads());
  {
    const std::lock_guard lock(shared.mutex);
    shared.lease["metadata"]["resourceVersion"] = std::to_string(++shared.version);
    shared.lease["spec"]["holderIdentity"] = "thief";
  }
  EXPECT_EQ(only.LossReason(), "the lease was taken by thief");
  only.elector.Stop();
  EXPECT_EQ(shared.lease["spec"]["holderIdentity"], "thief");
}

}  // namespace
}  // namespace weir::kube
