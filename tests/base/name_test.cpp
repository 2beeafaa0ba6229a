#include "crds/base/name.h"

#include <gtest/gtest.h>

#include <set>

namespace weir {
namespace {

TEST(Names, ObjectsAndTablesDeriveFromEachOther) {
  EXPECT_EQ(TableName("flights-daily-delays-v1"), "flights_daily_delays_v1");
  EXPECT_EQ(ObjectName(TableName("flights-daily-delays-v1")), "flights-daily-delays-v1");
}

TEST(DerivedName, IsThePartsJoinedWhileItFits) {
  EXPECT_EQ(DerivedName({"daily", "land", "1"}), "daily-land-1");
  EXPECT_EQ(DerivedName({std::string(61, 'a'), "1"}).size(), 63U);
}

TEST(DerivedName, TellsPartsApartThatReadTheSame) {
  EXPECT_EQ(DerivedName({"a-b", "c"}), "a-b-c");
  EXPECT_EQ(DerivedName({"a", "b-c"}).substr(0, 6), "a-b-c-");
  EXPECT_EQ(DerivedName({"a", "b-c"}).size(), 16U);
}

TEST(DerivedName, IsCutWithAHashWhenItDoesNotFit) {
  const std::string name = DerivedName({std::string(60, 'a'), "stage", "1"});
  EXPECT_LE(name.size(), 63U);
  EXPECT_TRUE(IsDnsLabel(name));
  EXPECT_EQ(name, DerivedName({std::string(60, 'a'), "stage", "1"}));
}

TEST(DerivedName, OfDifferentLongPartsIsDifferent) {
  std::set<std::string> names;
  for (int attempt = 1; attempt <= 1000; ++attempt) names.insert(DerivedName({std::string(60, 'a'), "stage", std::to_string(attempt)}));
  names.insert(DerivedName({std::string(60, 'a') + "-stage", "1"}));
  EXPECT_EQ(names.size(), 1001U);
}

TEST(DerivedName, LeavesNoHyphenBeforeTheHash) {
  const std::string name = DerivedName({std::string(51, 'a') + "-------------", "b"});
  EXPECT_EQ(name.find("--"), std::string::npos);
  EXPECT_TRUE(IsDnsLabel(name)) << name;
}

TEST(StableHash, IsFnv1a) {
  EXPECT_EQ(StableHashText(""), "cbf29ce484222325");
  EXPECT_EQ(StableHashText("a"), "af63dc4c8601ec8c");
  EXPECT_EQ(StableHashText("foobar"), "85944171f73967e8");
}

TEST(DnsLabels, AreToldFromWhatIsNone) {
  for (const char* good : {"a", "a-b", "0", "a0"}) EXPECT_TRUE(IsDnsLabel(good)) << good;
  for (const char* bad : {"", "-a", "a-", "A", "a.b", "a_b", "\xc3\xa4"}) EXPECT_FALSE(IsDnsLabel(bad)) << bad;
  EXPECT_TRUE(IsDnsLabel(std::string(63, 'a')));
  EXPECT_FALSE(IsDnsLabel(std::string(64, 'a')));
}

}  // namespace
}  // namespace weir
