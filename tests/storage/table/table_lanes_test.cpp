// Attempts at lanes of one table (docs/decisions/010-fence-lanes.md).
#include <gmock/gmock.h>

#include <functional>

#include "runner/storage/forwarding_store.h"
#include "runner/storage/table/delta_actions.h"
#include "runner/storage/table/file_tags.h"
#include "runner/storage/table/table_state.h"
#include "tests/storage/memory_checkpoints.h"
#include "tests/storage/memory_store.h"
#include "tests/storage/table/table_fixture.h"

namespace weir::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Runs `before` in front of the first entry that is put, and then loses the reply if it is to.
class Interrupted final : public ForwardingStore {
 public:
  Interrupted(std::shared_ptr<ObjectStore> inner, std::function<void()> before, bool loses_reply = false)
      : ForwardingStore(std::move(inner)), before_(std::move(before)), losesReply_(loses_reply) {}
  Status PutIfAbsent(const std::string& path, std::string_view bytes) override {
    auto before = std::exchange(before_, nullptr);
    if (before) before();
    const Status put = ForwardingStore::PutIfAbsent(path, bytes);
    return before && losesReply_ ? Status(Error{Fault::Transient, "OutcomeUnknown", "the reply was lost"}) : put;
  }

 private:
  std::function<void()> before_;
  const bool losesReply_;
};

class TableLanes : public testing::Test {
 protected:
  TableLog Log(std::shared_ptr<ObjectStore> store) { return {std::move(store), "t", LogKind::Delta, &kFixedClock}; }
  TableLog Log() { return Log(store_); }
  TableLog Checkpointed() { return {store_, "t", LogKind::Delta, &kFixedClock, &checkpoints_}; }
  TableState Now() {
    auto state = Log().Load();
    EXPECT_TRUE(state.ok()) << (state.ok() ? "" : state.error().message);
    return state.ok() ? *state : TableState{};
  }
  static api::Attempt On(const std::string& lane, const std::string& run, std::int64_t run_epoch, int attempt = 1) {
    api::Attempt made = AttemptOf(run, attempt, run_epoch);
    made.lane = lane;
    return made;
  }
  bool Commits(const api::Attempt& attempt, const std::string& file) { return Log().Commit(attempt, Adding(file)).ok(); }
  void IsFenced(const api::Attempt& attempt) {
    const auto refused = Log().Commit(attempt, Adding("ghost"));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().fault, Fault::Fenced) << refused.error().message;
    EXPECT_EQ(Log().Claim(attempt, OneColumn()).error().fault, Fault::Fenced);
  }
  std::string EntryText(std::int64_t version) { return *store_->Get(EntryName(version), 1 << 20); }

  const std::shared_ptr<ObjectStore> store_ = std::make_shared<MemoryStore>();
  MemoryCheckpoints checkpoints_;
};

TEST_F(TableLanes, TheWholeTableIsWrittenAsBeforeThereWereLanes) {
  ASSERT_TRUE(Log().Claim(On("", "run", 1'000'000, 2), OneColumn()).ok());
  ASSERT_TRUE(Commits(On("", "run", 1'000'000, 2), "a"));
  EXPECT_THAT(EntryText(0), HasSubstr(R"({"txn":{"appId":"weirkeeper.epoch","lastUpdated":1700000000000,"version":1000002}})"));
  EXPECT_THAT(EntryText(1), AllOf(HasSubstr(R"({"txn":{"appId":"weirkeeper.epoch","lastUpdated":1700000000000,"version":1000002}})"),
                                  HasSubstr(R"({"txn":{"appId":"weirkeeper/uid-run/load","lastUpdated":1700000000000,"version":1000002}})")));
  EXPECT_THAT(EntryText(0) + EntryText(1), Not(HasSubstr("lane")));
}

TEST_F(TableLanes, ALaneIsWrittenUnderItsOwnNames) {
  ASSERT_TRUE(Commits(On("day=1", "run", 1'000'000), "a"));
  EXPECT_THAT(EntryText(0), AllOf(HasSubstr(R"({"txn":{"appId":"weirkeeper.epoch/day=1","lastUpdated":1700000000000,"version":1000001}})"),
                                  HasSubstr(R"({"txn":{"appId":"weirkeeper/uid-run/load/day=1","lastUpdated":1700000000000,"version":1000001}})"),
                                  HasSubstr(R"("lane":"day=1")"), Not(HasSubstr(R"("weirkeeper.epoch")"))));
  EXPECT_EQ(Tag(Now().files.at("a"), kTagLane), "day=1");
}

TEST_F(TableLanes, AnOlderRunOnAnotherLaneIsNotFencedOff) {
  ASSERT_TRUE(Commits(On("a", "new", 2'000'000), "a"));
  EXPECT_TRUE(Commits(On("b", "old", 1'000'000), "b"));
  EXPECT_EQ(Now().files.size(), 2U);
}

TEST_F(TableLanes, AnOlderRunOnTheSameLaneIsFencedOff) {
  ASSERT_TRUE(Commits(On("a", "new", 2'000'000), "a"));
  IsFenced(On("a", "old", 1'000'000));
  EXPECT_THAT(Log().Commit(On("a", "old", 1'000'000), Adding("ghost")).error().message,
              HasSubstr("lane a of table t was taken by a newer run, new (epoch 2000001, version 0; this is attempt 1 with epoch 1000001)"));
}

TEST_F(TableLanes, ACommitOfTheWholeTableFencesOffEachLane) {
  ASSERT_TRUE(Commits(On("", "new", 2'000'000), "all"));
  IsFenced(On("a", "old", 1'000'000));
  EXPECT_TRUE(Commits(On("a", "newest", 3'000'000), "a"));
}

TEST_F(TableLanes, ACommitOnAnyLaneFencesOffOlderOnesOfTheWholeTable) {
  ASSERT_TRUE(Commits(On("", "oldest", 500'000), "all"));
  ASSERT_TRUE(Commits(On("b", "new", 2'000'000), "b"));
  ASSERT_TRUE(Commits(On("a", "between", 1'500'000), "a"));
  IsFenced(On("", "old", 1'000'000));
  EXPECT_TRUE(Commits(On("", "newest", 3'000'000), "new"));
}

TEST_F(TableLanes, AClaimOfALaneFencesOffItsOlderAttemptsAndNoOtherLane) {
  ASSERT_TRUE(Log().Claim(On("a", "run", 2'000'000, 2), OneColumn()).ok());
  ASSERT_TRUE(Log().Claim(On("a", "run", 2'000'000, 2), OneColumn()).ok());
  EXPECT_EQ(Now().version, 0) << "it is made once";
  IsFenced(On("a", "run", 2'000'000, 1));
  IsFenced(On("", "old", 1'000'000));
  EXPECT_TRUE(Commits(On("b", "old", 1'000'000), "b"));
  EXPECT_TRUE(Commits(On("a", "run", 2'000'000, 2), "a"));
}

TEST_F(TableLanes, AFirstAttemptLetsAnOlderRunCommitBeforeIt) {
  ASSERT_TRUE(Log().Claim(On("a", "new", 2'000'000), OneColumn()).ok());
  EXPECT_TRUE(Commits(On("a", "old", 1'000'000), "old"));
  EXPECT_TRUE(Commits(On("a", "new", 2'000'000), "new"));
}

TEST_F(TableLanes, EachLaneOfOneStageIsCommittedOnce) {
  ASSERT_TRUE(Commits(On("a", "run", 1'000'000), "a"));
  EXPECT_FALSE(Log().FindCommitted(On("b", "run", 1'000'000))->has_value());
  ASSERT_TRUE(Commits(On("b", "run", 1'000'000), "b"));
  const auto again = Log().Commit(On("a", "run", 1'000'000, 2), Adding("again"));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_TRUE(again->alreadyCommitted);
  EXPECT_EQ(again->version, 0);
  EXPECT_EQ(Now().files.size(), 2U);
}

TEST_F(TableLanes, ALostReplyIsReadBackThoughAnotherLaneWasCommittedSince) {
  const auto other = [this] { ASSERT_TRUE(Commits(On("b", "new", 2'000'000), "b")); };
  const auto result = Log(std::make_shared<Interrupted>(store_, other, true)).Commit(On("a", "old", 1'000'000), Adding("a"));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_FALSE(result->alreadyCommitted);
  EXPECT_EQ(result->version, 1);
}

TEST_F(TableLanes, WhoLosesARaceKeepsTheFilesOfTheOtherLane) {
  ASSERT_TRUE(Commits(On("a", "before", 500'000), "a0"));
  const auto other = [this] { ASSERT_TRUE(Commits(On("b", "new", 2'000'000), "b1")); };
  TableChange replacing = Adding("a1", 3);
  replacing.remove = {"a0"};
  replacing.rows = 3;
  const auto result = Log(std::make_shared<Interrupted>(store_, other)).Commit(On("a", "old", 1'000'000), replacing);
  ASSERT_TRUE(result.ok()) << result.error().message;
  const TableState state = Now();
  EXPECT_EQ(state.files.size(), 2U);
  EXPECT_TRUE(state.files.contains("a1") && state.files.contains("b1"));
  EXPECT_EQ(state.totals->rows, 4);
}

TEST_F(TableLanes, AReplacementOfALaneThatChangedSinceIsRefused) {
  const auto other = [this] { ASSERT_TRUE(Commits(On("a", "old", 1'000'000), "a0")); };
  TableChange replacing = Adding("a1", 3);
  replacing.rows = 3;
  EXPECT_EQ(Log(std::make_shared<Interrupted>(store_, other)).Commit(On("a", "new", 2'000'000), replacing).error().reason, "LedgerOpen");
  EXPECT_FALSE(Now().files.contains("a1"));
}

TEST_F(TableLanes, ALaneRemovesItsOwnFilesOnly) {
  ASSERT_TRUE(Commits(On("", "first", 100'000), "whole"));
  ASSERT_TRUE(Commits(On("b", "second", 200'000), "b0"));
  for (const char* path : {"whole", "b0"}) {
    TableChange change = Adding("a0");
    change.remove = {path};
    EXPECT_EQ(Log().Commit(On("a", "third", 300'000), change).error().fault, Fault::Bug) << path;
  }
  TableChange change = Adding("all");
  change.remove = {"whole", "b0"};
  EXPECT_TRUE(Log().Commit(On("", "fourth", 400'000), change).ok());
}

TEST_F(TableLanes, AFileThatIsCopiedFromAnotherTableIsOfTheLaneThatItIsCommittedOn) {
  const auto copied = [](const std::string& path) {
    TableChange change = Adding(path);
    change.add.front().tags = {{kTagLane, "there"}, {"source", "s"}};
    return change;
  };
  ASSERT_TRUE(Log().Commit(On("", "first", 100'000), copied("whole")).ok());
  ASSERT_TRUE(Log().Commit(On("here", "second", 200'000), copied("part")).ok());
  const TableState state = Now();
  EXPECT_EQ(state.files.at("whole").tags, (std::map<std::string, std::string>{{"source", "s"}}));
  EXPECT_EQ(state.files.at("part").tags, (std::map<std::string, std::string>{{"source", "s"}, {kTagLane, "here"}}));
}

TEST_F(TableLanes, ALaneKeepsTheSchemaOfTheTable) {
  ASSERT_TRUE(Commits(On("a", "first", 100'000), "a"));
  TableChange wider = Adding("b");
  wider.schema.columns.push_back({.name = "more", .type = "BIGINT"});
  EXPECT_EQ(Log().Commit(On("b", "second", 200'000), wider).error().reason, "SchemaMismatch");
  EXPECT_TRUE(Log().Commit(On("", "third", 300'000), wider).ok());
}

TEST_F(TableLanes, ALaneHasAName) {
  for (const char* bad : {"*", "a/b", "..", "a b"}) {
    EXPECT_EQ(Log().Commit(On(bad, "run", 100'000), Adding("a")).error().fault, Fault::Bug) << bad;
    EXPECT_EQ(Log().Claim(On(bad, "run", 100'000, 2), OneColumn()).error().fault, Fault::Bug) << bad;
  }
  EXPECT_EQ(Now().version, -1);
}

TableState WithFences(const std::map<std::string, std::int64_t>& fences) {
  TableState state{.version = 5000};
  for (const auto& [app, epoch] : fences) state.transactions[app] = epoch, state.transactionCommits[app] = 1;
  return state;
}

TEST(LanesThatExpire, AreThoseThatTheWholeTableCovers) {
  TableState state = WithFences({{"weirkeeper.epoch", 20}, {"weirkeeper.epoch/a", 10}, {"weirkeeper.epoch/b", 30}});
  Expire(state, LogKind::Delta, kFixedClock.Now());
  EXPECT_EQ(state.transactions, (std::map<std::string, std::int64_t>{{"weirkeeper.epoch", 20}, {"weirkeeper.epoch/b", 30}}));
}

TEST(LanesThatExpire, AreTheOldestAboveTheirBoundAndStillFence) {
  std::map<std::string, std::int64_t> fences;
  for (std::int64_t i = 0; i < 1'200; ++i) fences[api::FenceOf("l" + std::to_string(i))] = 100'000 + i;
  TableState state = WithFences(fences);
  state.transactionCommits["weirkeeper.epoch/l3"] = state.version;
  Expire(state, LogKind::Delta, kFixedClock.Now());
  EXPECT_EQ(state.transactions.size(), kLanesKept + 1);
  EXPECT_EQ(state.OwnEpoch("l3"), 100'003) << "the checkpoint is compared with its entry";
  EXPECT_EQ(state.Epoch("l0"), 100'200) << "of a forgotten lane, and of one that never was";
  EXPECT_EQ(state.Epoch("l1000"), 101'000);
  EXPECT_EQ(state.Epoch(""), 101'199);
  const auto once = state.transactions;
  Expire(state, LogKind::Delta, kFixedClock.Now());
  EXPECT_EQ(state.transactions, once);
  state.transactions["weirkeeper.epoch"] = 200'000;
  Expire(state, LogKind::Delta, kFixedClock.Now());
  EXPECT_EQ(state.transactions, (std::map<std::string, std::int64_t>{{"weirkeeper.epoch", 200'000}}));
}

TEST(LanesThatExpire, LetNoRunCommitTwiceAfterAWriterThatForgotLess) {
  TableState state = WithFences({{"weirkeeper.epoch/", 500'001}});
  LogEntry claim;
  claim.transactions["weirkeeper.epoch/a"] = 100'002;  // of a run whose transaction is forgotten here
  Apply(claim, 5001, state);
  EXPECT_EQ(state.Epoch("a"), 500'001);
  Expire(state, LogKind::Delta, kFixedClock.Now());
  EXPECT_EQ(state.Epoch("a"), 500'001);
}

TEST(LanesThatExpire, KeepTheTransactionsOfRunsThatMayComeBack) {
  TableState state = WithFences({{"weirkeeper.epoch/a", 100'001},
                                 {"weirkeeper/uid-1/load/a", 100'001},
                                 {"weirkeeper.epoch/b", 200'001},
                                 {"weirkeeper/uid-1/load/b", 100'001},
                                 {"weirkeeper/uid-2/load/b", 200'001},
                                 {"weirkeeper/uid-1/load", 50'001}});
  Expire(state, LogKind::Delta, kFixedClock.Now());
  EXPECT_TRUE(state.transactions.contains("weirkeeper/uid-1/load/a"));
  EXPECT_FALSE(state.transactions.contains("weirkeeper/uid-1/load/b"));
  EXPECT_TRUE(state.transactions.contains("weirkeeper/uid-2/load/b"));
  EXPECT_FALSE(state.transactions.contains("weirkeeper/uid-1/load"));
}

TEST_F(TableLanes, ATableOfManyLanesStaysExactlyOnceAndItsCheckpointsBounded) {
  TableLog log = Checkpointed();
  constexpr std::int64_t kLanes = 2'110;
  ASSERT_TRUE(log.Commit(On("early", "ahead", 900'000'000), Adding("early")).ok());
  for (std::int64_t i = 0; i < kLanes; ++i)
    ASSERT_TRUE(log.Commit(On("l" + std::to_string(i), "r" + std::to_string(i), 100'000 * (i + 1)), Adding("f" + std::to_string(i))).ok());
  const auto state = Checkpointed().Load();
  ASSERT_TRUE(state.ok()) << state.error().message;
  EXPECT_LT(state->transactions.size(), 2 * kLanesKept + 50);
  const auto again = Checkpointed().Commit(On("early", "ahead", 900'000'000, 2), Adding("again"));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->version, 0) << "2,110 versions ago, and nobody has fenced its run off";
  EXPECT_EQ(Checkpointed().Commit(On("l5", "r5", 600'000, 2), Adding("again")).error().fault, Fault::Fenced) << "its transaction is forgotten";
  EXPECT_EQ(Checkpointed().Commit(On("never", "old", 600'000), Adding("late")).error().fault, Fault::Fenced);
  EXPECT_TRUE(Checkpointed().Commit(On("never", "between", 200'000'000), Adding("new")).ok());
}

}  // namespace
}  // namespace weir::storage
