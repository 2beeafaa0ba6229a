#include <gtest/gtest.h>

#include <functional>

#include "crds/base/yaml.h"
#include "tests/counted_memory.h"

namespace weir {
namespace {

constexpr std::size_t kSize = 128 << 10;

std::string Repeated(const std::string& piece, std::size_t bytes = kSize) {
  std::string text;
  while (text.size() < bytes) text += piece;
  return text;
}

std::string DistinctKeys(const std::string& before, const std::string& after) {
  std::string text = before;
  for (int i = 0; text.size() < kSize; ++i) text += "k" + std::to_string(i) + after;
  return text;
}

std::string Indented(int levels, const std::string& leaf) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += std::string(static_cast<std::size_t>(i), ' ') + std::string(1000, 'k') + ":\n";
  while (text.size() < kSize) text += std::string(static_cast<std::size_t>(levels), ' ') + leaf;
  return text;
}

struct Hostile {
  const char* name;
  std::function<std::string()> text;
};

const Hostile kTexts[] = {
    {"ItemsBelowALongKey", [] { return std::string(kSize / 2, 'k') + ":\n" + Repeated("- 1\n", kSize / 2); }},
    {"MembersBelowALongKey", [] { return std::string(1000, 'k') + ":\n" + DistinctKeys("", ": 1\n "); }},
    {"ItemsDeepBelowLongKeys", [] { return Indented(60, "- 1\n"); }},
    {"FlowItems", [] { return "[" + Repeated("1,") + "1]"; }},
    {"FlowKeys", [] { return DistinctKeys("{", ",") + "z}"; }},
    {"EmptyMappings", [] { return "[" + Repeated("{},") + "1]"; }},
    {"OneMemberMappings", [] { return "[" + Repeated("{a: 1},") + "1]"; }},
    {"Documents", [] { return Repeated("---\na\n"); }},
    {"EmptyDocuments", [] { return Repeated("---\n"); }},
    {"NestedLists", [] { return "[" + Repeated(std::string(63, '[') + std::string(63, ']') + ",") + "1]"; }},
    {"TooDeepFlow", [] { return Repeated("["); }},
    {"TooDeepMappings", [] { return Repeated("{a: "); }},
    {"TooDeepBlock", [] { return Repeated("- "); }},
    {"QuestionMarks", [] { return Repeated("? "); }},
    {"OneLongText", [] { return "a: " + Repeated("x"); }},
    {"OneLongQuotedText", [] { return "a: \"" + Repeated("\\u00e4") + "\""; }},
    {"OneLongKey", [] { return Repeated("k") + ": 1\n"; }},
    {"DuplicateLongKeys", [] { return Repeated("k", kSize / 2) + ": 1\n" + Repeated("k", kSize / 2) + ": 2\n"; }},
    {"LinesOfOneText", [] { return "a: |\n" + Repeated(" x\n"); }},
    {"Anchors", [] { return "[" + Repeated("&a 1,") + "1]"; }},
    {"AnchorsWithoutValue", [] { return Repeated("&a "); }},
    {"Tags", [] { return "[" + Repeated("!!str 1,") + "1]"; }},
    {"TagsWithoutValue", [] { return Repeated("!a "); }},
    {"Comments", [] { return Repeated("# x\n"); }},
    {"Blanks", [] { return Repeated(" "); }},
    {"Newlines", [] { return Repeated("\n"); }},
    {"Quotes", [] { return Repeated("'"); }},
    {"Colons", [] { return Repeated(": "); }},
    {"Directives", [] { return Repeated("%A b\n"); }},
};

class YamlMemory : public testing::TestWithParam<Hostile> {};

TEST_P(YamlMemory, IsLinearInTheText) {
  const std::string text = GetParam().text();
  const PeakMemory peak;
  {
    const auto parsed = ParseYaml(text);
    EXPECT_LT(parsed.ok() ? 0U : parsed.error().message.size(), 500U);
  }
  EXPECT_LT(peak.Bytes(), 250 * text.size()) << "bytes for " << text.size();
}

INSTANTIATE_TEST_SUITE_P(Texts, YamlMemory, testing::ValuesIn(kTexts), [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace weir
