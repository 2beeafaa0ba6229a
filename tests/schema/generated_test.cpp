#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "crds/api/pattern_words.h"
#include "crds/base/text.h"
#include "crds/schema/crdgen.h"
#include "crds/schema/definition_hashes.h"
#include "tests/folders.h"

// What is checked in is what the declaration says. `cmake --build build/dev --target generate` writes it anew.
namespace weir::schema {
namespace {

const std::filesystem::path kSource = test::SourceFolder();

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(GeneratedFiles, DefinitionsAreWhatDescribeSays) {
  for (const Kind& kind : Kinds()) {
    const std::string text = "# " + std::string(GeneratedNote()) + "\n" + ToYaml(Definition(kind));
    EXPECT_EQ(ReadFile(kSource / "crds" / (std::string(kind.resource.plural) + ".yaml")), text) << "run: cmake --build build/dev --target generate";
    EXPECT_EQ(ReadFile(kSource / "charts/weirkeeper/files/crds" / (std::string(kind.resource.plural) + ".yaml")), text)
        << "run: cmake --build build/dev --target generate";
    EXPECT_LT(text.size(), 256U * 1024U) << kind.resource.kind;
  }
}

TEST(GeneratedFiles, ReferencePagesAreWhatDescribeSays) {
  for (const Kind& kind : Kinds())
    EXPECT_EQ(ReadFile(kSource / "docs/reference" / (Lower(std::string(kind.resource.kind)) + ".md")), ReferencePage(kind))
        << "run: cmake --build build/dev --target generate";
  EXPECT_EQ(ReadFile(kSource / "docs/reference/conditions.md"), ConditionsPage()) << "run: cmake --build build/dev --target generate";
}

void CollectPatterns(const Ordered& value, std::set<std::string>& patterns) {
  if (value.is_object() && value.contains("pattern") && value["pattern"].is_string()) patterns.insert(value["pattern"].get<std::string>());
  if (value.is_structured())
    for (const auto& [key, member] : value.items()) CollectPatterns(member, patterns);
}

TEST(Patterns, EachHasWordsAndAnExampleThatMatches) {
  std::set<std::string> patterns;
  for (const Kind& kind : Kinds()) {
    patterns.insert(std::string(kind.namePattern));
    CollectPatterns(Definition(kind), patterns);
  }
  EXPECT_GT(patterns.size(), 20U);
  for (const std::string& pattern : patterns) {
    const std::string form = api::FormOf(pattern), example(api::ExampleOf(pattern));
    EXPECT_FALSE(form.empty()) << pattern << " has no words: add them to crds/api/pattern_words.cpp";
    for (const char* sign : {"[", "^", "\\", "]*", "]+"}) EXPECT_EQ(form.find(sign), std::string::npos) << form;
    if (pattern.find("\\x{") == std::string::npos) {  // RE2's own syntax
      EXPECT_TRUE(std::regex_search(example, std::regex(pattern))) << example << " does not match " << pattern;
    }
  }
}

TEST(GeneratedFiles, TheOperatorKnowsTheHashOfEachDefinition) {
  EXPECT_EQ(ReadFile(kSource / "crds/schema/definition_hashes.h"), HashesHeader()) << "run: cmake --build build/dev --target generate";
  for (const Kind& kind : Kinds()) {
    const Ordered definition = Definition(kind);
    EXPECT_EQ(definition["metadata"]["annotations"]["weirkeeper.io/schema-hash"].get<std::string>(), HashOfDefinition(kind.resource.plural));
  }
  EXPECT_NE(HashOfDefinition("lakes"), HashOfDefinition("views"));
}

TEST(GeneratedFiles, NothingElseLiesBesideThem) {
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "crds")) {
    if (entry.path().extension() != ".yaml") continue;
    const auto known = [&](const Kind& kind) { return entry.path().stem() == kind.resource.plural; };
    EXPECT_TRUE(std::any_of(Kinds().begin(), Kinds().end(), known)) << entry.path();
  }
}

}  // namespace
}  // namespace weir::schema
