#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "crds/api/describe/read.h"
#include "crds/api/run.h"
#include "crds/base/yaml.h"
#include "operator/plan/validate/validate.h"
#include "tests/folders.h"

// What the API server takes and refuses (tests/schema/on_server), the parser and operator/plan take and refuse too, so that
// `weir check` needs no server. Cases about metadata.name are left out: these readings begin at spec.
namespace weir::plan {
namespace {

const std::filesystem::path kCases = std::filesystem::path(test::SourceFolder()) / "tests/schema";
const std::set<std::string> kAboutNames{"name-too-long", "second-lake", "view-without-version"};

using Problems = std::vector<api::Problem>;

template <typename Spec>
Problems Look(const Json& spec, const std::function<Problems(const Spec&)>& check) {
  Problems problems;
  const Spec read = api::Read<Spec>(spec, "spec", problems);
  if (problems.empty()) problems = check(read);
  return problems;
}

Problems ProblemsOf(const Json& object) {
  const Json& spec = At(object, "spec");
  const std::string kind = Text(object, "kind");
  if (kind == "Lake") return Look<api::LakeSpec>(spec, [](const auto& s) { return CheckLake(s, Where::Cluster); });
  if (kind == "Dataset") return Look<api::DatasetSpec>(spec, CheckDataset);
  if (kind == "View") return Look<api::ViewSpec>(spec, CheckView);
  if (kind == "Pipeline") return Look<api::PipelineSpec>(spec, CheckPipeline);
  return Look<api::RunSpec>(spec, [](const auto&) { return Problems{}; });
}

std::vector<std::pair<std::string, Problems>> Judged(const char* folder) {
  std::vector<std::pair<std::string, Problems>> judged;
  for (const auto& entry : std::filesystem::directory_iterator(kCases / folder)) {
    std::ifstream file(entry.path());
    std::ostringstream text;
    text << file.rdbuf();
    const auto documents = ParseYaml(text.str());
    EXPECT_TRUE(documents.ok()) << entry.path() << (documents.ok() ? "" : documents.error().message);
    if (!documents.ok()) continue;
    for (const YamlDocument& document : *documents) judged.emplace_back(entry.path().stem().string(), ProblemsOf(document.value));
  }
  return judged;
}

TEST(ManifestAgreement, WhatTheApiServerRefusesIsRefusedHere) {
  for (const auto& [name, problems] : Judged("refused")) EXPECT_EQ(problems.empty(), kAboutNames.contains(name)) << name << ": " << api::Join(problems);
}

TEST(ManifestAgreement, WhatTheApiServerTakesIsTakenHere) {
  for (const auto& [name, problems] : Judged("accepted")) EXPECT_EQ(api::Join(problems), "") << name;
}

}  // namespace
}  // namespace weir::plan
