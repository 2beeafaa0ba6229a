#include "runner/storage/forwarding_store.h"
#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class QueryStage : public StageTest {
 protected:
  QueryStage() {
    folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n2,Rome,20\n3,Oslo,5\n4,Bern,-1\n");
    decoded_ = Decoded();
  }
  api::StageOutcome decoded_;
};

TEST_F(QueryStage, ATransformReplacesItsTargetAndSaysWhatItReadAndWrote) {
  const auto outcome = Good(Transform());
  EXPECT_EQ(outcome.rows, SqlSums({{"orders", 0, 4}}, 2, 0));
  EXPECT_FALSE(outcome.rows->filtered) << "what a GROUP BY folds together is not filtered";
  EXPECT_THAT(Rows("totals"), ElementsAre(R"({"city":"Oslo","total":15})", R"({"city":"Rome","total":20})"));
  EXPECT_EQ(outcome.commits[0].dataAsOf, decoded_.commits[0].dataAsOf);
  NextRun();
  Good(Transform("SELECT city, 1 AS total FROM orders GROUP BY city"));
  EXPECT_EQ(State("totals").files.size(), 1U);
  EXPECT_THAT(Rows("totals"), ElementsAre(R"({"city":"Bern","total":1})", R"({"city":"Oslo","total":1})", R"({"city":"Rome","total":1})"));
}

TEST_F(QueryStage, TheCommitTellsWhatItWasMadeOf) {
  Good(Transform());
  const Json facts = State("totals").Facts();
  EXPECT_EQ(Dump(facts["inputs"]), R"([{"name":"orders","rows":4,"version":0}])");
  EXPECT_EQ(Text(facts, "image"), "runner:1");
  EXPECT_EQ(Text(facts, "revision"), "orders-abc");
  EXPECT_EQ(Dump(facts["ledger"]), R"({"in":4,"out":2,"quarantined":0})");
}

TEST_F(QueryStage, AQueryThatMultipliesRowsSaysBothNumbers) {
  Table("totals").keys.clear();
  EXPECT_EQ(Good(Transform("SELECT city, unnest([1, 2, 3]) AS total FROM orders")).rows, SqlSums({{"orders", 0, 4}}, 12, 0));
}

TEST_F(QueryStage, AQueryOverNoTableHasNoInputs) { EXPECT_EQ(Good(Transform("SELECT 'Oslo' AS city, 1 AS total")).rows, SqlSums({}, 1, 0)); }

TEST_F(QueryStage, EachTableThatAJoinReadsIsNamedWithItsRows) {
  Good(Transform());
  Table("city-totals").keys.clear();
  NextRun();
  const auto outcome = Good(Publish("SELECT t.city, t.total FROM totals t JOIN orders o ON o.city = t.city"));
  EXPECT_EQ(outcome.rows, SqlSums({{"orders", 0, 4}, {"totals", 0, 2}}, 3, 0));
}

TEST_F(QueryStage, TheSameInputsGiveTheSameHashInEveryRun) {
  const std::string first = Good(Transform()).commits[0].contentHash;
  NextRun();
  EXPECT_EQ(Good(Transform()).commits[0].contentHash, first);
}

TEST_F(QueryStage, TheSameStageAgainAnswersWithTheSameFacts) {
  const auto first = Good(Transform());
  const auto again = Good(Transform("SELECT 'other' AS city, 1 AS total FROM orders", 2));
  EXPECT_EQ(again.rows, first.rows);
  EXPECT_EQ(again.commits[0].version, first.commits[0].version);
  EXPECT_EQ(again.commits[0].contentHash, first.commits[0].contentHash);
}

TEST_F(QueryStage, AnAggregateThatDependsOnTheOrderOfRowsIsAWarningOfEachRun) {
  const std::string sql = "SELECT city, any_value(amount) AS total FROM orders GROUP BY city";
  const auto outcome = Good(Transform(sql));
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].path, "Dataset/totals");
  EXPECT_THAT(outcome.findings[0].message, HasSubstr("any_value() without ORDER BY"));
  NextRun();
  const auto again = Good(Transform(sql));
  EXPECT_THAT(again.message, HasSubstr("is unchanged"));
  EXPECT_EQ(again.findings, outcome.findings);
  NextRun();
  EXPECT_THAT(Good(Transform("SELECT city, any_value(amount ORDER BY id) AS total FROM orders GROUP BY city")).findings, IsEmpty());
  NextRun();
  Bad(Transform("SELECT city, amount AS total FROM orders LIMIT 1"), api::OutcomeClass::User, api::Reason::SqlInvalid);
}

// Values that a version would hold and other readers of it would fail at.
TEST_F(QueryStage, ATimeOutOfTheCalendarIsRefusedWithItsColumn) {
  Table("totals").columns = {Required("city", "VARCHAR"), Optional("day", "DATE")};
  for (const char* day : {"DATE 'infinity'", "DATE '0044-03-15 (BC)'", "make_date(200000, 1, 1)"})
    EXPECT_THAT(Bad(Transform(std::string("SELECT 'Oslo' AS city, ") + day + " AS day"), api::OutcomeClass::Data, api::Reason::BadInput).message,
                HasSubstr("column \"day\" has the value DATE '"))
        << day;
}

TEST_F(QueryStage, SqlThatDoesNotBindIsTheUsersMistake) {
  EXPECT_THAT(Bad(Transform("SELECT city, sum(amont) AS total FROM orders GROUP BY city"), api::OutcomeClass::User, api::Reason::SqlInvalid).message,
              HasSubstr("amount"));
  EXPECT_THAT(Bad(Transform("SELECT city, 1 AS total FROM order"), api::OutcomeClass::User, api::Reason::SqlInvalid).message, HasSubstr("syntax error"));
  EXPECT_THAT(Bad(Transform("SELECT city, 1 AS total FROM ordres"), api::OutcomeClass::User, api::Reason::SqlInvalid).message,
              HasSubstr("did you mean orders?"));
  Bad(Transform("COPY orders TO 'x.csv'"), api::OutcomeClass::User, api::Reason::SqlInvalid);
}

TEST_F(QueryStage, ColumnsThatTheTargetLacksAreNamed) {
  const auto outcome =
      Bad(Transform("SELECT city, sum(amount) AS total, count(*) AS n FROM orders GROUP BY city"), api::OutcomeClass::User, api::Reason::SchemaMismatch);
  EXPECT_THAT(outcome.message, HasSubstr("column n is not declared"));
  EXPECT_EQ(State("totals").version, -1);
}

TEST_F(QueryStage, AMissingValueWhereOneMustBeRefusesTheCommit) {
  EXPECT_THAT(Bad(Transform("SELECT city, nullif(amount, 5) AS total FROM orders WHERE id > 1"), api::OutcomeClass::Data, api::Reason::CheckFailed).message,
              HasSubstr("column total must have a value in every row: 1 row fails, e.g. total = NULL, city = 'Oslo'. The stage committed nothing. "
                        "Leave such rows out in the SQL (WHERE \"total\" IS NOT NULL), or declare the column without nullable: false"));
  EXPECT_EQ(State("totals").version, -1);
}

TEST_F(QueryStage, ADoubledKeyRefusesTheCommit) {
  EXPECT_THAT(Bad(Transform("SELECT city, amount AS total FROM orders"), api::OutcomeClass::Data, api::Reason::CheckFailed).message,
              HasSubstr("key (city) must be unique: 1 row fails, e.g. city = 'Oslo', which is there 2 times. The stage committed nothing"));
}

TEST_F(QueryStage, AValueThatDoesNotFitItsTypeIsBadInput) {
  Bad(Transform("SELECT city, 170141183460469231731687303715884105727 AS total FROM orders WHERE id = 1"), api::OutcomeClass::Data, api::Reason::BadInput);
}

TEST_F(QueryStage, ChecksBlockQuarantineOrWarn) {
  auto& checks = Table("totals").checks;
  checks = {{.name = "low", .rule = api::RangeCheck{"total", "", "18"}}};
  EXPECT_THAT(Bad(Transform(), api::OutcomeClass::Data, api::Reason::CheckFailed).message, HasSubstr("check low: 1 row fails"));

  checks[0].onFailure = api::OnFailure::Warn;
  NextRun();
  auto outcome = Good(Transform());
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].path, "low");
  EXPECT_THAT(outcome.findings[0].message, HasSubstr("check low: 1 row fails, e.g. total = '20', city = 'Rome'"));
  EXPECT_EQ(outcome.rows, SqlSums({{"orders", 0, 4}}, 2, 0));

  checks[0].onFailure = api::OnFailure::Quarantine;
  NextRun();
  outcome = Good(Transform());
  EXPECT_EQ(outcome.rows, SqlSums({{"orders", 0, 4}}, 1, 1));
  EXPECT_THAT(
      QuarantineLines("total"),
      ElementsAre(
          R"row({"column":"total","file":"","line":0,"reason":"fails check low (range: total from any to 18)","text":"{\"city\":\"Rome\",\"total\":20}"})row"));
  EXPECT_THAT(Rows("totals"), ElementsAre(R"({"city":"Oslo","total":15})"));
}

TEST_F(QueryStage, ATableThatWasNeverCommittedIsNotReadAsEmpty) {
  EXPECT_THAT(Bad(Publish(), api::OutcomeClass::Data, api::Reason::NoFiles).message, HasSubstr("totals"));
}

// Counts what is asked of a store, by the path that is asked about.
class CountingStore final : public storage::ForwardingStore {
 public:
  CountingStore(std::shared_ptr<storage::ObjectStore> inner, std::vector<std::string>& asked) : ForwardingStore(std::move(inner)), asked_(asked) {}
  Result<std::unique_ptr<storage::ObjectReader>> Open(const std::string& path) override {
    asked_.push_back("open " + path);
    return ForwardingStore::Open(path);
  }
  Result<std::string> Get(const std::string& path, std::int64_t max_bytes) override {
    asked_.push_back("get " + path);
    return ForwardingStore::Get(path, max_bytes);
  }
  Result<std::vector<storage::StoredObject>> List(const std::string& prefix, const std::string& start_after) override {
    asked_.push_back("list " + prefix);
    return ForwardingStore::List(prefix, start_after);
  }
  Result<storage::StoredObject> Stat(const std::string& path) override {
    asked_.push_back("stat " + path);
    return ForwardingStore::Stat(path);
  }

 private:
  std::vector<std::string>& asked_;
};

class AskedOfStores : public QueryStage {
 protected:
  AskedOfStores() {
    ports_.openStore = [this](const api::TaskStore& store) -> Result<std::shared_ptr<storage::ObjectStore>> {
      auto opened = storage::OpenStore(store);
      if (!opened.ok()) return opened.error();
      return std::shared_ptr<storage::ObjectStore>(std::make_shared<CountingStore>(std::move(opened).value(), asked_));
    };
  }
  std::vector<std::string> AskedAbout(const std::string& table) const {
    std::vector<std::string> found;
    for (const std::string& request : asked_)
      if (request.find("/" + table) != std::string::npos)
        found.push_back(request.substr(0, request.find(' ')) + " " + request.substr(request.find("/" + table)));
    return found;
  }
  std::vector<std::string> asked_;
};

TEST_F(AskedOfStores, ATableThatIsNotReadIsNotAskedFor) {
  Good(Transform());
  EXPECT_THAT(AskedAbout("city_totals"), IsEmpty());
  EXPECT_THAT(AskedAbout("orders_raw"), IsEmpty());
}

TEST_F(AskedOfStores, ATableThatIsReadIsAskedForItsLogOnce) {
  Good(Transform());
  const std::string log = "/orders/_delta_log";
  EXPECT_THAT(AskedAbout("orders/_delta_log"), ElementsAre("get " + log + "/_last_checkpoint", "list " + log, "get " + log + "/00000000000000000000.json"));
}

TEST_F(AskedOfStores, WhatWasWrittenIsReadAgainOnlyForItsKey) {
  const std::string file = "/totals/part/orders-1/uid-1/total-1/0.parquet";
  Table("totals").checks = {{.name = "low", .rule = api::RangeCheck{"total", "", "100"}}, {.name = "some", .rule = api::RowCountCheck{1, {}}}};
  Good(Transform());
  EXPECT_THAT(AskedAbout("totals/part"), testing::Contains("open " + file));
  asked_.clear();
  NextRun();
  Table("totals").keys.clear();
  Good(Transform());
  EXPECT_THAT(AskedAbout("totals/part"), IsEmpty());
}

TEST_F(QueryStage, ATableThatIsNotReadMayLieWhereNothingCanBeRead) {
  Add({.name = "elsewhere", .zone = api::Zone::Curated, .columns = {Optional("a", "INTEGER")}});
  Table("elsewhere").store = "gone";
  auto task = Transform();
  task.stores.push_back({.name = "gone", .root = folder_ / "gone"});
  Good(task);
  NextRun();
  task = Transform("SELECT 'x' AS city, count(*) AS total FROM elsewhere");
  task.stores.push_back({.name = "gone", .root = folder_ / "gone"});
  Bad(task, api::OutcomeClass::Transient, api::Reason::StoreUnavailable);
}

// Another engine's commit need not say how many rows a file has.
TEST_F(QueryStage, RowsThatACommitDoesNotTellAreCounted) {
  const std::string log = folder_ / ("lake/" + Table("orders").path + "/_delta_log/00000000000000000000.json");
  std::ifstream in(log);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto stats = text.find(",\"stats\":");
  ASSERT_NE(stats, std::string::npos) << text;
  text.erase(stats, text.find("}\"", stats) + 2 - stats);
  std::ofstream(log) << text;
  EXPECT_EQ(Good(Transform()).rows, SqlSums({{"orders", 0, 4}}, 2, 0));
  EXPECT_EQ(Dump(State("totals").Facts()["inputs"]), R"([{"name":"orders","rows":4,"version":0}])");
}

TEST_F(QueryStage, VersionsOfAnotherProgramAreReadAndToldByName) {
  Good(Transform());
  const auto write_as_another = [this](const std::string& table) {
    std::ofstream(folder_ / ("lake/" + Table(table).path + "/_delta_log/00000000000000000001.json"))
        << R"({"commitInfo":{"timestamp":1,"operation":"WRITE","engineInfo":"delta-rs:1\u001b[31m"}})"
        << "\n";
  };
  write_as_another("orders");
  write_as_another("totals");
  NextRun();
  const auto outcome = Good(Transform());
  ASSERT_EQ(outcome.findings.size(), 2U);
  EXPECT_EQ(outcome.findings[0].path, "Dataset/orders");
  EXPECT_THAT(outcome.findings[0].message, HasSubstr("its version 1 was written by another program (delta-rs:1?[31m)"));
  EXPECT_EQ(outcome.findings[1].path, "Dataset/totals");
  EXPECT_THAT(outcome.findings[1].message, HasSubstr("is replaced"));
  EXPECT_EQ(Dump(State("totals").Facts()["inputs"]), R"([{"name":"orders","rows":4,"version":1}])");
  NextRun();
  EXPECT_EQ(Good(Transform("SELECT city, 1 AS total FROM orders GROUP BY city")).findings.size(), 1U) << "the target is ours again";
}

TEST_F(QueryStage, APublishedViewCarriesItsContract) {
  Good(Transform());
  const auto outcome = Good(Publish());
  ASSERT_EQ(outcome.commits.size(), 1U);
  EXPECT_EQ(api::Word(outcome.commits[0].kind), "View");
  EXPECT_EQ(outcome.commits[0].contractHash, "c0ffee");
  EXPECT_EQ(Text(State("city-totals").Facts(), "contractHash"), "c0ffee");
  EXPECT_THAT(outcome.commits[0].location, HasSubstr("/Views/default/shop/city_totals"));
  EXPECT_EQ(Rows("city-totals"), Rows("totals"));
}

TEST_F(QueryStage, AViewThatBreaksItsContractIsNotPublished) {
  Good(Transform());
  EXPECT_THAT(Bad(Publish("SELECT nullif(city, 'Oslo') AS city, total FROM totals"), api::OutcomeClass::Data, api::Reason::CheckFailed).message,
              HasSubstr("column city must have a value"));
  EXPECT_THAT(Bad(Publish("SELECT city, total::DOUBLE AS total FROM totals"), api::OutcomeClass::User, api::Reason::SchemaMismatch).message,
              HasSubstr("column total is DOUBLE and declared BIGINT"));
  EXPECT_EQ(State("city-totals").version, -1);
}

TEST_F(QueryStage, AViewThatDoesNotExistIsNamed) {
  auto task = Publish();
  task.into = "absent";
  EXPECT_THAT(Bad(task, api::OutcomeClass::User, api::Reason::ViewMissing).message, HasSubstr("absent"));
}

class CheckStage : public QueryStage {
 protected:
  api::StageTask Checking(const std::vector<api::Check>& checks) {
    api::StageTask task = Task(api::TaskKind::Check, "check");
    task.from = "orders";
    task.checks = checks;
    return task;
  }
};

TEST_F(CheckStage, PassesAndWarns) {
  const auto outcome = Good(Checking({{.name = "rows", .rule = api::RowCountCheck{4, 4}},
                                      {.name = "positive", .rule = api::RangeCheck{"amount", "0", ""}, .onFailure = api::OnFailure::Warn}}));
  EXPECT_EQ(outcome.rows, Sums(4, 4, 0, 0));
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_THAT(outcome.findings[0].message, HasSubstr("check positive: 1 row fails, e.g. amount = '"));
}

TEST_F(CheckStage, EveryCheckThatFailsIsToldAndTheRunStops) {
  const auto outcome =
      Bad(Checking({{.name = "many", .rule = api::RowCountCheck{100, {}}}, {.name = "known", .rule = api::AcceptedValuesCheck{"city", {"Oslo"}}}}),
          api::OutcomeClass::Data, api::Reason::CheckFailed);
  EXPECT_EQ(outcome.findings.size(), 2U);
  EXPECT_THAT(outcome.message, HasSubstr("check many: there must be at least 100 rows, and there are 4"));
  EXPECT_THAT(outcome.message, HasSubstr("check known: 2 rows fail"));
}

TEST_F(CheckStage, ANumberOfRowsOutOfItsBoundsIsToldWithBoth) {
  for (const auto& [bounds, told] :
       {std::pair{api::RowCountCheck{5, {}}, "at least 5 rows, and there are 4"}, std::pair{api::RowCountCheck{{}, 3}, "at most 3 rows"},
        std::pair{api::RowCountCheck{1, 2}, "1 to 2 rows, and there are 4"}})
    EXPECT_THAT(Bad(Checking({{.name = "many", .rule = bounds}}), api::OutcomeClass::Data, api::Reason::CheckFailed).message,
                HasSubstr(std::string("check many: there must be ") + told));
}

class ValidateStage : public StageTest {
 protected:
  api::StageTask Validating(const std::vector<api::TaskQuery>& queries) {
    api::StageTask task = Task(api::TaskKind::Validate, "validate");
    task.run.clear();
    task.stores.clear();  // no data is touched
    task.outcomeStore.clear();
    task.queries = queries;
    return task;
  }
};

TEST_F(ValidateStage, AnswersWhatEachStageReads) {
  const auto outcome = Good(Validating(
      {{"spec.stages[2].transform.sql", "total", "SELECT o.city, sum(amount) AS total FROM orders o JOIN totals USING (city) GROUP BY ALL", "totals"},
       {"View/city-totals spec.query.sql", "publish", "SELECT * FROM totals", "city-totals"}}));
  EXPECT_EQ(outcome.dependencies, "total:orders,totals;publish:totals");
  EXPECT_THAT(outcome.findings, IsEmpty());
}

TEST_F(ValidateStage, WarnsOfAggregatesThatDependOnTheOrderAndPasses) {
  const auto outcome =
      Good(Validating({{"spec.stages[2].transform.sql", "total", "SELECT city, any_value(amount) AS total FROM orders GROUP BY city", "totals"}}));
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].path, "spec.stages[2].transform.sql");
  EXPECT_EQ(outcome.message, "1 query bound, 1 warning");
}

TEST_F(ValidateStage, ChecksOfAStageAreToldByItsField) {
  api::TaskTable checked = Table("orders");
  checked.place = "spec.stages[4].check.checks";
  checked.checks = {{.name = "some", .rule = api::RowCountCheck{1, {}}}, {.name = "known", .rule = api::AcceptedValuesCheck{"amount", {"1.5"}}}};
  api::StageTask task = Validating({});
  task.tables.push_back(checked);
  const auto outcome = Bad(task, api::OutcomeClass::User, api::Reason::Invalid);
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].path, "spec.stages[4].check.checks[1].acceptedValues");
  EXPECT_THAT(outcome.findings[0].message, HasSubstr("acceptedValues.values[0] '1.5' has a fraction, which "));
}

TEST_F(ValidateStage, TellsEverythingThatIsWrongAtOnce) {
  Table("orders").checks = {{.name = "bounds", .rule = api::RangeCheck{"amount", "few", ""}}};
  const auto outcome =
      Bad(Validating({{"spec.stages[2].transform.sql", "total", "SELECT city, avg(amount) AS total, 1 AS n FROM orders GROUP BY city", "totals"},
                      {"spec.stages[3].transform.sql", "again", "SELECT * FROM ordres", "totals"}}),
          api::OutcomeClass::User, api::Reason::Invalid);
  ASSERT_EQ(outcome.findings.size(), 4U);
  EXPECT_EQ(outcome.findings[0].path, "Dataset/orders spec.checks[0].range");
  EXPECT_EQ(outcome.findings[1].path, "spec.stages[2].transform.sql");
  EXPECT_THAT(outcome.findings[1].message, HasSubstr("column total is DOUBLE and declared BIGINT"));
  EXPECT_THAT(outcome.findings[2].message, HasSubstr("column n is not declared"));
  EXPECT_THAT(outcome.findings[3].message, HasSubstr("did you mean orders?"));
}

}  // namespace
}  // namespace weir::stages
