// A finding hides no other one, and causes no other one: what is wrong in one field of a project is said beside everything
// else that is wrong, and what depends on it is left unsaid.
#include "cli/check/check.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/folders.h"
#include "tests/temporary_folder.h"

namespace weir::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

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

struct Mistake {
  std::string good;
  std::string wrong;
  std::string field;
  std::string message;  // a part of it
};

std::string KindsOfChecks() { return Joined({api::CheckKinds::kFields.begin(), api::CheckKinds::kFields.end()}); }

std::string OfCheck(const std::string& check) { return "  - {name: possible-temperature, " + check + "}\n"; }

TEST(CheckAll, OneMistakeIsOneFinding) {
  const std::string check = "  - name: possible-temperature\n    range: {column: celsius, min: \"-90\", max: \"60\"}\n    onFailure: Quarantine\n";
  const std::string accept = "    accept: {", in_landing = "  zone: Landing", publish = "    publish: {view: weather-readings-v1}";
  const Mistake mistakes[] = {
      {check, OfCheck("notNul: {columns: [sensor]}"), "spec.checks[0].notNul", "did you mean notNull?"},
      {check, OfCheck("notNul: {columns: [sensor]}, onFailure: Quarantine"), "spec.checks[0].notNul", "did you mean notNull?"},
      {check, OfCheck("rnage: {column: celsius, min: \"1\"}"), "spec.checks[0].rnage", "did you mean range?"},
      {check, OfCheck("positive: {columns: [sensor]}"), "spec.checks[0].positive", "takes name, " + KindsOfChecks()},
      {check, OfCheck("columns: [sensor]"), "spec.checks[0].columns", "a field of this name is"},
      {check, OfCheck("notNull: "), "spec.checks[0].notNull", "has no value"},
      {check, OfCheck("notNull: {colums: [sensor]}"), "spec.checks[0].notNull.colums", "did you mean columns?"},
      {check, OfCheck("notNull: {columns: [sensor]}, unique: {columns: [sensor]}"), "spec.checks[0]", "has notNull and unique: keep one"},
      {check, OfCheck("rowCount: {min: 1}, onFailure: Quarantine"), "spec.checks[0].onFailure", "use Block or Warn"},
      {"battery, type: INTEGER", "battery, type: DECIMAL(8,3)", "spec.schema.columns[3].type", "quote it, type: \"DECIMAL(8,3)\""},
      {"battery, type: INTEGER", "battery, type: numeric(39, 1)", "spec.schema.columns[3].type", "write DECIMAL(38,1), in quotes inside { }"},
      {in_landing, "  zon: Landing", "spec.zon", "did you mean zone?"},
      {"csv: {}", "cvs: {}", "spec.format.cvs", "did you mean csv?"},
      {accept, "    acept: {", "spec.stages[1].acept", "did you mean accept?"},
      {publish, publish + "\n    check: {dataset: readings, checks: [{name: some, rowCount: {min: 1}}]}", "spec.stages[3]", "has check and publish: keep one"},
      {accept + "from: readings-landing, into: readings-history}",
       accept + "from: readings-landing, into: readings-history}\n    transform: {from: "
                "readings-history, into: readings}",
       "spec.stages[1]", "has accept and transform: keep one"},
      {publish, "    check: {dataset: readings, checks: [{name: some, rowCount: {min: 1}, onFailure: Quarantine}]}", "spec.stages[3].check.checks[0].onFailure",
       "use Block or Warn"},
      {publish, "    check: {dataset: readings, checks: [{name: some, rowCount: {}}]}", "spec.stages[3].check.checks[0].rowCount", "needs min, max or both"},
  };
  for (const Mistake& mistake : mistakes) {
    std::string text = Example();
    ASSERT_NE(text.find(mistake.good), std::string::npos) << mistake.good;
    text.replace(text.find(mistake.good), mistake.good.size(), mistake.wrong);
    const Findings errors = ErrorsIn(Load(text));
    EXPECT_THAT(errors, ElementsAre(AllOf(Field(&Finding::field, mistake.field), Field(&Finding::message, HasSubstr(mistake.message))))) << mistake.wrong;
  }
}

TEST(CheckAll, AnUnknownFieldThatIsNoKindHidesNotThatOneIsMissing) {
  std::string text = Example();
  const std::string rule = "    range: {column: celsius, min: \"-90\", max: \"60\"}";
  text.replace(text.find(rule), rule.size(), "    severity: error");
  EXPECT_THAT(ErrorsIn(Load(text)),
              UnorderedElementsAre(Field(&Finding::field, "spec.checks[0].severity"), Field(&Finding::message, HasSubstr("must have exactly one of notNull"))));
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
