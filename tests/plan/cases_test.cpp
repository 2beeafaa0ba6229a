#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "crds/base/yaml.h"
#include "operator/observe/observe.h"
#include "tests/folders.h"

// Each file under cases/ is one case: `now`, the object it is about (`kind`, `name`), the `objects` that the caches hold,
// and the `plan` that must follow: actions as "CreatePod name" ("AdoptPod name" of one that lost its owner), conditions as
// "Ready False Queued", and of status the fields that the case names. What a case leaves out of status is not looked at; actions and
// conditions are complete.
namespace weir::plan {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> CaseFiles() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(test::SourceFolder()) / "tests/plan/cases"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string NameOf(const testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.parent_path().filename().string() + "_" + info.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Words {
  std::string operator()(const EnsureServiceAccount& a) { return "EnsureServiceAccount " + Name(a.object); }
  std::string operator()(const CreateRevision& a) { return "CreateRevision " + Name(a.object); }
  std::string operator()(const CreateRun& a) { return "CreateRun " + Name(a.object); }
  std::string operator()(const CreatePod& a) { return (a.ownerMissing ? "AdoptPod " : "CreatePod ") + Name(a.object); }
  std::string operator()(const DeletePod& a) { return "DeletePod " + a.name; }
  std::string operator()(const DeleteRun& a) { return "DeleteRun " + a.name; }
  std::string operator()(const DeleteRevision& a) { return "DeleteRevision " + a.name; }
  std::string operator()(const ReleasePod& a) { return "ReleasePod " + a.name; }
  std::string operator()(const RelabelPod& a) { return "RelabelPod " + a.name; }
  std::string operator()(const ReadPodEvents& a) { return "ReadPodEvents " + a.name; }
  static std::string Name(const Json& object) { return Text(At(object, "metadata"), "name"); }
};

Json Spell(const std::vector<Action>& actions) {
  Json words = Json::array();
  for (const Action& action : actions) words.push_back(std::visit(Words{}, action));
  return words;
}

Json SpellConditions(const Json& status) {
  Json words = Json::array();
  const Json& conditions = At(status, "conditions");
  if (conditions.is_array())
    for (const Json& c : conditions) words.push_back(Text(c, "type") + " " + Text(c, "status") + " " + Text(c, "reason"));
  return words;
}

const api::Resource& ResourceOf(const std::string& kind) {
  static constexpr std::array<api::Resource, 8> kAll{api::kLakes,        api::kDatasets,  api::kViews, api::kPipelines,
                                                     api::kPipelineRuns, api::kRevisions, api::kPods,  api::kServiceAccounts};
  return *std::find_if(kAll.begin(), kAll.end(), [&kind](const api::Resource& r) { return r.kind == kind; });
}

void Fill(const Json& objects, observe::Stores& stores) {
  if (!objects.is_array()) return;
  int version = 0;
  for (Json object : objects) {
    Json& meta = object["metadata"];
    meta["namespace"] = "default";
    meta["resourceVersion"] = std::to_string(++version);
    if (!meta.contains("uid")) meta["uid"] = "uid-" + Text(meta, "name");
    if (!meta.contains("generation")) meta["generation"] = 1;
    stores.Of(ResourceOf(Text(object, "kind"))).Upsert(std::move(object));
  }
}

Plan PlanFor(const std::string& kind, const std::string& name, const observe::Stores& stores, Time now) {
  const Environment environment{.runnerImage = "runner:test"};
  if (kind == "PipelineRun") return MakePlan(observe::ObserveRun(stores, "default", name, environment).value().observed, now);
  if (kind == "Pipeline") return MakePlan(observe::ObservePipeline(stores, "default", name, environment).value().observed, now);
  if (kind == "Dataset") return MakePlan(observe::ObserveDataset(stores, "default", name).value().observed, now);
  if (kind == "View") return MakePlan(observe::ObserveView(stores, "default", name).value().observed, now);
  if (kind == "Pod") return MakePlan(observe::ObserveStray(stores, "default", name).value().observed, now);
  return MakePlan(observe::ObserveLake(stores, "default", name, environment).value().observed, now);
}

// Everything that `expected` names must be so in `actual`; lists of objects are compared item by item.
void ExpectWithin(const Json& expected, const Json& actual, const std::string& path) {
  if (expected.is_object()) {
    for (const auto& [key, value] : expected.items()) ExpectWithin(value, At(actual, key), path + "." + key);
  } else if (expected.is_array()) {
    ASSERT_EQ(expected.size(), actual.is_array() ? actual.size() : 0) << path;
    for (std::size_t i = 0; i < expected.size(); ++i) ExpectWithin(expected[i], actual[i], path + "[" + std::to_string(i) + "]");
  } else {
    EXPECT_EQ(expected, actual) << path;
  }
}

class PlanCase : public testing::TestWithParam<fs::path> {};

TEST_P(PlanCase, Holds) {
  const auto documents = ParseYaml(ReadFile(GetParam()));
  ASSERT_TRUE(documents.ok()) << documents.error().message;
  const Json& given = documents->front().value;
  observe::Stores stores;
  Fill(At(given, "objects"), stores);
  const Plan plan = PlanFor(Text(given, "kind"), Text(given, "name"), stores, ParseTime(Text(given, "now")).value());

  const Json& expected = At(given, "plan");
  const Json status = plan.status.value_or(Json());
  EXPECT_TRUE(SameJson(Spell(plan.before), At(expected, "before"))) << "before: " << Spell(plan.before);
  EXPECT_TRUE(SameJson(Spell(plan.after), At(expected, "after"))) << "after: " << Spell(plan.after);
  EXPECT_TRUE(SameJson(SpellConditions(status), At(expected, "conditions"))) << "conditions: " << SpellConditions(status);
  EXPECT_EQ(plan.revisit ? FormatMicros(*plan.revisit) : "",
            Text(expected, "revisit").empty() ? "" : FormatMicros(ParseTime(Text(expected, "revisit")).value()));
  if (const Json& fields = At(expected, "status"); !fields.is_null()) ExpectWithin(fields, status, "status");
}

INSTANTIATE_TEST_SUITE_P(Cases, PlanCase, testing::ValuesIn(CaseFiles()), NameOf);

}  // namespace
}  // namespace weir::plan
