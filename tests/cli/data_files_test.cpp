// One path for several files.
#include "cli/init/data_files.h"

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace weir::cli {
namespace {

std::string Path(const std::vector<std::string>& names, const std::vector<std::string>& others = {}) { return WildcardFor(names, others).value_or("none"); }

TEST(Wildcard, LeavesOutTheWholeDateOrNumber) {
  EXPECT_EQ(Path({"sales-2026-01.csv", "sales-2026-02.csv"}), "sales-*.csv");
  EXPECT_EQ(Path({"sales_20260101.csv.gz", "sales_20251231.csv.gz"}), "sales_*.csv.gz");
  EXPECT_EQ(Path({"2026-01-sales.csv", "2026-02-sales.csv"}), "*-sales.csv");
  EXPECT_EQ(Path({"2026-01.csv", "2026-02.csv"}), "*.csv");
  EXPECT_EQ(Path({"report_v2_1.json", "report_v2_10.json"}), "report_v2_*.json");
  EXPECT_EQ(Path({"tx-2026-11-29.csv", "tx-2026-11-30.csv"}), "tx-*.csv");
  EXPECT_EQ(Path({"m-20261129.csv", "m-20261130.csv"}), "m-*.csv");
  EXPECT_EQ(Path({"sales-jan-2026.csv", "sales-feb-2026.csv"}), "sales-*.csv");
}

TEST(Wildcard, LeavesOutTheDateBehindTheEnding) {
  EXPECT_EQ(Path({"app.csv-20240131", "app.csv-20240201"}), "app.csv-*");
  EXPECT_EQ(Path({"app.csv.2024-01-31", "app.csv.2024-02-01"}), "app.csv.*");
  EXPECT_EQ(Path({"app.csv-20240131.gz", "app.csv-20240201.gz"}), "app.csv-*.gz");
  EXPECT_EQ(Path({"app.csv.1706659200", "app.csv.1706745600"}), "app.csv.*");
  EXPECT_EQ(Path({"app.csv.2024-01", "app.csv.2024-02"}, {"app.csv.bak"}), "app.csv.\?\?\?\?-\?\?");
  EXPECT_EQ(Path({"app1", "app10"}), "app*");
  EXPECT_EQ(Path({"part-00000", "part-00001"}), "part-*");
  EXPECT_EQ(Path({"app.csv", "app.csv.gz"}), "none") << "one file twice";
  EXPECT_EQ(Path({"sales-1.csv", "sales-2.csv.gz"}), "none") << "the path would take any file";
  EXPECT_EQ(Path({"app.csv-20240131", "app.json-20240201"}), "none");
}

// app.log becomes app.log.1, that app.log.2 and later app.log.2.gz: under one path each content would land as often.
TEST(Wildcard, IsNoneForFilesThatRotationRenames) {
  const std::vector<std::string> sets[] = {{"app.csv.1", "app.csv.2"},
                                           {"app.csv.1", "app.csv.2", "app.csv.10"},
                                           {"app.log.1.gz", "app.log.2.gz"},
                                           {"app.log-1", "app.log-2"},
                                           {"app.log", "app.log.1", "app.log.2.gz", "app.log.3.gz"},
                                           {"app.csv.1", "app.csv.1.gz"},
                                           {"syslog.1", "syslog.2"},
                                           {"app.csv", "app.csv-20240131"},
                                           {"app.csv", "app-20240131.csv"},
                                           {"app.csv", "app-20240131.csv", "app-20240201.csv"},
                                           {"app.csv", "app-2024-01-31.csv.gz", "app-2024-02-01.csv.gz"},
                                           {"app.csv", "app.1.csv", "app.2.csv"},
                                           {"app.csv", "app.csv.gz"},
                                           {"app-20240131.csv", "app-20240131.csv.gz"},
                                           {"app.csv-20240131", "app.csv-20240130.gz"}};
  for (const auto& names : sets) {
    EXPECT_EQ(Path(names), "none") << names[0];
    EXPECT_TRUE(AreRotated(names)) << names[0];
  }
  EXPECT_TRUE(AreRotated({"app.log-20240131", "app.log-20240201"}));
  EXPECT_FALSE(AreRotated({"part-00000", "part-00001"}));
  EXPECT_FALSE(AreRotated({"app-20240131.csv", "app-20240201.csv"}));
  EXPECT_FALSE(AreRotated({"app.1.csv", "app.2.csv"}));
  EXPECT_FALSE(AreRotated({"app.csv", "web-20240131.csv"}));
  EXPECT_FALSE(AreRotated({"sales-1.csv", "sales-2.csv.gz"}));
  EXPECT_FALSE(AreRotated({"app.csv.1", "other.csv.2"}));
}

TEST(Wildcard, OfNumbersBeforeTheEndingIsNoneWhereTheFileIsThatRotationNumbers) {
  EXPECT_EQ(Path({"app.1.csv", "app.2.csv"}), "app.*.csv");
  EXPECT_EQ(Path({"app.1.csv", "app.2.csv"}, {"app.csv"}), "none");
  EXPECT_EQ(Path({"app-20240131.csv", "app-20240201.csv"}, {"app.csv"}), "app-*.csv") << "a date stays";
}

TEST(Rotation, ChangesTheFileWithoutDateAndTheOneThatIsNotPacked) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(CurrentOf({"app-20240131.csv", "app.csv", "app-20240201.csv", "web.csv"}), Names{"app.csv"});
  EXPECT_EQ(CurrentOf({"app.csv.2.gz", "app.csv", "app.csv.1"}), Names{"app.csv"});
  EXPECT_EQ(CurrentOf({"app.csv", "app.csv.gz"}), Names{"app.csv"});
  EXPECT_EQ(CurrentOf({"sales-1.csv", "sales.csv", "report_v2_1.csv", "report.csv"}), Names{}) << "numbers of parts and copies";
  EXPECT_EQ(CurrentOf({"20240131.csv", ".csv", "2024-01.csv"}), Names{});
}

TEST(Wildcard, TakesNoOtherFile) {
  EXPECT_EQ(Path({"sales-2026-01.csv", "sales-2026-02.csv"}, {"sales-returns.csv"}), "sales-\?\?\?\?-\?\?.csv");
  EXPECT_EQ(Path({"sales-2026-1.csv", "sales-2026-12.csv"}, {"sales-returns.csv"}), "sales-2026-1*.csv");
  EXPECT_EQ(Path({"sales-1.csv", "sales-2.csv"}, {"sales-3.csv"}), "none");
}

TEST(Wildcard, IsNoneForNamesWithNothingInCommon) {
  EXPECT_EQ(Path({"orders.csv", "returns.csv"}), "none");
  EXPECT_EQ(Path({"sales-1.csv", "sales-2.json"}), "none");
}

TEST(Wildcard, ForSuccessorsLeavesOutTheDateOfOneName) {
  const auto path = [](const std::string& name, const std::vector<std::string>& others = {}) { return WildcardForSuccessors(name, others).value_or("none"); };
  EXPECT_EQ(path("sales-2024-01-15.csv"), "sales-*.csv");
  EXPECT_EQ(path("sales_20240115.csv.gz"), "sales_*.csv.gz");
  EXPECT_EQ(path("sales-2019.csv"), "sales-*.csv");
  EXPECT_EQ(path("report-v2_202401.json"), "report-v2_*.json");
  EXPECT_EQ(path("2024-01-15.csv"), "*.csv");
  EXPECT_EQ(path("15-01-2024-sales.csv"), "*-sales.csv");
  EXPECT_EQ(path("sales-2024-01.csv", {"sales-returns.csv"}), "sales-\?\?\?\?-\?\?.csv");
  EXPECT_EQ(path("app.csv.2024-01-15"), "app.csv.*");
  EXPECT_EQ(path("sales.csv"), "none");
  EXPECT_EQ(path("sales-7.csv"), "none") << "no year";
  EXPECT_EQ(path("order-19501.csv"), "none");
}

TEST(Wildcard, MatchesItsFilesAndNoOthersForRandomNames) {
  std::mt19937 random(3);
  const std::string alphabet = "ab1-_.[*?";
  const auto name = [&] {
    std::string text = random() % 2 == 0 ? "sales" : "";
    for (std::size_t i = random() % 6; i > 0; --i) text += alphabet[random() % alphabet.size()];
    text += random() % 8 == 0 ? ".json" : ".csv";
    if (random() % 4 == 0) text += "." + std::to_string(random() % 12);
    return text + (random() % 8 == 0 ? ".gz" : "");
  };
  int found = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> names{name(), name()}, others;
    if (names[0] == names[1]) continue;
    for (std::size_t i = random() % 4; i > 0; --i)
      if (const std::string other = name(); std::find(names.begin(), names.end(), other) == names.end()) others.push_back(other);
    const auto pattern = WildcardFor(names, others);
    if (!pattern) continue;
    ++found;
    for (const std::string& one : names) EXPECT_EQ(fnmatch(pattern->c_str(), one.c_str(), FNM_PERIOD), 0) << *pattern << " " << one;
    for (const std::string& one : others) EXPECT_NE(fnmatch(pattern->c_str(), one.c_str(), FNM_PERIOD), 0) << *pattern << " " << one;
  }
  EXPECT_GT(found, 100);
}

}  // namespace
}  // namespace weir::cli
