// Programs that the system refuses memory, open files or life: one line and an exit code, and nothing of theirs stays behind.
#include <gmock/gmock.h>

#include <unistd.h>

#include <algorithm>

#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// AddressSanitizer maps terabytes, and its leak check opens files at the end: under limits it ends the programs itself.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

class Limits : public Commands {
 protected:
  Limits() { CopyExample("quarantine"); }

  // Ends by an exit code of ours, or of the loader where not even libraries fit, and says why in a few lines.
  void EndsInOrder(const std::string& limit, const std::string& command) const {
    const Ended ended = Shell(limit + " && exec " + command);
    EXPECT_THAT(ended.code, AnyOf(0, 1, 2, 12, 14, 127)) << limit << ": " << command << ": " << ended.err;
    EXPECT_THAT(ended.err, AllOf(Not(HasSubstr("terminate called")), Not(HasSubstr("what():")))) << limit << ": " << command;
    EXPECT_TRUE(ended.code == 0 || !ended.err.empty()) << limit << ": " << command << ": " << ended.err;
  }

  static std::string OnOneLine(std::string lines) {
    std::replace(lines.begin(), lines.end(), '\n', ' ');
    return lines;
  }

  // Processes whose command line names this test's folder.
  std::string Processes() const { return Shell("pgrep -af '[w]eir.*" + folder_ + "' | grep -v pgrep || true").out; }

  // Until `condition` is true; false after many looks.
  template <typename Condition>
  static bool Await(Condition condition) {
    for (int looks = 0; looks < 600; ++looks) {
      if (condition()) return true;
      ::usleep(50'000);
    }
    return false;
  }
};

TEST_F(Limits, LittleMemoryIsOneLine) {
  if (kSanitized) GTEST_SKIP() << "needs a build without sanitizers";
  // From what the loader needs to what a query needs: somewhere in between an allocation or a thread fails.
  for (int megabytes = 160; megabytes <= 700; megabytes += 90) {
    const std::string limit = "ulimit -v " + std::to_string(megabytes * 1024);
    EndsInOrder(limit, "weir check readings.yaml");
    EndsInOrder(limit, "weir query 'SELECT 1 AS a'");
    EndsInOrder(limit, "weirkeeper-runner --task readings.yaml --scratch .");
  }
}

TEST_F(Limits, FewOpenFilesAreOneLine) {
  if (kSanitized) GTEST_SKIP() << "needs a build without sanitizers";
  for (const int files : {5, 8, 12, 24}) {
    const std::string limit = "ulimit -n " + std::to_string(files);
    EndsInOrder(limit, "weir check readings.yaml");
    EndsInOrder(limit, "weir run readings.yaml --timeout 20s --lake lake-" + std::to_string(files));
    EndsInOrder(limit, "weirkeeper-operator --runner-image x --kubeconfig readings.yaml --metrics-port 0");
  }
}

TEST_F(Limits, ARunnerThatDoesNotEndDiesWithTheCommandThatStartedIt) {
  Write("runner", "#!/bin/sh\necho \"$@\" >started\nexec tail -f " + folder_ + "/runner\n");
  Shell("chmod +x runner");
  for (const char* command : {"check readings.yaml", "run readings.yaml --lake lake"}) {
    Shell("rm -f */started started; export WEIR_RUNNER=" + folder_ + "/runner TMPDIR=" + folder_ + "; weir " + command + " & echo $! >pid");
    ASSERT_TRUE(Await([this] { return Shell("pgrep -f '[t]ail -f " + folder_ + "/runner'").code == 0; })) << command;
    EXPECT_EQ(Shell("kill -KILL $(cat pid)").code, 0) << command;
    EXPECT_TRUE(Await([this] { return Shell("pgrep -f '[t]ail -f " + folder_ + "/runner'").code != 0; })) << command << " left: " << Processes();
  }
}

TEST_F(Limits, ARunWhoseStateCannotBeSavedIsNoSuccess) {
  ASSERT_EQ(Shell("sed -i 's/path: readings.csv/path: \"*.csv\"/' readings.yaml && grep -q '\"\\*.csv\"' readings.yaml && weir run readings.yaml").code, 0);
  const std::string size = "$(stat -c %s .weir/lake/_weirkeeper/state.json)";
  int day = 1;
  // With the signal ignored, a file that grows above the limit (in blocks of 512 bytes) fails as on a full disk.
  const auto run_in = [&](const std::string& kilobytes) {
    ++day;
    Write("more-" + std::to_string(day) + ".csv", "sensor,measured_at,celsius,battery\nsouth,2026-04-0" + std::to_string(day) + " 00:00:00,5.5,90\n");
    return Shell("trap '' XFSZ; ulimit -f $((" + kilobytes + ")); weir run readings.yaml");
  };
  const Ended before = run_in(size + " / 1024");
  EXPECT_EQ(before.code, 1);
  EXPECT_THAT(before.err, AllOf(HasSubstr("state.json"), HasSubstr("cannot be saved"), Not(HasSubstr("published"))));
  EXPECT_EQ(Shell("weir get pipelineruns | grep -c collect-").out, "1\n") << "nothing runs that is not remembered";
  const Ended after = run_in(size + " / 512 + 32");
  EXPECT_EQ(after.code, 1);
  EXPECT_THAT(after.err, AllOf(HasSubstr("published weather-readings-v1 version 1"), HasSubstr("cannot be saved")));
  ASSERT_EQ(run_in("100000").code, 0);
  EXPECT_EQ(Shell("weir get views -o json | grep -o '\"version\": [0-9]*'").out, "\"version\": 2\n") << "status has what the log has";
  EXPECT_EQ(Shell("ls .weir/lake/views/default/default/weather_readings_v1/_delta_log | tail -n 1").out, "00000000000000000002.json\n");
}

TEST_F(Limits, TheNextRunRemovesDataFilesThatNoCommitNames) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  const std::string parts = Shell("find .weir -path '*/part/*' -type f | sort").out;
  ASSERT_NE(parts, "");
  Shell(
      "for table in $(find .weir -name part -type d); do mkdir -p $table/killed && echo half >$table/killed/0.parquet; "
      "touch -d '2 days ago' $table/killed/0.parquet; echo half >$table/killed/young.parquet; done");
  Shell("mkdir -p .weir/lake/no-log/part && echo x >.weir/lake/no-log/part/kept.parquet");
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  EXPECT_EQ(Shell("find .weir -path '*/part/killed/0.parquet'").out, "");
  EXPECT_NE(Shell("find .weir -path '*/part/killed/young.parquet'").out, "") << "a runner elsewhere may commit it yet";
  EXPECT_EQ(Shell("cat .weir/lake/no-log/part/kept.parquet").out, "x\n") << "a table whose log is gone keeps its files";
  EXPECT_EQ(Shell("ls " + OnOneLine(parts)).code, 0) << "what was committed stays, also where a later version replaced it";
  EXPECT_THAT(Weir("query 'SELECT count(*) AS n FROM weather_readings_v1' -o csv").out, HasSubstr("n\n"));
}

TEST_F(Limits, TheNextCommandRemovesWhatAKilledOneLeft) {
  Write("runner", "#!/bin/sh\nexec tail -f " + folder_ + "/runner\n");
  Shell("chmod +x runner; mkdir tmp; WEIR_RUNNER=" + folder_ + "/runner TMPDIR=" + folder_ + "/tmp weir check readings.yaml & echo $! >pid");
  ASSERT_TRUE(Await([this] { return Shell("pgrep -f '[t]ail -f " + folder_ + "/runner'").code == 0; }));
  EXPECT_EQ(Shell("kill -KILL $(cat pid)").code, 0);
  ASSERT_TRUE(Await([this] { return Shell("pgrep -f '[t]ail -f " + folder_ + "/runner'").code != 0; }));
  EXPECT_NE(Shell("ls tmp").out, "") << "a killed process cannot clean up";
  EXPECT_EQ(Shell("TMPDIR=" + folder_ + "/tmp weir check readings.yaml").code, 0);
  EXPECT_EQ(Shell("ls tmp").out, "");
}

TEST_F(Limits, AKilledQueryLeavesNoSpillFilesBehindTheNextCommandAndNoChildren) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  Shell("mkdir tmp; TMPDIR=" + folder_ +
        "/tmp weir query 'SELECT count(*) AS n FROM (SELECT DISTINCT range AS r FROM range(20000000000))' --memory 512Mi --lake " + folder_ +
        "/.weir/lake >out 2>&1 & echo $! >pid");
  ASSERT_TRUE(Await([this] { return Shell("find tmp -type f -size +0 | grep .").code == 0; })) << "it spills: " << Read("out");
  EXPECT_EQ(Shell("kill -KILL $(cat pid)").code, 0);
  EXPECT_TRUE(Await([this] { return Processes().empty(); })) << "left: " << Processes();
  EXPECT_NE(Shell("ls tmp").out, "") << "a killed process cannot clean up";
  const Ended next = Shell("TMPDIR=" + folder_ + "/tmp weir query 'SELECT 1 AS n' -o csv");
  EXPECT_EQ(next.out, "n\n1\n") << next.err;
  EXPECT_EQ(Shell("ls -A tmp").out, "");
}

}  // namespace
}  // namespace weir::test
