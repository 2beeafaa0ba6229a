#include "crds/schema/openapi.h"
#include "crds/base/text.h"

#include <gtest/gtest.h>

#include <set>

#include "crds/schema/crdgen.h"

namespace weir::schema {

WEIR_ENUM(Colour, Red, Green);

struct Leaf {
  std::string name;
  int count = 3;
  bool operator==(const Leaf&) const = default;
};
void Describe(auto&& field, api::Of<Leaf> auto& self) {
  field("name", self.name, api::Rules{.doc = "Name.", .required = true, .minLength = 2, .maxLength = 9, .pattern = "^[a-z]+$"});
  field("count", self.count, api::Rules{.doc = "Count.", .min = 1, .max = 5, .change = api::Change::NewRevision});
}

struct Root {
  bool flag = true;
  std::string text = "x", empty;
  Duration wait = Duration::Seconds(90);
  Colour colour = Colour::Green;
  std::optional<int> maybe;
  Leaf leaf;
  std::vector<Leaf> leaves;
  std::vector<std::string> words;
  std::map<std::string, std::string> labels;
  Time at;
  bool operator==(const Root&) const = default;
};
void Describe(auto&& field, api::Of<Root> auto& self) {
  field("flag", self.flag, api::Rules{.doc = "Flag."});
  field("text", self.text, api::Rules{.doc = "Text."});
  field("empty", self.empty, api::Rules{.doc = "Empty."});
  field("wait", self.wait, api::Rules{.doc = "Wait.", .min = 100, .max = 3'600'000});
  field("colour", self.colour, api::Rules{.doc = "Colour."});
  field("maybe", self.maybe, api::Rules{.doc = "Maybe."});
  field("leaf", self.leaf, api::Rules{.doc = "Leaf."});
  field("leaves", self.leaves, api::Rules{.doc = "Leaves.", .minItems = 1, .maxItems = 7, .listKey = "name"});
  field("words", self.words, api::Rules{.doc = "Words.", .maxLength = 5});
  field("labels", self.labels, api::Rules{.doc = "Labels.", .maxLength = 63, .maxItems = 4});
  field("at", self.at, api::Rules{.doc = "At.", .required = true});
  field.Rule({.rule = "self.flag", .message = "say yes", .fieldPath = ".flag"});
  field.OneOf({"text", "empty"});
}

namespace {

Ordered Property(const Ordered& schema, const char* name) { return schema.at("properties").at(name); }

TEST(OpenApi, BoundsAndWordsOfEachTypeAreWritten) {
  const Ordered root = ObjectSchema<Root>(Defaults::Written);
  EXPECT_EQ(Property(root, "flag"), Ordered::parse(R"({"type":"boolean","description":"Flag.","default":true})"));
  EXPECT_EQ(Property(root, "colour"), Ordered::parse(R"({"type":"string","description":"Colour.","enum":["Red","Green"],"default":"Green"})"));
  EXPECT_EQ(Property(root, "labels"),
            Ordered::parse(R"({"type":"object","description":"Labels.","additionalProperties":{"type":"string","maxLength":63},"maxProperties":4})"));
  EXPECT_EQ(Property(root, "words").at("items").at("maxLength"), 5);
  EXPECT_EQ(Property(root, "at").at("format"), "date-time");
  EXPECT_EQ(root.at("required"), Ordered::array({"at"}));
  const Ordered name = Property(Property(root, "leaf"), "name");
  EXPECT_EQ(name, Ordered::parse(R"({"type":"string","description":"Name.","minLength":2,"maxLength":9,"pattern":"^[a-z]+$"})"));
}

TEST(OpenApi, DurationsAreBoundedByRulesThatSpeakAsTheParserDoes) {
  const Ordered wait = Property(ObjectSchema<Root>(Defaults::Written), "wait");
  EXPECT_EQ(wait.at("format"), "duration");
  EXPECT_EQ(wait.at("default"), "1m30s");
  ASSERT_EQ(wait.at("x-kubernetes-validations").size(), 2U);
  EXPECT_EQ(wait.at("x-kubernetes-validations")[0].at("rule"), "self >= duration('100ms')");
  EXPECT_EQ(wait.at("x-kubernetes-validations")[1].at("message"), "may be at most 1h");
}

TEST(OpenApi, DefaultsStandOutsideListsOnly) {
  const Ordered root = ObjectSchema<Root>(Defaults::Written);
  EXPECT_EQ(Property(Property(root, "leaf"), "count").at("default"), 3);
  EXPECT_FALSE(Property(Property(root, "leaves").at("items"), "count").contains("default"));
  for (const char* name : {"empty", "maybe", "leaf", "leaves", "at"}) EXPECT_FALSE(Property(root, name).contains("default")) << name;
  EXPECT_FALSE(Property(ObjectSchema<Root>(Defaults::Withheld), "flag").contains("default"));
}

TEST(OpenApi, ListsOfNamedThingsAreMapsByKey) {
  const Ordered leaves = Property(ObjectSchema<Root>(Defaults::Written), "leaves");
  EXPECT_EQ(leaves.at("x-kubernetes-list-type"), "map");
  EXPECT_EQ(leaves.at("x-kubernetes-list-map-keys"), Ordered::array({"name"}));
  EXPECT_EQ(Property(ObjectSchema<Root>(Defaults::Written), "words").at("x-kubernetes-list-type"), "atomic");
}

TEST(OpenApi, RulesAndOneOfBecomeCel) {
  const Ordered rules = ObjectSchema<Root>(Defaults::Written).at("x-kubernetes-validations");
  EXPECT_EQ(rules[0], Ordered::parse(R"({"rule":"self.flag","message":"say yes","fieldPath":".flag"})"));
  EXPECT_EQ(rules[1].at("rule"), "[has(self.text), has(self.empty)].filter(x, x).size() == 1");
  EXPECT_EQ(rules[1].at("message"), "must have exactly one of text, empty");
}

TEST(OpenApi, DescriptionsSayWhatAChangeDoes) {
  EXPECT_EQ(Property(Property(ObjectSchema<Root>(Defaults::Written), "leaf"), "count").at("description"), "Count. A change makes a new revision.");
}

// What the API server demands of every schema and what our design adds.
void ExpectBoundedAndDescribed(const std::string& path, const Ordered& schema) {
  const std::string type = schema.at("type");
  if (type == "array") {
    EXPECT_TRUE(schema.contains("maxItems")) << path;
    ExpectBoundedAndDescribed(path + "[]", schema.at("items"));
  }
  EXPECT_TRUE(type != "string" || schema.contains("maxLength") || schema.contains("enum")) << path;
  const Ordered properties = schema.value("properties", Ordered::object());
  for (const auto& [name, member] : properties.items()) {
    EXPECT_FALSE(member.value("description", "").empty()) << path << "." << name;
    ExpectBoundedAndDescribed(path + "." + name, member);
  }
}

TEST(Definitions, EveryTextAndListIsBoundedAndEveryFieldDescribed) {
  for (const Kind& kind : Kinds()) {
    ExpectBoundedAndDescribed("spec", kind.spec());
    ExpectBoundedAndDescribed("status", kind.status());
  }
}

TEST(Definitions, NoWordIsReadAsABooleanByYaml) {
  const std::set<std::string> booleans{"yes", "no", "on", "off", "true", "false", "y", "n"};
  const std::function<void(const Ordered&)> look = [&](const Ordered& schema) {
    for (const Ordered& word : schema.value("enum", Ordered::array())) {
      const std::string lower = Lower(word.get<std::string>());
      EXPECT_FALSE(booleans.contains(lower)) << word;
    }
    if (schema.contains("items")) look(schema.at("items"));
    for (const Ordered& member : schema.value("properties", Ordered::object())) look(member);
  };
  for (const Kind& kind : Kinds()) look(kind.spec());
}

TEST(Definitions, StatusIsPendingBeforeTheOperatorSeesTheObject) {
  for (const Kind& kind : Kinds()) {
    const Ordered definition = Definition(kind);
    const Ordered& version = definition.at("spec").at("versions")[0];
    const Ordered pending = Property(version.at("schema").at("openAPIV3Schema"), "status").at("default");
    EXPECT_EQ(pending.at("observedGeneration"), -1);
    EXPECT_EQ(pending.at("conditions").size(), kind.resource == api::kPipelineRuns ? 2U : 1U);
    EXPECT_TRUE(version.at("subresources").contains("status"));
  }
}

TEST(Definitions, EveryConditionTypeHasAMeaning) {
  for (const std::string_view word : api::Words<api::ConditionType>::kAll) EXPECT_FALSE(Meaning(*api::FromWord<api::ConditionType>(word)).empty()) << word;
}

}  // namespace
}  // namespace weir::schema
