#include "crds/base/shell_word.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>

namespace weir {
namespace {

std::string SaidByAShell(const std::string& word) {
  std::string said;
  FILE* pipe = popen(("printf %s " + word).c_str(), "r");
  std::array<char, 256> piece{};
  while (pipe != nullptr && std::fgets(piece.data(), piece.size(), pipe) != nullptr) said += piece.data();
  if (pipe != nullptr) pclose(pipe);
  return said;
}

TEST(ShellWord, IsTheTextToAShell) {
  for (const std::string text : {"orders.csv", "a b", "it's", "''", "$(date)", "`x`", "a;b", "*", "a\\b", "\"q\"", "~", "#x", "größe.csv", "a\nb", "!x"}) {
    EXPECT_EQ(SaidByAShell(ShellWord(text)), text);
    EXPECT_EQ(SaidByAShell(ShellQuoted(text)), text);
  }
}

TEST(ShellWord, IsQuotedOnlyWhereItMustBe) {
  EXPECT_EQ(ShellWord("in/orders-2024_1.csv"), "in/orders-2024_1.csv");
  EXPECT_EQ(ShellWord("größe.csv"), "größe.csv");
  EXPECT_EQ(ShellWord("a b"), "'a b'");
  EXPECT_EQ(ShellWord("-x"), "'-x'");
  EXPECT_EQ(ShellWord(""), "''");
}

}  // namespace
}  // namespace weir
