#pragma once

#include <sys/wait.h>

#include "tests/folders.h"
#include "tests/stages/stage_fixture.h"

namespace weir::stages {

// The program as a pod runs it.
class ProgramTest : public StageTest {
 protected:
  static constexpr const char* kRoomy = "WEIR_MEMORY_LIMIT=1073741824 WEIR_CPU_LIMIT=1";
  int RunProgram(const std::string& arguments, const std::string& environment = kRoomy) {
    const std::string command =
        environment + " '" + test::ProgramFolder() + "/weirkeeper-runner' " + arguments + " >'" + (folder_ / "stdout") + "' 2>'" + (folder_ / "stderr") + "'";
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

}  // namespace weir::stages
