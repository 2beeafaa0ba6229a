#include <gtest/gtest.h>

#include <algorithm>

#include "tests/plan/world.h"

namespace weir::test {
namespace {

using local::Moment;
using local::Verb;

bool IsWrite(Verb verb) { return verb == Verb::Create || verb == Verb::Patch || verb == Verb::Delete; }

// Fails of every kind on the way, so that retries, losses and commits are all under fire.
Ending Trouble(const api::StageTask& task) {
  if (task.stage == "accept" && task.attempt == 1) return Fails(api::OutcomeClass::Transient, api::Reason::StoreUnavailable, "The store does not answer.");
  if (task.stage == "aggregate" && task.attempt == 1) return {{}, 137, "OOMKilled"};
  if (task.stage == "publish" && task.attempt < 3) return {{}, 137, "Error"};
  return Succeeds();
}

struct End {
  std::string run;
  std::string stages;
  std::vector<std::string> pods;
  std::size_t commits = 0;
  bool operator==(const End&) const = default;
};

End EndOf(World& world) {
  End end;
  const std::vector<std::string> runs = world.RunNames();
  EXPECT_EQ(runs.size(), 1U);
  if (runs.empty()) return end;
  end.run = world.Condition(api::kPipelineRuns, runs.front(), "Succeeded");
  const api::RunStatus status = world.RunStatusOf(runs.front());
  for (const api::StageStatus& stage : status.stages)
    end.stages +=
        stage.name + " " + std::to_string(stage.attempt) + " " + std::to_string(stage.ownFailures) + " " + std::to_string(stage.infrastructureFailures) + "; ";
  end.commits = status.commits.size();
  end.pods = world.podsMade;
  std::sort(end.pods.begin(), end.pods.end());
  for (const Json& pod : world.List(api::kPods))
    EXPECT_FALSE(At(At(pod, "metadata"), "finalizers").is_array() && !At(At(pod, "metadata"), "finalizers").empty()) << "a finalizer is left";
  return end;
}

End Undisturbed() {
  World world;
  world.runner = Trouble;
  world.Apply(kFlights);
  world.Converge();
  return EndOf(world);
}

// The n-th write of the operator is its last before it dies, before or after the write took effect.
End KilledAtWrite(int nth, Moment when, std::uint64_t seed, bool* reached) {
  World world(seed);
  int writes = 0;
  world.runner = Trouble;
  world.fault = [&](Verb verb, const kube::ObjectRef&, Moment moment) -> std::optional<Error> {
    if (!IsWrite(verb) || moment != when) return std::nullopt;
    if (++writes == nth) throw Crash{};
    return std::nullopt;
  };
  world.Apply(kFlights);
  world.Converge();
  *reached = writes >= nth;
  return EndOf(world);
}

void ExpectSameEndAtWrites(Moment when, int step) {
  const End expected = Undisturbed();
  EXPECT_EQ(expected.run, "True Completed");
  bool reached = true;
  int nth = 1;
  for (; reached; nth += step) {
    End end = KilledAtWrite(nth, when, static_cast<std::uint64_t>(nth), &reached);
    if (when == Moment::After) end.pods = expected.pods;  // the pod whose create was the last call is not in the count
    ASSERT_EQ(end.run, expected.run) << "killed at write " << nth;
    ASSERT_EQ(end.stages, expected.stages) << "killed at write " << nth;
    ASSERT_EQ(end.commits, expected.commits) << "killed at write " << nth;
    ASSERT_EQ(end.pods, expected.pods) << "killed at write " << nth;
  }
  EXPECT_GT(nth, 30);
}

TEST(Crash, AfterAnyWriteChangesNothingInTheEnd) { ExpectSameEndAtWrites(Moment::After, 1); }

// What stands in the cluster is the same as after the write before: a sample will do.
TEST(Crash, BeforeAWriteChangesNothingInTheEnd) { ExpectSameEndAtWrites(Moment::Before, 5); }

TEST(Crash, AgainAndAgainAtRandomLosesAndRepeatsNoAttempt) {
  const End expected = Undisturbed();
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    World world(seed);
    std::mt19937_64 random(seed);
    world.runner = Trouble;
    world.fault = [&random](Verb verb, const kube::ObjectRef&, Moment) -> std::optional<Error> {
      if (!IsWrite(verb)) return std::nullopt;
      const auto roll = random() % 100;
      if (roll < 8) throw Crash{};
      if (roll < 14) return Error{Fault::Transient, "Unavailable", "503"};
      return std::nullopt;
    };
    world.Apply(kFlights);
    world.Converge();
    End end = EndOf(world);
    end.pods = expected.pods;
    ASSERT_EQ(end, expected) << "seed " << seed;
    world.fault = nullptr;
    world.calls.clear();
    world.Restart();
    world.Settle();
    EXPECT_TRUE(world.calls.empty()) << "seed " << seed << " does not rest";
  }
}

TEST(Crash, RepliesThatAreLostMakeNothingTwice) {
  const End expected = Undisturbed();
  World world;
  std::mt19937_64 random(7);
  world.runner = Trouble;
  world.fault = [&random](Verb verb, const kube::ObjectRef&, Moment moment) -> std::optional<Error> {
    if (IsWrite(verb) && moment == Moment::After && random() % 3 == 0) return Error{Fault::Transient, "Timeout", "no answer"};
    return std::nullopt;
  };
  world.Apply(kFlights);
  world.Converge();
  End end = EndOf(world);
  end.pods = expected.pods;
  EXPECT_EQ(end, expected);
}

}  // namespace
}  // namespace weir::test
