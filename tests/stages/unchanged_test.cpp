// A run that finds the same inputs and the same code: the version that is there is reported again, and none is made.
#include "runner/storage/forwarding_store.h"
#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::HasSubstr;
using testing::Not;

class Unchanged : public StageTest {
 protected:
  Unchanged() {
    folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n2,Rome,20\n");
    Decoded();
    first_ = Good(Transform());
    NextRun();
  }
  std::string TotalsFolder() { return folder_ / ("lake/" + Table("totals").path); }
  std::size_t FilesOfTotals() {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(TotalsFolder())) files += entry.is_regular_file() ? 1 : 0;
    return files;
  }
  // The next run of the transform makes a version, and the one after it none.
  void IsMadeAgain(const api::StageTask& task, const std::string& why) {
    const auto before = State("totals").version;
    EXPECT_THAT(Good(task).message, Not(HasSubstr("unchanged"))) << why;
    EXPECT_GT(State("totals").version, before) << why;
    NextRun();
  }

  api::StageOutcome first_;
};

TEST_F(Unchanged, TheSameInputsAndSqlMakeNoVersionAndReportTheOneThatIsThere) {
  const std::size_t files = FilesOfTotals();
  const auto again = Good(Transform());
  EXPECT_THAT(again.message, HasSubstr("version 0 of totals is unchanged"));
  ASSERT_EQ(again.commits.size(), 1U);
  api::Commit expected = first_.commits[0];
  expected.unchanged = true;
  expected.epoch = again.commits[0].epoch;
  EXPECT_EQ(again.commits[0], expected) << "rows, data time and hash are those of the version";
  EXPECT_GT(again.commits[0].epoch, first_.commits[0].epoch) << "status gets it as news of this run, also when it was lost";
  EXPECT_FALSE(again.rows) << "no row was read";
  EXPECT_EQ(FilesOfTotals(), files);
  EXPECT_EQ(State("totals").version, 0);
}

TEST_F(Unchanged, EverythingThatDecidesWhatAVersionHoldsMakesANewOne) {
  IsMadeAgain(Transform("SELECT city, sum(amount) AS total FROM orders WHERE amount > 1 GROUP BY city"), "other SQL");
  api::StageTask newer = Transform();
  newer.image = "runner:2";
  IsMadeAgain(newer, "another runner");
  IsMadeAgain(Transform(), "back to the first");
  Table("totals").checks = {{.name = "low", .rule = api::RangeCheck{"total", "", "18"}, .onFailure = api::OnFailure::Warn}};
  IsMadeAgain(Transform(), "a check");
  Table("totals").keys.clear();
  IsMadeAgain(Transform(), "no key");
  Table("totals").columns[0].nullable = false;
  IsMadeAgain(Transform(), "a column");
  Table("totals").quarantine = api::QuarantineLimit{.maxRows = 5};
  IsMadeAgain(Transform(), "a limit");
  folder_.Write("source/in/b.csv", "id,city,amount\n3,Bern,30\n");
  Decoded();
  IsMadeAgain(Transform(), "a new version of an input");
  EXPECT_THAT(Good(Transform()).message, HasSubstr("unchanged"));
}

TEST_F(Unchanged, AVersionOfAClockThatWasAheadIsMadeAgainOnce) {
  class Ahead final : public Clock {
   public:
    Time Now() const override { return SystemClock().Now() + Duration::Hours(24); }
  };
  const Ahead ahead;
  ports_.clock = &ahead;
  Table("totals").keys.clear();
  IsMadeAgain(Transform(), "no key");
  ports_.clock = nullptr;
  IsMadeAgain(Transform(), "its times may have counted by the wrong clock");
  EXPECT_THAT(Good(Transform()).message, HasSubstr("unchanged"));
}

TEST_F(Unchanged, AnInputThatWasMadeAnewUnderItsNameIsAnother) {
  std::filesystem::remove_all(folder_ / ("lake/" + Table("orders").path));
  Decoded();
  ASSERT_EQ(State("orders").version, 0) << "numbers start again";
  IsMadeAgain(Transform(), "an input made anew");
}

TEST_F(Unchanged, AVersionWhoseFileIsLostOrDamagedIsMadeAgain) {
  const std::string file = TotalsFolder() + "/" + State("totals").files.begin()->first;
  std::filesystem::remove(file);
  IsMadeAgain(Transform(), "a lost file");
  EXPECT_EQ(Rows("totals").size(), 2U);
  const std::string path = TotalsFolder() + "/" + State("totals").files.begin()->first;
  {
    std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(8);
    bytes.put('\x7F');
  }
  IsMadeAgain(Transform(), "one byte that is another");
  EXPECT_EQ(Rows("totals").size(), 2U);
}

TEST_F(Unchanged, WhatWasSaidOfTheVersionIsSaidAgain) {
  Table("totals").checks = {{.name = "low", .rule = api::RangeCheck{"total", "", "18"}, .onFailure = api::OnFailure::Warn}};
  const auto warned = Good(Transform());
  ASSERT_EQ(warned.findings.size(), 1U);
  NextRun();
  const auto again = Good(Transform());
  EXPECT_THAT(again.message, HasSubstr("unchanged"));
  EXPECT_EQ(again.findings, warned.findings);
}

TEST_F(Unchanged, TimesThatWereAheadAreCountedOnceTheyAreNot) {
  Table("totals").columns.push_back(Optional("at", "TIMESTAMP"));
  Table("totals").eventTime = "at";
  const std::string sql = "SELECT city, amount::BIGINT AS total, TIMESTAMP '2023-11-15 03:00:00' AS at FROM orders";
  const auto ahead = Good(Transform(sql)).commits[0].dataAsOf;
  EXPECT_TRUE(ahead && *ahead < *ParseTime("2023-11-15T00:00:00Z")) << "the time that was known before";
  run_ += 5;
  EXPECT_EQ(Good(Transform(sql)).commits[0].dataAsOf, *ParseTime("2023-11-15T03:00:00Z"));
  NextRun();
  EXPECT_THAT(Good(Transform(sql)).message, HasSubstr("unchanged"));
}

TEST_F(Unchanged, AViewIsPublishedOnceForOneContract) {
  const auto published = Good(Publish());
  NextRun();
  const auto again = Good(Publish());
  EXPECT_THAT(again.message, HasSubstr("unchanged"));
  EXPECT_EQ(again.commits[0].contractHash, published.commits[0].contractHash);
  NextRun();
  auto other = Publish();
  other.contractHash = "another";
  EXPECT_THAT(Good(other).message, Not(HasSubstr("unchanged")));
}

// Of each entry of logs: how often it was asked for.
class CountingStore final : public storage::ForwardingStore {
 public:
  CountingStore(std::shared_ptr<storage::ObjectStore> inner, std::map<std::string, int>& gets) : ForwardingStore(std::move(inner)), gets_(gets) {}
  Result<std::string> Get(const std::string& path, std::int64_t max_bytes) override {
    ++gets_[path];
    return ForwardingStore::Get(path, max_bytes);
  }

 private:
  std::map<std::string, int>& gets_;
};

// A log grows with each version, and its entries never change.
TEST_F(Unchanged, ReadsEachEntryOfTheLogsOnceWhetherAVersionIsMadeOrNot) {
  for (int version = 1; version < 4; ++version) {
    Good(Transform("SELECT city, sum(amount) + " + std::to_string(version) + " AS total FROM orders GROUP BY city"));
    Good(Publish());
    NextRun();
  }
  std::map<std::string, int> gets;
  ports_.openStore = [&gets](const api::TaskStore& store) -> Result<std::shared_ptr<storage::ObjectStore>> {
    auto opened = storage::OpenStore(store);
    if (!opened.ok()) return opened.error();
    return std::shared_ptr<storage::ObjectStore>(std::make_shared<CountingStore>(*opened, gets));
  };
  const auto read = [&](const api::StageTask& task, const std::string& table) {
    gets.clear();
    Good(task);
    const auto newest = State(table).version;
    for (const auto& [path, count] : gets) {
      const bool may_be_next = path.find(Table(table).path) == 0 && path.find(std::to_string(newest) + ".json") != std::string::npos;
      const bool is_read_ahead = path.find(std::to_string(newest + 1) + ".json") != std::string::npos;
      EXPECT_LE(count, may_be_next || is_read_ahead ? 99 : 1) << path;
    }
    int next = 0;
    for (const auto& [path, count] : gets)
      if (path.find(Table(table).path) == 0) next += std::max(count - 1, 0);
    return next;
  };
  EXPECT_LE(read(Transform("SELECT city, sum(amount) + 3 AS total FROM orders GROUP BY city"), "totals"), 1) << "unchanged: at the start and to claim";
  EXPECT_LE(read(Transform("SELECT city, sum(amount) + 9 AS total FROM orders GROUP BY city"), "totals"), 4);
  EXPECT_LE(read(Publish(), "city-totals"), 4);
}

TEST_F(Unchanged, ASecondAttemptFindsItToo) {
  const auto outcome = Good(Transform("SELECT city, sum(amount) AS total FROM orders WHERE amount > 0 GROUP BY city", 2));
  EXPECT_THAT(outcome.message, HasSubstr("unchanged"));
  EXPECT_EQ(outcome.commits[0].contentHash, first_.commits[0].contentHash);
  const api::Commit& known = outcome.commits[0];
  Table("totals").known = api::KnownVersion{known.version, known.epoch, known.contentHash, known.location};
  NextRun();
  Good(Transform());  // the version of its claim is no other version
}

}  // namespace
}  // namespace weir::stages
