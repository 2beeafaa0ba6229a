// Titles as declarations name them.
#include "runner/formats/columns/title.h"

#include <gtest/gtest.h>

#include <random>

namespace weir::formats {
namespace {

TEST(Titles, AreOnOneLine) {
  const std::pair<const char*, const char*> titles[] = {{"Amount\n(EUR)", "Amount (EUR)"},
                                                        {"a\r\nb", "a b"},
                                                        {"a \t b", "a b"},
                                                        {"a\n\n b", "a b"},
                                                        {"\ta\n", " a "},
                                                        {"a  b", "a  b"},
                                                        {" a ", " a "},
                                                        {"a  b\nc", "a  b c"},
                                                        {"", ""},
                                                        {"\n", " "},
                                                        {"a\x01"
                                                         "b",
                                                         "a\x01"
                                                         "b"}};
  for (const auto& [written, title] : titles) EXPECT_EQ(TitleOf(written), title) << written;
}

TEST(Titles, AreTheSameAgain) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::string written;
    for (std::size_t i = random() % 8; i > 0; --i) written += " \t\r\nab"[random() % 6];
    const std::string title = TitleOf(written);
    EXPECT_FALSE(BreaksLine(title)) << written;
    EXPECT_EQ(TitleOf(title), title) << written;
    EXPECT_EQ(title == written, !BreaksLine(written)) << written;
  }
}

}  // namespace
}  // namespace weir::formats
