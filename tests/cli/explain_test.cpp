// What weir explain shows of runs that changed nothing, of versions, and of why there is no newer one.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "crds/base/json.h"
#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Explain : public Commands {
 protected:
  Json Report(const std::string& object) const {
    const Ended ended = Weir("explain " + object + " -o json");
    const auto report = ParseJson(ended.out);
    EXPECT_TRUE(report.ok()) << ended.out << ended.err;
    return report.ok() ? *report : Json();
  }

  // orders of which a stage of SQL quarantines one.
  void WriteOrders() const {
    Write("o.csv", "id,amount\n1,5\n2,-3\n");
    ASSERT_EQ(Weir("init o.csv").code, 0);
    Write("good.yaml",
          "apiVersion: weirkeeper.io/v1alpha1\nkind: Dataset\nmetadata: {name: good}\nspec:\n  zone: Curated\n  owner: {team: data}\n"
          "  schema: {columns: [{name: id, type: BIGINT}, {name: amount, type: BIGINT}]}\n"
          "  checks: [{name: not-negative, range: {column: amount, min: \"0\"}, onFailure: Quarantine}]\n");
    Shell(
        "sed -i 's/FROM \"o\"/FROM \"good\"/; s/^  - {name: publish-o, needs: \\[decode-o\\]/  - {name: good, needs: [decode-o], transform: {sql: \"SELECT id, "
        "amount FROM o\", into: good}}\\n  - {name: publish-o, needs: [good]/' o.yaml");
  }

  // Of a file that was delivered twice, the second delivery breaks the key: the view stays that of the first run.
  void MakeLate() const {
    Write("o.csv", "order,day\n1,2020-11-01\n");
    ASSERT_EQ(Weir("init o.csv").code, 0);
    Shell(
        "sed -i '/^kind: Dataset/,/^---/s/^    columns:$/    keys: [{columns: [order]}]\\n    columns:/; s/^  freshness:/  eventTime: {column: day}\\n  "
        "freshness:/' o.yaml");
    ASSERT_EQ(Weir("run o.yaml").code, 0);
    Shell("printf '2,2020-12-01\\n' >> o.csv");
    ASSERT_EQ(Weir("run o.yaml").code, 1);
  }

  void DeleteRevision(const std::string& name) const {
    const std::string path = ".weir/lake/_weirkeeper/state.json";
    auto state = ParseJson(Read(path));
    ASSERT_TRUE(state.ok());
    Json kept = Json::array();
    for (const Json& object : At(*state, "objects"))
      if (Text(object, "kind") != "ControllerRevision" || Text(At(At(object, "object"), "metadata"), "name") != name) kept.push_back(object);
    ASSERT_EQ(kept.size() + 1, At(*state, "objects").size());
    (*state)["objects"] = std::move(kept);
    Write(path, state->dump());
  }

  // Seven files, each without the declared column, beside one that is right.
  void QuarantineSevenFiles() const {
    Write("o.csv", "id,amount\n1,5\n");
    ASSERT_EQ(Weir("init o.csv").code, 0);
    Shell("sed -i 's/path: o.csv/path: o*.csv/; s/^  zone: RawHistory/  zone: RawHistory\\n  onUnreadable: Quarantine/' o.yaml");
    for (int i = 1; i <= 7; ++i) Write("o-" + std::to_string(i) + ".csv", "id,other" + std::to_string(i) + "\n1,5\n");
    const Ended run = Weir("run o.yaml");
    ASSERT_EQ(run.code, 0) << run.err << Read("o.yaml");
  }
};

// "o-1.csv" and the reason of each file in a report that lists them.
std::map<std::string, std::string> WholeFiles(const Json& report) {
  std::map<std::string, std::string> reasons;
  for (const Json& file : At(report, "quarantinedWhole")) reasons[Text(file, "file")] = Text(file, "reason");
  return reasons;
}

TEST_F(Explain, ARunThatConfirmsAVersionShowsTheRowsThatItLacks) {
  WriteOrders();
  const Ended first = Weir("run .");
  ASSERT_EQ(first.code, 0) << first.err;
  const Json made = Report("run");
  for (int i = 0; i < 7; ++i) ASSERT_EQ(Weir("run .").code, 0) << "more than the history keeps";
  const std::string run = Text(made, "object").substr(std::string("PipelineRun/").size());
  EXPECT_EQ(Weir("explain run/" + run).code, 1) << "the run that quarantined the row is gone";

  const Ended idle = Weir("explain run");
  EXPECT_THAT(idle.out,
              AllOf(HasSubstr("Unchanged: 1 row, 1 quarantined"), ContainsRegex("good +Succeeded +1 +2 +1 +1 "), HasSubstr("{\"id\":2,\"amount\":-3}"),
                    HasSubstr("stage good: 1 row, kept in file://"), HasSubstr("good: version 0 is unchanged")));
  const Json report = Report("run");
  EXPECT_EQ(At(report, "quarantined"), At(made, "quarantined"));
  EXPECT_EQ(At(report, "quarantineFiles"), At(made, "quarantineFiles"));
  for (const Json& commit : At(report, "commits")) EXPECT_EQ(At(commit, "unchanged"), Json(true)) << Text(commit, "name");
  for (const Json& commit : At(made, "commits")) EXPECT_EQ(At(commit, "unchanged"), Json(false)) << Text(commit, "name");

  for (const char* object : {"view/o-v1", "dataset/good"})
    EXPECT_THAT(Weir(std::string("explain ") + object).out,
                AllOf(HasSubstr("1 quarantined"), HasSubstr("{\"id\":2,\"amount\":-3}"), HasSubstr("Dataset/good: 1 row, kept in file://"),
                      HasSubstr("stage good of " + run + ", confirmed by ")))
        << object;
  EXPECT_THAT(Weir("explain dataset/o").out, Not(HasSubstr("amount\":-3"))) << "it lacks none";
}

TEST_F(Explain, AStageThatAcceptsHasTheVersionOfItsRawHistory) {
  Write("o.csv", "id\n1\n");
  ASSERT_EQ(Weir("init o.csv").code, 0);
  for (int i = 0; i < 2; ++i) {
    Write("o.csv", "id\n" + std::to_string(i) + "\n");
    ASSERT_EQ(Weir("run o.yaml").code, 0);
    std::map<std::string, Json> versions;
    const Json report = Report("run");
    for (const Json& stage : At(report, "stages")) versions[Text(stage, "name")] = At(stage, "version");
    const Json history = ParseJson(Weir("get dataset/o-history -o json").out).value();
    EXPECT_EQ(versions.at("accept-o"), At(At(history, "status"), "version"));
  }
}

TEST_F(Explain, ANameWithoutItsKindIsAnsweredWithTheKindsThatHaveIt) {
  WriteOrders();
  ASSERT_EQ(Weir("run .").code, 0);
  const Ended named = Weir("explain o-v1");
  EXPECT_EQ(named.code, 2);
  EXPECT_THAT(named.err, HasSubstr("did you mean view/o-v1?"));
  EXPECT_THAT(Weir("explain nothing").err, Not(HasSubstr("did you mean")));
}

TEST_F(Explain, AViewIsMadeOfTheVersionsThatItsLogNames) {
  MakeLate();
  const Json view = Report("view/o-v1");
  const Json& history = At(At(At(view, "inputs")[0], "inputs")[0], "inputs");
  EXPECT_EQ(Text(At(At(view, "inputs")[0], "inputs")[0], "object"), "Dataset/o-history");
  EXPECT_EQ(Integer(At(At(view, "inputs")[0], "inputs")[0], "version"), 0);
  EXPECT_EQ(Integer(At(At(view, "inputs")[0], "inputs")[0], "newestVersion"), 1);
  EXPECT_EQ(Integer(history[0], "version"), 1) << "as of the first run";
  const std::string run = Text(At(view, "madeBy"), "run");
  for (const Json* node = &view; !At(*node, "inputs").empty(); node = &At(*node, "inputs")[0]) EXPECT_EQ(Text(At(*node, "madeBy"), "run"), run);
  EXPECT_THAT(Weir("explain view/o-v1").out, HasSubstr("Dataset/o-history version 0 (newest: 1)"));
}

TEST_F(Explain, WithoutALogTheInputsAreSaidToBeThoseOfToday) {
  MakeLate();
  Shell("rm -r .weir/lake/views/default/default/o_v1/_delta_log");
  const Ended view = Weir("explain view/o-v1");
  EXPECT_EQ(view.code, 0);
  EXPECT_THAT(view.out, AllOf(HasSubstr("its current inputs, which may be newer"), HasSubstr("Dataset/o version 0")));
}

TEST_F(Explain, OfADeletedRevisionTheInputsAreThoseOfTheOneInForce) {
  Write("o.csv", "id\n1\n");
  ASSERT_EQ(Weir("init o.csv").code, 0);
  ASSERT_EQ(Weir("run o.yaml").code, 0);
  const std::string wrote = Text(At(Report("dataset/o-history"), "madeBy"), "revision");
  Shell("sed -i 's/^  stages:/  retry: {backoff: 5s}\\n  stages:/' o.yaml");
  ASSERT_EQ(Weir("run o.yaml").code, 0);
  DeleteRevision(wrote);
  const Json history = Report("dataset/o-history");
  EXPECT_EQ(Text(At(history, "inputsByRevision"), "deleted"), wrote);
  EXPECT_EQ(Text(At(At(history, "inputs")[0], "inputsByRevision"), "deleted"), wrote);
  EXPECT_THAT(Weir("explain view/o-v1").out, AllOf(HasSubstr("its inputs by the revision in force, " + Text(At(history, "inputsByRevision"), "inForce")),
                                                   HasSubstr("revision " + wrote + ", which wrote this version, is deleted"), HasSubstr("from files o.csv")));

  Shell("sed -i 's/accept-o/take-o/' o.yaml");
  ASSERT_EQ(Weir("run o.yaml").code, 0);
  EXPECT_THAT(Weir("explain view/o-v1").out, AllOf(HasSubstr("its inputs are not known: revision " + wrote +
                                                             ", which wrote this version, is deleted, and there "
                                                             "is no stage accept-o in the one in force, load-o-"),
                                                   Not(HasSubstr("controllerrevisions"))));
}

TEST_F(Explain, ALateViewSaysWhatBecameOfTheNewestRun) {
  MakeLate();
  for (const char* object : {"view/o-v1", "dataset/o", "dataset/o-history"})
    EXPECT_THAT(Weir(std::string("explain ") + object).out,
                AllOf(HasSubstr("load-o: newest run "), HasSubstr(" Failed, stage decode-o CheckFailed: o: key (order) must be unique")))
        << object;
  Shell("sed -i '/^kind: Pipeline/,$s/^spec:/spec:\\n  suspend: true/' o.yaml");
  Weir("run o.yaml");
  EXPECT_THAT(Weir("explain view/o-v1").out, HasSubstr("load-o is suspended"));
}

TEST_F(Explain, RowsOfAFailedAttemptAreShownWithHowManyMoreThereAre) {
  std::string file = "id,amount\n";
  for (int i = 1; i <= 400; ++i) file += std::to_string(i) + (i <= 30 ? ",x" : ",") + std::to_string(i) + "\n";
  Write("q.csv", file);
  const Ended init = Weir("init q.csv");
  ASSERT_EQ(init.code, 0) << init.err;
  Shell("sed -i 's/^  zone: Processed/  zone: Processed\\n  quarantine: {maxRows: 5}/' q.yaml");
  ASSERT_EQ(Weir("run q.yaml").code, 1);
  const Ended some = Weir("explain run"), all = Weir("explain run --rows 30");
  EXPECT_THAT(some.out, AllOf(HasSubstr("19,x19"), Not(HasSubstr("30,x30")), HasSubstr("10 more rows: weir explain with --rows 30 shows all 30"),
                              HasSubstr("stage decode-q: 30 rows of the failed attempt, which committed nothing, kept in file://")));
  EXPECT_THAT(some.out, ContainsRegex("decode-q +Failed +1 +30 +QuarantineExceeded"));
  EXPECT_THAT(all.out, AllOf(HasSubstr("30,x30"), Not(HasSubstr("more row"))));
}

TEST_F(Explain, AFileOfQuarantinedRowsThatWasCutIsReported) {
  Write("q.csv", "id\n1\n2\n3\n4\n5\n");
  ASSERT_EQ(Weir("init q.csv").code, 0);
  Write("q.csv", "id\n1\nx2\nx3\nx4\n5\n");
  ASSERT_EQ(Weir("run q.yaml").code, 0);
  EXPECT_THAT(Weir("explain run").out, Not(HasSubstr("cannot be read from here")));
  Shell("f=$(find .weir -name '*.jsonl') && head -n 1 $f > cut && cat cut > $f");
  for (const char* object : {"run", "dataset/q", "view/q-v1"})
    EXPECT_THAT(Weir(std::string("explain ") + object).out,
                AllOf(HasSubstr(".jsonl has 1 of the 3 rows that were quarantined: it was changed or cut"), HasSubstr("x2"), HasSubstr("1 row, kept in")))
        << object;
}

TEST_F(Explain, AFileOfQuarantinedRowsMayBeOfAnySize) {
  Write("q.csv", "id\n1\n2\n3\n4\n5\n");
  ASSERT_EQ(Weir("init q.csv").code, 0);
  Write("q.csv", "id\n1\nx2\nx3\nx4\n5\n");
  ASSERT_EQ(Weir("run q.yaml").code, 0);
  Shell("f=$(find .weir -name '*.jsonl') && while IFS= read -r line; do printf '{%30000000s%s\\n' '' \"${line#?}\"; done < $f > wide && cat wide > $f");
  EXPECT_THAT(Weir("explain dataset/q").out, AllOf(HasSubstr("'x2' is not a BIGINT"), HasSubstr("'x4' is not a BIGINT"), HasSubstr("3 rows, kept in")));
}

TEST_F(Explain, AFileOfQuarantinedRowsThatIsGoneHidesNoOther) {
  Write("q.csv", "id\n1\n2\n3\n4\n5\n");
  ASSERT_EQ(Weir("init q.csv").code, 0);
  Shell("sed -i 's/path: q.csv/path: q*.csv/' q.yaml");
  Write("q-1.csv", "id\n1\nx1\n");
  ASSERT_EQ(Weir("run q.yaml").code, 0);
  Shell("rm $(find .weir -name '*.jsonl')");
  Write("q-2.csv", "id\n2\nx2\n");
  ASSERT_EQ(Weir("run q.yaml").code, 0);
  for (const char* object : {"run", "dataset/q", "view/q-v1"})
    EXPECT_THAT(Weir(std::string("explain ") + object).out,
                AllOf(HasSubstr(".jsonl, with 1 quarantined row, is gone; restore it from a backup to see all"), HasSubstr("'x2' is not a BIGINT")))
        << object;
  Shell("f=$(find .weir -name '*.jsonl'); echo '{\"file' > $f");
  EXPECT_THAT(Weir("explain dataset/q").out, HasSubstr(" has 0 of the 1 row that were quarantined: it was changed or cut"));
}

TEST_F(Explain, FilesLeftBehindAreThoseOfTheNewestRunForEachTableMadeOfThem) {
  Write("o.csv", "id\n1\n");
  ASSERT_EQ(Weir("init o.csv").code, 0);
  Shell("sed -i 's/path: o.csv/path: o*.csv/; s/^  zone: Landing/  zone: Landing\\n  onUnreadable: Quarantine/' o.yaml");
  Write("o-1.csv", "");
  ASSERT_EQ(Weir("run o.yaml").code, 0);
  Shell("rm o-1.csv");
  Write("o-2.csv", "");
  ASSERT_EQ(Weir("run o.yaml").code, 0) << "lands nothing";
  for (const char* object : {"dataset/o-landing", "dataset/o-history", "dataset/o", "view/o-v1"}) {
    const Json report = Report(object);
    const auto files = WholeFiles(At(report, "missing"));
    EXPECT_EQ(files.size(), 1U) << object << Dump(At(report, "missing"));
    EXPECT_TRUE(files.contains("source/o-2.csv")) << object;
  }
}

TEST_F(Explain, EachFileThatIsQuarantinedAsAWholeIsListedWithItsReason) {
  QuarantineSevenFiles();
  ASSERT_EQ(Weir("run o.yaml").code, 0) << "a run that confirms the version lists them too";
  for (const char* object : {"dataset/o", "view/o-v1", "run"}) {
    const Json report = Report(object);
    const Json& lists = At(report, "missing").is_null() ? report : At(report, "missing");
    const auto files = WholeFiles(lists);
    EXPECT_EQ(files.size(), 7U) << object << Dump(lists);
    const Ended told = Weir(std::string("explain ") + object);
    EXPECT_THAT(told.out, AllOf(HasSubstr("Files quarantined as a whole\nin raw-history/default/default/o_history/"), Not(HasSubstr("more file"))));
    for (int i = 1; i <= 7; ++i) {
      const std::string name = "o-" + std::to_string(i) + "_", reason = "is missing these columns: amount (found: id, other" + std::to_string(i) + ")";
      const auto listed = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.first.find("/" + name) != std::string::npos; });
      ASSERT_NE(listed, files.end()) << object << " " << name;
      EXPECT_THAT(listed->first, StartsWith("raw-history/default/default/o_history/"));
      EXPECT_THAT(listed->second, StartsWith(reason)) << object;
      EXPECT_THAT(told.out, ContainsRegex("(Dataset/o|decode-o) +" + name + "[0-9]+.csv +is missing these columns: amount \\(found: id, other" +
                                          std::to_string(i) + "\\)"))
          << object;
    }
  }
}

TEST_F(Explain, FilesQuarantinedAsAWholeBeyondTheLimitAreCounted) {
  QuarantineSevenFiles();
  for (const char* object : {"dataset/o", "view/o-v1", "run"}) {
    const std::string explain = std::string("explain ") + object + " --rows 2";
    EXPECT_THAT(Weir(explain).out, HasSubstr("5 more files: weir explain with --rows 7 shows all 7")) << object;
    const Json report = ParseJson(Weir(explain + " -o json").out).value();
    const Json& lists = At(report, "missing").is_null() ? report : At(report, "missing");
    EXPECT_EQ(WholeFiles(lists).size(), 2U) << object;
    EXPECT_EQ(Integer(At(lists, "quarantinedWholeTotals")[0], "files"), 7) << object;
    EXPECT_THAT(Weir(std::string("explain ") + object + " --rows 0").out, HasSubstr("7 more files: weir explain with --rows 7 shows all 7")) << object;
  }
}

TEST_F(Explain, AFileThatTheNewestVersionNoLongerQuarantinesIsNotListed) {
  QuarantineSevenFiles();
  Shell("sed -i 's/^  onUnreadable: Quarantine/  onUnreadable: Quarantine\\n  exclude: [{file: o-3.csv, reason: test file}]/' o.yaml");
  ASSERT_EQ(Weir("run o.yaml").code, 0);
  for (const char* object : {"dataset/o", "run"}) {
    const Json report = Report(object);
    const auto files = WholeFiles(At(report, "missing").is_null() ? report : At(report, "missing"));
    EXPECT_EQ(files.size(), 6U) << object;
    for (const auto& [file, reason] : files) EXPECT_THAT(file, Not(HasSubstr("/o-3_"))) << object;
  }
}

TEST_F(Explain, FilesThatStayInLandingAreListedByRawHistory) {
  Write("o.csv", "id\n1\n");
  ASSERT_EQ(Weir("init o.csv").code, 0);
  ASSERT_EQ(Weir("run o.yaml").code, 0);
  Write("o.csv", "id\n2\n");
  Shell("sed 's/^  zone: RawHistory/  zone: RawHistory\\n  redelivery: Refuse/' o.yaml > refuse.yaml");
  Shell("sed -i '/accept-o/d' o.yaml");
  const Ended landed = Weir("run o.yaml");
  ASSERT_EQ(landed.code, 0) << landed.err << Read("o.yaml");
  for (int again = 0; again < 2; ++again) {
    ASSERT_EQ(Weir("run refuse.yaml").code, 0);
    for (const char* object : {"dataset/o-history", "run"}) {
      const Json report = Report(object);
      const Json& lists = At(report, "missing").is_null() ? report : At(report, "missing");
      ASSERT_EQ(At(lists, "quarantinedWhole").size(), 1U) << object << again << Dump(lists);
      EXPECT_EQ(Text(At(lists, "quarantinedWhole")[0], "file"), "source/o.csv");
      EXPECT_THAT(Text(At(lists, "quarantinedWhole")[0], "reason"), StartsWith("was accepted before with other content"));
    }
  }
}

// What stays at its source is in the log of Landing, also after the others have left it, and when the next run lands nothing.
TEST_F(Explain, FilesThatWereNotLandedOrNotAcceptedAreListedUntilTheyAreGone) {
  Write("o.csv", "id\n1\n");
  ASSERT_EQ(Weir("init o.csv").code, 0);
  Shell("sed -i 's/path: o.csv/path: o*.csv/; s/^  zone: Landing/  zone: Landing\\n  onUnreadable: Quarantine/' o.yaml");
  for (int i = 1; i <= 5; ++i) Write("o-" + std::to_string(i) + ".csv", "");
  const Ended first = Weir("run o.yaml");
  ASSERT_EQ(first.code, 0) << first.err;
  const auto landing_warnings = [this] {
    return At(At(ParseJson(Weir("get dataset/o-landing -o json").out).value(), "status"), "warnings").get<std::vector<std::string>>();
  };
  const std::string reason = "is empty (0 bytes)";
  EXPECT_THAT(first.err, AllOf(HasSubstr("5 files were not landed and stay at the source: source/o-1.csv: " + reason), HasSubstr("source/o-3.csv: " + reason),
                               HasSubstr("and 2 more. Each is listed by weir explain dataset/o-landing")));
  EXPECT_THAT(first.err, Not(HasSubstr("source/o-1.csv: source/o-1.csv")));
  for (int again = 0; again < 2; ++again) {
    for (const char* object : {"dataset/o-landing", "run"}) {
      const Json report = Report(object);
      const Json& files = At(At(report, "missing").is_null() ? report : At(report, "missing"), "quarantinedWhole");
      EXPECT_EQ(files.size(), 5U) << object << again;
      for (const Json& file : files) EXPECT_THAT(Text(file, "reason"), StartsWith(reason)) << Dump(file);
    }
    EXPECT_THAT(landing_warnings(), ElementsAre(StartsWith("5 files were not landed")));
    ASSERT_EQ(Weir("run o.yaml").code, 0) << "lands nothing new";
  }
  Write("o-1.csv", "id\n2\n");
  ASSERT_EQ(Weir("run o.yaml").code, 0);
  EXPECT_EQ(WholeFiles(At(Report("dataset/o-landing"), "missing")).size(), 4U);
  EXPECT_THAT(landing_warnings(), ElementsAre(StartsWith("4 files were not landed"))) << "accept took a file from there since";
  Shell("rm o-[2-5].csv");
  ASSERT_EQ(Weir("run o.yaml").code, 0);
  EXPECT_EQ(WholeFiles(At(Report("dataset/o-landing"), "missing")).size(), 0U);
  EXPECT_TRUE(At(At(ParseJson(Weir("get dataset/o-landing -o json").out).value(), "status"), "warnings").empty());
  EXPECT_EQ(Integer(At(ParseJson(Weir("get dataset/o -o json").out).value(), "status"), "rows"), 2);
}

TEST_F(Explain, FilesOfADecodedDatasetAreThoseWithItsRows) {
  QuarantineSevenFiles();
  EXPECT_EQ(Integer(At(ParseJson(Weir("get dataset/o -o json").out).value(), "status"), "files"), 1);
}

TEST_F(Explain, ViewsThatCommitNothingAreNotCounted) {
  Write("o.csv", "id\n1\n2\n");
  Write("p.csv", "k\n1\n");
  ASSERT_EQ(Weir("init o.csv p.csv --name z").code, 0);
  EXPECT_THAT(Weir("run z.yaml").err, HasSubstr("Committed: 3 rows in 2 views, 0 quarantined."));
  Shell("printf '2\\n' >> p.csv");
  EXPECT_THAT(Weir("run z.yaml").err,
              AllOf(HasSubstr("Committed: 3 rows in 1 of 2 views, 0 quarantined."), HasSubstr("unchanged o-v1"), HasSubstr("published p-v1")));
  EXPECT_THAT(Weir("explain run").out, AllOf(ContainsRegex("View/o-v1 .* unchanged, load-z-"), ContainsRegex("View/p-v1 .* this run ")));
  EXPECT_THAT(Weir("run z.yaml").err, HasSubstr("Unchanged: 5 rows in 2 views, 0 quarantined."));
}

TEST_F(Explain, AStageThatDecodesNamesTheFilesThatItLeftOut) {
  Write("a-1.csv", "id\n1\n");
  Write("a-2.csv", "id\n2\n");
  ASSERT_EQ(Weir("init a-1.csv a-2.csv").code, 0);
  Shell("sed -i 's/^  zone: RawHistory/  zone: RawHistory\\n  exclude: [{file: a-1.csv, reason: test file}]/' a.yaml");
  const Ended run = Weir("run a.yaml");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(Weir("explain run").out, AllOf(ContainsRegex("decode-a +Succeeded +1 +1 +1 +0 +1 file excluded"), HasSubstr("1 excluded")));
}

}  // namespace
}  // namespace weir::test
