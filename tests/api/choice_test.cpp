#include "crds/api/describe/choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crds/api/check.h"
#include "crds/api/describe/read.h"
#include "crds/api/describe/write.h"
#include "crds/api/stage.h"

namespace weir::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using testing::UnorderedElementsAre;

Json Parsed(const char* text) { return ParseJson(text).value(); }

TEST(Choice, IsWrittenUnderTheFieldOfWhatIsChosen) {
  EXPECT_EQ(Dump(Write(Format(JsonFormat{}))), R"({"json":{}})");
  EXPECT_EQ(Dump(Write(Check{.name = "some", .rule = RowCountCheck{1, {}}})), R"({"name":"some","rowCount":{"min":1}})");
  EXPECT_EQ(Dump(Write(Format())), "{}");
}

TEST(Choice, IsReadBackAsItWas) {
  const Store store{.name = "lake", .place = VolumeStore{.claim = "data"}};
  std::vector<Problem> problems;
  EXPECT_EQ(Read<Store>(Write(store), "", problems), store);
  EXPECT_THAT(problems, ElementsAre());
}

TEST(Choice, NeitherNoneNorTwoAreTaken) {
  for (const char* text :
       {R"({"name": "lake"})",
        R"({"name": "lake", "volume": {"claim": "data"}, "s3": {"endpoint": "https://s3.example.org", "bucket": "acme", "secretRef": {"name": "keys"}}})"}) {
    std::vector<Problem> problems;
    Read<Store>(Parsed(text), "spec.stores[0]", problems);
    ASSERT_EQ(problems.size(), 1U) << text;
    EXPECT_EQ(problems[0].path, "spec.stores[0]");
    EXPECT_THAT(problems[0].message, HasSubstr("must have exactly one of volume, s3; has "));
  }
}

TEST(Choice, AWordThatIsNoAlternativeIsAnsweredWithTheNearestOne) {
  std::vector<Problem> problems;
  Read<Stage>(Parsed(R"({"name": "a", "publsh": {"view": "v1"}})"), "", problems);
  EXPECT_THAT(Join(problems), HasSubstr("(did you mean publish?)"));
}

TEST(Choice, VisitCallsTheOverloadOfWhatIsChosenAndNoneOfAnEmptyOne) {
  const Overloaded name{[](const CsvFormat&) { return std::string("c"); }, [](const JsonFormat&) { return std::string("j"); },
                        [](const ParquetFormat&) { return std::string("p"); }};
  EXPECT_EQ(Format(CsvFormat{}).Visit(name) + Format(JsonFormat{}).Visit(name) + Format(ParquetFormat{}).Visit(name), "cjp");
  EXPECT_EQ(Format().Visit(name), "");
  EXPECT_TRUE(Format().IsEmpty());
  EXPECT_EQ(Format().Field(), "");
}

// What each kind of stage reads and writes; kinds that are added are seen here by their missing ports.
TEST(Ports, OfEachKindHaveTheFieldsThatNameData) {
  std::vector<std::string> fields;
  for (const Port& port : AllPorts()) fields.push_back(port.field);
  EXPECT_THAT(fields, UnorderedElementsAre("land.into", "accept.from", "accept.into", "transform.from", "transform.sql", "transform.into", "check.dataset",
                                           "publish.view", "export.from", "export.view"));
  StageKinds::ForEach([&]<typename Kind>() {
    EXPECT_TRUE(std::any_of(fields.begin(), fields.end(), [](const std::string& field) { return field.starts_with(std::string(Kind::kField) + "."); }))
        << Kind::kField;
  });
}

// The two readings of one stage: as an object, and as the JSON that the operator keeps of stages that it does not read.
TEST(Ports, OfAStageAndOfItsJsonNameTheSame) {
  for (const char* text :
       {R"({"name": "a", "land": {"from": {"files": {"path": "*.csv"}}, "into": "in"}})", R"({"name": "a", "accept": {"from": "in", "into": "raw"}})",
        R"({"name": "a", "transform": {"from": "raw", "into": "t"}})", R"({"name": "a", "transform": {"sql": "SELECT 1 AS a", "into": "t"}})",
        R"({"name": "a", "check": {"dataset": "t", "checks": [{"name": "some", "rowCount": {"min": 1}}]}})", R"({"name": "a", "publish": {"view": "v1"}})",
        R"({"name": "a", "export": {"from": "t", "to": {"files": {"store": "s", "path": "out"}}, "format": {"csv": {}}}})",
        R"({"name": "a", "export": {"view": "v1", "to": {"files": {"store": "s", "path": "out"}}, "format": {"parquet": {}}}})"}) {
    std::vector<Problem> problems;
    const Ports read = PortsOf(Read<Stage>(Parsed(text), "", problems)), kept = PortsOf(Parsed(text));
    ASSERT_THAT(problems, ElementsAre()) << text;
    ASSERT_EQ(read.size(), kept.size()) << text;
    for (std::size_t i = 0; i < read.size(); ++i)
      EXPECT_TRUE(read[i].flow == kept[i].flow && read[i].field == kept[i].field && read[i].Label() == kept[i].Label()) << text << read[i].field;
  }
}

TEST(Ports, TheJsonOfAStageMayBeAnything) {
  for (const char* text : {"{}", "[]", "7", R"({"land": 7})", R"({"land": {"into": {"a": 1}}})", R"({"publish": null})"})
    EXPECT_TRUE(PortsOf(Parsed(text)).empty()) << text;
}

TEST(CheckKinds, NameTheColumnsThatTheyUse) {
  const auto uses = [](const CheckKinds& rule) {
    std::string text;
    for (const ColumnUse& use : Check{.name = "c", .rule = rule}.Columns()) text += use.field + "=" + use.column + " ";
    return text;
  };
  EXPECT_EQ(uses(NotNullCheck{{"a", "b"}}), "columns[0]=a columns[1]=b ");
  EXPECT_EQ(uses(RangeCheck{"a", "1", ""}), "column=a ");
  EXPECT_EQ(uses(RowCountCheck{}), "");
}

TEST(CheckKinds, ThatLookAtOneRowAreNamedWhereAnotherShallQuarantine) {
  EXPECT_THAT(QuarantineNeedsRowCheck(), AllOf(StartsWith("only notNull, "), EndsWith(" can quarantine rows; use Block or Warn")));
  CheckKinds::ForEach([&]<typename Kind>() {
    const std::string name(Kind::kField);
    EXPECT_EQ(QuarantineNeedsRowCheck().find(name) != std::string::npos, Kind::kScope == CheckScope::Row) << name;
    EXPECT_EQ(QuarantineRule().find("has(self." + name + ")") != std::string::npos, Kind::kScope == CheckScope::Row) << name;
  });
}

}  // namespace
}  // namespace weir::api
