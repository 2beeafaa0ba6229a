// From a CSV with broken rows to a published table, each command as a person types it.
#include <gmock/gmock.h>

#include "crds/base/json.h"
#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Tour : public Commands {
 protected:
  Tour() { CopyExample("quarantine/readings.csv"); }
};

TEST_F(Tour, GoesFromAFileToAPublishedTable) {
  const Ended init = Weir("init readings.csv");
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.out, HasSubstr("weir run readings.yaml"));

  const Ended check = Weir("check readings.yaml");
  ASSERT_EQ(check.code, 0) << check.out << check.err;
  EXPECT_EQ(check.out, "");

  const Ended run = Weir("run readings.yaml");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("load-readings decode-readings: Succeeded"));

  const Ended query = Weir("query 'SELECT count(*) AS n, max(celsius) AS warmest FROM readings_v1' -o json");
  ASSERT_EQ(query.code, 0) << query.err;
  const auto rows = ParseJson(query.out);
  ASSERT_TRUE(rows.ok()) << query.out;
  EXPECT_EQ(Integer((*rows)[0], "n"), 8);
}

TEST_F(Tour, ClosesTheLedgerAndNamesEachRowThatWasSetAside) {
  CopyExample("quarantine/readings.yaml");
  const Ended run = Weir("run readings.yaml");
  ASSERT_EQ(run.code, 0) << run.err;

  const Ended explain = Weir("explain run -o json");
  ASSERT_EQ(explain.code, 0) << explain.err;
  const auto report = ParseJson(explain.out);
  ASSERT_TRUE(report.ok()) << explain.out;
  for (const Json& stage : At(*report, "stages")) {
    const Json& ledger = At(stage, "rows");
    std::int64_t read = 0;
    for (const Json& input : At(ledger, "inputs")) read += Integer(input, "rows");
    if (At(ledger, "filtered").is_null())
      EXPECT_EQ(Integer(ledger, "in"), read) << Text(stage, "name") << " is SQL";
    else
      EXPECT_EQ(Integer(ledger, "in"), Integer(ledger, "out") + Integer(ledger, "quarantined") + Integer(ledger, "filtered")) << Text(stage, "name");
  }
  const Json& aside = At(*report, "quarantined");
  ASSERT_EQ(aside.size(), 4U) << explain.out;
  EXPECT_EQ(Integer(aside[0], "line"), 5);
  EXPECT_EQ(Text(aside[0], "column"), "celsius");
  EXPECT_THAT(Text(aside[0], "text"), HasSubstr("warm"));
  EXPECT_THAT(Text(aside[0], "file"), HasSubstr("readings"));
  EXPECT_EQ(Integer(aside[1], "line"), 7);
  EXPECT_EQ(Integer(aside[2], "line"), 8);
  EXPECT_THAT(Text(aside[3], "reason"), HasSubstr("possible-temperature"));

  const Ended text = Weir("explain run");
  EXPECT_THAT(text.out, HasSubstr("Quarantined rows"));
  EXPECT_THAT(text.out, Not(HasSubstr("\033["))) << "no colours in a pipe";
}

TEST_F(Tour, TellsProgramsWhatBecameOfEachPipeline) {
  CopyExample("quarantine/readings.yaml");
  const Ended run = Weir("run readings.yaml -o json");
  ASSERT_EQ(run.code, 0) << run.err;
  const auto answer = ParseJson(run.out);
  ASSERT_TRUE(answer.ok()) << run.out;
  ASSERT_EQ(At(*answer, "pipelines").size(), 1U);
  const Json& pipeline = At(*answer, "pipelines")[0];
  EXPECT_EQ(Text(pipeline, "state"), "Succeeded");
  EXPECT_EQ(At(pipeline, "report"), *ParseJson(Weir("explain run/" + Text(pipeline, "run") + " -o json").out)) << "what explain says";
  EXPECT_THAT(run.err, HasSubstr("ok collect-readings")) << "people read on";

  const Ended failed = Weir("run readings.yaml --source . -o yaml --timeout 1ms");
  EXPECT_EQ(failed.code, 1);
  EXPECT_THAT(failed.out, HasSubstr("ancelled by --timeout 1ms"));
  Write("bad.yaml", "apiVersion: weirkeeper.io/v1alpha1\nkind: Pipeline\nmetadata: {name: x}\nspec: {}\n");
  const Ended refused = Weir("run bad.yaml -o json");
  EXPECT_EQ(refused.code, 2);
  const auto findings = ParseJson(refused.out);
  ASSERT_TRUE(findings.ok()) << refused.out;
  EXPECT_GT(At(*findings, "findings").size(), 0U);
  EXPECT_EQ(At(*findings, "pipelines"), Json::array());
}

// An empty answer would not be told from one that was lost on its way.
TEST_F(Tour, TellsProgramsWhyNothingRan) {
  CopyExample("quarantine/readings.yaml");
  const auto refused = [this](const std::string& call, int code, const std::string& reason) {
    const Ended ended = Weir("run readings.yaml -o json " + call);
    EXPECT_EQ(ended.code, code) << call;
    const auto answer = ParseJson(ended.out);
    ASSERT_TRUE(answer.ok()) << call << ended.out;
    EXPECT_EQ(Text(At(*answer, "error"), "reason"), reason) << call;
    EXPECT_THAT(ended.err, HasSubstr(Text(At(*answer, "error"), "message"))) << call;
    EXPECT_TRUE(At(*answer, "findings").is_array()) << call;
    EXPECT_EQ(At(*answer, "pipelines"), Json::array()) << call;
  };
  refused("--pipeline nope", 2, "Usage");
  refused("--timeout 0s", 2, "Usage");
  refused("--source /nope", 2, "Usage");
  refused("--lake /proc/x", 1, "DiskFull");
  ASSERT_EQ(Shell("mkdir -p broken/_weirkeeper && echo x >broken/_weirkeeper/state.json").code, 0);
  refused("--lake broken", 1, "BadState");
  EXPECT_THAT(Weir("run readings.yaml -o yaml --pipeline nope").out, HasSubstr("reason: Usage"));
  EXPECT_EQ(Weir("run readings.yaml --pipeline nope").out, "") << "people have read it";
}

TEST_F(Tour, ShowsWhatKubectlWouldShow) {
  CopyExample("quarantine/readings.yaml");
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  const Ended all = Weir("get");
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr("view.weirkeeper.io/weather-readings-v1"));
  const Ended one = Weir("get wkv weather-readings-v1 -o json");
  ASSERT_EQ(one.code, 0) << one.err;
  const auto view = ParseJson(one.out);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(Integer(At(*view, "status"), "rows"), 6);
  EXPECT_EQ(Weir("get wkv nothing-v1").code, 1);
  EXPECT_EQ(Weir("get gadgets").code, 2);
}

TEST_F(Tour, ExplainsHowOldDataAreAndWhatTheyAreMadeOf) {
  CopyExample("quarantine/readings.yaml");
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  const Ended explain = Weir("explain view/weather-readings-v1");
  ASSERT_EQ(explain.code, 0) << explain.err;
  for (const char* part : {"Newest data: ", "late from", "Dataset/readings", "Dataset/readings-history", "Dataset/readings-landing", "files readings.csv"})
    EXPECT_THAT(explain.out, HasSubstr(part));
}

TEST_F(Tour, RunsAgainWhenNothingChanged) {
  CopyExample("quarantine/readings.yaml");
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  const Ended again = Weir("run readings.yaml");
  ASSERT_EQ(again.code, 0) << again.err;
  const Ended runs = Weir("get pipelineruns -o json");
  const auto list = ParseJson(runs.out);
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(At(*list, "items").size(), 2U);
  EXPECT_THAT(Weir("explain run").out, HasSubstr("south,2026-03-01 01:00:00,warm,71")) << "the rows that an earlier run quarantined";
}

TEST_F(Tour, RunsOneNamespaceAtATimeAndLooksAtThatOne) {
  CopyExample("quarantine/readings.yaml");
  Shell("sed 's/^metadata:/metadata:\\n  namespace: weather/' readings.yaml > weather.yaml");
  EXPECT_THAT(Weir("run readings.yaml weather.yaml").err, HasSubstr("one namespace at a time"));
  ASSERT_EQ(Weir("run weather.yaml").code, 0);
  EXPECT_THAT(Weir("get views").out, HasSubstr("weather-readings-v1"));
  EXPECT_EQ(Weir("query 'SELECT * FROM weather_readings_v1'").code, 0);
}

TEST_F(Tour, RunsOnlyThePipelineThatWasAskedFor) {
  CopyExample("quarantine/readings.yaml");
  EXPECT_THAT(Weir("run readings.yaml --pipeline other").err, HasSubstr("have no Pipeline \"other\""));
  EXPECT_EQ(Weir("run readings.yaml --pipeline collect-readings").code, 0);
}

TEST_F(Tour, TakesManifestsFromStandardInput) {
  CopyExample("quarantine/readings.yaml");
  const Ended run = Weir("run - < readings.yaml");
  EXPECT_EQ(run.code, 0) << run.err;
}

TEST_F(Tour, SaysWhyARunFailed) {
  CopyExample("quarantine/readings.yaml");
  Shell("sed -i 's/readings.csv/absent.csv/' readings.yaml");
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("failed collect-readings"));
  EXPECT_THAT(run.err, HasSubstr("absent.csv"));
}

// The runner of this test binds SQL as ever and then never ends by itself.
constexpr const char* kSlowRunner = R"sh(#!/bin/sh
grep -q '"kind":"Validate"' "$2" && exec REAL "$@"
exec sleep 600
)sh";

// A validation that is running is in the state before any run.
constexpr const char* kKillOnceTheRunIsSaved = R"sh(until grep -q '"kind":"PipelineRun"' .weir/lake/_weirkeeper/state.json; do :; done; kill -KILL $weir)sh";

class SlowTour : public Tour {
 protected:
  SlowTour() {
    CopyExample("quarantine/readings.yaml");
    Write("slow", kSlowRunner);
    Shell("sed -i \"s|REAL|$(command -v weirkeeper-runner)|\" slow; chmod +x slow; sed -i 's/^  stages:/  retry: {backoff: 100ms}\\n  stages:/' readings.yaml");
  }
  // Starts a run that hangs in its first stage, does something to it, and answers how it ended.
  Ended Disturb(const std::string& what) const {
    return Shell(
        ": >progress; WEIR_RUNNER=$PWD/slow weir run readings.yaml 2>>progress & weir=$!\nuntil grep -q 'land: Running' progress; do kill -0 $weir || exit 99; "
        "done\n" +
        what + "\nwait $weir; code=$?; cat progress >&2; exit $code");
  }
  std::string RunnersLeft() const { return Shell("pgrep -f \"$PWD/.weir/lake/_weirkeeper/[p]ods\"").out; }
};

TEST_F(SlowTour, CancelsCleanlyOnInterrupt) {
  const Ended run = Disturb("kill -INT $weir");
  EXPECT_EQ(run.code, 130) << run.err;
  EXPECT_THAT(run.err, HasSubstr("cancelling the runs"));
  EXPECT_EQ(RunnersLeft(), "");
  for (const std::string& told : {run.err, Weir("explain run").out})
    EXPECT_THAT(told, AllOf(HasSubstr("Cancelled by Ctrl-C after 0 of 4 stages; it ended stage land."), Not(HasSubstr("Pod ")), Not(HasSubstr("PodDeleted")),
                            Not(HasSubstr("spec.state"))));
}

TEST_F(SlowTour, WhatCancelledARunIsNamed) {
  const Ended by_signal = Disturb("kill -TERM $weir");
  EXPECT_THAT(by_signal.err, AllOf(HasSubstr("Cancelled by SIGTERM after 0 of 4 stages"), Not(HasSubstr("PodDeleted"))));
  const Ended by_time = Shell("WEIR_RUNNER=$PWD/slow weir run readings.yaml --timeout 1s");
  EXPECT_EQ(by_time.code, 1);
  EXPECT_THAT(by_time.err, AllOf(HasSubstr("ancelled by --timeout 1s"), Not(HasSubstr("PodDeleted")), Not(HasSubstr("spec.state"))));
  const Ended at_once = Shell("WEIR_RUNNER=$PWD/slow weir run readings.yaml --timeout 1ms");
  EXPECT_EQ(at_once.code, 1);
  EXPECT_THAT(at_once.err, AllOf(HasSubstr("ancelled by --timeout 1ms"), Not(HasSubstr("PodDeleted")), Not(HasSubstr("spec.state"))));
}

TEST_F(SlowTour, GivesALakeToOneRunAtATime) {
  const Ended run = Disturb("weir run readings.yaml 2>second; echo \"second ended with $?\" >>progress; cat second >>progress; kill -INT $weir");
  EXPECT_THAT(run.err, HasSubstr("second ended with 1"));
  EXPECT_THAT(run.err, HasSubstr("another weir run works on the lake"));
}

TEST_F(SlowTour, ANewRunDoesWhatAKilledOneLeftAndWhatCameSince) {
  Shell("sed -i 's/path: readings.csv/path: readings*.csv/' readings.yaml");
  const Ended killed = Disturb(kKillOnceTheRunIsSaved);
  EXPECT_EQ(killed.code, 137);
  EXPECT_EQ(RunnersLeft(), "");
  Write("readings-2.csv", "sensor,measured_at,celsius,battery\nnorth,2026-03-02 00:00:00,1.5,80\n");
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("was interrupted (weir run was killed): marked Cancelled; a new run continues its work"));
  EXPECT_THAT(Weir("query 'SELECT count(*) AS n FROM weather_readings_v1' -o csv").out, HasSubstr("n\n7\n"));
  EXPECT_THAT(Weir("get runs").out, AllOf(HasSubstr("Cancelled"), HasSubstr("Completed")));
  EXPECT_THAT(Weir("run readings.yaml").err, Not(HasSubstr("killed"))) << "told once";
}

TEST_F(SlowTour, ARunOfAnotherPipelineThatWasKilledIsNotPromisedANewOne) {
  Disturb(kKillOnceTheRunIsSaved);
  Write("other.csv", "id,amount\n1,2\n");
  ASSERT_EQ(Weir("init other.csv").code, 0);
  const Ended run = Weir("run other.yaml");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, AllOf(HasSubstr("marked Cancelled; run pipeline collect-readings again to continue its work"), Not(HasSubstr("a new run continues"))));
}

// A stage may have committed more than the state of a killed session tells: the next run is newer than all of it. The runner of
// this test ends its work in one stage, and never says so.
TEST_F(Tour, NoRunIsFencedByOneThatWasKilled) {
  CopyExample("quarantine/readings.yaml");
  Shell("sed -i 's/path: readings.csv/path: readings*.csv/' readings.yaml");
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  int rows = 6;
  for (const std::string kind : {"Land", "Accept", "Decode", "Publish"}) {
    Write("readings-" + kind + ".csv", "sensor,measured_at,celsius,battery\nnorth,2026-04-" + std::to_string(10 + rows) + " 00:00:00,1.5,80\n");
    Write("mute", "#!/bin/sh\ngrep -q '\"kind\":\"" + kind + "\"' \"$2\" || exec REAL \"$@\"\nREAL \"$@\"\n: >HERE/reached\nexec sleep 600\n");
    Shell("sed -i \"s|REAL|$(command -v weirkeeper-runner)|; s|HERE|$PWD|\" mute; chmod +x mute; rm -f reached");
    const Ended killed =
        Shell("WEIR_RUNNER=$PWD/mute weir run readings.yaml & weir=$!; until [ -e reached ]; do kill -0 $weir || exit 99; done; kill -KILL $weir; wait $weir");
    ASSERT_EQ(killed.code, 137) << kind << killed.err;
    const Ended run = Weir("run readings.yaml");
    ASSERT_EQ(run.code, 0) << kind << run.err;
    EXPECT_THAT(Weir("query 'SELECT count(*) AS n FROM weather_readings_v1' -o csv").out, HasSubstr("n\n" + std::to_string(++rows) + "\n")) << kind;
  }
}

TEST_F(SlowTour, EndsWhenItsTimeIsOver) {
  const Ended run = Shell("WEIR_RUNNER=$PWD/slow weir run readings.yaml --timeout 1s");
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr("Timed out"));
  EXPECT_EQ(RunnersLeft(), "");
}

TEST_F(Tour, NeverOverwritesAManifest) {
  Write("readings.yaml", "mine\n");
  const Ended init = Weir("init readings.csv");
  EXPECT_EQ(init.code, 2);
  EXPECT_THAT(init.err, HasSubstr("never overwritten"));
  EXPECT_EQ(Read("readings.yaml"), "mine\n");
}

TEST_F(Tour, RefusesAFileThatIsEmptyOrAbsent) {
  Write("empty.csv", "");
  EXPECT_THAT(Weir("init empty.csv").err, HasSubstr("is empty"));
  EXPECT_THAT(Weir("init absent.csv").err, HasSubstr("does not exist"));
}

TEST_F(Tour, SaysWhatToDoBeforeAnythingRan) {
  const Ended get = Weir("get");
  EXPECT_EQ(get.code, 1);
  EXPECT_THAT(get.err, HasSubstr("start with weir run"));
}

}  // namespace
}  // namespace weir::test
