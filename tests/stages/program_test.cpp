#include "tests/folders.h"
#include "tests/stages/program_fixture.h"

namespace weir::stages {
namespace {

using testing::HasSubstr;

class Program : public ProgramTest {};

TEST_F(Program, TellsTheOutcomeByExitCodeTerminationLogAndLog) {
  folder_.Write("source/in/a.csv", "id\n1\n");
  EXPECT_EQ(RunTaskFile(Dump(api::Write(Land()))), 0);
  EXPECT_EQ(api::Word(Said().result), "Succeeded");
  EXPECT_EQ(Said().rows, Sums(1, 1, 0, 0));
  const std::string log = folder_.Read("stderr");
  EXPECT_TRUE(ParseJson(log.substr(0, log.find('\n'))).ok()) << log;
  EXPECT_EQ(State("orders-landing").files.size(), 1U);
}

TEST_F(Program, EachClassOfFailureHasItsExitCode) {
  api::StageTask land = Land();
  land.whenEmpty = api::WhenEmpty::Fail;
  EXPECT_EQ(RunTaskFile(Dump(api::Write(land))), 13);  // Data: no file matches
  EXPECT_EQ(api::Word(*Said().reason), "NoFiles");
  auto task = Transform("SELECT nothing");
  EXPECT_EQ(RunTaskFile(Dump(api::Write(task))), 14);  // User
  EXPECT_EQ(api::Word(*Said().reason), "SqlInvalid");
}

TEST_F(Program, ATaskThatCannotBeReadIsToldToo) {
  EXPECT_EQ(RunTaskFile("{\"kind\": \"Land\", \"kind\": 1"), 14);
  EXPECT_THAT(Said().message, HasSubstr("is not JSON"));
  EXPECT_EQ(RunTaskFile("{\"kind\": \"Juggle\"}"), 14);
  EXPECT_THAT(Said().message, HasSubstr("kind"));
}

TEST_F(Program, MemoryOverTheLimitIsAResourceFailureNotACrash) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Decoded();
  folder_.Write("task.json", Dump(api::Write(Transform("SELECT string_agg(md5(range::VARCHAR), '') AS city, 1 AS total FROM range(20000000)"))));
  EXPECT_EQ(RunProgram("--task '" + (folder_ / "task.json") + "' --termination-log '" + (folder_ / "termination-log") + "'",
                       "WEIR_MEMORY_LIMIT=335544320 WEIR_CPU_LIMIT=1"),
            12);
  EXPECT_EQ(api::Word(*Said().reason), "OutOfMemory");
}

TEST_F(Program, KnowsItsVersionAndItsFlags) {
  EXPECT_EQ(RunProgram("--version"), 0);
  EXPECT_THAT(folder_.Read("stdout"), HasSubstr("weirkeeper-runner 0."));
  EXPECT_NE(RunProgram("--juggle"), 0);
}

TEST_F(Program, ASignalEndsItAsInfrastructure) {
  // The task is a pipe that nobody writes to: the program waits in its first read.
  const std::string pipe = folder_ / "pipe";
  const std::string script = "mkfifo '" + pipe + "'; '" + test::ProgramFolder() + "/weirkeeper-runner' --task '" + pipe + "' --termination-log '" +
                             (folder_ / "termination-log") + "' 2>/dev/null & p=$!; exec 3<>'" + pipe +
                             "'; while ! grep -q 'SigBlk:.*[1-9a-f]' /proc/$p/status; do kill -0 $p || exit 1; done; kill -TERM $p; wait $p";
  const int status = std::system(script.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 10);
  EXPECT_EQ(api::Word(Said().result), "Infrastructure");
  EXPECT_EQ(api::Word(*Said().reason), "RunnerKilled");
}

}  // namespace
}  // namespace weir::stages
