// What README.md tells people to type works: every block marked `sh tested`, in order, in one folder.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/cli/commands.h"

namespace weir::test {
namespace {

// The lines of all code blocks of the file whose first line is "```sh tested".
std::string TestedBlocks(const std::string& path) {
  std::ifstream file(path);
  std::string commands;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```"))
      inside = line == "```sh tested";
    else if (inside)
      commands += line + "\n";
  }
  return commands;
}

class Readme : public Commands {};

TEST_F(Readme, ItsCommandsRun) {
  const std::string commands = TestedBlocks(std::string(WEIR_SOURCE_DIR) + "/README.md");
  ASSERT_THAT(commands, ::testing::HasSubstr("weir run"));
  Shell("cp -r '" + std::string(WEIR_SOURCE_DIR) + "/examples' .");
  const Ended run = Shell("set -e\n" + commands);
  EXPECT_EQ(run.code, 0) << commands << run.out << run.err;
}

}  // namespace
}  // namespace weir::test
