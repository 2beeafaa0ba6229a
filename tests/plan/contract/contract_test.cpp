#include "crds/contract/contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "crds/contract/query_change.h"

namespace weir::contract {
namespace {

using api::ContractRule;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kWaysOut = "; or publish a new View whose name ends in the next version, or add a waiver of the rule to spec.waivers when readers agree";
const Time kNow = *ParseTime("2026-11-30T12:00:00Z");

api::PublishedContract Contract(const std::string& sql = "SELECT day, delay FROM flights") {
  api::ViewSpec spec;
  spec.grain = "One day.";
  spec.query.sql = sql;
  spec.columns = {{.name = "day", .type = "DATE", .nullable = false}, {.name = "delay", .type = "INTEGER", .meaning = "Delay at arrival", .unit = "minutes"}};
  spec.keys = {{{"day"}}};
  spec.freshness = api::Freshness{Duration::Hours(1)};
  return ContractOf(spec);
}

api::Waiver Agreed(ContractRule rule, int step) { return {rule, "Readers agreed to step " + std::to_string(step), {}, "2027-06-30"}; }

std::vector<std::string> Rules(const std::vector<Finding>& findings) {
  std::vector<std::string> rules;
  for (const Finding& finding : findings) rules.emplace_back(api::Word(finding.rule));
  return rules;
}

TEST(Promise, TenStepsOfHalfAsMuchAreRefusedAtTheSecondAlready) {
  api::PublishedContract published = Succeed(std::nullopt, Contract(), kNow);
  int accepted = 0;
  for (int step = 0; step < 10; ++step) {
    api::PublishedContract next = Contract();
    next.freshness->maxLag = published.freshness->maxLag * 3;
    next.freshness->maxLag.ms /= 2;
    if (!Breaking(Compare(published, next, kNow)).empty()) continue;
    published = Succeed(published, next, kNow);
    ++accepted;
  }
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(published.freshness->maxLag, Duration::Minutes(90));
}

TEST(Promise, WhatWasTightenedMayBeLoosenedBackToThePromise) {
  api::PublishedContract tight = Contract();
  tight.freshness->maxLag = Duration::Minutes(10);
  api::PublishedContract published = Succeed(Succeed(std::nullopt, Contract(), kNow), tight, kNow);
  EXPECT_EQ(published.promised->freshness->maxLag, Duration::Hours(1));
  EXPECT_THAT(Rules(Breaking(Compare(published, Contract(), kNow))), IsEmpty());
}

// Whatever is edited and published in whatever order, readers never get more than 1.5 times what they were promised first or
// by the newest waiver, and never a shorter lookback.
TEST(Promise, NoSequenceOfEditsLeavesItWithoutAWaiver) {
  std::mt19937_64 random(7);
  for (int history = 0; history < 300; ++history) {
    std::optional<api::PublishedContract> published;
    std::optional<Duration> freshness, lookback;
    for (int step = 0; step < 20; ++step) {
      api::PublishedContract next = Contract();
      next.freshness->maxLag = Duration::Minutes(1 + static_cast<std::int64_t>(random() % 300));
      next.lookback = Duration::Hours(1 + static_cast<std::int64_t>(random() % 300));
      const bool waived = random() % 8 == 0;
      if (waived)
        next.waivers = {{ContractRule::SlaFreshness, "Readers agreed.", {}, "2027-06-30"}, {ContractRule::SlaHistory, "Readers agreed.", {}, "2999-12-31"}};
      if (published && !Breaking(Compare(*published, next, kNow)).empty()) continue;
      published = Succeed(published, next, kNow);
      const bool loosened = freshness && next.freshness->maxLag * 2 > *freshness * 3;
      const bool shortened = lookback && *next.lookback < *lookback;
      ASSERT_TRUE(waived || (!loosened && !shortened));
      if (!freshness || loosened) freshness = next.freshness->maxLag;
      if (!lookback || shortened) lookback = next.lookback;
    }
  }
}

// Whatever is edited and published, the time that freshness is counted in, and how far it may be ahead, stay as promised.
TEST(Promise, EventTimeIsLoosenedByNoSequenceOfEditsWithoutAWaiver) {
  std::mt19937_64 random(13);
  int loosened = 0;
  for (int history = 0; history < 300; ++history) {
    std::optional<api::PublishedContract> published;
    std::optional<api::EventTime> promised;
    for (int step = 0; step < 20; ++step) {
      api::PublishedContract next = Contract();
      next.eventTime = api::EventTime{random() % 4 == 0 ? "seen" : "day", std::nullopt};
      if (random() % 2 == 0) next.eventTime->maxAhead = Duration::Minutes(static_cast<std::int64_t>(random() % 10));
      const bool waived = random() % 8 == 0;
      if (waived) next.waivers = {Agreed(ContractRule::SlaFreshness, step)};
      const bool loosens = promised && (next.eventTime->column != promised->column || next.eventTime->MaxAhead() > promised->MaxAhead());
      if (published) {
        ASSERT_EQ(!Breaking(Compare(*published, next, kNow)).empty(), loosens && !waived);
      }
      loosened += loosens && !waived ? 1 : 0;
      if (loosens && !waived) continue;
      published = Succeed(published, next, kNow);
      if (!promised || loosens) promised = next.eventTime;
    }
  }
  EXPECT_GT(loosened, 1000);
}

TEST(Promise, AnEventTimeThatBreaksItIsToldByItsFieldAndStaysAsItWas) {
  api::PublishedContract first = Contract();
  first.eventTime = api::EventTime{"day", std::nullopt};
  const api::PublishedContract published = Succeed(std::nullopt, first, kNow);
  api::PublishedContract next = first;
  next.eventTime->maxAhead = Duration::Hours(24 * 365);
  EXPECT_EQ(Describe(Compare(published, next, kNow)),
            "SlaFreshness spec.eventTime.maxAhead breaks the published contract, which has 5m; the manifest has 365d: a time further ahead would keep the "
            "view fresh for longer: correct such times in the query" +
                kWaysOut);
  EXPECT_EQ(Succeed(published, next, kNow).eventTime, first.eventTime);
  next.eventTime = api::EventTime{"seen", std::nullopt};
  EXPECT_EQ(Compare(published, next, kNow).at(0).path, "spec.eventTime.column");
  next.eventTime.reset();
  EXPECT_EQ(Compare(published, next, kNow).at(0).path, "spec.eventTime");
  api::PublishedContract older = next;
  older.promised.reset();
  EXPECT_THAT(Compare(older, first, kNow), IsEmpty()) << "of a release that did not keep it";
}

// The same maxLag is another promise in another time.
TEST(Promise, AnEventTimeWhereFreshnessWasPromisedWithoutOneWaitsForAWaiver) {
  const api::PublishedContract published = Succeed(std::nullopt, Contract(), kNow);
  api::PublishedContract next = Contract();
  next.eventTime = api::EventTime{"day", std::nullopt};
  EXPECT_EQ(Describe(Compare(published, next, kNow)),
            "SlaFreshness spec.eventTime breaks the published contract, which has maxLag 1h in the time of the datasets read; the manifest has the time of "
            "column day: the same maxLag is another promise in another time: leave eventTime out" +
                kWaysOut);
  const api::PublishedContract unwaived = Succeed(published, next, kNow);
  EXPECT_EQ(unwaived.eventTime, std::nullopt) << "stays as it was published";
  EXPECT_EQ(unwaived.promised, published.promised);
  next.waivers = {{ContractRule::SlaFreshness, "Readers agreed.", {}, "2027-06-30"}};
  EXPECT_THAT(Breaking(Compare(published, next, kNow)), IsEmpty());
  const api::PublishedContract waived = Succeed(published, next, kNow);
  EXPECT_EQ(waived.promised->eventTime, next.eventTime) << "and from then on it is held to it";
  EXPECT_THAT(Rules(Breaking(Compare(waived, Contract(), kNow))), ElementsAre("SlaFreshness"));
}

TEST(Promise, AnEventTimeWhereNoFreshnessWasPromisedIsFree) {
  api::PublishedContract bare = Contract();
  bare.freshness.reset();
  const api::PublishedContract published = Succeed(std::nullopt, bare, kNow);
  api::PublishedContract next = bare;
  next.eventTime = api::EventTime{"day", std::nullopt};
  next.freshness = api::Freshness{Duration::Hours(1)};
  EXPECT_THAT(Compare(published, next, kNow), IsEmpty());
}

// A guess by name, with its limits.
TEST(Promise, AMarkOfDeletedRowsIsKnownByItsNameAlone) {
  for (const char* name : {"deleted", "Deleted_At", "deleted_on", "deletedTime", "deleted_ts", "delete_date", "deletion_date", "is_deleted", "SoftDeleted",
                           "removed_at", "tombstone"})
    EXPECT_TRUE(IsDeleteMarker(name)) << name;
  for (const char* name : {"undeleted", "deleted_by", "deleted_rows", "active", "valid_to", "status", "geloescht", "is_removed", "_", ""})
    EXPECT_FALSE(IsDeleteMarker(name)) << name << " is not seen";
  api::PublishedContract marked = Contract();
  marked.columns.push_back({.name = "deleted", .type = "BOOLEAN"});
  EXPECT_THAT(Rules(Compare(Succeed(std::nullopt, Contract(), kNow), marked, kNow)), ElementsAre("DeleteSemantics"));
  EXPECT_THAT(Rules(Compare(Succeed(std::nullopt, marked, kNow), Contract(), kNow)), ElementsAre("ColumnNoDelete")) << "what goes is a dropped column";
  const auto published = Succeed(std::nullopt, Contract("SELECT day, delay FROM flights WHERE NOT deleted"), kNow);
  EXPECT_THAT(Rules(Compare(published, Contract(), kNow)), ElementsAre("CardinalityQuery")) << "rows that were left out come back";
}

TEST(Promise, AWaiverCountsUntilItsLastDayIsOverAndIsRecorded) {
  const api::PublishedContract published = Succeed(std::nullopt, Contract(), kNow);
  api::PublishedContract next = Contract();
  next.columns.pop_back();
  EXPECT_THAT(Rules(Breaking(Compare(published, next, kNow))), ElementsAre("ColumnNoDelete"));
  next.waivers = {{ContractRule::ColumnNoDelete, "Readers agreed.", {"team-b"}, "2026-11-30"}};
  EXPECT_THAT(Rules(Breaking(Compare(published, next, kNow))), IsEmpty());
  EXPECT_THAT(Rules(Compare(published, next, kNow)), ElementsAre("ColumnNoDelete")) << "said all the same";
  EXPECT_EQ(Succeed(published, next, kNow).waivers, next.waivers);
  const Time over = *ParseTime("2026-12-01T00:00:00Z");
  EXPECT_EQ(ChangesAt(next.waivers, kNow), over);
  EXPECT_THAT(Rules(Breaking(Compare(published, next, over))), ElementsAre("ColumnNoDelete"));
  EXPECT_THAT(Succeed(published, next, over).waivers, IsEmpty());
  EXPECT_THAT(Succeed(Succeed(published, next, kNow), next, over).waivers, IsEmpty()) << "what has ended cannot be used again";
  next.waivers[0].until = "2026-02-30";
  EXPECT_THAT(Rules(Breaking(Compare(published, next, kNow))), ElementsAre("ColumnNoDelete")) << "no such day";
}

TEST(Promise, MeaningGrainQueryMarkersAndStabilityArePartOfIt) {
  const api::PublishedContract published = Succeed(std::nullopt, Contract(), kNow);
  api::PublishedContract next = Contract("SELECT day, max(delay) AS delay FROM flights GROUP BY day");
  next.columns[1].meaning = "Delay at departure";
  next.grain = "One flight.";
  next.columns.push_back({.name = "Deleted_At", .type = "TIMESTAMP"});
  next.stability = api::Stability::Alpha;
  EXPECT_THAT(Rules(Breaking(Compare(published, next, kNow))),
              ElementsAre("MeaningUnit", "DeleteSemantics", "KeyChange", "CardinalityQuery", "StabilityLowered"));
}

TEST(Promise, AContractOfAnOlderReleaseIsComparedByWhatItHas) {
  api::PublishedContract older{.columns = Contract().columns, .keys = Contract().keys, .freshness = Contract().freshness};
  for (api::PublishedColumn& column : older.columns) column.meaning.clear();
  EXPECT_THAT(Compare(older, Contract("SELECT day, delay FROM elsewhere"), kNow), IsEmpty());
}

struct QueryCase {
  const char* before;
  const char* after;
  QueryChange change;
};
constexpr QueryChange kSame = QueryChange::Same, kAdditive = QueryChange::Additive, kUndetermined = QueryChange::Undetermined;

TEST(QueryChange, TellsWhatCanChangeRowsFromWhatCannot) {
  const std::vector<QueryCase> cases{
      {"SELECT a, b FROM t", "select  a,\n b -- of t\nfrom /* the /* only */ */ T;", kSame},
      {"SELECT a FROM t WHERE n = 'X'", "SELECT a FROM t WHERE n = 'x'", kUndetermined},
      {"SELECT a FROM t", "SELECT a, b FROM t", kAdditive},
      {"SELECT a, b FROM t", "SELECT b, c, a FROM t", kAdditive},
      {"SELECT a FROM t", "SELECT a, round(b * 2, 1) AS c, CASE WHEN d IS NULL THEN 0 ELSE coalesce(d, 1) END AS e FROM t", kAdditive},
      {"SELECT a, count(*) AS n FROM t GROUP BY a", "SELECT a, count(*) AS n, sum(b) AS b FROM t GROUP BY a", kAdditive},
      {"WITH x AS (SELECT a, b FROM t) SELECT a FROM x", "WITH x AS (SELECT a, b FROM t) SELECT a, b FROM x", kAdditive},
      {"SELECT a FROM t", "SELECT a, sum(b) AS b FROM t", kUndetermined},
      {"SELECT a FROM t", "SELECT a, unnest(b) AS b FROM t", kUndetermined},
      {"SELECT a FROM t", "SELECT a, \"unnest\"(b) AS b FROM t", kUndetermined},
      {"SELECT a FROM t", "SELECT a, (SELECT max(b) FROM u) AS b FROM t", kUndetermined},
      {"SELECT a FROM t", "SELECT DISTINCT a FROM t", kUndetermined},
      {"SELECT DISTINCT a FROM t", "SELECT DISTINCT a, b FROM t", kUndetermined},
      {"SELECT DISTINCT ON (a) a, b FROM t", "SELECT DISTINCT ON (a, b) a, b FROM t", kUndetermined},
      {"SELECT a FROM t", "SELECT a FROM t WHERE a > 0", kUndetermined},
      {"SELECT a FROM t LEFT JOIN u USING (i)", "SELECT a FROM t JOIN u USING (i)", kUndetermined},
      {"SELECT a FROM t", "SELECT a FROM t UNION ALL SELECT a FROM u", kUndetermined},
      {"SELECT a FROM t UNION ALL SELECT b FROM u", "SELECT a, c FROM t UNION ALL SELECT b, c FROM u", kUndetermined},
      {"SELECT a FROM t LIMIT 10", "SELECT a, b FROM t LIMIT 10", kUndetermined},
      {"SELECT a, b FROM t GROUP BY 1, 2", "SELECT c, a, b FROM t GROUP BY 1, 2", kUndetermined},
      {"SELECT a, sum(b) FROM t GROUP BY ALL", "SELECT a, c, sum(b) FROM t GROUP BY ALL", kUndetermined},
      {"SELECT a, delay FROM t", "SELECT a, delay / 60 AS delay FROM t", kUndetermined},
      {"SELECT a FROM t", "SELECT b FROM t", kUndetermined},
      {"SELECT a FROM t", "SELECT a FROM", kUndetermined},
      {"SELECT $$a;b$$ AS x FROM t", "SELECT $$a; b$$ AS x FROM t", kUndetermined},
      {"", "SELECT a FROM t", kUndetermined},
  };
  for (const auto& [before, after, change] : cases) EXPECT_EQ(CompareQueries(before, after), change) << before << "\n" << after;
}

// A column that has a finding of its own may leave the query or have another expression.
TEST(QueryChange, WhatAnotherFindingAccountsForIsNoSecondChange) {
  const std::vector<QueryCase> cases{
      {"SELECT a, b FROM t", "SELECT a FROM t", kAdditive},
      {"SELECT a, t.b FROM t", "SELECT a FROM t", kAdditive},
      {"SELECT a, c * 2 AS b FROM t WHERE a > 0", "SELECT a FROM t WHERE a > 0", kAdditive},
      {"SELECT a, b FROM t", "SELECT a, b AS c FROM t", kAdditive},
      {"SELECT a, b FROM t", "SELECT a, CAST(b AS BIGINT) AS \"b\" FROM t", kAdditive},
      {"SELECT a, count(*) AS n, sum(x) AS b FROM t GROUP BY a", "SELECT a, count(*) AS n FROM t GROUP BY a", kAdditive},
      {"SELECT a, string_agg(x) AS b FROM t GROUP BY a", "SELECT a FROM t GROUP BY a", kAdditive},
      {"SELECT a, b FROM t", "SELECT b FROM t", kUndetermined},
      {"SELECT a, b FROM t", "SELECT a FROM t WHERE a > 0", kUndetermined},
      {"SELECT a, unnest(x) AS b FROM t", "SELECT a FROM t", kUndetermined},
      {"SELECT 1 AS a, sum(x) AS b FROM t", "SELECT 1 AS a FROM t", kUndetermined},
      {"SELECT 1 AS a, string_agg(x) AS b FROM t", "SELECT 1 AS a FROM t", kUndetermined},
      {"SELECT a, c * 2 AS b FROM t GROUP BY a, b", "SELECT a FROM t GROUP BY a, b", kUndetermined},
      {"SELECT a, b FROM t GROUP BY a, b", "SELECT a, b * 2 AS b FROM t GROUP BY a, b", kUndetermined},
      {"SELECT a, b FROM t GROUP BY a, b", "SELECT a FROM t GROUP BY a", kUndetermined},
      {"SELECT DISTINCT a, b FROM t", "SELECT DISTINCT a FROM t", kUndetermined},
      {"SELECT * FROM t", "SELECT a FROM t", kUndetermined},
  };
  for (const auto& [before, after, change] : cases)
    EXPECT_EQ(CompareQueries(before, after, {{"a", {}}, {"b", {.any = true}}}), change) << before << "\n" << after;
}

TEST(Promise, OneChangeOfAColumnIsOneFindingAndOneWaiver) {
  const auto with = [](const char* query) { return Succeed(std::nullopt, Contract(query), kNow); };
  api::PublishedContract dropped = Contract("SELECT day FROM flights");
  dropped.columns.erase(dropped.columns.begin() + 1);
  EXPECT_THAT(Rules(Breaking(Compare(with("SELECT day, delay FROM flights"), dropped, kNow))), ElementsAre("ColumnNoDelete"));
  api::PublishedContract widened = Contract("SELECT day, CAST(delay AS BIGINT) AS delay FROM flights");
  widened.columns[1].type = widened.columns[1].type == "BIGINT" ? "DOUBLE" : "BIGINT";
  EXPECT_THAT(Breaking(Compare(with("SELECT day, delay FROM flights"), widened, kNow)), testing::SizeIs(1));
  dropped.waivers = {{ContractRule::ColumnNoDelete, "Readers agreed.", {}, "2027-06-30"}};
  EXPECT_THAT(Breaking(Compare(with("SELECT day, delay FROM flights"), dropped, kNow)), IsEmpty());
}

TEST(Promise, AFindingIsOneLineAndASentence) {
  api::PublishedContract next = Contract("SELECT day,\n  max(delay)\nFROM flights\nGROUP BY day");
  next.columns.pop_back();
  next.grain = "One\nday.";
  next.freshness.reset();
  const auto findings = Compare(Succeed(std::nullopt, Contract("SELECT day, delay\n\nFROM flights"), kNow), next, kNow);
  EXPECT_GE(findings.size(), 3U);
  for (const Finding& finding : findings) {
    EXPECT_EQ(Sentence(finding).find('\n'), std::string::npos);
    EXPECT_THAT(Sentence(finding), testing::StartsWith(finding.severity == Severity::Breaking ? "breaks the published contract, which has "
                                                                                              : "changes the published contract, which has "));
  }
  EXPECT_THAT(
      Describe(findings),
      testing::HasSubstr(R"(which has the query "select day, delay from flights"; the manifest has "select day, max(delay) from flights group by ...": )"));
}

// Any bytes: equal texts are the same, and no text makes it fail or run on.
TEST(QueryChange, HoldsForAnyText) {
  std::mt19937_64 random(11);
  const std::string alphabet = "select from,()'\"-*/;$ab1\n\xC3\xA4 group";
  for (int i = 0; i < 2000; ++i) {
    std::string a, b;
    for (std::size_t n = random() % 60; n > 0; --n) a += alphabet[random() % alphabet.size()];
    for (std::size_t n = random() % 60; n > 0; --n) b += alphabet[random() % alphabet.size()];
    ASSERT_EQ(CompareQueries(a, a), QueryChange::Same) << a;
    ASSERT_EQ(CompareQueries(a, b) == QueryChange::Same, CompareQueries(b, a) == QueryChange::Same) << a << "\n" << b;
  }
}

}  // namespace
}  // namespace weir::contract
