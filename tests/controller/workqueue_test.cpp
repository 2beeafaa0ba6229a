#include "operator/controller/workqueue.h"

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
TEST(SlowNamespaces, TakeAShareOfTheWorkersOnly) {
  FakeClock clock;
  WorkQueue queue(clock, {.mostOfSlow = 2}, {});
  const auto take = [&queue] {
    const auto key = queue.TryTake();
    return key ? key->ns + "/" + key->name : "";
  };
  for (const char* ns : {"s1", "s2", "s3"}) queue.Add(In(ns, "a"), Lane::Live);
  EXPECT_EQ(take(), "s1/a");
  EXPECT_EQ(take(), "s2/a");
  clock.Advance(Duration::Seconds(5));
  for (const char* name : {"b", "c"}) queue.Add(In("s1", name), Lane::Live);
  queue.Add(In("well", "a"), Lane::Live);
  EXPECT_EQ(take(), "s3/a") << "nothing is known of it yet";
  EXPECT_EQ(take(), "well/a");
  EXPECT_EQ(take(), "");
  EXPECT_EQ(queue.Depth(), 2U) << "those that are held are due all the same";
  queue.Finish(In("well", "a"), kForget);
  EXPECT_EQ(take(), "");
  queue.Finish(In("s2", "a"), kForget);
  EXPECT_EQ(take(), "s1/b") << "the one that waits longest";
  EXPECT_EQ(take(), "");
  queue.Finish(In("s1", "a"), kForget);
  queue.Finish(In("s3", "a"), kForget);
  EXPECT_EQ(take(), "s1/c");
  queue.Finish(In("s1", "b"), kForget);
  queue.Finish(In("s1", "c"), kForget);
  EXPECT_TRUE(queue.Idle());
  for (const char* name : {"d", "e", "f"}) queue.Add(In("s1", name), Lane::Live);
  for (const char* taken : {"s1/d", "s1/e", "s1/f"}) EXPECT_EQ(take(), taken) << "its last visit was no slow one";
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
  queue_.AddAt(PipelineKey("a"), clock_.Now() + Duration::Minutes(1));
  queue_.Add(PipelineKey("a"), Lane::Live);
  EXPECT_EQ(Take(), "a");
  queue_.Finish(PipelineKey("a"), kForget);
  EXPECT_FALSE(queue_.NextTime().has_value());
}

TEST_F(WorkQueueTest, TheEarlierOfTwoTimesCounts) {
  const Time now = clock_.Now();
  queue_.AddAt(PipelineKey("a"), now + Duration::Seconds(9));
  queue_.AddAt(PipelineKey("a"), now + Duration::Seconds(3));
  queue_.AddAt(PipelineKey("a"), now + Duration::Seconds(6));
  EXPECT_EQ(*queue_.NextTime(), now + Duration::Seconds(3));
  clock_.Advance(Duration::Seconds(3));
  EXPECT_EQ(Take(), "a");
  queue_.AddAt(PipelineKey("a"), now + Duration::Seconds(8));
  queue_.Finish(PipelineKey("a"), kForget);
  EXPECT_EQ(*queue_.NextTime(), now + Duration::Seconds(8)) << "a time asked for in flight is kept";
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

TEST_F(WorkQueueTest, MetersCountDepthAddsWaitsWorkAndRetries) {
  std::string log;
  QueueMeters meters;
  meters.depth = [&](const api::Resource&, std::size_t n) { log += "d" + std::to_string(n); };
  meters.added = [&](const Key&) { log += "+"; };
  meters.waited = [&](const Key&, Duration d) { log += "w" + std::to_string(d.ms); };
  meters.worked = [&](const Key&, Duration d) { log += "o" + std::to_string(d.ms); };
  meters.retried = [&](const Key&) { log += "r"; };
  WorkQueue queue(clock_, {}, meters);
  queue.Add(PipelineKey("a"), Lane::Live);
  clock_.Advance(Duration::Millis(3));
  queue.TryTake();
  clock_.Advance(Duration::Millis(4));
  EXPECT_EQ(queue.LongestRunning().ms, 4);
  queue.Finish(PipelineKey("a"), kBackoff);
  EXPECT_EQ(log, "d1+w3d0o4r");
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
