// Several writers and attempts at one table; runs on a volume and on S3.
#include <gmock/gmock.h>

#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "runner/storage/forwarding_store.h"
#include "tests/storage/store_under_test.h"
#include "tests/storage/table/table_fixture.h"

namespace weir::storage {
namespace {

class TableContention : public testing::Test {
 protected:
  TableLog Log(std::shared_ptr<ObjectStore> store) { return {std::move(store), "zone/t", LogKind::Delta, &kFixedClock}; }
  TableLog Log() { return Log(store_); }
  TableState Now() {
    auto state = Log().Load();
    EXPECT_TRUE(state.ok()) << (state.ok() ? "" : state.error().message);
    return state.ok() ? *state : TableState{};
  }

  StoreUnderTest under_test_;
  std::shared_ptr<ObjectStore> store_ = under_test_.Open();
};

TEST_F(TableContention, SixteenWritersLoseNothingAndEachVersionHasOneOfThem) {
  constexpr int kWriters = 16, kCommits = 4;
  std::mutex mutex;
  std::set<std::int64_t> versions;
  std::vector<std::string> problems;
  std::vector<std::thread> threads;
  for (int t = 0; t < kWriters; ++t) {
    threads.emplace_back([&, t] {
      TableLog log = Log();
      for (int i = 0; i < kCommits; ++i) {
        const std::string name = std::to_string(t) + "-" + std::to_string(i);
        api::Attempt committer = AttemptOf(name, 1);
        const auto result = log.Commit(committer, Adding(name + ".parquet"));
        const std::lock_guard lock(mutex);
        if (!result.ok()) problems.push_back(result.error().message);
        if (result.ok() && !versions.insert(result->version).second) problems.push_back("version twice");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(problems, testing::IsEmpty());
  const TableState state = Now();
  EXPECT_EQ(state.version, kWriters * kCommits - 1);
  EXPECT_EQ(versions.size(), static_cast<std::size_t>(kWriters * kCommits));
  EXPECT_EQ(state.files.size(), static_cast<std::size_t>(kWriters * kCommits));
}

TEST_F(TableContention, SixteenAttemptsOfOneStageCommitOnce) {
  std::atomic<int> fresh{0}, recalled{0}, fenced{0}, other{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      const auto result = Log().Commit(AttemptOf("run", 1), Adding("f" + std::to_string(t)));
      if (!result.ok()) ++(result.error().fault == Fault::Fenced ? fenced : other);
      if (result.ok()) ++(result->alreadyCommitted ? recalled : fresh);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(recalled, 15);
  EXPECT_EQ(other, 0);
  EXPECT_EQ(Now().files.size(), 1u);
}

TEST_F(TableContention, ALateCommitOfAnEarlierAttemptIsFenced) {
  ASSERT_TRUE(Log().Commit(AttemptOf("before", 1, 500'000), Adding("old")).ok());
  ASSERT_TRUE(Log().Claim(AttemptOf("run", 1), OneColumn()).ok());
  ASSERT_TRUE(Log().Claim(AttemptOf("run", 2), OneColumn()).ok());
  const auto late = Log().Commit(AttemptOf("run", 1), Adding("ghost"));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().fault, Fault::Fenced);
  EXPECT_EQ(late.error().reason, "Fenced");
  EXPECT_EQ(Log().Claim(AttemptOf("run", 1), OneColumn()).error().fault, Fault::Fenced);
  const auto result = Log().Commit(AttemptOf("run", 2), Adding("new"));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->version, 2);
  const TableState state = Now();
  EXPECT_TRUE(state.files.contains("new"));
  EXPECT_FALSE(state.files.contains("ghost"));
}

TEST_F(TableContention, AClaimOfATableThatHasNoCommitYetFencesToo) {
  ASSERT_TRUE(Log().Claim(AttemptOf("run", 2), OneColumn()).ok());
  EXPECT_EQ(Log().Commit(AttemptOf("run", 1), Adding("ghost")).error().fault, Fault::Fenced);
  ASSERT_TRUE(Log().Commit(AttemptOf("run", 2), Adding("new")).ok());
  EXPECT_EQ(Now().version, 1);
}

TEST_F(TableContention, TheFirstAttemptClaimsWithoutAWrite) {
  ASSERT_TRUE(Log().Claim(AttemptOf("run", 1), OneColumn()).ok());
  EXPECT_EQ(Now().version, -1);
}

TEST_F(TableContention, AClaimIsMadeOnceAndHidesNoFacts) {
  ASSERT_TRUE(Log().Commit(AttemptOf("before", 1, 500'000), Adding("old", 7)).ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Log().Claim(AttemptOf("run", 2), OneColumn()).ok());
  const TableState state = Now();
  EXPECT_EQ(state.version, 1);
  EXPECT_EQ(state.Facts(), Json({{"rows", 7}}));
}

TEST_F(TableContention, ACommitOfAnEarlierAttemptIsRecalledWithItsFacts) {
  ASSERT_TRUE(Log().Commit(AttemptOf("run", 1), Adding("first", 5)).ok());
  ASSERT_TRUE(Log().Commit(AttemptOf("other", 1, 2'000'000), Adding("other", 9)).ok());
  api::Attempt second = AttemptOf("run", 2, 3'000'000);
  const auto found = Log().FindCommitted(second);
  ASSERT_TRUE(found.ok());
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->version, 0);
  EXPECT_EQ((*found)->facts, Json({{"rows", 5}}));
  const auto again = Log().Commit(second, Adding("second", 6));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->alreadyCommitted);
  EXPECT_EQ(again->version, 0);
  EXPECT_EQ(again->facts, Json({{"rows", 5}}));
  EXPECT_FALSE(Now().files.contains("second"));
}

TEST_F(TableContention, NothingCommittedIsNothingFound) {
  ASSERT_TRUE(Log().Commit(AttemptOf("run", 1), Adding("a")).ok());
  api::Attempt other_stage = AttemptOf("run", 1);
  other_stage.stage = "other";
  EXPECT_FALSE(Log().FindCommitted(other_stage)->has_value());
  EXPECT_FALSE(Log().FindCommitted(AttemptOf("another", 1))->has_value());
}

// A store whose answers to puts get lost: `performed` says of each whether it took effect all the same.
class LosesReplies final : public ForwardingStore {
 public:
  LosesReplies(std::shared_ptr<ObjectStore> inner, std::vector<bool> performed) : ForwardingStore(std::move(inner)), performed_(std::move(performed)) {}
  Status PutIfAbsent(const std::string& path, std::string_view bytes) override {
    if (next_ >= performed_.size()) return ForwardingStore::PutIfAbsent(path, bytes);
    if (performed_[next_++]) (void)ForwardingStore::PutIfAbsent(path, bytes);
    return Error{Fault::Transient, "OutcomeUnknown", "the reply was lost"};
  }

 private:
  const std::vector<bool> performed_;
  std::size_t next_ = 0;
};

TEST_F(TableContention, ALostReplyOfACommitThatHappenedIsReadBack) {
  const auto result = Log(std::make_shared<LosesReplies>(store_, std::vector{true})).Commit(AttemptOf("run", 1), Adding("a", 3));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_FALSE(result->alreadyCommitted);
  EXPECT_EQ(result->version, 0);
  EXPECT_EQ(result->facts, Json({{"rows", 3}}));
  EXPECT_EQ(Now().version, 0);
}

TEST_F(TableContention, ALostRequestOfACommitIsMadeAgain) {
  const auto result = Log(std::make_shared<LosesReplies>(store_, std::vector{false, false, true})).Commit(AttemptOf("run", 1), Adding("a"));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_FALSE(result->alreadyCommitted);
  EXPECT_EQ(Now().version, 0);
  EXPECT_EQ(Now().files.size(), 1u);
}

TEST_F(TableContention, ALostReplyOfAClaimIsReadBack) {
  ASSERT_TRUE(Log(std::make_shared<LosesReplies>(store_, std::vector{true})).Claim(AttemptOf("run", 2), OneColumn()).ok());
  EXPECT_EQ(Now().version, 0);
  EXPECT_EQ(Now().Epoch(), 1'000'002);
}

TEST_F(TableContention, RepliesThatKeepGettingLostLeaveTheOutcomeOpen) {
  const auto result = Log(std::make_shared<LosesReplies>(store_, std::vector<bool>(100, false))).Commit(AttemptOf("run", 1), Adding("a"));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().fault, Fault::Transient);
  EXPECT_EQ(result.error().reason, "OutcomeUnknown");
  EXPECT_TRUE(Log().Commit(AttemptOf("run", 2), Adding("b")).ok());
}

// Runs `before` in front of the first put, as another process would do at that moment.
class Interrupted final : public ForwardingStore {
 public:
  Interrupted(std::shared_ptr<ObjectStore> inner, std::function<void()> before) : ForwardingStore(std::move(inner)), before_(std::move(before)) {}
  Status PutIfAbsent(const std::string& path, std::string_view bytes) override {
    if (auto before = std::exchange(before_, nullptr)) before();
    return ForwardingStore::PutIfAbsent(path, bytes);
  }

 private:
  std::function<void()> before_;
};

TEST_F(TableContention, AClaimBetweenLookingAndCommittingFences) {
  auto store = std::make_shared<Interrupted>(store_, [this] { ASSERT_TRUE(Log().Claim(AttemptOf("run", 2), OneColumn()).ok()); });
  EXPECT_EQ(Log(store).Commit(AttemptOf("run", 1), Adding("ghost")).error().fault, Fault::Fenced);
  EXPECT_TRUE(Now().files.empty());
}

TEST_F(TableContention, AnotherWriterInBetweenMovesTheCommitToTheNextVersion) {
  auto store = std::make_shared<Interrupted>(store_, [this] { ASSERT_TRUE(Log().Commit(AttemptOf("other", 1), Adding("theirs")).ok()); });
  const auto result = Log(store).Commit(AttemptOf("run", 1), Adding("ours"));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->version, 1);
  EXPECT_EQ(Now().files.size(), 2u);
}

TEST_F(TableContention, AFileThatAnotherWriterRemovedMeanwhileIsAConflict) {
  ASSERT_TRUE(Log().Commit(AttemptOf("before", 1, 500'000), Adding("old")).ok());
  auto replacing = [](const std::string& path) {
    TableChange change = Adding(path);
    change.remove = {"old"};
    return change;
  };
  auto store = std::make_shared<Interrupted>(store_, [&] { ASSERT_TRUE(Log().Commit(AttemptOf("other", 1), replacing("theirs")).ok()); });
  EXPECT_EQ(Log(store).Commit(AttemptOf("run", 1), replacing("ours")).error().reason, "CommitConflict");
  EXPECT_EQ(Now().files.size(), 1u);
}

TEST_F(TableContention, AnErrorOfTheStoreIsHandedOnAndNamesTheTable) {
  class Full final : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    Status PutIfAbsent(const std::string&, std::string_view) override { return Error{Fault::Exhausted, "DiskFull", "no space"}; }
  };
  const auto result = Log(std::make_shared<Full>(store_)).Commit(AttemptOf("run", 1), Adding("a"));
  EXPECT_EQ(result.error().reason, "DiskFull");
  EXPECT_THAT(result.error().message, testing::HasSubstr("zone/t"));
}

}  // namespace
}  // namespace weir::storage
