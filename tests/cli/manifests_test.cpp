#include "cli/manifests/manifests.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "cli/manifests/declared.h"
#include "tests/temporary_folder.h"

namespace weir::cli {
namespace {

constexpr const char* kDataset = R"(# a comment
apiVersion: weirkeeper.io/v1alpha1
kind: Dataset
metadata:
  name: raw
spec:
  zone: Landing
  owner: {team: a}
  format:
    csv: {}
)";

Manifests Load(const std::string& text) {
  std::istringstream in(text);
  return LoadManifests({"-"}, "default", in);
}

TEST(Manifests, KnowTheLineOfEachFieldAndOfWhatIsAbsent) {
  const Manifests loaded = Load(kDataset);
  ASSERT_EQ(loaded.objects.size(), 1U);
  const Manifest& manifest = loaded.objects[0];
  EXPECT_EQ(manifest.Label(), "Dataset/raw");
  EXPECT_EQ(manifest.Namespace(), "default");
  EXPECT_EQ(manifest.LineOf("spec.format.csv"), 10);
  EXPECT_EQ(manifest.LineOf("spec.format.json.deeper[3].still"), 9);
  EXPECT_EQ(manifest.LineOf("spec.schema"), 6);
  EXPECT_EQ(manifest.LineOf("nothing"), 3);
}

TEST(Manifests, LeaveOtherGroupsAloneAndRefuseMisspeltOnes) {
  const Manifests loaded = Load(
      "apiVersion: v1\nkind: Secret\n---\napiVersion: tekton.dev/v1\nkind: Pipeline\n---\napiVersion: weirkeper.io/v1alpha1\nkind: View\n---\napiVersion: "
      "weirkeeper.io/v1\nkind: View\n");
  EXPECT_EQ(loaded.foreign, 2U);
  ASSERT_EQ(loaded.findings.size(), 2U);
  EXPECT_EQ(loaded.findings[0].line, 7);
  EXPECT_EQ(loaded.findings[1].line, 10);
}

TEST(Manifests, TakeAListApart) {
  const Manifests loaded = Load(R"({"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "weirkeeper.io/v1alpha1", "kind": "Dataset", "metadata": {"name": "a"},
     "spec": {"zoo": 1}}]})");
  ASSERT_EQ(loaded.objects.size(), 1U);
  EXPECT_EQ(loaded.objects[0].LineOf("spec.zoo"), 3);
}

TEST(Manifests, TakeAListOfOneKindApart) {
  const Manifests loaded =
      Load(std::string("apiVersion: weirkeeper.io/v1alpha1\nkind: DatasetList\nitems:\n- {apiVersion: weirkeeper.io/v1alpha1, kind: Dataset}\n") +
           "- {apiVersion: v1, kind: ConfigMap}\n");
  EXPECT_EQ(loaded.objects.size(), 1U);
  EXPECT_EQ(loaded.foreign, 1U);
  EXPECT_TRUE(loaded.findings.empty());
}

TEST(Manifests, LeaveAloneWhatAFolderHoldsBesideObjects) {
  const test::TemporaryFolder folder;
  folder.Write("raw.yaml", kDataset);
  folder.Write("kustomization.yaml", "resources:\n- raw.yaml\n");
  folder.Write("values.yml", "replicas: 2\n");
  folder.Write("empty.yaml", "# nothing yet\n");
  folder.Write("rows.json", "{\"a\": 1}\n{\"a\": 2}\n");
  folder.Write("many-rows.json", std::string(3 << 20, ' '));
  folder.Write("service.yaml", "apiVersion: v1\nkind: Service\n");
  std::istringstream none;
  const Manifests loaded = LoadManifests({folder.path()}, "default", none);
  EXPECT_EQ(loaded.objects.size(), 1U);
  EXPECT_EQ(loaded.foreign, 5U);
  for (const Finding& finding : loaded.findings) ADD_FAILURE() << finding.file << " " << finding.message;
  EXPECT_FALSE(LoadManifests({folder / "values.yml"}, "default", none).findings.empty()) << "a file that was named must be one";
}

TEST(Manifests, OfAFolderThatAreHalfAnObjectAreRefused) {
  const test::TemporaryFolder folder;
  folder.Write("half.yaml", "metadata: {name: a}\nspec: {zone: Landing}\n");
  folder.Write("broken.json", "{\"apiVersion\": \"weirkeeper.io/v1alpha1\", ");
  std::istringstream none;
  EXPECT_EQ(LoadManifests({folder.path()}, "default", none).findings.size(), 2U);
}

TEST(Manifests, ThatAreMissingAreToldSoWithTheNearestNameBesideThem) {
  const test::TemporaryFolder folder;
  folder.Write("shop-orders.yaml", kDataset);
  folder.Write("shop_order.csv", "a\n1\n");
  folder.Write("manifests/a.yaml", kDataset);
  const auto message_of = [&folder](const std::string& name) {
    std::istringstream in;
    const Manifests loaded = LoadManifests({folder.path() + "/" + name}, "default", in);
    EXPECT_TRUE(loaded.incomplete);
    return loaded.findings.size() == 1 ? loaded.findings[0].message : "";
  };
  const std::string give = ": give a manifest file, a folder of them, or - for standard input";
  EXPECT_EQ(message_of("shop_orders.yaml"), "does not exist (did you mean shop-orders.yaml?)" + give);
  EXPECT_EQ(message_of("manifest"), "does not exist (did you mean manifests?)" + give);
  EXPECT_EQ(message_of("something-else.yaml"), "does not exist" + give);
  EXPECT_EQ(message_of("no/such/folder/shop-orders.yaml"), "does not exist" + give);
  std::filesystem::create_symlink("nowhere", folder.path() + "/dangling.yaml");
  EXPECT_EQ(message_of("dangling.yaml"), "cannot be read" + give) << "the link is there";
}

TEST(Manifests, AreTheSameWithWindowsLineEndsAByteOrderMarkAndDirectives) {
  std::string windows = "\xEF\xBB\xBF%YAML 1.2\r\n---\r\n";
  for (const char c : std::string(kDataset)) windows += c == '\n' ? "\r\n" : std::string(1, c);
  const Manifests loaded = Load(windows + "...\r\n");
  ASSERT_EQ(loaded.objects.size(), 1U);
  EXPECT_EQ(loaded.objects[0].object, Load(kDataset).objects[0].object);
}

TEST(Manifests, SayWhatToDoWithATemplate) {
  const Manifests loaded = Load("{{ if .Values.on }}\napiVersion: v1\n{{ end }}\n");
  ASSERT_EQ(loaded.findings.size(), 1U);
  EXPECT_NE(loaded.findings[0].message.find("rendered first"), std::string::npos);
}

TEST(Manifests, RefuseWhatIsNoObject) {
  for (const char* text : {"- 1\n", "just text\n", "kind: Dataset\n", "apiVersion: weirkeeper.io/v1alpha1\n", "apiVersion: weirkeeper.io/v1alpha1\nkind: 7\n",
                           "", "a: [\n", "apiVersion: weirkeeper.io/v1alpha1\nkind: View\nmetadata: x\n"}) {
    const Manifests loaded = Load(text);
    EXPECT_EQ(loaded.findings.size(), 1U) << text;
    EXPECT_TRUE(loaded.objects.empty()) << text;
  }
}

TEST(Manifests, FindKindsByEveryNameThatKubectlTakes) {
  for (const char* word : {"View", "view", "views", "wkv"}) EXPECT_EQ(*FindKind(word), api::kViews) << word;
  EXPECT_EQ(FindKind("pods"), nullptr);
}

TEST(Declared, ReadsWhatIsWell) {
  const Declared declared = ReadManifests(Load(kDataset));
  EXPECT_TRUE(declared.findings.empty());
  ASSERT_EQ(declared.datasets.size(), 1U);
  EXPECT_EQ(declared.datasets[0].object.spec.zone, api::Zone::Landing);
}

TEST(Declared, FindsEveryProblemOfAnObjectAtOnce) {
  const Declared declared = ReadManifests(Load(
      "apiVersion: weirkeeper.io/v1alpha1\nkind: Dataset\nmetadata:\n  name: Bad_Name\n  lables: {}\n  annotations: {a: 1}\nspec:\n  zone: Moon\nextra: 1\n"));
  std::string fields;
  for (const Finding& finding : declared.findings) fields += finding.field + ":" + std::to_string(finding.line) + " ";
  EXPECT_EQ(fields, "extra:9 metadata.lables:5 metadata.name:4 metadata.annotations.a:6 spec.zone:8 spec.owner:7 ");
  EXPECT_EQ(declared.broken.size(), 1U);
}

TEST(Declared, RefusesANamespaceThatIsNone) {
  for (const char* ns : {"Bad_NS", "7"}) {
    std::string text = kDataset;
    text.insert(text.find("  name: raw"), "  namespace: " + std::string(ns) + "\n");
    const Declared declared = ReadManifests(Load(text));
    ASSERT_EQ(declared.findings.size(), 1U) << ns;
    EXPECT_EQ(declared.findings[0].field, "metadata.namespace");
    EXPECT_EQ(declared.findings[0].line, 5);
  }
}

TEST(Declared, RefusesTheSecondOfOneName) {
  const Declared declared = ReadManifests(Load(std::string(kDataset) + "---\n" + kDataset));
  ASSERT_EQ(declared.findings.size(), 1U);
  EXPECT_EQ(declared.findings[0].rule, "NameTaken");
  EXPECT_EQ(declared.datasets.size(), 1U);
}

}  // namespace
}  // namespace weir::cli
