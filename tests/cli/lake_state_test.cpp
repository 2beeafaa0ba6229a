// The state of a lake: what cannot be read is never taken for one that is not there, and never replaced.
#include <gmock/gmock.h>

#include <vector>

#include "crds/base/json.h"
#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kState = ".weir/lake/_weirkeeper/state.json";

class LakeState : public Commands {
 protected:
  LakeState() {
    CopyExample("quarantine/readings.csv");
    CopyExample("quarantine/readings.yaml");
  }
  void RunExample() {
    const Ended run = Weir("run readings.yaml");
    ASSERT_EQ(run.code, 0) << run.err;
  }
  void AllCommandsFailWith(const std::string& text) {
    for (const char* command : {"get", "query 'SELECT 1 AS one'", "explain run", "check readings.yaml", "run readings.yaml", "delete run/x"}) {
      const Ended ended = Weir(command);
      EXPECT_EQ(ended.code, 1) << command << ended.err;
      EXPECT_THAT(ended.err, AllOf(HasSubstr(kState), HasSubstr(text), Not(HasSubstr("nothing has run")))) << command;
    }
  }
};

// Rights do the same as a folder or a link into nothing, which a test as root cannot show.
TEST_F(LakeState, ThatCannotBeReadIsAnErrorAndNothingIsOverwritten) {
  RunExample();
  ASSERT_EQ(Shell(std::string("mv ") + kState + " kept && mkdir " + kState).code, 0);
  AllCommandsFailWith("cannot be read: Is a directory");
  ASSERT_EQ(Shell(std::string("rmdir ") + kState + " && ln -s /nowhere/state.json " + kState).code, 0) << "still a folder";
  AllCommandsFailWith("cannot be read: No such file or directory");
  ASSERT_EQ(Shell(std::string("[ -L ") + kState + " ] && rm " + kState + " && mv kept " + kState).code, 0) << "still a link";
  EXPECT_EQ(Weir("get pipeline/collect-readings").code, 0);
}

TEST_F(LakeState, ThatIsBrokenIsNamedWithWhatIsLostWithoutIt) {
  RunExample();
  ASSERT_EQ(Shell(std::string("head -c 100 ") + kState + " >half && cp half " + kState).code, 0);
  AllCommandsFailWith("the runs before and their reports are lost, the tables stay");
  EXPECT_EQ(Shell(std::string("cmp half ") + kState).code, 0) << "nothing is overwritten";
}

TEST_F(LakeState, ThatIsGoneWhileTablesAreThereIsToldAndTheNextRunContinuesThem) {
  RunExample();
  const std::string count = Weir("query 'SELECT count(*) AS n FROM readings' -o csv").out;
  ASSERT_EQ(Shell(std::string("rm ") + kState).code, 0);
  for (const char* command : {"get", "query 'SELECT count(*) AS n FROM readings'", "explain run", "delete run/x"}) {
    const Ended ended = Weir(command);
    EXPECT_EQ(ended.code, 1) << command;
    EXPECT_THAT(ended.err, AllOf(HasSubstr(std::string("there is no ") + kState), HasSubstr("while the lake holds tables"), HasSubstr("weir run FOLDER"),
                                 Not(HasSubstr("nothing has run"))))
        << command;
  }
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("continues the tables from their logs"));
  EXPECT_EQ(Weir("query 'SELECT count(*) AS n FROM readings' -o csv").out, count);
  EXPECT_EQ(Shell("ls .weir/lake/processed/default/default/readings/_delta_log | grep -c json").out, "1\n") << "no version twice";
}

TEST_F(LakeState, WithoutAnyObjectIsOneThatIsGoneWhileTablesAreThere) {
  Write("empty.json", R"({"format":1,"objects":[]})");
  ASSERT_EQ(Shell(std::string("mkdir -p .weir/lake/_weirkeeper && cp empty.json ") + kState).code, 0);
  EXPECT_EQ(Weir("get").code, 0) << "there is no table";
  RunExample();
  ASSERT_EQ(Shell(std::string("cp empty.json ") + kState).code, 0);
  for (const char* command : {"get", "query 'SELECT count(*) AS n FROM readings'", "explain run", "delete run/x"}) {
    const Ended ended = Weir(command);
    EXPECT_EQ(ended.code, 1) << command;
    EXPECT_THAT(ended.err, AllOf(HasSubstr(std::string(kState) + " holds no objects"), HasSubstr("while the lake holds tables"), HasSubstr("weir run FOLDER")))
        << command;
  }
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("continues the tables from their logs"));
}

// What the status of each table says, without what is about the moment.
class LostState : public LakeState {
 protected:
  Json StatusOf(const std::string& object) const {
    const Ended got = Weir("get " + object + " -o json");
    const auto json = ParseJson(got.out);
    if (!json.ok()) ADD_FAILURE() << got.out << got.err;
    Json status = json.ok() ? At(*json, "status") : Json();
    status.erase("conditions");
    status.erase("observedGeneration");
    return status;
  }
  // Fails at its first stage.
  void RunWithoutFiles() {
    ASSERT_EQ(Shell("mkdir -p none").code, 0);
    const Ended run = Weir("run readings.yaml --source none");
    EXPECT_EQ(run.code, 1) << run.err;
  }
  const std::vector<std::string> tables_{"dataset/readings-landing", "dataset/readings-history", "dataset/readings", "view/weather-readings-v1"};
};

TEST_F(LostState, IsTakenFromTheLogsAlsoWhenTheRunFails) {
  RunExample();
  std::vector<Json> before;
  for (const std::string& table : tables_) before.push_back(StatusOf(table));
  const std::string rows = Weir("query 'SELECT * FROM weather_readings_v1' -o csv").out;
  for (const std::string& lose : {std::string("rm ") + kState, std::string("echo '{\"format\":1,\"objects\":[]}' >") + kState}) {
    ASSERT_EQ(Shell(lose).code, 0);
    RunWithoutFiles();
    for (std::size_t i = 0; i < tables_.size(); ++i) EXPECT_EQ(StatusOf(tables_[i]), before[i]) << tables_[i] << " after " << lose;
    EXPECT_EQ(Weir("query 'SELECT * FROM weather_readings_v1' -o csv").out, rows);
    EXPECT_THAT(Weir("get views").out, Not(HasSubstr("NeverPublished")));
  }
  ASSERT_EQ(Shell("weir get views -o json >published.json && sed -i 's/SELECT sensor, measured_at, celsius FROM/SELECT sensor, measured_at FROM/; 57d' "
                  "readings.yaml")
                .code,
            0);
  EXPECT_THAT(Weir("check readings.yaml --against published.json --lake elsewhere").out, HasSubstr("[ColumnNoDelete]"));
}

TEST_F(LostState, OfOneObjectIsTakenFromItsLog) {
  RunExample();
  const Json before = StatusOf("view/weather-readings-v1");
  ASSERT_EQ(Weir("delete view/weather-readings-v1").code, 0);
  RunWithoutFiles();
  EXPECT_EQ(StatusOf("view/weather-readings-v1"), before);
}

TEST_F(LostState, OfACopyThatIsOlderThanTheLogsForgetsNoPromise) {
  RunExample();
  ASSERT_EQ(Shell(std::string("cp ") + kState + " old && sed -i '/^kind: View/,$ s/description: Temperature\\.,/& meaning: of the air,/' readings.yaml").code,
            0);
  RunExample();
  EXPECT_THAT(Weir("get views -o yaml").out, HasSubstr("meaning: of the air")) << "held, though no row changed";
  ASSERT_EQ(Shell(std::string("cp old ") + kState + " && sed -i 's/meaning: of the air/meaning: of the ground/' readings.yaml").code, 0);
  EXPECT_THAT(Weir("check readings.yaml").out, HasSubstr("MeaningUnit"));
  EXPECT_EQ(Weir("run readings.yaml").code, 2);
}

// As a clock leaves it that was once ahead: nothing in the new state has an epoch as high.
TEST_F(LostState, DoesNotLetARunBeginBelowTheEpochsOfTheLogs) {
  RunExample();
  ASSERT_EQ(Shell("sed -i -E 's/(\"(epoch|version)\":)1([0-9]{14})/\\19\\3/g' $(find .weir/lake -path '*_log/*.json')").code, 0);
  ASSERT_EQ(Shell("grep -lE ':9[0-9]{14}' $(find .weir/lake -path '*_log/*.json') | xargs -n1 dirname | sort -u | wc -l").out, "4\n") << "every log is ahead";
  ASSERT_EQ(Shell(std::string("rm ") + kState).code, 0);
  Write("readings.csv", "sensor,measured_at,celsius,battery\nnew,2026-03-02 00:00:00,1.5,90\n");
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Weir("run readings.yaml").code, 0);
}

// A killed run leaves folders of pods that the state may not have, and states that were not finished.
TEST_F(LakeState, IsFreedOfWhatKilledRunsLeftBesideIt) {
  RunExample();
  ASSERT_EQ(Shell("cd .weir/lake/_weirkeeper && mkdir -p pods/uid-1/scratch pods/uid-2 && touch pods/uid-1/task.json state.json.new-17").code, 0);
  RunExample();
  EXPECT_EQ(Shell("cd .weir/lake/_weirkeeper && ls pods; ls | grep new-").out, "");
}

// It may be a disk that is not mounted: no folder is made, and no attempt is spent.
TEST_F(LakeState, OfADeclaredLakeWhoseFolderIsMissingIsNotBegun) {
  const auto declare = [this](const std::string& data, const std::string& source) {
    Write("lake.yaml",
          "apiVersion: weirkeeper.io/v1alpha1\nkind: Lake\nmetadata: {name: default}\nspec:\n  stores:\n  - {name: data, volume: {path: " + folder_ + data +
              "}}\n  - {name: source, volume: {path: " + folder_ + source + "}}\n  - {name: archive, volume: {path: /nonexist}}\n");
    return Weir("run readings.yaml lake.yaml");
  };
  const Ended lake = declare("/data", "");
  EXPECT_EQ(lake.code, 2);
  EXPECT_THAT(lake.err, HasSubstr("Lake default: the folder " + folder_ + "/data of the store data does not exist: create it, or mount what belongs there"));
  EXPECT_NE(Shell("ls .weir data").code, 0) << "nothing was begun";
  ASSERT_EQ(Shell("mkdir data").code, 0);
  const Ended source = declare("/data", "/in");
  EXPECT_EQ(source.code, 2);
  EXPECT_THAT(source.err, HasSubstr(folder_ + "/in of the store source does not exist"));
  const Ended good = declare("/data", "");
  EXPECT_EQ(good.code, 0) << "no zone is in the store archive" << good.err;
}

TEST_F(LakeState, AnEmptyLakeHasNone) {
  EXPECT_THAT(Weir("get").err, HasSubstr("nothing has run in .weir/lake yet"));
  ASSERT_EQ(Shell("mkdir -p .weir/lake/folder").code, 0);
  EXPECT_THAT(Weir("get").err, HasSubstr("nothing has run in .weir/lake yet"));
}

}  // namespace
}  // namespace weir::test
