#include "crds/base/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace weir {
namespace {

TEST(ReadCodePoint, RefusesWhatIsNotWellFormed) {
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
    EXPECT_EQ(ReadCodePoint(bad).length, 0U);
  EXPECT_EQ(ReadCodePoint("\xED\x9F\xBFx").value, char32_t{0xD7FF});
  EXPECT_EQ(ReadCodePoint("\xF4\x8F\xBF\xBF").value, char32_t{0x10FFFF});
  EXPECT_EQ(ReadCodePoint(std::string_view("\0", 1)).length, 1U);
}

TEST(Printable, LeavesLettersAndTakesWhatMovesACursorOrTurnsTheDirection) {
  EXPECT_EQ(Printable("Zürich 東京 🙂\n"), "Zürich 東京 🙂\n");
  EXPECT_EQ(Printable("a\tb\x1B[2Jc\r\x7F"), "a b?[2Jc??");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "2J"),
            "?2J")
      << "CSI as one character of C1";
  EXPECT_EQ(Printable("gpj.\xE2\x80\xAE"
                      "exe\xE2\x81\xA6 \xE2\x80\xA8"),
            "gpj.?exe? ?");
  EXPECT_EQ(Printable("\xFF\xC3"), "??");
}

RC_GTEST_PROP(Printable, IsUtf8WithoutControlsOfAnyBytes, (const std::string& bytes)) {
  const std::string shown = Printable(bytes);
  RC_ASSERT(FirstByteNotUtf8(shown) == std::string::npos);
  RC_ASSERT(Printable(shown) == shown);
  RC_ASSERT(shown.size() <= bytes.size());
  for (const char c : shown) RC_ASSERT(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

TEST(Cut, KeepsWithinItsLimitAndNeverCutsInsideACodePoint) {
  EXPECT_EQ(Cut("abcdef", 6), "abcdef");
  EXPECT_EQ(Cut("abcdefg", 6), "abc...");
  EXPECT_EQ(Cut("aääa", 5), "a...");
  EXPECT_EQ(Cut("abcd", 2), "..");
  EXPECT_EQ(Cut("abcd", 0), "");
}

RC_GTEST_PROP(Cut, IsNeverLongerThanItsLimit, (const std::string& bytes, unsigned char most)) {
  RC_ASSERT(Cut(bytes, most).size() <= most);
  RC_ASSERT(bytes.size() > most || Cut(bytes, most) == bytes);
}

TEST(OneLine, HasNoLineEnds) { EXPECT_EQ(OneLine("a\nb\r\x1B"), "a b??"); }

TEST(Quoted, NeverCutsInsideACodePoint) {
  EXPECT_EQ(Quoted("ää\nä", 3), "\"ä...\"");
  EXPECT_EQ(Quoted("a\nb"), "\"a b\"");
}

TEST(Text, JoinedKeepsPartsThatAreEmpty) {
  EXPECT_EQ(Joined({}), "");
  EXPECT_EQ(Joined({"a"}), "a");
  EXPECT_EQ(Joined({"", "a", ""}), ", a, ");
  EXPECT_EQ(Joined({"a", "b"}, " OR "), "a OR b");
}

TEST(Text, LowerChangesLettersOfAsciiOnly) {
  EXPECT_EQ(Lower("AZaz09_-\xC3\x84@[`{"), "azaz09_-\xC3\x84@[`{");
  EXPECT_EQ(Lower(""), "");
}

}  // namespace
}  // namespace weir
