// What README.md and the how-tos tell people to type works: every block marked `sh tested`, in order, in one folder for each
// document. tests/architecture/docs_test.py sees to it that each block has a mark.
#include <gmock/gmock.h>

#include "tests/cli/commands.h"
#include "tests/cli/docs/code_blocks.h"
#include "tests/folders.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;

class Docs : public Commands, public ::testing::WithParamInterface<std::string> {
 protected:
  // The command line of tests is that of the document's reader: the programs are in the PATH already.
  Ended RunBlocks(const std::string& document) const {
    Shell("cp -r '" + SourceFolder() + "/examples' .");
    return Shell("set -e\n" + CodeBlocks(document, "sh tested"));
  }
};

TEST_P(Docs, ItsCommandsRun) {
  const Ended run = RunBlocks(GetParam());
  EXPECT_EQ(run.code, 0) << run.out << run.err;
}

INSTANTIATE_TEST_SUITE_P(Each, Docs, ::testing::ValuesIn(Documents()), [](const auto& test) { return NameOf(test.param); });

TEST_F(Docs, TheFirstTenMinutesShowWhatTheySay) {
  const Ended run = RunBlocks("docs/how-to/first-ten-minutes.md");
  for (const char* part : {"DE            27.4", "FR             5.0", "Quarantined rows", "4,2026-03-02,FR,lots", "CheckFailed"})
    EXPECT_THAT(run.out + run.err, HasSubstr(part));
}

TEST_F(Docs, CheckedRowsAreQuarantinedOrWarnedOfAsTheirPageSays) {
  const Ended run = RunBlocks("docs/how-to/check-rows.md");
  for (const char* part : {"B3,DE,7.5", "order-number", "known-country"}) EXPECT_THAT(run.out + run.err, HasSubstr(part));
}

TEST_F(Docs, DatesInAnotherLayoutAreReadAsTheirPageSays) {
  const Ended run = RunBlocks("docs/how-to/files-to-manifests.md");
  for (const char* day : {"2024-12-31", "2025-02-01"}) EXPECT_THAT(run.out, HasSubstr(day)) << run.err;
}

// Blocks that are a whole object pass the check.
TEST_F(Docs, TheirManifestsPassTheCheck) {
  for (const std::string& document : Documents()) {
    const std::string manifests = CodeBlocks(document, "yaml");
    if (!manifests.starts_with("apiVersion")) continue;
    Write("manifest.yaml", manifests.substr(0, manifests.find("\nspec:", manifests.find("\nspec:") + 1)) + "\n");
    const Ended check = Weir("check manifest.yaml");
    EXPECT_EQ(check.code, 0) << document << "\n" << check.out;
  }
}

}  // namespace
}  // namespace weir::test
