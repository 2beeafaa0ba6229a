#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "crds/api/read.h"
#include "crds/base/yaml.h"
#include "operator/plan/contract.h"
#include "tests/folders.h"

// The contract is said twice: in CEL, where the API server refuses an edit (tests/schema/on_server), and in operator/plan,
// where `weir check` and the controllers find it. Both read the same cases.
namespace weir::plan {
namespace {

const std::filesystem::path kCases = std::filesystem::path(test::SourceFolder()) / "tests/schema/contract";

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

api::ViewSpec SpecIn(const std::filesystem::path& path) {
  const auto documents = ParseYaml(ReadFile(path));
  EXPECT_TRUE(documents.ok() && documents->size() == 1) << path;
  const auto spec = api::ReadStrict<api::ViewSpec>(At(documents->front().value, "spec"));
  EXPECT_TRUE(spec.ok()) << path << (spec.ok() ? "" : spec.error().message);
  return spec.ok() ? *spec : api::ViewSpec{};
}

api::PublishedContract Published() {
  const auto json = ParseJson(ReadFile(kCases / "published.json"));
  const auto contract = api::ReadStrict<api::PublishedContract>(At(At(*json, "status"), "published"));
  EXPECT_TRUE(contract.ok()) << contract.error().message;
  return *contract;
}

// The rule ids that a case expects: "# expect: TypeNarrow: column ..." -> TypeNarrow.
std::vector<std::string> ExpectedRules(const std::filesystem::path& path) {
  const std::string text = ReadFile(path);
  const std::regex expectation("# expect: (\\w+)");
  std::vector<std::string> rules;
  for (std::sregex_iterator it(text.begin(), text.end(), expectation), end; it != end; ++it) rules.push_back((*it)[1]);
  return rules;
}

std::vector<std::filesystem::path> Cases(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kCases / folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  EXPECT_GT(paths.size(), 5U);
  return paths;
}

bool Found(const std::vector<ContractFinding>& findings, const std::string& rule) {
  // CEL cannot tell a rename from a drop beside an addition.
  return std::any_of(findings.begin(), findings.end(),
                     [&](const ContractFinding& f) { return Name(f.rule) == rule || (rule == "ColumnNoDelete" && f.rule == ContractRule::ColumnNoRename); });
}

TEST(ContractAgreement, WhatTheApiServerRefusesBreaksTheContractByTheSameRule) {
  for (const auto& path : Cases("refused")) {
    api::ViewSpec spec = SpecIn(path);
    spec.stability = api::Stability::Stable;  // StabilityLowered compares two specs, which admission alone sees
    const auto findings = Breaking(CompareContract(Published(), spec));
    for (const std::string& rule : ExpectedRules(path))
      EXPECT_TRUE(rule == "StabilityLowered" || Found(findings, rule)) << path << " expects " << rule << ", found " << Describe(findings);
  }
}

TEST(ContractAgreement, WhatTheApiServerTakesBreaksNothing) {
  for (const auto& path : Cases("accepted")) EXPECT_EQ(Describe(Breaking(CompareContract(Published(), SpecIn(path)))), "") << path;
}

}  // namespace
}  // namespace weir::plan
