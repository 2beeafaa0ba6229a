#include "crds/api/describe/words.h"

#include <gtest/gtest.h>

#include <set>

#include "crds/api/protocol/stage_task.h"
#include "crds/api/run.h"

namespace weir::elsewhere {

WEIR_ENUM(Planet,
          // the inner ones
          Mercury, Venus,  // which are hot
          Earth /* and its moon */, Mars_4);
WEIR_ENUM(Single, Only);
WEIR_ENUM(Numbered, First = 1, Second);
enum class Bare { A, B };

}  // namespace weir::elsewhere

namespace weir::api {

#define WEIR_SIDES(row) row(Left, "left-hand") row(Right, "right-hand")
WEIR_ENUM_SPELT(Side, WEIR_SIDES);
#undef WEIR_SIDES

namespace {

using elsewhere::Planet;

template <typename... E>
void ExpectWordsAreDistinctAndComeBack() {
  const auto one = [](const auto& words, auto first) {
    EXPECT_EQ(std::set<std::string_view>(words.begin(), words.end()).size(), words.size()) << words[0];
    for (std::size_t i = 0; i < words.size(); ++i) {
      EXPECT_EQ(Word(static_cast<decltype(first)>(i)), words[i]);
      EXPECT_EQ(FromWord<decltype(first)>(words[i]), static_cast<decltype(first)>(i)) << words[i];
    }
    EXPECT_EQ(FromWord<decltype(first)>("NoSuchWord"), std::nullopt) << words[0];
  };
  (one(Words<E>::kAll, E{}), ...);
}

TEST(Words, ComeBackAsTheirEnumerators) {
  ExpectWordsAreDistinctAndComeBack<ConditionStatus, ConditionType, ContractRule, Encoding, LabelOperator, OnFailure, OnUnreadable, OutcomeClass, Provenance,
                                    Reason, Redelivery, RunState, Stability, StageState, TaintEffect, TargetKind, TaskKind, TolerationOperator, UserIds,
                                    WhenAbsent, WhenEmpty, Zone>();
  EXPECT_EQ(Word(Reason::InternalError), "InternalError");
  EXPECT_EQ(Word(Reason::WithinLimit), "WithinLimit");
  EXPECT_EQ(Word(Reason::OutOfMemory), "OutOfMemory");
  EXPECT_EQ(Word(Encoding::Utf16Be), "UTF-16BE");
}

TEST(Words, AreTheEnumeratorsOfTheList) {
  static_assert(Words<Planet>::kAll == std::to_array<std::string_view>({"Mercury", "Venus", "Earth", "Mars_4"}));
  static_assert(Words<elsewhere::Single>::kAll == std::to_array<std::string_view>({"Only"}));
  static_assert(Word(Planet::Mars_4) == "Mars_4");
  ExpectWordsAreDistinctAndComeBack<Planet, elsewhere::Single>();
}

TEST(Words, MayBeSpeltOtherwiseThanEnumerators) {
  static_assert(Words<Side>::kAll == std::to_array<std::string_view>({"left-hand", "right-hand"}));
  ExpectWordsAreDistinctAndComeBack<Side>();
  EXPECT_EQ(FromWord<Side>("Left"), std::nullopt);
}

TEST(Words, AreFoundAsTheyAreWrittenOnly) {
  for (const std::string_view word : {"", "venus", "Venu", "Venus ", "Mercury, Venus", "which", "moon"})
    EXPECT_EQ(FromWord<Planet>(word), std::nullopt) << word;
}

TEST(Words, OfAnEnumerationWithoutAListAreNone) {
  static_assert(Worded<Planet> && Worded<Side>);
  static_assert(!Worded<elsewhere::Bare> && !Worded<int>);
}

// Where it is asked for its words, such an enumeration does not compile.
TEST(Words, OfAListWithMoreThanNamesAreRefused) {
  static_assert(CountNames(ListOfNames(Planet{})) == 4);
  static_assert(CountNames(ListOfNames(elsewhere::Numbered{})) == 0);
  for (const std::string_view list : {"", ",", "A, B,", "A, B, ", "A,, B", "A = 1, B", "A B", "A [[deprecated]]", "A-B", "\"A\""})
    EXPECT_EQ(CountNames(list), 0U) << list;
  EXPECT_EQ(CountNames("A,B"), 2U);
  EXPECT_EQ(SplitNames<2>("A,B"), SplitNames<2>("A, B"));
}

}  // namespace
}  // namespace weir::api
