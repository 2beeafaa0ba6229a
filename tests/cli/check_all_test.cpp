// A finding hides no other one, and causes no other one: what is wrong in one field of a project is said beside everything
// else that is wrong, and what depends on it is left unsaid.
#include "cli/check.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/folders.h"
#include "tests/temporary_folder.h"

namespace weir::cli {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::IsEmpty;

std::string Example() {
  std::ifstream file(test::SourceFolder() + "/examples/quarantine/readings.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Without a runner: SQL is not bound.
Findings ErrorsIn(const Manifests& manifests) {
  Findings all = CheckAll(manifests, ReadManifests(manifests), {}, Error{Fault::Missing, "RunnerMissing", "none"});
  std::erase_if(all, [](const Finding& finding) { return finding.severity != Finding::Severity::Error; });
  return all;
}

Manifests Load(const std::string& text) {
  std::istringstream in(text);
  return LoadManifests({"-"}, "default", in);
}

void CollectPaths(const Json& value, const Json::json_pointer& at, std::vector<Json::json_pointer>& paths) {
  if (!at.empty()) paths.push_back(at);
  if (value.is_object())
    for (const auto& [key, member] : value.items()) CollectPaths(member, at / key, paths);
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i) CollectPaths(value[i], at / i, paths);
}

// Each field of each object of a good project, spoilt in one of several ways, beside two references that are wrong.
TEST(CheckAll, OneFieldThatCannotBeReadHidesNothingAndCausesNothing) {
  std::string text = Example();
  const std::string good = "accept: {from: readings-landing, into: readings-history}", wrong = "accept: {from: readings-landed, into: readings-history}";
  ASSERT_NE(text.find(good), std::string::npos);
  text.replace(text.find(good), good.size(), wrong);
  const Manifests whole = Load(text);
  const Findings planted = ErrorsIn(whole);
  ASSERT_EQ(planted.size(), 1U);
  ASSERT_EQ(planted[0].field, "spec.stages[1].accept.from");
  int spoilt = 0;
  for (std::size_t i = 0; i < whole.objects.size(); ++i) {
    std::vector<Json::json_pointer> paths;
    CollectPaths(At(whole.objects[i].object, "spec"), Json::json_pointer(), paths);
    for (const Json::json_pointer& path : paths)
      for (const Json& value : {Json::array({Json::array()}), Json({{"no such field", 1}}), Json("\x01"), Json(-1), Json("DECIMAL(6")}) {
        Manifests manifests = whole;
        manifests.objects[i].object["spec"][path] = value;
        const Declared declared = ReadManifests(manifests);
        if (declared.findings.empty()) continue;  // it may have any value
        ++spoilt;
        const std::string what = manifests.objects[i].Label() + " " + path.to_string() + " = " + Dump(value);
        Findings others = ErrorsIn(manifests);
        std::erase_if(others, [](const Finding& finding) { return finding.rule == "Schema"; });
        const bool same_stage = i + 1 == whole.objects.size() && path.to_string().starts_with("/stages") &&
                                (path.to_string() == "/stages" || path.to_string().starts_with("/stages/1"));
        if (!same_stage) {
          EXPECT_THAT(others, Contains(Field(&Finding::field, planted[0].field))) << what;
        }
        std::erase_if(others, [&](const Finding& finding) { return finding == planted[0]; });
        for (const Finding& other : others) ADD_FAILURE() << what << " causes " << other.object << " " << other.field << ": " << other.message;
      }
  }
  EXPECT_GT(spoilt, 300);
}

TEST(CheckAll, AFileThatIsNoYamlMakesNoReferenceMissing) {
  const std::string text = Example();
  const std::size_t pipeline = text.rfind("---\n");
  const test::TemporaryFolder folder;
  std::istringstream none;
  const Manifests manifests = LoadManifests(
      {folder.Write("datasets.yaml", text.substr(0, pipeline) + "\nbroken: [\n"), folder.Write("pipeline.yaml", text.substr(pipeline))}, "default", none);
  const Findings errors = ErrorsIn(manifests);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].rule, "BadYaml");
}

TEST(CheckAll, AnObjectOfAMisspeltKindIsKnownByName) {
  for (const auto& [good, wrong] : {std::pair<std::string, std::string>{"kind: Dataset", "kind: Dataste"}, {"weirkeeper.io/v1alpha1", "weirkeeper.io/v1"}}) {
    std::string text = Example();
    text.replace(text.find(good), good.size(), wrong);
    const Findings errors = ErrorsIn(Load(text));
    ASSERT_EQ(errors.size(), 1U) << wrong;
    EXPECT_EQ(errors[0].rule, "Schema");
  }
}

}  // namespace
}  // namespace weir::cli
