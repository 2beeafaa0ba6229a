// What a run makes of a table that is there is what it would make from nothing: no edit of a declaration, and no hour that
// passes, is without effect until a file arrives.
#include <random>

#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class DeclarationsLaw : public StageTest {
 protected:
  DeclarationsLaw() {
    Table("orders").columns.push_back(Optional("at", "TIMESTAMP"));
    Table("orders").eventTime = "at";
  }

  // The time of a run with that number.
  static std::string HourOf(int run) { return Format(Time::FromSeconds(1'700'000'000 + run * 3600)); }

  // The same task over a lake that has the inputs and not the table.
  api::StageOutcome FromNothing(api::StageTask task) {
    std::filesystem::remove_all(folder_ / "anew");
    std::filesystem::copy(folder_ / "lake", folder_ / "anew", std::filesystem::copy_options::recursive);
    std::filesystem::remove_all(folder_ / ("anew/" + Table("orders").path));
    task.stores[0].root = folder_ / "anew";
    return Run(task);
  }

  // A data time that is carried from the version before is none of this one.
  static std::vector<std::string> Told(const api::StageOutcome& outcome) {
    std::vector<std::string> told;
    for (const api::Finding& finding : outcome.findings)
      if (finding.message.find("data time stays at") == std::string::npos) told.push_back(finding.path + ": " + finding.message);
    std::sort(told.begin(), told.end());
    return told;
  }

  void IsAsFromNothing() {
    const api::StageOutcome anew = FromNothing(Decode());
    const api::StageOutcome here = Run(Decode());
    ASSERT_EQ(api::Word(here.result), api::Word(anew.result)) << "from nothing: " << anew.message << "\nhere: " << here.message;
    EXPECT_EQ(Told(here), Told(anew)) << here.message;
    if (anew.result == api::OutcomeClass::Succeeded)
      IsOneVersion(here, anew);
    else
      EXPECT_EQ(here.message, anew.message);
  }

  void IsOneVersion(const api::StageOutcome& here, const api::StageOutcome& anew) {
    EXPECT_EQ(here.rows, anew.rows);
    EXPECT_EQ(here.files, anew.files);
    if (anew.commits.empty()) return;
    ASSERT_THAT(here.commits, SizeIs(1)) << here.message;
    EXPECT_EQ(here.commits[0].contentHash, anew.commits[0].contentHash);
    EXPECT_EQ(here.commits[0].quarantined, anew.commits[0].quarantined);
    EXPECT_EQ(here.commits[0].files, anew.commits[0].files);
    const auto time = here.commits[0].dataAsOf;
    EXPECT_EQ(time, anew.commits[0].dataAsOf ? anew.commits[0].dataAsOf : time);
    // Who looks later sees the log and not this run.
    api::StageOutcome kept{.findings = FindingsOf(State("orders").Facts())};
    EXPECT_EQ(Told(kept), Told(here)) << here.message;
    const std::int64_t version = State("orders").version;
    NextAttemptOfTheHour();
    EXPECT_EQ(Told(Good(Decode())), Told(here)) << "once more";
    EXPECT_EQ(State("orders").version, version) << "nothing changed since";
  }

  // Another run at the same time.
  void NextAttemptOfTheHour() { ++again_; }
  api::StageTask Decode() {
    api::StageTask task = StageTest::Decode();
    task.runUid += "-" + std::to_string(again_);
    task.epoch += again_;
    return task;
  }

  int again_ = 0;
};

api::Check Checked(const std::string& name, decltype(api::Check::rule) rule, api::OnFailure action) {
  return {.name = name, .rule = std::move(rule), .onFailure = action};
}

class Editor {
 public:
  explicit Editor(unsigned seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool Once(int in) { return Below(in) == 0; }

  std::string Content(int run) {
    if (Once(8)) return "";
    std::string text = Once(6) ? "id,city\n" : "id,city,amount,at\n";
    for (int rows = Below(4); rows > 0; --rows) {
      const std::string id = Once(9) ? "x" : std::to_string(Below(30));
      const std::string at = Once(4) ? "" : Format(Time::FromSeconds(1'700'000'000 + (run + Below(6) - 3) * 3600));
      text += id + "," + (Once(3) ? "" : Once(2) ? "Oslo" : "Rome") + "," + std::to_string(Below(50)) + "," + at + "\n";
    }
    return text;
  }

  void Edit(api::TaskTable& files, api::TaskTable& table) {
    switch (Below(11)) {
      case 0: return static_cast<void>(table.keys = Once(2) ? std::vector<api::Key>{} : std::vector<api::Key>{{{"id"}}});
      case 1: return static_cast<void>(table.checks = Checks());
      case 2: return static_cast<void>(table.checks = {});
      case 3: return static_cast<void>(table.quarantine = Once(2) ? api::QuarantineLimit{.maxShare = "100%"} : api::QuarantineLimit{.maxRows = Below(3)});
      case 4: return static_cast<void>(table.columns[1].nullable = Once(2));
      case 5: return static_cast<void>(table.eventTime = table.eventTime.empty() ? "at" : "");
      case 6: return static_cast<void>(files.exclude = Once(2) ? std::vector<api::Exclusion>{} : std::vector<api::Exclusion>{{"b.csv", "not now"}});
      case 7: return static_cast<void>(table.eventTimeMaxAhead = Duration::Hours(Below(4)));
      case 8: return static_cast<void>(table.columns[2].type = Once(2) ? "BIGINT" : "INTEGER");
      case 9: return static_cast<void>(files.redelivery = Once(2) ? api::Redelivery::ReplaceSameName : api::Redelivery::Append);
      default: return static_cast<void>(files.onUnreadable = Once(5) ? api::OnUnreadable::Fail : api::OnUnreadable::Quarantine);
    }
  }

 private:
  std::vector<api::Check> Checks() {
    std::vector<api::Check> checks;
    for (int i = 1 + Below(2); i > 0; --i) checks.push_back(One("check" + std::to_string(i)));
    return checks;
  }
  api::Check One(const std::string& name) {
    const api::OnFailure any[] = {api::OnFailure::Warn, api::OnFailure::Warn, api::OnFailure::Block, api::OnFailure::Quarantine};
    switch (Below(6)) {
      case 0: return Checked(name, api::NotNullCheck{{"city"}}, any[Below(4)]);
      case 1: return Checked(name, api::RangeCheck{"amount", "", std::to_string(10 + Below(40))}, any[Below(4)]);
      case 2: return Checked(name, api::AcceptedValuesCheck{"city", {"Oslo"}}, any[Below(4)]);
      case 3: return Checked(name, api::UniqueCheck{{"id"}}, any[Below(3)]);
      case 4: return Checked(name, api::RegexCheck{"city", Once(2) ? "[A-Z][a-z]+" : "R.*"}, any[Below(4)]);
      default: return Checked(name, api::RowCountCheck{.max = Below(8)}, any[Below(3)]);
    }
  }

  std::mt19937 random_;
};

TEST_F(DeclarationsLaw, ATableIsAfterAnyEditsAsIfItWereMadeFromNothing) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    std::filesystem::remove_all(folder_ / "lake");
    std::filesystem::remove_all(folder_ / "source/in");
    std::filesystem::create_directories(folder_ / "lake");
    Table("orders-landing").onUnreadable = Table("orders-raw").onUnreadable = api::OnUnreadable::Quarantine;
    Table("orders").quarantine = api::QuarantineLimit{.maxShare = "100%"};
    Editor editor(seed);
    for (int step = 0; step < 9 && !HasFailure(); ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step));
      NextRun();
      for (int i = step == 0 ? 3 : editor.Below(2); i > 0; --i)
        folder_.Write("source/in/" + std::string(1, static_cast<char>('a' + editor.Below(4))) + ".csv", editor.Content(run_));
      for (int i = editor.Below(3); i > 0; --i) editor.Edit(Table("orders-raw"), Table("orders"));
      Good(Land());
      Good(Accept());
      IsAsFromNothing();
    }
  }
}

TEST_F(DeclarationsLaw, ACheckThatIsAddedIsHeldAgainstTheRowsThatAreThere) {
  folder_.Write("source/in/a.csv", "id,city,amount,at\n1,Oslo,10,\n1,Rome,20,\n");
  Decoded();
  NextRun();
  Table("orders").checks = {{.name = "few", .rule = api::RowCountCheck{.max = 1}, .onFailure = api::OnFailure::Warn}};
  const auto warned = Good(Decode());
  ASSERT_THAT(warned.findings, SizeIs(1));
  EXPECT_THAT(warned.findings[0].message, HasSubstr("check few: there must be at most 1 rows, and there are 2"));
  EXPECT_THAT(warned.message, HasSubstr("0 files decoded, 1 kept, 0 removed; 2 rows are checked again"));
  EXPECT_EQ(State("orders").version, 1);
  NextRun();
  Table("orders").keys = {api::Key{{"id"}}};
  EXPECT_THAT(Bad(Decode(), api::OutcomeClass::Data, api::Reason::CheckFailed).message, HasSubstr("key (id) must be unique"));
  NextRun();
  EXPECT_THAT(Bad(Decode(), api::OutcomeClass::Data, api::Reason::CheckFailed).message, HasSubstr("key (id) must be unique"))
      << "it fails until somebody corrects it";
  EXPECT_EQ(State("orders").version, 1);
  NextRun();
  Table("orders").keys.clear();
  Table("orders").checks.clear();
  EXPECT_THAT(Good(Decode()).findings, IsEmpty());
}

// No file is read again from RawHistory for it, which may be archived by then.
TEST_F(DeclarationsLaw, AnEventThatWasAheadCountsOnceItsHourHasCome) {
  folder_.Write("source/in/a.csv", "id,city,amount,at\n1,Oslo,10," + HourOf(1) + "\n2,Rome,20," + HourOf(3) + "\n3,Rome,20," + HourOf(6) + "\n");
  EXPECT_EQ(Format(*Decoded().commits[0].dataAsOf), HourOf(1));
  for (const auto& [path, file] : State("orders-raw").files) std::filesystem::remove(folder_ / ("lake/" + Table("orders-raw").path + "/" + path));
  const int newest[] = {1, 3, 3, 3, 6, 6}, version[] = {0, 1, 1, 1, 2, 2};
  for (std::size_t hour = 0; hour < std::size(newest); ++hour) {
    NextRun();
    const auto outcome = Good(Decode());
    EXPECT_EQ(Format(*outcome.commits[0].dataAsOf), HourOf(newest[hour])) << hour;
    EXPECT_EQ(State("orders").version, version[hour]) << hour;
    EXPECT_THAT(outcome.message, HasSubstr("0 files decoded, 1 kept, 0 removed")) << hour;
    EXPECT_EQ(outcome.findings.size(), newest[hour] == 6 ? 0U : 1U) << hour;
  }
}

// An older release kept how many events were ahead, and not the nearest.
TEST_F(DeclarationsLaw, AnEventThatAnOlderReleaseFoundAheadCountsOnceItHasCome) {
  Table("totals").columns = {Optional("at", "TIMESTAMP")};
  Table("totals").keys.clear();
  Table("totals").eventTime = "at";
  folder_.Write("source/in/a.csv", "id,city,amount,at\n1,Oslo,10," + HourOf(1) + "\n2,Rome,20," + HourOf(3) + "\n3,Rome,20," + HourOf(9) + "\n");
  Decoded();
  Good(Transform("SELECT \"at\" FROM orders"));
  const auto rewrite = [this](const std::string& table, const std::string& expression) {
    const std::string log = folder_ / ("lake/" + Table(table).path + "/_delta_log/00000000000000000000.json");
    ASSERT_EQ(std::system(("sed -i -E '" + expression + "' " + log).c_str()), 0);
  };
  rewrite("orders", "s/\"nearestEvent\":/\"other\":/g");
  rewrite("totals", "s/\"nearestEvent\":\"[^\"]*\"/\"eventsAhead\":2/g");
  NextRun();
  NextRun();
  EXPECT_EQ(Format(*Good(Decode()).commits[0].dataAsOf), HourOf(3));
  EXPECT_EQ(Format(*Good(Transform("SELECT \"at\" FROM orders")).commits[0].dataAsOf), HourOf(3));
}

TEST_F(DeclarationsLaw, AFileThatBringsNoRowIsInTheLedgerAndChecksNoRowAgain) {
  folder_.Write("source/in/a.csv", "id,city,amount,at\n1,Oslo,10," + HourOf(1) + "\n");
  Table("orders-raw").exclude = {{"b.csv", "a manifest"}};
  Decoded();
  NextRun();
  folder_.Write("source/in/b.csv", "anything\n");
  const auto outcome = Decoded();
  EXPECT_EQ(outcome.files, (api::FileLedger{.in = 2, .out = 1, .excluded = 1}));
  EXPECT_EQ(Integer(At(State("orders").Facts(), "files"), "excluded"), 1) << "in the log too";
  EXPECT_THAT(outcome.message, testing::Not(HasSubstr("checked again"))) << "the rows were held against these rules";
}

}  // namespace
}  // namespace weir::stages
