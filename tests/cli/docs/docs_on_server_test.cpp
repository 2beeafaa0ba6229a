// What the how-tos and the runbook tell people to type at a cluster works: every block marked `sh tested-on-server`, beside
// objects that a run left there.
#include "tests/cli/docs/code_blocks.h"
#include "tests/cli/servers/on_server.h"
#include "tests/folders.h"

namespace weir::test {
namespace {

class DocsOnServer : public OnServer, public ::testing::WithParamInterface<std::string> {
 protected:
  // A person's own context names the namespace; kubectl and weir are in the PATH.
  std::string AsAPerson() const {
    Kubeconfig("mine", [this](Json& config) { config["contexts"][0]["context"]["namespace"] = ns_; });
    const std::string kubectl = "\"$(dirname \"$('" + SourceFolder() + "/tests/cluster/tool' kube)\")\"";
    return "export KUBECONFIG=\"$PWD/mine\" PATH=" + kubectl + ":\"$PATH\" " + Environment() + "\n";
  }
};

TEST_P(DocsOnServer, ItsCommandsRun) {
  Shell("cp -r '" + SourceFolder() + "/examples' .");
  const std::string commands = CodeBlocks(GetParam(), "sh tested-on-server");
  if (commands.find("-readings") != std::string::npos) {
    ASSERT_EQ(WithKeys("run readings.yaml lake.yaml").code, 0);
    PutIntoCluster();
  }
  const Ended run = Shell(AsAPerson() + "set -e\n" + commands);
  EXPECT_EQ(run.code, 0) << commands << run.out << run.err;
}

INSTANTIATE_TEST_SUITE_P(Each, DocsOnServer, ::testing::ValuesIn(Documents()), [](const auto& test) { return NameOf(test.param); });

}  // namespace
}  // namespace weir::test
