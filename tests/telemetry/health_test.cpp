#include "operator/telemetry/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::telemetry {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const Health::Moment kStart{};

TEST(Health, APulseThatBeatsIsWell) {
  Health health;
  health.BeginPulse("watch pods", Duration::Seconds(60), kStart);
  EXPECT_THAT(health.Stuck(kStart + seconds(60)), IsEmpty());
  health.Beat("watch pods", kStart + seconds(60));
  EXPECT_THAT(health.Stuck(kStart + seconds(120)), IsEmpty());
}

TEST(Health, APulseThatIsSilentForTooLongIsNamed) {
  Health health;
  health.BeginPulse("worker", Duration::Seconds(60), kStart);
  health.BeginPulse("watch", Duration::Seconds(600), kStart);
  EXPECT_THAT(health.Stuck(kStart + seconds(90)), ElementsAre("worker has not moved for 1m30s (at most 1m)"));
}

TEST(Health, AnEndedPulseIsNotMissed) {
  Health health;
  health.BeginPulse("worker", Duration::Seconds(1), kStart);
  health.EndPulse("worker");
  health.Beat("worker", kStart);
  EXPECT_THAT(health.Stuck(kStart + seconds(90)), IsEmpty());
}

TEST(Health, ReadyWaitsForAllThatIsAwaited) {
  Health health;
  health.Await("pods");
  health.Await("views");
  health.Arrived("pods");
  health.Await("pods");
  EXPECT_THAT(health.Awaited(), ElementsAre("views is not synced yet"));
  health.Arrived("views");
  EXPECT_THAT(health.Awaited(), IsEmpty());
}

TEST(Health, NotReadyWhileThereIsAnObjection) {
  Health health;
  health.Object("definition of views", "views are older: apply them");
  health.Object("definition of views", "views are missing: apply them");
  EXPECT_THAT(health.Awaited(), ElementsAre("views are missing: apply them"));
  health.Withdraw("definition of views");
  health.Withdraw("definition of views");
  EXPECT_THAT(health.Awaited(), IsEmpty());
}

}  // namespace
}  // namespace weir::telemetry
