#include "cli/report/cells.h"

#include <gtest/gtest.h>

namespace weir::cli {
namespace {

const Json kObject = {
    {"status", {{"rows", 7}, {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}, {{"type", "Fresh"}, {"status", "False"}}})}}}};

TEST(Cells, FollowThePathsOfPrinterColumns) {
  EXPECT_EQ(Follow(kObject, ".status.rows"), 7);
  EXPECT_EQ(Follow(kObject, ".status.conditions[?(@.type==\"Fresh\")].status"), "False");
}

TEST(Cells, AreNullWhereAStepIsAbsentOrThePathIsNone) {
  for (const char* path :
       {".status.none.deeper", ".status.conditions[?(@.type==\"Other\")].status", ".status.rows[?(@.a==\"b\")].c", ".status.conditions[0", ""})
    EXPECT_TRUE(Follow(kObject, path).is_null() || std::string(path).empty()) << path;
}

TEST(Cells, CountAgesAsKubectlDoes) {
  EXPECT_EQ(Age(Duration::Seconds(119)), "119s");
  EXPECT_EQ(Age(Duration::Seconds(200)), "3m20s");
  EXPECT_EQ(Age(Duration::Minutes(100)), "100m");
  EXPECT_EQ(Age(Duration::Hours(5)), "5h");
  EXPECT_EQ(Age(Duration::Hours(52)), "2d4h");
  EXPECT_EQ(Age(Duration::Hours(24 * 400)), "400d");
  EXPECT_EQ(Age(Duration::Seconds(-5)), "0s");
  EXPECT_EQ(Age({-Duration::Hours(24 * 30).ms}), "in 30d");
}

TEST(Cells, ShowDatesAsTheTimeSince) {
  const Time now = *ParseTime("2026-03-01T12:00:00Z");
  EXPECT_EQ(Cell("2026-03-01T11:59:00Z", "date", now), "60s");
  EXPECT_EQ(Cell("no date", "date", now), "no date");
  EXPECT_EQ(Cell("2026-03-01T11:59:00Z", "string", now), "2026-03-01T11:59:00Z");
  EXPECT_EQ(Cell(nullptr, "date", now), "");
}

}  // namespace
}  // namespace weir::cli
