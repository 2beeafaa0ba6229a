#include "operator/controller/loop/runtime.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "operator/local/memory_cluster.h"
#include "tests/controller/fake_clock.h"

namespace weir::controller {
namespace {

// A little operator: each Pipeline wants one PipelineRun of its name. It shows the runtime without the brain.
Visit EnsureRun(const Key& key, Ports& ports) {
  const observe::ItemPtr pipeline = ports.stores.pipelines.Get(key.ns, key.name);
  if (!pipeline || ports.stores.runs.Get(key.ns, key.name)) return {};
  const Json run{{"metadata", {{"ownerReferences", Json::array({api::OwnerReference(api::kPipelines, pipeline->meta)})}}}};
  const auto made = ports.cluster.Create({api::kPipelineRuns, key.ns, key.name}, run);
  if (made) {
    ports.stores.runs.Upsert(*made);
    return {};
  }
  return {Visit::Next::Backoff, {}, made.error().message};
}

std::vector<Key> PipelineOf(const api::Resource& resource, const observe::Item& item) {
  if (resource == api::kPipelines || resource == api::kPipelineRuns) return {{api::kPipelines, item.meta.ns, item.meta.name}};
  return {};
}

class RuntimeTest : public testing::Test {
 protected:
  RuntimeTest() {
    cluster_.SetFaultHook([this](local::Verb verb, const kube::ObjectRef& ref, local::Moment moment) { return Hook(verb, ref, moment); });
  }
  std::optional<Error> Hook(local::Verb verb, const kube::ObjectRef& ref, local::Moment moment) {
    if (moment == local::Moment::After) return std::nullopt;
    if (verb == local::Verb::Create && ref.resource == api::kPipelineRuns) {
      ++creates_;
      if (fail_creates_ > 0 && fail_creates_-- > 0) return Error{Fault::Transient, "Timeout", "slow"};
    }
    if (verb == local::Verb::List && ref.resource == api::kPods && hold_pods_) return Error{Fault::Transient, "Timeout", "slow"};
    return std::nullopt;
  }
  void Make(const std::string& name, const std::string& ns = "default") { ASSERT_TRUE(cluster_.Create({api::kPipelines, ns, name}, Json::object()).ok()); }
  bool HasRun(const std::string& name, const std::string& ns = "default") { return cluster_.Get({api::kPipelineRuns, ns, name}).ok(); }
  std::unique_ptr<Runtime> Start(ReconcileFunction reconcile = EnsureRun, RuntimeOptions options = {}) {
    options.debounce = {};
    RuntimeMeters meters;
    meters.reconciled = [this](const Key&, const Visit& visit, Duration) {
      ++visits_;
      if (visit.next == Visit::Next::Backoff) ++failures_;
      if (visit.reason == "InternalError" && visit.error == "reconcile threw: a bug") ++bugs_;
    };
    auto runtime = std::make_unique<Runtime>(ports_, clock_, std::move(reconcile), PipelineOf, std::move(options), std::move(meters));
    runtime->Start();
    return runtime;
  }
  // Nothing is due or in flight, seen often enough that a watch event on its way would have come.
  bool Settles(Runtime& runtime) {
    int quiet = 0;
    return Eventually([&] { return (quiet = runtime.Queue().Idle() && runtime.Synced() ? quiet + 1 : 0) > 50; });
  }

  FakeClock clock_;
  local::MemoryCluster cluster_{clock_};
  observe::Stores stores_;
  Ports ports_{stores_, cluster_, clock_, {}};
  std::atomic<int> creates_{0}, visits_{0}, failures_{0}, bugs_{0}, fail_creates_{0};
  std::atomic<bool> hold_pods_{false};
};

TEST_F(RuntimeTest, WhatWasThereBeforeAndWhatComesLaterIsReconciled) {
  Make("before");
  const auto runtime = Start();
  EXPECT_TRUE(Eventually([&] { return HasRun("before"); }));
  Make("later");
  EXPECT_TRUE(Eventually([&] { return HasRun("later"); }));
  ASSERT_TRUE(cluster_.Delete({api::kPipelineRuns, "default", "later"}, "").ok());
  EXPECT_TRUE(Eventually([&] { return creates_ == 3; })) << "a child that is deleted is made again";
}

TEST_F(RuntimeTest, AConvergedClusterCausesNoCall) {
  for (int i = 0; i < 20; ++i) Make("p" + std::to_string(i));
  const auto runtime = Start();
  EXPECT_TRUE(Eventually([&] { return HasRun("p19") && creates_ == 20; }));
  ASSERT_TRUE(Settles(*runtime));
  const std::string version = cluster_.Version();
  const int visits = visits_;
  std::atomic<int> calls{0};
  cluster_.SetFaultHook([&](local::Verb, const kube::ObjectRef&, local::Moment) -> std::optional<Error> {
    ++calls;
    return std::nullopt;
  });
  clock_.Advance(Duration::Hours(24));
  ASSERT_TRUE(Settles(*runtime));
  EXPECT_EQ(cluster_.Version(), version);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(visits_, visits);
}

TEST_F(RuntimeTest, NothingIsReconciledBeforeEveryListIsIn) {
  hold_pods_ = true;
  Make("a");
  const auto runtime = Start();
  EXPECT_TRUE(Eventually([&] { return stores_.pipelines.Synced() && runtime->Queue().Depth() == 1; }));
  EXPECT_FALSE(runtime->Synced());
  EXPECT_EQ(visits_, 0);
  hold_pods_ = false;
  EXPECT_TRUE(Eventually([&] {
    clock_.Advance(Duration::Seconds(1));
    return HasRun("a");
  }));
}

TEST_F(RuntimeTest, ARunIsLookedAtWithoutDelayAndWhatConcernsAPipelineIsGathered) {
  const auto taken = std::make_shared<std::atomic<int>>(0);
  RuntimeOptions options;
  options.debounce = Duration::Millis(20);
  const AffectedKeys itself = [](const api::Resource& resource, const observe::Item& item) {
    return std::vector<Key>{{resource, item.meta.ns, item.meta.name}};
  };
  Runtime runtime(ports_, clock_,
                  [taken](const Key& key, Ports&) {
                    *taken += key.resource == api::kPipelineRuns ? 1 : 100;
                    return Visit{};
                  },
                  itself, options, {});
  runtime.Start();
  ASSERT_TRUE(Eventually([&] { return runtime.Synced(); }));
  Make("gathered");
  ASSERT_TRUE(Eventually([&] { return runtime.Queue().NextTime() == clock_.Now() + Duration::Millis(20); }));
  ASSERT_TRUE(cluster_.Create({api::kPipelineRuns, "default", "at-once"}, Json::object()).ok());
  ASSERT_TRUE(Eventually([&] { return *taken > 0; }));
  EXPECT_EQ(*taken, 1);
  clock_.Advance(Duration::Millis(20));
  EXPECT_TRUE(Eventually([&] { return *taken == 101; }));
}

TEST_F(RuntimeTest, AFailedCallIsTriedAgainAfterTheBackoff) {
  fail_creates_ = 3;
  Make("a");
  const auto runtime = Start();
  EXPECT_TRUE(Eventually([&] {
    clock_.Advance(Duration::Millis(10));
    return HasRun("a");
  }));
  EXPECT_EQ(creates_, 4);
  EXPECT_EQ(failures_, 3);
}

TEST_F(RuntimeTest, AnExceptionCostsOneVisitAndNoOtherKey) {
  Make("bad");
  Make("good");
  const auto runtime = Start([](const Key& key, Ports& ports) -> Visit {
    if (key.name == "bad") throw std::runtime_error("a bug");
    return EnsureRun(key, ports);
  });
  EXPECT_TRUE(Eventually([&] { return HasRun("good") && failures_ > 0; }));
  EXPECT_TRUE(Eventually([&] { return bugs_ > 0; }));
  Make("next");
  EXPECT_TRUE(Eventually([&] { return HasRun("next"); }));
}

TEST_F(RuntimeTest, OneNamespaceIsAllThatIsLookedAtWhenAsked) {
  Make("a", "mine");
  Make("a", "theirs");
  const auto runtime = Start(EnsureRun, {.ns = "mine"});
  EXPECT_TRUE(Eventually([&] { return HasRun("a", "mine"); }));
  ASSERT_TRUE(Settles(*runtime));
  EXPECT_FALSE(HasRun("a", "theirs"));
}

TEST_F(RuntimeTest, StopLetsTheReconcileInFlightComeToItsEnd) {
  std::atomic<bool> begun{false}, release{false}, ended{false};
  Make("a");
  const auto runtime = Start([&](const Key&, Ports&) -> Visit {
    begun = true;
    Eventually([&] { return release.load(); });
    ended = true;
    return {};
  });
  EXPECT_TRUE(Eventually([&] { return begun.load(); }));
  std::thread stopping([&] {
    runtime->Stop();
    EXPECT_TRUE(ended);
  });
  release = true;
  stopping.join();
  runtime->Stop();
}

TEST_F(RuntimeTest, AStandbyFillsItsStoresAndReconcilesNothingUntilItLeads) {
  Make("a");
  Runtime runtime(ports_, clock_, EnsureRun, PipelineOf, {}, {});
  runtime.StartWatching();
  EXPECT_TRUE(Eventually([&] { return runtime.Synced() && stores_.pipelines.Size() == 1; }));
  EXPECT_FALSE(HasRun("a"));
  runtime.StartWorking();
  EXPECT_TRUE(Eventually([&] { return HasRun("a"); }));
  runtime.Stop();
  runtime.StartWorking();  // the lease was won in the last moment
  Make("late");
  EXPECT_FALSE(HasRun("late"));
}

TEST_F(RuntimeTest, ARestartSeesTheSameWorldAndWritesNothing) {
  Make("a");
  auto first = Start();
  EXPECT_TRUE(Eventually([&] { return HasRun("a"); }));
  first->Stop();
  const std::string version = cluster_.Version();
  observe::Stores fresh;
  Ports ports{fresh, cluster_, clock_, {}};
  Runtime second(ports, clock_, EnsureRun, PipelineOf, {}, {});
  second.Start();
  EXPECT_TRUE(Eventually([&] {
    clock_.Advance(Duration::Seconds(1));
    return second.Synced() && second.Queue().Idle();
  }));
  second.Stop();
  EXPECT_EQ(cluster_.Version(), version);
}

TEST_F(RuntimeTest, WatchesThatCloseOrExpireLoseNothing) {
  const auto runtime = Start();
  ASSERT_TRUE(Settles(*runtime));
  for (int i = 0; i < 6; ++i) {
    const std::string name = "p" + std::to_string(i);
    if (i % 2 == 0)
      cluster_.CloseWatches();
    else
      cluster_.ForgetHistory();
    Make(name);
    EXPECT_TRUE(Eventually([&] {
      clock_.Advance(Duration::Millis(100));
      return HasRun(name);
    })) << name;
  }
}

}  // namespace
}  // namespace weir::controller
