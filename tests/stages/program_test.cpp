#include <sys/wait.h>

#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::HasSubstr;

// The program as a pod runs it.
class Program : public StageTest {
 protected:
  static constexpr const char* kRoomy = "WEIR_MEMORY_LIMIT=1073741824 WEIR_CPU_LIMIT=1";
  int RunProgram(const std::string& arguments, const std::string& environment = kRoomy) {
    const std::string command =
        environment + " '" + WEIR_BIN_DIR + "/weirkeeper-runner' " + arguments + " >'" + (folder_ / "stdout") + "' 2>'" + (folder_ / "stderr") + "'";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int RunTaskFile(const std::string& text, const std::string& environment = kRoomy) {
    folder_.Write("task.json", text);
    folder_.Write("termination-log", "");
    return RunProgram(
        "--task '" + (folder_ / "task.json") + "' --termination-log '" + (folder_ / "termination-log") + "' --scratch '" + (folder_ / "scratch") + "'",
        environment);
  }
  api::StageOutcome Said() {
    const auto json = ParseJson(folder_.Read("termination-log"));
    EXPECT_TRUE(json.ok()) << folder_.Read("termination-log");
    auto outcome = api::ReadStrict<api::StageOutcome>(*json);
    EXPECT_TRUE(outcome.ok());
    return outcome.ok() ? *outcome : api::StageOutcome{};
  }
};

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
  EXPECT_EQ(RunTaskFile(Dump(api::Write(Land()))), 13);  // Data: no file matches
  EXPECT_EQ(api::Word(*Said().reason), "NoFiles");
  auto task = Transform("SELECT nothing");
  EXPECT_EQ(RunTaskFile(Dump(api::Write(task))), 14);  // User
  EXPECT_EQ(api::Word(*Said().reason), "SqlInvalid");
}

TEST_F(Program, ATaskThatCannotBeReadIsToldToo) {
  EXPECT_EQ(RunTaskFile("{\"kind\": \"Land\", \"kind\": 1"), 14);
  EXPECT_THAT(Said().message, HasSubstr("is no JSON"));
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

// The kernel refuses to let a file grow, as it does on a full volume.
TEST_F(Program, AFullVolumeIsAResourceFailureAndNothingOfItIsSeen) {
  folder_.Write("source/in/a.csv", "id,city,amount\n" + std::string(3'000'000, 'x') + "\n");
  const std::string small = "trap '' XFSZ; ulimit -f 1000;";
  EXPECT_EQ(RunTaskFile(Dump(api::Write(Land())), small), 12);
  EXPECT_EQ(api::Word(*Said().reason), "DiskFull");
  EXPECT_THAT(Said().message, HasSubstr("a_1700003600.csv"));
  EXPECT_THAT(Said().message, HasSubstr("make room or enlarge the volume"));
  EXPECT_EQ(State("orders-landing").files.size(), 0U);
  EXPECT_EQ(RunTaskFile(Dump(api::Write(Land("in/*.csv", 2)))), 0);
  EXPECT_EQ(State("orders-landing").files.size(), 1U);
}

TEST_F(Program, AFullVolumeUnderTheResultOfAQueryIsTheSame) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Decoded();
  const std::string sql = "SELECT md5(range::VARCHAR) AS city, 1 AS total FROM range(200000)";
  EXPECT_EQ(RunTaskFile(Dump(api::Write(Transform(sql))), "trap '' XFSZ; ulimit -f 1000;"), 12);
  EXPECT_EQ(api::Word(*Said().reason), "DiskFull");
  EXPECT_EQ(State("totals").files.size(), 0U);
  EXPECT_EQ(RunTaskFile(Dump(api::Write(Transform(sql, 2)))), 0);
  EXPECT_EQ(State("totals").files.size(), 1U);
}

TEST_F(Program, AFullScratchFolderIsNamed) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Decoded();
  const std::string sql = "SELECT md5(range::VARCHAR) AS city, 1 AS total FROM range(8000000) ORDER BY md5((range + 1)::VARCHAR)";
  EXPECT_EQ(RunTaskFile(Dump(api::Write(Transform(sql))), "trap '' XFSZ; ulimit -f 20000; WEIR_MEMORY_LIMIT=335544320 WEIR_CPU_LIMIT=1"), 12);
  EXPECT_EQ(api::Word(*Said().reason), "DiskFull");
  EXPECT_THAT(Said().message, HasSubstr(folder_ / "scratch")) << Said().message;
  EXPECT_EQ(State("totals").files.size(), 0U);
}

TEST_F(Program, KnowsItsVersionAndItsFlags) {
  EXPECT_EQ(RunProgram("--version"), 0);
  EXPECT_THAT(folder_.Read("stdout"), HasSubstr("weirkeeper-runner 0."));
  EXPECT_NE(RunProgram("--juggle"), 0);
}

TEST_F(Program, ASignalEndsItAsInfrastructure) {
  // The task is a pipe that nobody writes to: the program waits in its first read.
  const std::string pipe = folder_ / "pipe";
  const std::string script = "mkfifo '" + pipe + "'; '" + WEIR_BIN_DIR + "/weirkeeper-runner' --task '" + pipe + "' --termination-log '" +
                             (folder_ / "termination-log") + "' 2>/dev/null & p=$!; exec 3<>'" + pipe +
                             "'; while ! grep -q 'SigBlk:.*[1-9a-f]' /proc/$p/status; do kill -0 $p || exit 1; done; kill -TERM $p; wait $p";
  const int status = std::system(script.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 10);
  EXPECT_EQ(api::Word(Said().result), "Infrastructure");
  EXPECT_EQ(api::Word(*Said().reason), "RunnerKilled");
}

}  // namespace
}  // namespace weir::stages
