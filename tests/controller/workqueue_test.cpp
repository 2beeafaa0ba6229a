#include "operator/controller/loop/workqueue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/controller/fake_clock.h"

namespace weir::controller {
namespace {

const Visit kForget{};
const Visit kBackoff{Visit::Next::Backoff, {}, "x"};

class WorkQueueTest : public testing::Test {
 protected:
  std::string Take() {
    const auto key = queue_.TryTake();
    return key ? key->name : "";
  }
  FakeClock clock_;
  WorkQueue queue_{clock_, {}, {}};
};

TEST_F(WorkQueueTest, AKeyAddedTwiceIsTakenOnce) {
  queue_.Add(PipelineKey("a"), Lane::Live);
  queue_.Add(PipelineKey("a"), Lane::Live);
  EXPECT_EQ(queue_.Depth(), 1U);
  EXPECT_EQ(Take(), "a");
  EXPECT_EQ(Take(), "");
  queue_.Finish(PipelineKey("a"), kForget);
  EXPECT_EQ(Take(), "");
  EXPECT_TRUE(queue_.Idle());
}

TEST_F(WorkQueueTest, AKeyInFlightIsNotTakenAgainBeforeItIsFinished) {
  queue_.Add(PipelineKey("a"), Lane::Live);
  EXPECT_EQ(Take(), "a");
  queue_.Add(PipelineKey("a"), Lane::Live);
  EXPECT_EQ(Take(), "");
  EXPECT_FALSE(queue_.Idle());
  queue_.Finish(PipelineKey("a"), kForget);
  EXPECT_EQ(Take(), "a");
}

TEST_F(WorkQueueTest, KeysOfOneNameAndDifferentKindsAreDifferent) {
  queue_.Add(PipelineKey("a"), Lane::Live);
  queue_.Add({api::kDatasets, "default", "a"}, Lane::Live);
  queue_.Add({api::kPipelines, "other", "a"}, Lane::Live);
  EXPECT_EQ(queue_.Depth(), 3U);
}

Key In(const std::string& ns, const std::string& name) { return {api::kPipelines, ns, name}; }

// Webhooks that hold the calls of some namespaces must leave workers for the others.
class SharesTest : public testing::Test {
 protected:
  std::string Take() {
    const auto key = queue_.TryTake();
    return key ? key->ns + "/" + key->name : "";
  }
  void Add(const std::string& ns, const std::string& names, Lane lane = Lane::Live) {
    for (const char name : names) queue_.Add(In(ns, std::string(1, name)), lane);
  }
  void Finish(const std::string& ns, const std::string& name) { queue_.Finish(In(ns, name), kForget); }

  FakeClock clock_;
  WorkQueue queue_{clock_, {.share = 2}, {}};
};

TEST_F(SharesTest, ANamespaceOfWhichNothingIsKnownTakesItsShareOnly) {
  Add("s1", "abc");
  Add("well", "a");
  EXPECT_EQ(Take(), "s1/a");
  EXPECT_EQ(Take(), "s1/b");
  EXPECT_EQ(Take(), "well/a");
  EXPECT_EQ(Take(), "");
  EXPECT_EQ(queue_.Depth(), 1U) << "what waits for its share is due all the same";
  Finish("well", "a");
  EXPECT_EQ(Take(), "") << "one namespace does not get the share of another";
  Finish("s1", "b");
  EXPECT_EQ(Take(), "s1/c");
  Finish("s1", "a");
  Finish("s1", "c");
  EXPECT_TRUE(queue_.Idle());
}

TEST_F(SharesTest, NamespacesThatAreSlowHaveOneShareTogether) {
  for (const char* ns : {"s1", "s2"}) Add(ns, "a");
  EXPECT_EQ(Take(), "s1/a");
  EXPECT_EQ(Take(), "s2/a");
  clock_.Advance(Duration::Seconds(5));
  Add("s1", "bc");
  Add("s2", "b");
  Add("well", "ab");
  EXPECT_EQ(Take(), "well/a");
  EXPECT_EQ(Take(), "well/b");
  EXPECT_EQ(Take(), "");
  Finish("well", "a");
  EXPECT_EQ(Take(), "");
  Finish("s2", "a");
  EXPECT_EQ(Take(), "s1/b") << "the one that waits longest";
  EXPECT_EQ(Take(), "");
  Finish("s1", "a");
  EXPECT_EQ(Take(), "s1/c");
  Finish("s1", "b");
  EXPECT_EQ(Take(), "s2/b");
}

// Between two bursts of writes most visits call nobody.
TEST_F(SharesTest, AFastVisitDoesNotMakeASlowNamespaceWellAgainButTimeDoes) {
  for (const char* ns : {"s1", "s2"}) {
    Add(ns, "a");
    Take();
    clock_.Advance(Duration::Seconds(5));
    Finish(ns, "a");
    Add(ns, "a");
    Take();
    Finish(ns, "a");
  }
  const auto take_all = [this] {
    int taken = 0;
    for (const char* ns : {"s1", "s2"}) Add(ns, "ab");
    while (!Take().empty()) ++taken;
    for (int round = 0; round < 2; ++round) {
      for (const char* ns : {"s1", "s2"})
        for (const char* name : {"a", "b"}) Finish(ns, name);
      while (!Take().empty()) {
      }
    }
    for (const char* ns : {"s1", "s2"})
      for (const char* name : {"a", "b"}) Finish(ns, name);
    return taken;
  };
  EXPECT_EQ(take_all(), 2);
  clock_.Advance(Duration::Minutes(5));
  EXPECT_EQ(take_all(), 4);
}

TEST_F(SharesTest, AKeyThatWaitsForItsShareAndIsAddedLiveIsTakenOnceAndBeforeTheInitialOnes) {
  Add("s1", "abcd", Lane::Initial);
  Take();
  Take();
  EXPECT_EQ(Take(), "");
  Add("s1", "d");
  EXPECT_EQ(queue_.Depth(), 2U);
  Finish("s1", "a");
  EXPECT_EQ(Take(), "s1/d");
  Finish("s1", "d");
  EXPECT_EQ(Take(), "s1/c");
  Finish("s1", "c");
  Finish("s1", "b");
  EXPECT_EQ(Take(), "");
  EXPECT_TRUE(queue_.Idle());
}

// What the queue does about a key, it does with a look at the clock.
class CountingClock final : public FakeClock {
 public:
  Time Now() const override { return ++looks, FakeClock::Now(); }
  mutable std::atomic<int> looks{0};
};

TEST(Shares, ManyKeysThatWaitCostAVisitOfAnotherNamespaceNothing) {
  CountingClock clock;
  WorkQueue queue(clock, {.share = 2}, {});
  for (int i = 0; i < 5000; ++i) queue.Add(In("s1", std::to_string(i)), Lane::Live);
  queue.TryTake();
  queue.TryTake();
  EXPECT_FALSE(queue.TryTake().has_value());
  clock.looks = 0;
  for (int i = 0; i < 100; ++i) {
    queue.Add(In("well", "a"), Lane::Live);
    ASSERT_EQ(queue.TryTake()->ns, "well");
    queue.Finish(In("well", "a"), kForget);
    EXPECT_FALSE(queue.TryTake().has_value());
  }
  EXPECT_LT(clock.looks, 100 * 50);
  EXPECT_EQ(queue.Depth(), 4998U);
}

TEST_F(WorkQueueTest, LiveEventsComeBeforeTheInitialList) {
  for (const char* name : {"i1", "i2", "i3"}) queue_.Add(PipelineKey(name), Lane::Initial);
  queue_.Add(PipelineKey("live"), Lane::Live);
  queue_.Add(PipelineKey("i3"), Lane::Live);
  EXPECT_EQ(queue_.Depth(), 4U);
  std::string order;
  for (int i = 0; i < 5; ++i) order += Take() + " ";
  EXPECT_EQ(order, "live i3 i1 i2  ");
}

TEST_F(WorkQueueTest, ARevisitComesAtItsTimeAndNeverBefore) {
  const Time due = clock_.Now() + Duration::Seconds(10);
  queue_.Add(PipelineKey("a"), Lane::Live);
  Take();
  queue_.Finish(PipelineKey("a"), {Visit::Next::At, due, ""});
  clock_.Advance(Duration::Millis(9'999));
  EXPECT_EQ(Take(), "");
  ASSERT_TRUE(queue_.NextTime().has_value());
  EXPECT_GE(*queue_.NextTime(), due);
  EXPECT_LE(*queue_.NextTime(), due + Duration::Millis(500)) << "late by a twentieth of the delay at most";
  clock_.Advance(Duration::Millis(501));
  EXPECT_EQ(Take(), "a");
}

TEST_F(WorkQueueTest, ARevisitInThePastIsDueAtOnce) {
  queue_.Add(PipelineKey("a"), Lane::Live);
  Take();
  queue_.Finish(PipelineKey("a"), {Visit::Next::At, Time{}, ""});
  EXPECT_EQ(Take(), "a");
}

TEST_F(WorkQueueTest, AnEventCancelsTheRevisitBecauseTheVisitSaysTheNextOne) {
  queue_.Add(PipelineKey("a"), Lane::Live);
  Take();
  queue_.Finish(PipelineKey("a"), {Visit::Next::At, clock_.Now() + Duration::Minutes(1), ""});
  queue_.Add(PipelineKey("a"), Lane::Live);
  EXPECT_EQ(Take(), "a");
  queue_.Finish(PipelineKey("a"), kForget);
  EXPECT_FALSE(queue_.NextTime().has_value());
}

TEST_F(WorkQueueTest, TheEarlierOfRevisitAndDebounceCounts) {
  QueueOptions options;
  options.debounce = [](const Key&) { return Duration::Millis(15); };
  WorkQueue queue(clock_, options, {});
  for (const auto& [revisit, due] : {std::pair(Duration::Millis(10), 10), std::pair(Duration::Minutes(1), 15)}) {
    queue.Add(PipelineKey("a"), Lane::Initial);
    ASSERT_TRUE(queue.TryTake().has_value());
    queue.Finish(PipelineKey("a"), {Visit::Next::At, clock_.Now() + revisit, ""});
    queue.Add(PipelineKey("a"), Lane::Live);
    EXPECT_EQ(*queue.NextTime(), clock_.Now() + Duration::Millis(due));
  }
}

TEST_F(WorkQueueTest, FailuresBackOffFromFiveMillisecondsToAThousandSeconds) {
  queue_.Add(PipelineKey("a"), Lane::Live);
  std::int64_t full = 5;
  for (int i = 0; i < 25; ++i) {
    ASSERT_EQ(Take(), "a") << i;
    queue_.Finish(PipelineKey("a"), kBackoff);
    const Duration delay = *queue_.NextTime() - clock_.Now();
    EXPECT_LE(delay.ms, full);
    EXPECT_GE(delay.ms, full * 8 / 10 - 1);
    full = std::min<std::int64_t>(full * 2, 1'000'000);
    clock_.Advance(delay);
  }
}

TEST_F(WorkQueueTest, AFailureThatNamesALatestTimeWaitsNoLonger) {
  queue_.Add(PipelineKey("a"), Lane::Live);
  for (int i = 0; i < 25; ++i) {
    ASSERT_EQ(Take(), "a") << i;
    const Time latest = clock_.Now() + Duration::Seconds(60);
    queue_.Finish(PipelineKey("a"), {Visit::Next::Backoff, latest, "x"});
    ASSERT_LE(*queue_.NextTime(), latest);
    EXPECT_TRUE(i < 24 || *queue_.NextTime() == latest);
    clock_.Advance(*queue_.NextTime() - clock_.Now());
  }
}

TEST_F(WorkQueueTest, AFailureWhoseLatestTimeHasPassedComesAgainInTenSecondsAtTheLatest) {
  queue_.Add(PipelineKey("a"), Lane::Live);
  const Time passed = clock_.Now() + Duration::Seconds(1);
  for (int i = 0; i < 25; ++i) {
    ASSERT_EQ(Take(), "a") << i;
    clock_.Advance(Duration::Seconds(2));
    queue_.Finish(PipelineKey("a"), {Visit::Next::Backoff, passed, "x"});
    ASSERT_LE(*queue_.NextTime(), clock_.Now() + Duration::Seconds(10));
    EXPECT_TRUE(i < 24 || *queue_.NextTime() == clock_.Now() + Duration::Seconds(10)) << "and no sooner, so that it does not spin";
    clock_.Advance(*queue_.NextTime() - clock_.Now());
  }
}

TEST_F(WorkQueueTest, SuccessEndsTheRowOfFailures) {
  queue_.Add(PipelineKey("a"), Lane::Live);
  for (const Visit& visit : {kBackoff, kBackoff, kBackoff, kForget}) {
    ASSERT_EQ(Take(), "a");
    queue_.Finish(PipelineKey("a"), visit);
    clock_.Advance(Duration::Seconds(1));
  }
  queue_.Add(PipelineKey("a"), Lane::Live);
  Take();
  queue_.Finish(PipelineKey("a"), kBackoff);
  EXPECT_LE((*queue_.NextTime() - clock_.Now()).ms, 5);
}

TEST_F(WorkQueueTest, AConflictComesAgainAtOnceButDoesNotSpin) {
  queue_.Add(PipelineKey("a"), Lane::Live);
  Take();
  queue_.Finish(PipelineKey("a"), {Visit::Next::Now, {}, ""});
  EXPECT_EQ(Take(), "");
  clock_.Advance(Duration::Millis(5));
  EXPECT_EQ(Take(), "a");
}

TEST_F(WorkQueueTest, AFailingKeyDelaysNoOther) {
  queue_.Add(PipelineKey("poison"), Lane::Live);
  for (int i = 0; i < 20; ++i) {
    Take();
    queue_.Finish(PipelineKey("poison"), kBackoff);
    clock_.Advance(Duration::Millis(1));
  }
  queue_.Add(PipelineKey("good"), Lane::Live);
  EXPECT_EQ(Take(), "good");
}

TEST_F(WorkQueueTest, TheDebounceGathersEventsOfAKey) {
  QueueOptions options;
  options.debounce = [](const Key& key) { return key.name == "eager" ? Duration{} : Duration::Millis(20); };
  WorkQueue queue(clock_, options, {});
  queue.Add(PipelineKey("a"), Lane::Live);
  queue.Add(PipelineKey("eager"), Lane::Live);
  EXPECT_EQ(queue.TryTake()->name, "eager");
  clock_.Advance(Duration::Millis(15));
  queue.Add(PipelineKey("a"), Lane::Live);
  EXPECT_FALSE(queue.TryTake().has_value());
  clock_.Advance(Duration::Millis(5));
  EXPECT_EQ(queue.TryTake()->name, "a") << "later events do not put the first one off";
}

TEST_F(WorkQueueTest, MetersCountDepthAddsWaitsAndRetries) {
  std::string log;
  QueueMeters meters;
  meters.depth = [&](const api::Resource&, std::size_t n) { log += "d" + std::to_string(n); };
  meters.added = [&](const Key&) { log += "+"; };
  meters.waited = [&](const Key&, Duration d) { log += "w" + std::to_string(d.ms); };
  meters.retried = [&](const Key&) { log += "r"; };
  WorkQueue queue(clock_, {}, meters);
  queue.Add(PipelineKey("a"), Lane::Live);
  clock_.Advance(Duration::Millis(3));
  queue.TryTake();
  clock_.Advance(Duration::Millis(4));
  EXPECT_EQ(queue.LongestRunning().ms, 4);
  queue.Finish(PipelineKey("a"), kBackoff);
  EXPECT_EQ(log, "d1+w3d0r");
  EXPECT_EQ(queue.LongestRunning().ms, 0);
}

TEST_F(WorkQueueTest, ShutDownReleasesTheWorkersThatWait) {
  std::thread worker([this] { EXPECT_FALSE(queue_.Take().has_value()); });
  queue_.ShutDown();
  worker.join();
  queue_.Add(PipelineKey("a"), Lane::Live);
  EXPECT_FALSE(queue_.Take().has_value());
}

TEST_F(WorkQueueTest, ManyWorkersNeverHoldOneKeyTwiceAndLoseNothing) {
  constexpr int kKeys = 8;
  std::array<std::atomic<int>, kKeys> in_flight{}, visits{};
  std::atomic<int> collisions{0};
  std::vector<std::thread> workers;
  for (int w = 0; w < 4; ++w)
    workers.emplace_back([&] {
      while (const auto key = queue_.Take()) {
        const auto at = static_cast<std::size_t>(key->name[0] - 'a');
        if (in_flight[at]++ != 0) ++collisions;
        ++visits[at];
        --in_flight[at];
        queue_.Finish(*key, kForget);
      }
    });
  for (int round = 0; round < 500; ++round)
    for (int k = 0; k < kKeys; ++k) queue_.Add(PipelineKey(std::string(1, static_cast<char>('a' + k))), round % 3 == 0 ? Lane::Initial : Lane::Live);
  EXPECT_TRUE(Eventually([this] { return queue_.Idle(); }));
  queue_.ShutDown();
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(collisions, 0);
  for (const auto& count : visits) EXPECT_GE(count, 1);
}

}  // namespace
}  // namespace weir::controller
