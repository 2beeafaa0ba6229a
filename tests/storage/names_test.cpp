// Names of files made of other names: distinct, valid and stable for names of any bytes.
#include "runner/storage/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "runner/storage/paths.h"

namespace weir::storage {
namespace {

TEST(Names, OfUsualFilesStayReadable) {
  EXPECT_EQ(MarkedName("data.csv.gz", "_5"), "data_5.csv.gz");
  EXPECT_EQ(MarkedName("app.csv.1", "_5"), "app.csv_5.1");
  EXPECT_EQ(MarkedName("M\xC3\xA4rz 2026.csv", "_5"), "M\xC3\xA4rz 2026_5.csv");
  EXPECT_EQ(ExtendedName("data_5.csv.gz", ".parquet"), "data_5.csv.gz.parquet");
}

TEST(Names, OfUnusualFilesAreEscaped) {
  EXPECT_EQ(MarkedName("..", "_5"), "~2E_5.");
  EXPECT_EQ(MarkedName(".hidden", "_5"), "~2Ehidden_5");
  EXPECT_EQ(MarkedName("a\xFF\n\\%.csv", "_5"), "a~FF~0A~5C~25_5.csv");
  EXPECT_EQ(MarkedName("\xC0\xAF\xED\xA0\x80", "_5"), "~C0~AF~ED~A0~80_5") << "overlong forms and surrogates are not UTF-8";
}

TEST(Names, TooLongKeepTheirExtension) {
  const std::string name = MarkedName(std::string(251, 'x') + ".csv.gz", "_1700000000");
  EXPECT_LE(name.size(), 255U);
  EXPECT_TRUE(name.ends_with("_1700000000.csv.gz")) << name;
  EXPECT_EQ(name, MarkedName(std::string(251, 'x') + ".csv.gz", "_1700000000"));
}

TEST(Names, ThatLookShortenedDoNotMeetThoseThatAre) {
  const std::string shortened = ExtendedName(std::string(255, 'x'), ".parquet");
  EXPECT_NE(ExtendedName(shortened.substr(0, shortened.size() - 8), ".parquet"), shortened);
}

TEST(Names, OfSourcesThatAreNotTextDoNotMeetText) {
  EXPECT_EQ(SourceName("source", "in/a.csv"), "source/in/a.csv");
  EXPECT_EQ(SourceName("source", "in/a\xFF.csv"), "source//in/a%FF.csv");
  EXPECT_EQ(SourceName("source", "in/a%FF.csv"), "source/in/a%FF.csv");
}

// Names that are near each other: most collisions are between neighbours.
std::string AnyName(std::mt19937& random) {
  static const std::vector<std::string> kPieces{"a",        "A",         ".",
                                                "..",       ".csv",      ".gz",
                                                ".1",       "_5",        "-1",
                                                "~",        "~2E",       "~~",
                                                "%",        "%25",       "\\",
                                                "\n",       "\xFF",      "\xC3",
                                                "\xC3\xA9", "e\xCC\x81", "\xE6\xBC\xA2",
                                                "\x7F",     " ",         "=",
                                                "#",        ".parquet",  "\xF0\x9F\x98\x80"};
  std::string name;
  for (std::size_t n = 1 + random() % 5; n > 0; --n) name += kPieces[random() % kPieces.size()];
  if (random() % 4 == 0) name.insert(random() % (name.size() + 1), std::string(200 + random() % 56, 'x'));
  return name.substr(0, 255);
}

TEST(Names, AreInjectiveValidAndWithinTheLimitForAnyBytes) {
  std::mt19937 random(20261130);
  std::map<std::string, std::string> landed, decoded, sources;
  const auto put = [](std::map<std::string, std::string>& names, const std::string& made, const std::string& from) {
    const auto [at, is_new] = names.emplace(made, from);
    ASSERT_TRUE(is_new || at->second == from) << made << " is made of " << testing::PrintToString(at->second) << " and " << testing::PrintToString(from);
  };
  for (int i = 0; i < 3'000; ++i) {
    const std::string name = AnyName(random);
    const std::string in_landing = MarkedName(name, "_1700000000"), in_processed = ExtendedName(in_landing, ".parquet");
    ASSERT_TRUE(CheckPath(in_landing).ok()) << testing::PrintToString(name) << " became " << in_landing;
    ASSERT_TRUE(CheckPath(in_processed).ok()) << testing::PrintToString(name) << " became " << in_processed;
    ASSERT_FALSE(in_landing.starts_with('.'));
    put(landed, in_landing, name);
    put(decoded, in_processed, name);
    put(sources, SourceName("s", name), name);
    ASSERT_EQ(in_landing, MarkedName(name, "_1700000000"));
  }
  EXPECT_GT(landed.size(), 2'000U);
}

}  // namespace
}  // namespace weir::storage
