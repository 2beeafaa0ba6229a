// Each name that is derived from an attempt, as releases so far have written it. When one of these fails, an upgrade would make
// pods twice, forget commits or lose quarantined rows.
#include "crds/api/protocol/attempt.h"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

const Attempt kSecond{.ns = "shop",
                      .pipeline = "orders",
                      .run = "orders-20260105t000000-1",
                      .runUid = "6f1d2c3b-0000-4000-8000-000000000001",
                      .revision = "orders-0a1b2c3d4e",
                      .image = "runner:1",
                      .stage = "total-sales",
                      .attempt = 2,
                      .epoch = 176'757'120'003'002};

TEST(AttemptNames, OfPodsAreTheOwnerTheStageAndTheAttempt) {
  EXPECT_EQ(PodName("orders-20260105t000000-1", "total-sales", 2), "orders-20260105t000000-1-total-sales-2");
  EXPECT_EQ(PodName("flights-daily-12ab34cd56", "validate", 12), "flights-daily-12ab34cd56-validate-12");
  EXPECT_EQ(PodName("by-hand", "land", 1), "by-hand-land-1");
}

TEST(AttemptNames, OfPodsThatAnotherRunCouldHaveEndInAHash) { EXPECT_EQ(PodName("by", "hand-land", 1), "by-hand-land-1-54b37e39da"); }

TEST(AttemptNames, OfPodsThatAreTooLongAreCutAndEndInAHash) { EXPECT_EQ(PodName(std::string(60, 'r'), "aggregate", 1), std::string(52, 'r') + "-ae9f8ce977"); }

TEST(AttemptNames, OfLabels) {
  EXPECT_EQ(LabelValue("orders"), "orders");
  EXPECT_EQ(LabelValue(std::string(70, 'p')), std::string(52, 'p') + "-a7463df0b0");
  EXPECT_EQ(PodLabels(kSecond), (TextMap{{"weirkeeper.io/pipeline", "orders"},
                                         {"weirkeeper.io/revision", "orders-0a1b2c3d4e"},
                                         {"weirkeeper.io/run", "orders-20260105t000000-1"},
                                         {"weirkeeper.io/stage", "total-sales"},
                                         {"weirkeeper.io/attempt", "2"}}));
}

TEST(AttemptNames, OfAValidationHaveNoLabelOfARun) {
  EXPECT_EQ(PodLabels({.pipeline = "orders", .revision = "orders-0a1b2c3d4e", .stage = "validate"}), (TextMap{{"weirkeeper.io/pipeline", "orders"},
                                                                                                              {"weirkeeper.io/revision", "orders-0a1b2c3d4e"},
                                                                                                              {"weirkeeper.io/stage", "validate"},
                                                                                                              {"weirkeeper.io/attempt", "1"}}));
}

TEST(AttemptNames, OfFiles) {
  const std::string own = "orders-20260105t000000-1/6f1d2c3b-0000-4000-8000-000000000001/total-sales-2";
  EXPECT_EQ(AttemptPath(kSecond), own);
  EXPECT_EQ(ResultPath(kSecond), "part/" + own + "/0.parquet");
  EXPECT_EQ(QuarantinePath("processed/shop/_weirkeeper", kSecond), "processed/shop/_weirkeeper/quarantine/" + own + ".jsonl");
  EXPECT_EQ(OutcomePath("processed/shop/_weirkeeper", kSecond), "processed/shop/_weirkeeper/outcomes/" + own + ".json");
}

TEST(AttemptNames, OfTheTransactionAreOnesOfAllAttemptsOfAStage) {
  Attempt third = kSecond;
  third.attempt = 3;
  third.epoch += 1;
  EXPECT_EQ(TransactionOf(kSecond), "weirkeeper/6f1d2c3b-0000-4000-8000-000000000001/total-sales");
  EXPECT_EQ(TransactionOf(third), TransactionOf(kSecond));
}

TEST(AttemptNames, OfALaneFollowThoseOfTheWholeTable) {
  Attempt of_a_day = kSecond;
  of_a_day.lane = "day=2026-01-05";
  EXPECT_EQ(AttemptPath(of_a_day), AttemptPath(kSecond) + "/day=2026-01-05");
  EXPECT_EQ(ResultPath(of_a_day), "part/" + AttemptPath(kSecond) + "/day=2026-01-05/0.parquet");
  EXPECT_EQ(TransactionOf(of_a_day), TransactionOf(kSecond) + "/day=2026-01-05");
  EXPECT_EQ(LaneOfTransaction(TransactionOf(of_a_day)), "day=2026-01-05");
  EXPECT_EQ(LaneOfTransaction(TransactionOf(kSecond)), "");
  EXPECT_EQ(LaneOfTransaction("another.engine/a/b/c"), "");
  EXPECT_EQ(FenceOf(""), "weirkeeper.epoch");
  EXPECT_EQ(FenceOf("day=2026-01-05"), "weirkeeper.epoch/day=2026-01-05");
}

TEST(AttemptNames, OfLanesArePartsOfPaths) {
  for (const char* good : {"a", "day=2026-01-05", "2026_01.part-7", "name=a%2Fb"}) EXPECT_TRUE(IsLane(good)) << good;
  for (const char* bad : {"", "*", ".", "..", ".hidden", "-a", "a/b", "a b", "a\nb", "\xC3\xA4"}) EXPECT_FALSE(IsLane(bad)) << bad;
  EXPECT_TRUE(IsLane(std::string(128, 'a')));
  EXPECT_FALSE(IsLane(std::string(129, 'a')));
}

TEST(AttemptEpochs, CountTheRunTheStageAndTheAttempt) {
  EXPECT_EQ(EpochOf(1'767'571'200, 3, 2), 176'757'120'003'002);
  EXPECT_EQ(RunOfEpoch(176'757'120'003'002), 1'767'571'200);
  EXPECT_EQ(LastEpochOfStage(176'757'120'003'002), EpochOf(1'767'571'200, 3, 999));
}

TEST(Attempt, IsThatOfItsTask) {
  const StageTask task{.ns = kSecond.ns,
                       .pipeline = kSecond.pipeline,
                       .run = kSecond.run,
                       .runUid = kSecond.runUid,
                       .revision = kSecond.revision,
                       .image = kSecond.image,
                       .stage = kSecond.stage,
                       .attempt = kSecond.attempt,
                       .epoch = kSecond.epoch};
  EXPECT_EQ(AttemptOf(task), kSecond);
}

}  // namespace
}  // namespace weir::api
