#include <gtest/gtest.h>

#include "crds/base/yaml.h"
#include "crds/schema/crdgen.h"

namespace weir::schema {
namespace {

// Written and read back by the strict parser that manifests go through.
Json ReadBack(const Ordered& value) {
  const auto documents = ParseYaml(ToYaml(value));
  EXPECT_TRUE(documents.ok()) << documents.error().message << "\n" << ToYaml(value);
  return documents.ok() && !documents->empty() ? documents->front().value : Json();
}

TEST(YamlText, OrderIsKept) { EXPECT_EQ(ToYaml(Ordered::parse(R"({"b":1,"a":{"z":true,"x":[1,2]}})")), "b: 1\na:\n  z: true\n  x:\n  - 1\n  - 2\n"); }

TEST(YamlText, ListsOfObjectsStartOnTheDash) {
  EXPECT_EQ(ToYaml(Ordered::parse(R"({"l":[{"a":1,"b":[{"c":2}]},[3]]})")), "l:\n- a: 1\n  b:\n  - c: 2\n- - 3\n");
}

TEST(YamlText, EmptyContainersStayOnTheLine) { EXPECT_EQ(ToYaml(Ordered::parse(R"({"a":{},"b":[]})")), "a: {}\nb: []\n"); }

TEST(YamlText, TextThatLooksLikeSomethingElseComesBackAsText) {
  for (const char* text : {"true", "No",         "on",       "y",   "null",
                           "~",    "12",         "1e3",      "-",   "- a",
                           "a: b", "a #b",       "#x",       "",    " ",
                           "it's", "{a}",        "[a]",      "*a",  "&a",
                           "!a",   "%a",         "@a",       "`a`", "1970-01-01T00:00:00Z",
                           "'",    "\"",         "a:",       "a ",  "=",
                           "<<",   "0x1f",       ".5",       "|",   ">",
                           "?",    "two\nlines", "tab\there"}) {
    const Ordered value{{"key", text}};
    EXPECT_EQ(At(ReadBack(value), "key"), text) << ToYaml(value);
  }
}

TEST(YamlText, EveryDefinitionReadsBackEqual) {
  for (const Kind& kind : Kinds()) {
    const Ordered definition = Definition(kind);
    EXPECT_EQ(ReadBack(definition), Json::parse(definition.dump())) << kind.resource.kind;
  }
}

}  // namespace
}  // namespace weir::schema
