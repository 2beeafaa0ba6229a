#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "crds/contract/contract.h"

namespace weir::contract {
namespace {

using api::ContractRule;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Time kNow = *ParseTime("2026-11-30T12:00:00Z");
const api::Waiver kDrop{ContractRule::ColumnNoDelete, "Readers agreed to it.", {}, "2027-06-30"};

api::PublishedContract Contract(const std::vector<std::string>& columns, std::vector<api::Waiver> waivers = {}) {
  api::ViewSpec spec;
  spec.grain = "One row.";
  for (const std::string& name : columns) {
    spec.columns.push_back({.name = name, .type = "INTEGER"});
    spec.query.sql += (spec.query.sql.empty() ? "SELECT " : ", ") + name;
  }
  spec.query.sql += " FROM t";
  spec.waivers = std::move(waivers);
  return ContractOf(spec);
}

std::string Broken(const api::PublishedContract& published, const api::PublishedContract& next, Time now = kNow) {
  return Describe(Breaking(Compare(published, next, now)));
}

TEST(Waivers, AreUsedUpByThePublicationThatTheyLetPass) {
  const auto first = Succeed(std::nullopt, Contract({"a", "b", "c", "d"}, {kDrop}), kNow);
  EXPECT_THAT(first.waivers, IsEmpty()) << "nothing was waived yet";
  const auto dropped = Contract({"a", "b"}, {kDrop});
  EXPECT_EQ(Broken(first, dropped), "") << "two columns in one publication";
  const auto second = Succeed(first, dropped, kNow);
  EXPECT_THAT(second.waivers, ElementsAre(kDrop));
  EXPECT_EQ(Broken(second, dropped), "") << "published again, it breaks nothing";
  const auto third = Succeed(second, dropped, kNow);
  EXPECT_EQ(third, second);
  EXPECT_THAT(Broken(third, Contract({"a"}, {kDrop})), HasSubstr("the waiver of ColumnNoDelete until 2027-06-30 was used by an earlier publication"));
}

// Steps of maxLag that need no waiver would each start from the last one.
TEST(Waivers, ThatWereUsedAreKnownByTheirReasonHoweverItIsWritten) {
  api::PublishedContract published;
  published.waivers = {{.rule = api::ContractRule::ColumnNoDelete, .reason = "Nobody reads b.", .until = "2027-06-30"}};
  for (const char* reason : {"nobody reads B.", " Nobody  reads\tb. ", "Nobody reads b."})
    EXPECT_TRUE(contract::IsSpent(published, {.rule = api::ContractRule::ColumnNoDelete, .reason = reason, .until = "2027-06-30"})) << reason;
  EXPECT_FALSE(contract::IsSpent(published, {.rule = api::ContractRule::ColumnNoDelete, .reason = "Nobody reads c.", .until = "2027-06-30"}));
}

TEST(Waivers, OfMaxAheadLeavesWhatWasPromisedOfMaxLag) {
  const auto lagging = [](int hours, int minutes_ahead, std::vector<api::Waiver> waivers = {}) {
    api::PublishedContract contract = Contract({"a"}, std::move(waivers));
    contract.freshness = api::Freshness{Duration::Hours(hours)};
    contract.eventTime = api::EventTime{.column = "a", .maxAhead = Duration::Minutes(minutes_ahead)};
    return contract;
  };
  auto published = Succeed(std::nullopt, lagging(24, 5), kNow);
  const std::vector<api::Waiver> ahead{{ContractRule::SlaFreshness, "Their clock is a minute ahead.", {}, "2027-06-30"}};
  const auto next = lagging(36, 6, ahead);
  ASSERT_EQ(Broken(published, next), "");
  published = Succeed(published, next, kNow);
  EXPECT_EQ(published.promised->freshness->maxLag, Duration::Hours(24));
  EXPECT_EQ(published.promised->eventTime->MaxAhead(), Duration::Minutes(6));
  EXPECT_THAT(Broken(published, lagging(37, 6)), HasSubstr("spec.freshness.maxLag"));
  EXPECT_EQ(Broken(published, lagging(36, 6)), "");
}

TEST(Waivers, ThatWereUsedDoNotCountAgainWhenTheyWereTakenOutInBetween) {
  auto published = Succeed(std::nullopt, Contract({"a", "b", "c"}), kNow);
  published = Succeed(published, Contract({"a", "b"}, {kDrop}), kNow);
  published = Succeed(published, Contract({"a", "b"}), kNow);
  EXPECT_THAT(Broken(published, Contract({"a"}, {kDrop})), HasSubstr("was used"));
  api::Waiver signed_too = kDrop;
  signed_too.approvedBy = {"team-b"};
  EXPECT_THAT(Broken(published, Contract({"a"}, {signed_too})), HasSubstr("was used")) << "who agreed makes no other waiver";
  for (api::Waiver renewed : {kDrop, kDrop}) {
    static int kind = 0;
    ++kind % 2 == 0 ? renewed.reason = "Readers agreed to the second drop." : renewed.until = "2027-07-31";
    EXPECT_EQ(Broken(published, Contract({"a"}, {renewed})), "");
  }
}

TEST(Waivers, CountOnlyWithAReasonInWordsAndADayWithinAYear) {
  const auto published = Succeed(std::nullopt, Contract({"a", "b"}), kNow);
  const auto with = [](const std::string& reason, const std::string& until) { return Contract({"a"}, {{ContractRule::ColumnNoDelete, reason, {}, until}}); };
  EXPECT_THAT(Broken(published, with(" \t\n          ", "2027-06-30")), HasSubstr("has a reason of blanks only"));
  EXPECT_THAT(Broken(published, with("Readers agreed.", "9999-12-31")), HasSubstr("is more than 366 days ahead"));
  EXPECT_THAT(Broken(published, with("Readers agreed.", "2027-12-03")), HasSubstr("is more than 366 days ahead"));
  EXPECT_EQ(Broken(published, with("Readers agreed.", "2027-11-30")), "");
  EXPECT_THAT(Broken(published, with("Readers agreed.", "2026-11-29")), HasSubstr("has ended"));
  EXPECT_THAT(Broken(published, with("Readers agreed.", "2027-02-30")), HasSubstr("names no day of the calendar"));
}

// A plan is made again at the first instant at which the verdict is another one.
TEST(Waivers, ChangeTheirVerdictNoSoonerThanIsTold) {
  const auto published = Succeed(std::nullopt, Contract({"a", "b"}), kNow);
  for (const char* until : {"2026-11-29", "2026-11-30", "2027-06-30", "2028-03-01", "9999-12-31"}) {
    const std::vector<api::Waiver> waivers{{ContractRule::ColumnNoDelete, "Readers agreed.", {}, until}};
    const auto next = Contract({"a"}, waivers);
    const auto change = ChangesAt(waivers, kNow);
    if (!change) {
      EXPECT_STREQ(until, "2026-11-29");
      continue;
    }
    EXPECT_EQ(Broken(published, next, kNow), Broken(published, next, *change + Duration::Millis(-1))) << until;
    EXPECT_NE(Broken(published, next, kNow), Broken(published, next, *change)) << until;
  }
}

// Whatever is dropped and published with whatever waivers: each waiver lets one publication pass.
TEST(Waivers, NoHistoryHasMorePublicationsThatBreakThanWaivers) {
  std::mt19937_64 random(41);
  int passed = 0;
  for (int history = 0; history < 300; ++history) {
    std::vector<std::string> columns{"a", "b", "c", "d", "e", "f", "g", "h"};
    std::optional<api::PublishedContract> published = Succeed(std::nullopt, Contract(columns), kNow);
    std::set<std::string> offered;
    int breaking = 0;
    for (int step = 0; step < 12 && columns.size() > 1; ++step) {
      std::vector<std::string> next = columns;
      if (random() % 2 == 0) next.erase(next.begin() + static_cast<std::ptrdiff_t>(random() % next.size()));
      std::vector<api::Waiver> waivers;
      if (random() % 3 != 0) {
        waivers = {kDrop};
        waivers[0].reason += std::to_string(random() % 2);
        offered.insert(waivers[0].reason);
      }
      const auto declared = Contract(next, waivers);
      if (!Broken(*published, declared).empty()) continue;
      breaking += next.size() < columns.size() ? 1 : 0;
      published = Succeed(published, declared, kNow);
      columns = next;
    }
    passed += breaking;
    ASSERT_LE(breaking, static_cast<int>(offered.size()));
  }
  EXPECT_GT(passed, 200);
}

TEST(AsOfNow, IsWhatTheViewDeclaresWhileItIsMadeTheSameWay) {
  api::PublishedContract revision = Contract({"a", "b"}, {kDrop});
  revision.stability = api::Stability::Alpha;
  api::PublishedContract declared = Contract({"a", "b"});
  declared.stability = api::Stability::Stable;
  declared.lookback = Duration::Hours(24);
  declared.columns[0].meaning = "net";
  const api::PublishedContract now = AsOfNow(revision, declared);
  EXPECT_EQ(now.stability, api::Stability::Stable);
  EXPECT_EQ(now.lookback, Duration::Hours(24));
  EXPECT_EQ(now.columns[0].meaning, "net");
  EXPECT_THAT(now.waivers, ElementsAre(kDrop)) << "another waiver makes another revision";
  declared.query += " WHERE a > 1";
  EXPECT_EQ(AsOfNow(revision, declared), revision);
  EXPECT_EQ(AsOfNow(revision, Contract({"a"})), revision);
}

}  // namespace
}  // namespace weir::contract
