// The state of a lake: what cannot be read is never taken for one that is not there, and never replaced.
#include <gmock/gmock.h>

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

TEST_F(LakeState, AnEmptyLakeHasNone) {
  EXPECT_THAT(Weir("get").err, HasSubstr("nothing has run in .weir/lake yet"));
  ASSERT_EQ(Shell("mkdir -p .weir/lake/folder").code, 0);
  EXPECT_THAT(Weir("get").err, HasSubstr("nothing has run in .weir/lake yet"));
}

}  // namespace
}  // namespace weir::test
