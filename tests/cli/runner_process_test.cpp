#include "cli/machine/runner_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "tests/temporary_folder.h"

namespace weir::cli {
namespace {

class RunnerProcess : public ::testing::Test {
 protected:
  std::string Program(const std::string& script) {
    const std::string path = folder_.path() + "/runner";
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  test::TemporaryFolder folder_;
};

TEST_F(RunnerProcess, IsKilledAtItsDeadline) {
  const auto outcomes = RunValidations(Program("echo $$ >" + folder_.path() + "/pid; exec sleep 1000"), {api::StageTask{}}, Duration::Millis(300));
  ASSERT_FALSE(outcomes.ok());
  EXPECT_EQ(outcomes.error().reason, "TimedOut") << outcomes.error().message;
  pid_t pid = 0;
  std::ifstream(folder_.path() + "/pid") >> pid;
  ASSERT_GT(pid, 0);
  EXPECT_NE(::kill(pid, 0), 0) << "it was reaped";
}

TEST_F(RunnerProcess, ThatEndsWithoutOutcomesIsSaidWithItsLog) {
  const auto outcomes = RunValidations(Program("echo no library; exit 3"), {api::StageTask{}});
  ASSERT_FALSE(outcomes.ok());
  EXPECT_EQ(outcomes.error().reason, "RunnerSilent");
  EXPECT_NE(outcomes.error().message.find("code 3"), std::string::npos) << outcomes.error().message;
  EXPECT_NE(outcomes.error().message.find("no library"), std::string::npos) << outcomes.error().message;
}

TEST_F(RunnerProcess, ThatIsNoProgramIsMissing) {
  const auto outcomes = RunValidations(folder_.path() + "/absent", {api::StageTask{}});
  ASSERT_FALSE(outcomes.ok());
  EXPECT_EQ(outcomes.error().reason, "RunnerMissing");
}

}  // namespace
}  // namespace weir::cli
