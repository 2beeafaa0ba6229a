#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class AbsentKeys : public StageTest {
 protected:
  AbsentKeys() {
    for (const char* name : {"orders-landing", "orders-raw"}) Table(name).format = api::JsonFormat{};
  }
  api::StageOutcome DecodedJson() {
    Good(Land("in/*.json"));
    Good(Accept());
    return Good(Decode());
  }
};

TEST_F(AbsentKeys, OfAColumnThatIsMisspeltAreAWarningOfEachVersion) {
  folder_.Write("source/in/a.json", R"({"id":1,"city":"Oslo","amout":10})");
  auto outcome = DecodedJson();
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].path, "Dataset/orders");
  for (const char* part :
       {"a_1700003600.json", "has the key \"amount\" of column amount (did you mean amout?)", "NULL there", "sourceName", "declare whenAbsent: SetNull"})
    EXPECT_THAT(outcome.findings[0].message, HasSubstr(part));
  EXPECT_EQ(State("orders").Facts()["findings"].size(), 1U) << "who reads the log learns of it";
  NextRun();
  folder_.Write("source/in/b.json", R"({"id":2,"city":"Rome","amount":20})");
  outcome = DecodedJson();
  ASSERT_EQ(outcome.findings.size(), 1U) << "the first file is in the version still";
  NextRun();
  Table("orders").columns[2].sourceName = "amout";
  outcome = DecodedJson();
  ASSERT_EQ(outcome.findings.size(), 1U) << "now it is the second";
  EXPECT_THAT(outcome.findings[0].message, HasSubstr("b_1700007200.json has the key \"amout\" of column amount (did you mean amount?)"));
}

TEST_F(AbsentKeys, AreOneWarningForAllFiles) {
  Table("orders").columns.push_back(Optional("note", "VARCHAR"));
  for (const char* name : {"a", "b", "c"}) folder_.Write(std::string("source/in/") + name + ".json", R"({"id":1,"city":"Oslo","amount":10})");
  const auto outcome = DecodedJson();
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_THAT(outcome.findings[0].message, HasSubstr("no record in any of 3 files"));
}

TEST_F(AbsentKeys, OfAColumnThatMustHaveAValueFailTheRunAndAreNamed) {
  Table("orders").columns[1].nullable = false;
  folder_.Write("source/in/a.json", R"({"id":1,"City":"Oslo","amount":10})");
  Good(Land("in/*.json"));
  Good(Accept());
  const auto outcome = Bad(Decode(), api::OutcomeClass::Data, api::Reason::QuarantineExceeded);
  EXPECT_THAT(outcome.message, HasSubstr("no record has the key \"city\" of column city (did you mean City?)"));
}

TEST_F(AbsentKeys, AreNoMatterOfFilesWithoutRecords) {
  Table("orders").quarantine = api::QuarantineLimit{.maxShare = "100%"};
  folder_.Write("source/in/a.json", "[]\n");
  EXPECT_THAT(DecodedJson().findings, IsEmpty());
}

}  // namespace
}  // namespace weir::stages
