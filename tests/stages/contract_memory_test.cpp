#include "crds/contract/contract.h"
#include "runner/storage/table/table_state.h"
#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Whatever the operator knows: what readers were promised is read back from the log of the table.
class ContractMemory : public StageTest {
 protected:
  ContractMemory() {
    std::filesystem::create_directories(folder_ / "source/in");
    std::ofstream(folder_ / "source/in/a.csv") << "id,city,amount\n1,Bern,10\n2,Oslo,20\n";
    Decoded();
    Good(Transform());
  }

  api::StageTask Publishing(const std::string& sql = "SELECT city, total FROM totals WHERE city IS NOT NULL") {
    NextRun();
    api::StageTask task = Publish(sql);
    api::ViewSpec spec;
    spec.grain = "One city.";
    for (const api::Column& column : Table("city-totals").columns)
      spec.columns.push_back({.name = column.name, .type = column.type, .nullable = column.nullable});
    spec.keys = Table("city-totals").keys;
    spec.freshness = api::Freshness{Duration::Hours(1)};
    task.contract = contract::ContractOf(spec);
    return task;
  }
  api::StageOutcome Refused(const api::StageTask& task, const std::string& rule) {
    const api::StageOutcome outcome = Bad(task, api::OutcomeClass::User, api::Reason::ContractBroken);
    EXPECT_THAT(outcome.message, HasSubstr(rule));
    return outcome;
  }
  std::int64_t Version() { return State("city-totals").version; }
};

TEST_F(ContractMemory, ABreakingEditIsRefusedByWhatTheLogSaysAndReportsWhatStays) {
  const auto first = Good(Publishing());
  ASSERT_TRUE(first.commits[0].contract);
  EXPECT_EQ(first.commits[0].contract->promised->freshness->maxLag, Duration::Hours(1));
  Table("city-totals").columns = {Required("city", "VARCHAR"), Required("sum", "BIGINT")};
  const auto refused = Refused(Publishing("SELECT city, total AS sum FROM totals WHERE city IS NOT NULL"), "ColumnNoDelete");
  ASSERT_TRUE(refused.standing);
  EXPECT_EQ(refused.standing->version, first.commits[0].version);
  EXPECT_EQ(refused.standing->epoch, first.commits[0].epoch);
  EXPECT_EQ(refused.standing->contentHash, first.commits[0].contentHash);
  EXPECT_EQ(refused.standing->contract->columns.size(), 2U);
  EXPECT_FALSE(refused.findings.empty());
  EXPECT_EQ(Version(), first.commits[0].version) << "nothing was committed";
}

TEST_F(ContractMemory, AnotherQueryUnderTheSameKeyIsRefusedAndAnAddedColumnIsNot) {
  Good(Publishing());
  Refused(Publishing("SELECT city, total FROM totals WHERE city IS NOT NULL AND total > 10"), "CardinalityQuery");
  Table("city-totals").columns.push_back(Optional("half", "BIGINT"));
  Good(Publishing("SELECT city, total, CAST(total / 2 AS BIGINT) AS half FROM totals WHERE city IS NOT NULL"));
}

TEST_F(ContractMemory, AWaiverInForceLetsItPassAndStandsInTheLog) {
  Good(Publishing());
  api::StageTask task = Publishing("SELECT city, total FROM totals WHERE city = 'Bern'");
  task.contract->waivers = {{api::ContractRule::CardinalityQuery, "Readers want Bern only.", {"team-b"}, "2000-01-01"}};
  Refused(task, "CardinalityQuery");
  NextRun();
  task = Publishing("SELECT city, total FROM totals WHERE city = 'Bern'");
  task.contract->waivers = {{api::ContractRule::CardinalityQuery, "Readers want Bern only.", {"team-b"}, "2024-06-30"}};
  Good(task);
  const storage::TableState state = State("city-totals");
  const Json& waivers = At(At(At(state.commitInfo, storage::kOurs), "contract"), "waivers");
  ASSERT_EQ(waivers.size(), 1U);
  EXPECT_EQ(Text(waivers[0], "rule"), "CardinalityQuery");
}

TEST_F(ContractMemory, AWaiverIsUsedUpByThePublicationItLetPass) {
  const std::vector<api::Waiver> agreed{{api::ContractRule::CardinalityQuery, "Readers want Bern only.", {}, "2024-06-30"}};
  const auto publishing = [&](const std::string& where) {
    api::StageTask task = Publishing("SELECT city, total FROM totals WHERE city " + where);
    task.contract->waivers = agreed;
    return task;
  };
  Good(publishing("IS NOT NULL"));  // not used yet: there was nothing to break
  Good(publishing("= 'Bern'"));
  Good(publishing("= 'Bern'"));
  EXPECT_THAT(Refused(publishing("= 'Oslo'"), "CardinalityQuery").message, HasSubstr("was used by an earlier publication"));
  api::StageTask renewed = publishing("= 'Oslo'");
  renewed.contract->waivers[0].reason = "Readers want Oslo instead.";
  Good(renewed);
  Refused(publishing("= 'Bern'"), "CardinalityQuery");
}

TEST_F(ContractMemory, SmallStepsDoNotAddUp) {
  Duration lag = Duration::Hours(1);
  Good(Publishing());
  int accepted = 0;
  for (int step = 0; step < 10; ++step) {
    lag.ms = lag.ms * 3 / 2;
    api::StageTask task = Publishing();
    task.contract->freshness = api::Freshness{lag};
    accepted += Run(task).result == api::OutcomeClass::Succeeded ? 1 : 0;
  }
  EXPECT_EQ(accepted, 1);
}

TEST_F(ContractMemory, ATaskOfAnOlderOperatorForgetsNothing) {
  Good(Publishing());
  api::StageTask older = Publishing();
  older.contract.reset();
  Good(older);
  Table("city-totals").columns.pop_back();
  Table("city-totals").keys = {{{"city"}}};
  Refused(Publishing("SELECT city FROM totals WHERE city IS NOT NULL"), "ColumnNoDelete");
}

TEST_F(ContractMemory, RowsThatLookbackPromisesMayNotFallOut) {
  for (const char* table : {"totals", "city-totals"}) {
    Table(table).columns.push_back(Optional("day", "DATE"));
    Table(table).columns.push_back(Optional("share", "DOUBLE"));  // not a number: its file has no bounds in the log
  }
  Table("city-totals").eventTime = "day";
  const auto totals = [this](const std::string& first) {
    NextRun();
    Good(Transform("SELECT city, sum(amount) AS total, DATE '" + first +
                   "' + CAST(min(id) AS INTEGER) AS day, 'nan'::DOUBLE AS share FROM orders GROUP BY city"));
  };
  const auto publishing = [this] {
    api::StageTask task = Publishing("SELECT city, total, day, share FROM totals WHERE city IS NOT NULL");
    task.contract->lookback = Duration::Hours(24 * 30);
    return task;
  };
  totals("2023-01-01");
  Good(publishing());
  totals("2023-01-02");  // one of two days, so the promised 30 are not there
  EXPECT_THAT(Bad(publishing(), api::OutcomeClass::Data, api::Reason::ContractBroken).message,
              AllOf(HasSubstr("SlaHistory spec.lookback"), HasSubstr("2023-01-02"), HasSubstr("2023-01-03")));
  const auto waived = [&] {
    api::StageTask task = publishing();
    task.contract->waivers = {{api::ContractRule::SlaHistory, "Readers need no older rows.", {}, "2024-06-30"}};
    return task;
  };
  Good(waived());
  totals("2023-01-03");
  EXPECT_THAT(Bad(waived(), api::OutcomeClass::Data, api::Reason::ContractBroken).message, HasSubstr("no publication has used"));
  totals("2023-01-01");
  Good(publishing());
}

// In two steps, over a version that reaches nowhere, all that was promised could be cut.
TEST_F(ContractMemory, AVersionWithoutATimeHasNoneOfTheRowsThatLookbackPromises) {
  for (const char* table : {"totals", "city-totals"}) Table(table).columns.push_back(Optional("day", "DATE"));
  Table("city-totals").eventTime = "day";
  const auto publishing = [this] {
    api::StageTask task = Publishing("SELECT city, total, day FROM totals WHERE city IS NOT NULL");
    task.contract->lookback = Duration::Hours(24 * 30);
    return task;
  };
  NextRun();
  Good(Transform("SELECT city, sum(amount) AS total, DATE '2023-01-01' AS day FROM orders GROUP BY city"));
  Good(publishing());
  NextRun();
  Good(Transform("SELECT city, sum(amount) AS total, DATE '2023-01-01' AS day FROM orders WHERE id < 0 GROUP BY city"));
  EXPECT_THAT(Bad(publishing(), api::OutcomeClass::Data, api::Reason::ContractBroken).message,
              AllOf(HasSubstr("SlaHistory spec.lookback"), HasSubstr("has no row with a time in day")));
  NextRun();
  Good(Transform("SELECT city, sum(amount) AS total, NULL::DATE AS day FROM orders GROUP BY city"));
  EXPECT_THAT(Bad(publishing(), api::OutcomeClass::Data, api::Reason::ContractBroken).message, HasSubstr("has no row with a time in day"));
}

TEST_F(ContractMemory, ATableHasOneOwnerOverAllNamespacesOfAStore) {
  Good(Publishing());
  api::StageTask other = Publishing();
  other.ns = "mall";
  EXPECT_THAT(Bad(other, api::OutcomeClass::User, api::Reason::NameTaken).message,
              AllOf(HasSubstr("shop/View/city-totals"), HasSubstr("mall/View/city-totals")));
  api::StageTask reader = Transform();
  reader.ns = "mall";
  Bad(reader, api::OutcomeClass::User, api::Reason::NameTaken);
  EXPECT_EQ(Version(), 0);
}

TEST_F(ContractMemory, WhereATableLiesTravelsWithItsCommit) {
  Table("city-totals").place = "volume lake: views/default/shop/city_totals";
  EXPECT_EQ(Good(Publishing()).commits[0].place, "volume lake: views/default/shop/city_totals");
}

}  // namespace
}  // namespace weir::stages
