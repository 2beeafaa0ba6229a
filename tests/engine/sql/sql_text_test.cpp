// One SQL text, byte for byte: what is bound is what is executed, whatever is between its tokens and in its literals.
#include "runner/engine/sql/sql_text.h"

#include <random>

#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kNoBreak = "\xC2\xA0";

class SqlText : public EngineTest {
 protected:
  // Executed as a transform is: selected into a relation, written to a file, read back.
  std::vector<std::string> Executed(const std::string& sql, const std::vector<api::Column>& columns) {
    const Status selected = engine_->Select(sql, columns, "result");
    EXPECT_TRUE(selected.ok()) << sql << "\n" << (selected.ok() ? "" : selected.error().message);
    return selected.ok() ? RowsOf("result", columns) : std::vector<std::string>{};
  }
  Error Refusal(const std::string& sql) {
    const auto bound = engine_->Bind(sql);
    EXPECT_FALSE(bound.ok()) << sql;
    return bound.ok() ? Error{} : bound.error();
  }
};

TEST_F(SqlText, ANoBreakSpaceCostsNoByteAtTheEnd) {
  Table("stars", {Required("size", "DECIMAL(4,2)")}, "SELECT unnest([5.00, 5.10, 5.20, 5.30, 6.01, 6.02, 6.05, 7.00])::DECIMAL(4,2) AS size");
  const std::string spaced = std::string("SELECT size FROM") + kNoBreak + "stars WHERE size < 6.05";
  EXPECT_EQ(Executed(spaced, {Required("size", "DECIMAL(4,2)")}).size(), 6U);
  EXPECT_THAT(Rows(std::string("SELECT count(*) AS n") + kNoBreak + "FROM stars WHERE size < 6.05"), ElementsAre(R"({"n":6})"));
}

TEST_F(SqlText, EveryUnicodeSpaceSeparatesTokens) {
  for (const char* space :
       {"\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\x83", "\xE2\x80\xA8", "\xE2\x80\xAF", "\xE2\x81\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF"})
    EXPECT_THAT(Rows(std::string(space) + "SELECT" + space + "17" + space + "AS" + space + "n" + space), ElementsAre(R"({"n":17})")) << space;
}

TEST_F(SqlText, LiteralsKeepTheirSpaces) {
  const std::string literal = std::string("a") + kNoBreak + "b\xE2\x80\x83";
  for (const std::string& sql : {"SELECT '" + literal + "' AS t", "SELECT $$" + literal + "$$ AS t", "SELECT $x$" + literal + "$x$ AS t /* it's */",
                                 "SELECT /* it's " + std::string(kNoBreak) + " */ '" + literal + "' AS t -- it's"})
    EXPECT_THAT(Rows(sql), ElementsAre(Dump(Json{{"t", literal}}))) << sql;
  EXPECT_EQ(engine_->Bind("SELECT 1 AS \"a" + std::string(kNoBreak) + "b\"")->columns[0].name, "a" + std::string(kNoBreak) + "b");
}

TEST_F(SqlText, AnEscapedQuoteDoesNotEndALiteral) {
  EXPECT_THAT(Rows(R"(SELECT E'it\'s -- no comment' AS t)"), ElementsAre(R"({"t":"it's -- no comment"})"));
  EXPECT_THAT(Rows("SELECT E'a'\n'b\\' /* no comment */' AS t"), ElementsAre(R"({"t":"ab' /* no comment */"})"));
  EXPECT_THAT(Refusal(std::string("SELECT 1 AS a,\n E'it\\'s") + kNoBreak + "so' AS t").message, HasSubstr("(line 2 of the SQL)"));
}

TEST_F(SqlText, ACommentAtTheEndSwallowsNothing) {
  for (const char* tail : {"-- done", ";-- done", " ; /* done */ ; -- x", "\n--", "/* ; */", ";;", "--\xC2\xA0it's"})
    EXPECT_THAT(Executed(std::string("SELECT 1 AS n") + tail, {Required("n", "INTEGER")}), ElementsAre(R"({"n":1})")) << tail;
}

TEST_F(SqlText, WhatTheParserWouldCutIsRefused) {
  EXPECT_THAT(Refusal(std::string("SELECT 1 AS n\n\0, 2 AS m", 22)).message, HasSubstr("NUL character: remove it (line 2"));
  EXPECT_THAT(Refusal("SELECT '\xFF' AS n").message, HasSubstr("not UTF-8"));
  EXPECT_THAT(Refusal("SELECT 1 AS n; SELECT 2 AS n").message, HasSubstr("exactly one SELECT"));
  EXPECT_THAT(Refusal("SELECT 1) UNION SELECT * FROM (SELECT 2").message, HasSubstr("syntax error"));
}

// Found by the fuzzer: it was looked for without end.
TEST_F(SqlText, ACommentThatIsNotClosedIsRefused) {
  for (const char* open : {"SELECT 1 AS a /* x", "/*", "SELECT 1 AS a /* /* */ \xC2\xA0"}) EXPECT_THAT(Refusal(open).message, HasSubstr("comment")) << open;
}

TEST_F(SqlText, KeepsEveryOffset) {
  const std::string sql = std::string("SELECT 1 /* ") + kNoBreak + " */" + kNoBreak + "AS a --\xE2\x80\x83\nFROM t";
  const auto text = ForParser(sql);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->size(), sql.size());
  EXPECT_EQ(text->find("FROM"), sql.find("FROM"));
}

// A SELECT made of pieces with a known result.
class Generator {
 public:
  explicit Generator(std::mt19937& random) : random_(random) {}

  void Make() {
    sql = Gap(false) + "SELECT";
    for (std::size_t i = 0, n = 1 + Below(3); i < n; ++i) {
      std::string value;
      sql += (i > 0 ? "," : "") + Gap(true) + Literal(value) + Gap(true) + "AS" + Gap(true) + Name(i);
      values.push_back(value);
    }
    sql += Gap(true) + "WHERE" + Gap(true) + "1.05" + Gap(false) + "<" + Gap(false) + "1.06";
    for (std::size_t n = Below(3); n > 0; --n) sql += Gap(false) + (Below(2) == 0 ? ";" : "");
    if (Below(3) == 0) sql += "-- the end ' \" $$ ( /*";
  }
  std::string sql;
  std::vector<std::string> names, values;

 private:
  std::size_t Below(std::size_t n) { return random_() % n; }
  template <std::size_t N>
  const char* Pick(const char* const (&texts)[N]) {
    return texts[Below(N)];
  }
  // What may be between two tokens; `wide` when something must be.
  std::string Gap(bool wide) {
    static constexpr const char* kGaps[] = {
        " ", "\xC2\xA0", "\xE2\x80\x83", "\n", "\t", "\xE3\x80\x80", "\xE2\x80\xA8", "-- it's \" $$ \xC2\xA0 ;\n", "/* ' \" \xC2\xA0 /* -- */ $a$ ; */"};
    std::string gap = wide ? Pick({" ", "\xC2\xA0", "\n", "\xE2\x80\x8A"}) : "";
    for (std::size_t n = Below(3); n > 0; --n) gap += Pick(kGaps);
    return gap;
  }
  std::string Content() {
    static constexpr const char* kContents[] = {"a", " ",  "\xC2\xA0", "\xE2\x80\x83", "--",       "/*",           "*/",           ";", "(",
                                                ")", "\"", "$",        "\n",           "\xC3\xA9", "\xE6\xBC\xA2", "\xEF\xBB\xBF", "''"};
    std::string content;
    for (std::size_t n = Below(6); n > 0; --n) content += Pick(kContents);
    return content;
  }
  static std::string Undoubled(std::string text, char quote) {
    for (std::size_t at = text.find(std::string(2, quote)); at != std::string::npos; at = text.find(std::string(2, quote), at + 1)) text.erase(at, 1);
    return text;
  }
  std::string Literal(std::string& value) {
    const std::string content = Content();
    switch (Below(4)) {
      case 0: return "$t$" + (value = content) + "$t$";
      case 1: value = "6.05"; return "6.05::VARCHAR";
      default: value = Undoubled(content, '\''); return "'" + content + "'";
    }
  }
  std::string Name(std::size_t i) {
    static constexpr const char* kNames[] = {"total", "na\xC3\xAFve", "\xE6\x95\xB0", "a$b$c"};
    const std::string number = std::to_string(i);
    if (Below(2) == 0) {
      names.push_back(Pick(kNames) + number);
      return names.back();
    }
    names.push_back("q\xC2\xA0;-- '" + number);
    return "\"" + names.back() + "\"";
  }
  std::mt19937& random_;
};

TEST_F(SqlText, AnyTextIsBoundAndExecutedAsItStands) {
  std::mt19937 random(20261130);
  for (int i = 0; i < 300; ++i) {
    Generator made(random);
    made.Make();
    const auto bound = engine_->Bind(made.sql);
    ASSERT_TRUE(bound.ok()) << made.sql << "\n" << bound.error().message;
    std::vector<std::string> names;
    for (const OutputColumn& column : bound->columns) names.push_back(column.name);
    ASSERT_EQ(names, made.names) << made.sql;
    Json row = Json::object();
    for (std::size_t c = 0; c < names.size(); ++c) row[names[c]] = made.values[c];
    ASSERT_THAT(Rows(made.sql), ElementsAre(Dump(row))) << made.sql;
    if (i % 20 != 0) continue;
    std::vector<api::Column> columns;
    for (const std::string& name : names) columns.push_back(Required(name, "VARCHAR"));
    ASSERT_THAT(Executed(made.sql, columns), ElementsAre(Dump(row))) << made.sql;
  }
}

}  // namespace
}  // namespace weir::engine
