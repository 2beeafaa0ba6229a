#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <functional>
#include <random>
#include <set>

#include "tests/obeyed_permissions.h"
#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kHeader = "id,city,amount\n";

std::string Messages(const api::StageOutcome& outcome) {
  std::string text;
  for (const api::Finding& finding : outcome.findings) text += finding.message + "\n";
  return text;
}

void MakeSocket(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(listener);
}

class FilePolicy : public StageTest {
 protected:
  void Deliver(const std::string& name, const std::string& rows) { folder_.Write("source/in/" + name, kHeader + rows); }
  // Land and accept; the outcome of decode is the caller's.
  void Bring() {
    Good(Land());
    Good(Accept());
  }
  std::string Ids() { return Rows("orders", "SELECT coalesce(string_agg(id::VARCHAR, ',' ORDER BY id), '') AS ids FROM orders").front(); }
};

TEST_F(FilePolicy, AFileOfWhichEveryRowIsQuarantinedFailsTheRunWithItsFirstRows) {
  Deliver("good.csv", "1,Oslo,10\n");
  const auto before = Decoded();
  NextRun();
  Deliver("bad.csv", "x,Rome,20\ny,Rome,30\n");
  Bring();
  const auto outcome = Bad(Decode(), api::OutcomeClass::Data, api::Reason::QuarantineExceeded);
  for (const char* part : {"source/in/bad.csv", "2 of 2 rows", "every row", "line 2, column id, 'x' is not an INTEGER: x,Rome,20", "line 3",
                           "The stage committed nothing", "spec.exclude of Dataset orders-raw", "spec.quarantine.maxShare of Dataset orders"})
    EXPECT_THAT(outcome.message, HasSubstr(part));
  EXPECT_EQ(State("orders").Rows(), 1);
  EXPECT_EQ(State("orders").version, before.commits[0].version);
}

TEST_F(FilePolicy, TheDeclaredShareIsOfOneFileAndExact) {
  Deliver("a.csv", "1,Oslo,10\n2,Oslo,10\n3,Oslo,10\nx,Oslo,10\n");  // 25 %
  Bring();
  Table("orders").quarantine = api::QuarantineLimit{.maxShare = "24.9999%"};
  EXPECT_THAT(Bad(Decode(), api::OutcomeClass::Data, api::Reason::QuarantineExceeded).message, HasSubstr("more than spec.quarantine.maxShare 24.9999%"));
  Table("orders").quarantine = api::QuarantineLimit{.maxShare = "25%"};
  EXPECT_EQ(Good(Decode()).rows, Sums(4, 3, 1, 0));
  NextRun();
  Table("orders").quarantine = api::QuarantineLimit{.maxShare = "20%"};
  EXPECT_THAT(Bad(Decode(), api::OutcomeClass::Data, api::Reason::QuarantineExceeded).message, HasSubstr("weir explain dataset/orders"))
      << "the rows are those of an earlier run";
}

TEST_F(FilePolicy, MoreRowsThanDeclaredFailTheRun) {
  Deliver("a.csv", "1,Oslo,10\nx,Oslo,10\ny,Oslo,10\n");
  Bring();
  Table("orders").quarantine = api::QuarantineLimit{.maxRows = 1};
  const std::string message = Bad(Decode(), api::OutcomeClass::Data, api::Reason::QuarantineExceeded).message;
  EXPECT_THAT(message, testing::AllOf(HasSubstr("more than spec.quarantine.maxRows 1"), HasSubstr("or raise spec.quarantine.maxRows of Dataset orders"),
                                      Not(HasSubstr("maxShare"))));
  Table("orders").quarantine->maxRows = 2;
  EXPECT_EQ(Good(Decode()).commits[0].quarantined, 2);
}

TEST_F(FilePolicy, AFileWithoutAGoodRowThatIsAllowedNeverMovesDataTime) {
  Table("orders").quarantine = api::QuarantineLimit{.maxShare = "100%"};
  Deliver("good.csv", "1,Oslo,10\n");
  const auto first = Decoded().commits[0];
  NextRun();
  Deliver("bad.csv", "x,Rome,20\n");
  const auto second = Decoded().commits[0];
  EXPECT_GT(second.version, first.version);
  EXPECT_EQ(second.dataAsOf, first.dataAsOf);
  EXPECT_EQ(second.quarantined, 1);
}

TEST_F(FilePolicy, AFileWithoutARowNeverMovesDataTime) {
  Deliver("good.csv", "1,Oslo,10\n");
  const auto first = Decoded().commits[0];
  NextRun();
  Deliver("empty.csv", "");
  const auto second = Decoded().commits[0];
  EXPECT_GT(second.version, first.version);
  EXPECT_EQ(second.dataAsOf, first.dataAsOf);
  EXPECT_EQ(second.rows, first.rows);
}

// Late data stay late: a version without a data time is as old as the last one that had it.
TEST_F(FilePolicy, AVersionWithoutAnEventTimeThatCountsIsAsOldAsTheOneBefore) {
  Deliver("a.csv", "1,Oslo,10\n2,Rome,20\n");
  Decoded();
  Table("totals").columns.push_back(Optional("day", "DATE"));
  Table("totals").eventTime = "day";
  const auto with = [this](const std::string& day, const std::string& rest = "") {
    NextRun();
    return Good(Transform("SELECT city, amount::BIGINT AS total, " + day + " AS day FROM orders" + rest));
  };
  const Time known = *ParseTime("2023-11-01T00:00:00Z");
  EXPECT_THAT(with("NULL::DATE").commits[0].dataAsOf, Eq(std::nullopt)) << "none was ever told";
  EXPECT_EQ(with("DATE '2023-11-01'").commits[0].dataAsOf, known);
  for (const auto& [day, rest] :
       std::vector<std::pair<std::string, std::string>>{{"DATE '9999-12-31'", ""}, {"NULL::DATE", ""}, {"DATE '2023-11-02'", " WHERE id > 9"}}) {
    const auto outcome = with(day, rest);
    EXPECT_EQ(outcome.commits[0].dataAsOf, known) << day << rest;
    EXPECT_THAT(Messages(outcome), HasSubstr("data time stays at 2023-11-01T00:00:00Z")) << day << rest;
  }
  EXPECT_EQ(with("DATE '2023-10-01'").commits[0].dataAsOf, *ParseTime("2023-10-01T00:00:00Z")) << "a time that counts may be an older one";
}

TEST_F(FilePolicy, ARowCheckThatQuarantinesEveryRowOfAResultFailsTheRun) {
  Deliver("a.csv", "1,Oslo,10\n");
  Decoded();
  Table("totals").checks = {{.name = "large", .rule = api::RangeCheck{"total", "1000", ""}, .onFailure = api::OnFailure::Quarantine}};
  EXPECT_THAT(Bad(Transform(), api::OutcomeClass::Data, api::Reason::QuarantineExceeded).message, HasSubstr("1 of 1 rows"));
  Table("totals").quarantine = api::QuarantineLimit{.maxShare = "100%"};
  NextRun();
  EXPECT_EQ(Good(Transform()).commits[0].quarantined, 1);
}

TEST_F(FilePolicy, AVersionKnowsTheRowsThatWereQuarantinedUpstream) {
  Deliver("a.csv", "1,Oslo,10\nx,Oslo,10\n");
  Decoded();
  EXPECT_EQ(Good(Transform("SELECT a.city, sum(a.amount)::BIGINT AS total FROM orders a JOIN orders b USING (id) GROUP BY a.city")).commits[0].quarantined, 1);
  EXPECT_EQ(Good(Publish()).commits[0].quarantined, 1) << "readers of the view see what is missing";
}

TEST_F(FilePolicy, EveryTableMadeOfAFileThatIsMissingWarnsOfIt) {
  Table("orders-raw").onUnreadable = api::OnUnreadable::Quarantine;
  Deliver("good.csv", "1,Oslo,10\n");
  Decoded();
  EXPECT_THAT(Messages(Good(Transform())), Not(HasSubstr("quarantined as a whole")));
  NextRun();
  folder_.Write("source/in/short.csv", "id,city\n1,Oslo\n");
  Decoded();
  const auto warning = HasSubstr("its rows are missing those of 1 file that is quarantined as a whole: weir explain dataset/orders lists it");
  EXPECT_THAT(Messages(Good(Transform())), warning);
  EXPECT_THAT(Messages(Good(Publish())), warning) << "two stages below";
}

TEST_F(FilePolicy, AnExcludedFileBlocksNothingAndIsCounted) {
  folder_.Write("source/in/broken.csv", "id,city\n1,Oslo\n");
  Bring();
  const auto failed = Bad(Decode(), api::OutcomeClass::Data, api::Reason::FileUnreadable);
  const std::string path = "file_land_timestamp=1700003600/broken_1700003600.csv";
  for (const std::string& part :
       {std::string("amount"), "{file: \"" + path + "\", reason: ...}", std::string("spec.onUnreadable: Quarantine of Dataset orders-raw")})
    EXPECT_THAT(failed.message, HasSubstr(part));
  NextRun();
  Deliver("good.csv", "2,Rome,20\n");
  Bring();
  Table("orders-raw").exclude = {{path, "no amounts"}};
  const auto outcome = Good(Decode());
  EXPECT_EQ(outcome.files, (api::FileLedger{.in = 2, .out = 1, .excluded = 1}));
  EXPECT_THAT(outcome.message, HasSubstr("1 excluded: source/in/broken.csv (" + path + "): no amounts"));
  EXPECT_EQ(Ids(), R"({"ids":"2"})");
}

TEST_F(FilePolicy, RowsOfAFileThatIsExcludedLaterLeaveTheTable) {
  Deliver("a.csv", "1,Oslo,10\n");
  Deliver("b.csv", "2,Rome,20\n");
  Decoded();
  for (const char* name : {"b.csv", "in/b.csv", "source/in/b.csv", "b_1700003600.csv", "file_land_timestamp=1700003600/b_1700003600.csv"}) {
    NextRun();
    Table("orders-raw").exclude = {{name, "a test delivery"}};
    Good(Decode());
    EXPECT_EQ(Ids(), R"({"ids":"1"})") << name;
    NextRun();
    Table("orders-raw").exclude.clear();
    Good(Decode());
    EXPECT_EQ(Ids(), R"({"ids":"1,2"})") << name;
  }
}

TEST_F(FilePolicy, AnExclusionThatNamesNoFileIsReported) {
  Deliver("a.csv", "1,Oslo,10\n");
  Table("orders-raw").exclude = {{"b.csv", "misspelt"}};
  EXPECT_THAT(Messages(Decoded()), HasSubstr("names \"b.csv\", and no file has that name"));
}

TEST_F(FilePolicy, AnUnreadableFileIsQuarantinedAndTriedAgainWhenTheSchemaChanges) {
  Table("orders-raw").onUnreadable = api::OnUnreadable::Quarantine;
  folder_.Write("source/in/short.csv", "id,city\n1,Oslo\n");
  Deliver("good.csv", "2,Rome,20\n");
  auto outcome = Decoded();
  EXPECT_EQ(outcome.files, (api::FileLedger{.in = 2, .out = 1, .quarantined = 1}));
  EXPECT_THAT(Messages(outcome), HasSubstr("short_1700003600.csv"));
  EXPECT_EQ(Ids(), R"({"ids":"2"})");
  NextRun();
  Deliver("later.csv", "3,Bern,30\n");
  outcome = Decoded();
  EXPECT_THAT(outcome.message, HasSubstr("1 file decoded, 1 kept, 0 removed, 1 quarantined")) << "what was quarantined is not tried again each time";
  EXPECT_EQ(outcome.files, (api::FileLedger{.in = 3, .out = 2, .quarantined = 1}));
  EXPECT_EQ(Ids(), R"({"ids":"2,3"})");
  NextRun();
  Table("orders").columns.pop_back();
  outcome = Good(Decode());
  EXPECT_EQ(outcome.files, (api::FileLedger{.in = 3, .out = 3}));
  EXPECT_EQ(Ids(), R"({"ids":"1,2,3"})");
}

TEST_F(FilePolicy, WhatWasQuarantinedFailsTheRunOnceThePolicyIsRemoved) {
  Table("orders-raw").onUnreadable = api::OnUnreadable::Quarantine;
  folder_.Write("source/in/short.csv", "id,city\n1,Oslo\n");
  Deliver("good.csv", "2,Rome,20\n");
  Decoded();
  NextRun();
  Table("orders-raw").onUnreadable.reset();
  Bad(Decode(), api::OutcomeClass::Data, api::Reason::FileUnreadable);
}

TEST_F(FilePolicy, AnEmptyFileAtTheSourceCanBeExcludedOrQuarantined) {
  Deliver("a.csv", "1,Oslo,10\n");
  folder_.Write("source/in/empty.csv", "");
  const auto failed = Bad(Land(), api::OutcomeClass::Data, api::Reason::BadInput);
  EXPECT_THAT(failed.message, HasSubstr("{file: \"in/empty.csv\", reason: ...}"));
  EXPECT_THAT(failed.message, HasSubstr("spec.onUnreadable: Quarantine of Dataset orders-landing"));
  NextRun();
  Table("orders-landing").exclude = {{"empty.csv", "the supplier's lock file"}};
  EXPECT_EQ(Good(Land()).files, (api::FileLedger{.in = 2, .out = 1, .excluded = 1}));
  NextRun();
  Table("orders-landing").exclude.clear();
  Table("orders-landing").onUnreadable = api::OnUnreadable::Quarantine;
  const auto outcome = Good(Land());
  EXPECT_EQ(outcome.files, (api::FileLedger{.in = 2, .known = 1, .quarantined = 1}));
  EXPECT_EQ(outcome.rows, Sums(2, 0, 1, 1));
  EXPECT_THAT(Messages(outcome), HasSubstr("in/empty.csv"));
}

// Pipe, socket, link, folder without rights, file without rights: none of them is cured by waiting, and none is the fault of a.csv.
TEST_F(FilePolicy, WhatCannotBeReadBlocksNoOtherFileOnceItIsExcludedOrQuarantined) {
  const std::string odd = folder_ / "source/in/b.csv";
  const std::vector<std::pair<std::string, std::function<void()>>> kinds{{"is not a regular file", [&] { ASSERT_EQ(::mkfifo(odd.c_str(), 0600), 0); }},
                                                                         {"is not a regular file", [&] { MakeSocket(odd); }},
                                                                         {"symbolic link", [&] { std::filesystem::create_symlink("nowhere", odd); }},
                                                                         {"Permission denied",
                                                                          [&] {
                                                                            folder_.Write("source/in/b.csv", "id,city,amount\n2,Rome,20\n");
                                                                            std::filesystem::permissions(odd, std::filesystem::perms::none);
                                                                          }},
                                                                         {"Permission denied", [&] {
                                                                            std::filesystem::create_directory(odd);
                                                                            std::filesystem::permissions(odd, std::filesystem::perms::none);
                                                                          }}};
  const test::ObeyedPermissions obeyed;
  std::int64_t landed = 0;
  for (const auto& [why, make] : kinds) {
    Table("orders-landing").onUnreadable.reset();
    Table("orders-landing").exclude.clear();
    folder_.Write("source/in/a.csv", "id,city,amount\n" + std::to_string(landed) + ",Oslo,10\n");
    make();
    const bool link = why == "symbolic link";
    for (const char* pattern : {"in/*.csv", "in/b.csv"}) {
      NextRun();
      const auto bad = Bad(Land(pattern), link ? api::OutcomeClass::User : api::OutcomeClass::Data, link ? api::Reason::Invalid : api::Reason::FileUnreadable);
      EXPECT_THAT(bad.message, testing::AllOf(HasSubstr("in/b.csv"), HasSubstr(why), HasSubstr("exclude"), HasSubstr("onUnreadable: Quarantine")));
    }
    Table("orders-landing").onUnreadable = api::OnUnreadable::Quarantine;
    NextRun();
    auto outcome = Good(Land());
    EXPECT_EQ(outcome.files->quarantined, 1) << why;
    EXPECT_EQ(outcome.files->out, 1) << why;
    EXPECT_THAT(outcome.message, HasSubstr(why));
    Table("orders-landing").onUnreadable.reset();
    Table("orders-landing").exclude = {{"b.csv", "not ours"}};
    folder_.Write("source/in/a.csv", "id,city,amount\n" + std::to_string(landed) + ",Bern,10\n");
    NextRun();
    outcome = Good(Land());
    EXPECT_EQ(outcome.files->excluded, 1) << why;
    EXPECT_EQ(outcome.files->out, 1) << why;
    ++landed;
    std::filesystem::remove(odd);
  }
}

TEST_F(FilePolicy, ColumnsTellWhereARowCameFromAndWhenItLanded) {
  api::Column file = Optional("file", "VARCHAR"), landed = Required("landed", "TIMESTAMP");
  file.provenance = api::Provenance::SourceFile;
  landed.provenance = api::Provenance::LandedAt;
  auto& columns = Table("orders").columns;
  columns.insert(columns.begin(), file);
  columns.insert(columns.begin() + 2, landed);
  folder_.Write("source/in/it's.csv", "file,id,city,amount,landed\nmine,1,Oslo,10,never\nmine,x,Oslo,10,never\n");
  const auto outcome = Decoded();
  EXPECT_EQ(outcome.rows, Sums(2, 1, 1, 0)) << "what the file says under these names does not matter";
  EXPECT_THAT(Rows("orders", "SELECT id, file, landed::VARCHAR AS landed FROM orders"),
              ElementsAre(R"({"file":"source/in/it's.csv","id":1,"landed":"2023-11-14 23:13:20"})"));
}

TEST_F(FilePolicy, TimesInTheFutureDoNotCountAndAreReported) {
  Table("orders").columns.push_back(Optional("at", "TIMESTAMP"));
  Table("orders").eventTime = "at";
  folder_.Write(
      "source/in/a.csv",
      "id,city,amount,at\n1,Oslo,10,2023-11-14 23:10:00\n2,Oslo,10,2023-11-14 23:18:20\n3,Oslo,10,2023-11-14 23:18:21\n4,Oslo,10,2999-01-01 00:00:00\n");
  const auto outcome = Decoded();  // at 23:13:20
  EXPECT_EQ(outcome.commits[0].dataAsOf, *ParseTime("2023-11-14T23:18:20Z")) << "as far ahead as it may be";
  for (const char* part : {"2 rows", "at", "5m", "2999-01-01T00:00:00Z"}) EXPECT_THAT(Messages(outcome), HasSubstr(part));
  EXPECT_EQ(outcome.rows, Sums(4, 4, 0, 0)) << "they are kept";
  NextRun();
  Table("orders").eventTimeMaxAhead = Duration{};
  EXPECT_EQ(Good(Decode()).commits.size(), 1U) << "a new skew is a new reading";
}

TEST_F(FilePolicy, AResultWithoutEventTimeIsAsNewAsWhatItReadsAlsoWhenThatIsAheadAsDeclared) {
  Table("orders").columns.push_back(Optional("at", "TIMESTAMP"));
  Table("orders").eventTime = "at";
  Table("orders").eventTimeMaxAhead = Duration::Hours(2);
  folder_.Write("source/in/a.csv", "id,city,amount,at\n1,Oslo,10,2023-11-15 00:30:00\n");
  const auto newest = Decoded().commits[0].dataAsOf;  // at 23:13:20
  ASSERT_EQ(newest, *ParseTime("2023-11-15T00:30:00Z"));
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(Good(Transform()).commits[0].dataAsOf, newest) << again;
    NextRun();
  }
}

TEST_F(FilePolicy, DatesOfTheFutureInAResultDoNotCountEither) {
  Deliver("a.csv", "1,Oslo,10\n2,Rome,20\n");
  Decoded();
  Table("totals").columns.push_back(Optional("day", "DATE"));
  Table("totals").eventTime = "day";
  const auto outcome =
      Good(Transform("SELECT city, amount::BIGINT AS total, CASE WHEN id = 1 THEN DATE '2023-11-01' ELSE DATE '9999-12-31' END AS day FROM orders"));
  EXPECT_EQ(outcome.commits[0].dataAsOf, *ParseTime("2023-11-01T00:00:00Z"));
  EXPECT_THAT(Messages(outcome), HasSubstr("1 row has"));
}

TEST_F(FilePolicy, AnEmptyDropFolderIsNoFailureAndNothingIsDoneAfterIt) {
  for (const char* pattern : {"in/*.csv", "nowhere/*.csv"}) {
    NextRun();
    EXPECT_EQ(Good(Land(pattern)).files, api::FileLedger{}) << pattern;
    Good(Accept());
    EXPECT_THAT(Good(Decode()).commits, IsEmpty());
    auto transform = Transform();
    transform.ownOutputs = {"Dataset/orders", "Dataset/totals"};
    EXPECT_THAT(Good(transform).message, HasSubstr("orders has no data yet"));
    auto publish = Publish();
    publish.ownOutputs = transform.ownOutputs;
    EXPECT_THAT(Good(publish).commits, IsEmpty());
  }
  EXPECT_EQ(State("city-totals").Rows(), 0);
  EXPECT_TRUE(State("city-totals").commitInfo.is_null()) << "no version is published without data";
}

TEST_F(FilePolicy, ASourceThatMustNotBeEmptyFails) {
  auto task = Land();
  task.whenEmpty = api::WhenEmpty::Fail;
  EXPECT_THAT(Bad(task, api::OutcomeClass::Data, api::Reason::NoFiles).message, HasSubstr("in/*.csv"));
  task = Land("in/one.csv");
  EXPECT_THAT(Bad(task, api::OutcomeClass::Data, api::Reason::NoFiles).message, HasSubstr("in/one.csv")) << "a file that is named is meant to be there";
  task.whenEmpty = api::WhenEmpty::Succeed;
  Good(task);
}

TEST_F(FilePolicy, TheSameAttemptAgainGivesTheSameFilesAndWarnings) {
  Table("orders-raw").onUnreadable = api::OnUnreadable::Quarantine;
  folder_.Write("source/in/short.csv", "id,city\n1,Oslo\n");
  Deliver("good.csv", "2,Rome,20\nx,Rome,20\n");
  const auto first = Decoded();
  const auto again = Good(Decode(2));
  EXPECT_EQ(again.files, first.files);
  EXPECT_EQ(again.findings, first.findings);
  EXPECT_EQ(again.commits[0].quarantined, first.commits[0].quarantined);
}

}  // namespace
}  // namespace weir::stages
