#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "crds/api/describe/read.h"
#include "crds/base/yaml.h"
#include "crds/contract/contract.h"
#include "tests/folders.h"

// The contract is said twice: in CEL, where the API server refuses an edit (tests/schema/on_server), and in operator/plan,
// where `weir check` and the controllers find it. Both read the same cases.
namespace weir::contract {
namespace {

const Time kNow = *ParseTime("2026-11-30T12:00:00Z");
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

api::PublishedContract Published(const char* folder = "") {
  const auto json = ParseJson(ReadFile(kCases / folder / "published.json"));
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

std::vector<std::filesystem::path> CasesOf(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kCases / folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  EXPECT_FALSE(paths.empty());
  return paths;
}

std::vector<std::filesystem::path> Cases(const char* folder) {
  std::vector<std::filesystem::path> paths = CasesOf(folder);
  EXPECT_GT(paths.size(), 5U);
  return paths;
}

bool Found(const std::vector<Finding>& findings, const std::string& rule) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return api::Word(f.rule) == rule; });
}

TEST(ContractAgreement, WhatTheApiServerRefusesBreaksTheContractByTheSameRule) {
  for (const auto& path : Cases("refused")) {
    const auto findings = Breaking(Compare(Published(), ContractOf(SpecIn(path)), kNow));
    for (const std::string& rule : ExpectedRules(path)) EXPECT_TRUE(Found(findings, rule)) << path << " expects " << rule << ", found " << Describe(findings);
  }
}

// What CEL cannot know: queries, and the time.
TEST(ContractAgreement, WhatTheApiServerHasToTakeIsHeldBackByTheControllers) {
  for (const auto& path : Cases("held")) {
    const auto findings = Breaking(Compare(Published(), ContractOf(SpecIn(path)), kNow));
    for (const std::string& rule : ExpectedRules(path)) EXPECT_TRUE(Found(findings, rule)) << path << " expects " << rule << ", found " << Describe(findings);
  }
}

TEST(ContractAgreement, EveryRuleHasACaseThatBreaksItAndOneThatWaivesIt) {
  std::set<std::string> broken, waived;
  for (const char* folder : {"refused", "held"})
    for (const auto& path : Cases(folder))
      for (const std::string& rule : ExpectedRules(path)) broken.insert(rule);
  for (const auto& path : Cases("accepted"))
    for (const api::Waiver& waiver : SpecIn(path).waivers) waived.insert(std::string(api::Word(waiver.rule)));
  for (const std::string_view rule : api::Words<api::ContractRule>::kAll) {
    if (rule == api::Word(api::ContractRule::DecimalPrecision)) continue;  // warns only
    EXPECT_TRUE(broken.contains(std::string(rule))) << rule;
    EXPECT_TRUE(waived.contains(std::string(rule))) << rule;
  }
}

// A View that is published without an event time.
TEST(ContractAgreement, AnEventTimeThatIsAddedIsJudgedAlike) {
  const api::PublishedContract published = Published("undated");
  for (const auto& path : CasesOf("undated/refused"))
    for (const std::string& rule : ExpectedRules(path))
      EXPECT_TRUE(Found(Breaking(Compare(published, ContractOf(SpecIn(path)), kNow)), rule)) << path << " expects " << rule;
  const std::string definition = ReadFile(std::filesystem::path(test::SourceFolder()) / "crds/views.yaml");
  EXPECT_NE(definition.find("SlaFreshness: eventTime was added"), std::string::npos) << "CEL has a rule of it";
  for (const auto& path : CasesOf("undated/accepted")) EXPECT_EQ(Describe(Breaking(Compare(published, ContractOf(SpecIn(path)), kNow))), "") << path;
  api::PublishedContract older = published;
  older.promised.reset();
  for (const auto& path : CasesOf("undated/refused")) EXPECT_EQ(Describe(Breaking(Compare(older, ContractOf(SpecIn(path)), kNow))), "") << path;
}

// A View of which three waivers were used by earlier publications.
TEST(ContractAgreement, WaiversThatWereUsedAreJudgedAlike) {
  const api::PublishedContract published = Published("spent");
  for (const auto& path : CasesOf("spent/refused"))
    for (const std::string& rule : ExpectedRules(path))
      EXPECT_TRUE(Found(Breaking(Compare(published, ContractOf(SpecIn(path)), kNow)), rule)) << path << " expects " << rule;
  for (const auto& path : CasesOf("spent/accepted")) EXPECT_EQ(Describe(Breaking(Compare(published, ContractOf(SpecIn(path)), kNow))), "") << path;
}

// CEL has its own list of the names by which a column marks deleted rows.
TEST(ContractAgreement, BothKnowTheSameNamesOfMarks) {
  const std::string rules = ReadFile(std::filesystem::path(test::SourceFolder()) / "crds/views.yaml");
  const std::regex list("lowerAscii\\(\\)\\.replace\\('+_'+, '+\\)\\s+in\\s+\\[([^\\]]*)\\]");
  std::smatch found;
  ASSERT_TRUE(std::regex_search(rules, found, list));
  const std::string names = found[1];
  const std::regex word("[a-z]+");
  std::size_t count = 0;
  for (std::sregex_iterator it(names.begin(), names.end(), word), end; it != end; ++it, ++count) EXPECT_TRUE(IsDeleteMarker(it->str())) << it->str();
  EXPECT_EQ(count, 11U) << "as many as crds/contract has";
}

TEST(ContractAgreement, WhatTheApiServerTakesBreaksNothing) {
  for (const auto& path : Cases("accepted")) EXPECT_EQ(Describe(Breaking(Compare(Published(), ContractOf(SpecIn(path)), kNow))), "") << path;
}

}  // namespace
}  // namespace weir::contract
