// The verdict on a query's text (crds/contract) is made without the engine, and held here against what the engine parses.
#include "crds/contract/query_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <duckdb.hpp>
#include <random>
#include <sstream>

#include "crds/contract/sql_keywords.h"

namespace weir::contract {
namespace {

using Random = std::mt19937_64;
using Texts = std::vector<std::string>;

// Tokens with one blank between them; no literal has a blank.
const Texts kQueries{
    "SELECT day , delay , carrier FROM flights WHERE carrier = 'UA' AND delay > 10.5",
    "SELECT f . day AS day , avg ( f . delay ) AS delay , count ( * ) AS n FROM flights AS f GROUP BY f . day HAVING count ( * ) >= 2",
    "SELECT day , \"sum\" ( delay ) AS delay FROM flights LEFT JOIN planes USING ( name ) GROUP BY day ORDER BY day DESC LIMIT 10",
    "WITH late AS ( SELECT day , delay , name FROM flights WHERE NOT delay <= 15 ) SELECT day , coalesce ( delay , - 1 ) AS delay FROM late",
    "SELECT day , CASE WHEN delay IS NULL THEN 'none' ELSE carrier END AS carrier FROM flights WHERE name IN ( 'it''s' , 'B-2' ) OR delay < 1e3",
    "SELECT day , delay :: VARCHAR || '-' || carrier AS name FROM flights WHERE delay - 3 <> - 7 AND carrier LIKE 'U%'",
    "SELECT day , sum ( delay ) OVER ( PARTITION BY carrier ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW ) AS delay FROM flights",
    "SELECT day , delay FROM flights UNION ALL SELECT day , 0 AS delay FROM planes EXCEPT SELECT day , 1 AS delay FROM planes"};
const Texts kNames{"flights", "planes", "day", "delay", "carrier", "name", "f", "n", "late", "coalesce2"};

std::size_t Any(Random& random, std::size_t count) { return static_cast<std::size_t>(random() % count); }
const std::string& Any(Random& random, const Texts& texts) { return texts[Any(random, texts.size())]; }
bool Contains(const Texts& texts, const std::string& text) { return std::find(texts.begin(), texts.end(), text) != texts.end(); }

Texts Split(const std::string& query) {
  std::istringstream in(query);
  Texts tokens;
  for (std::string token; std::getline(in, token, ' ');) tokens.push_back(token);
  return tokens;
}

bool IsWord(const std::string& token) { return std::isalpha(static_cast<unsigned char>(token[0])) != 0; }

// The same query, as another person or a formatter writes it.
std::string Written(Random& random, const Texts& tokens) {
  static const Texts kBlanks{" ", "  ", "\n", "\t", "\r\n", "/* a 'b' */", " -- \"c\"\n", " --d\r", "/* /* e */ */ "};
  std::string text = random() % 2 == 0 ? "" : Any(random, kBlanks);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::string token = tokens[i];
    if (Contains(kNames, token) && random() % 3 == 0)
      token = "\"" + token + "\"";
    else if (IsWord(token))
      for (char& c : token) c = static_cast<char>(random() % 2 == 0 ? std::toupper(c) : std::tolower(c));
    else if (token == "<>" && random() % 2 == 0)
      token = "!=";
    // What would grow into one token, or into a comment, without a blank.
    const bool apart = i > 0 && ((IsWord(token) || std::isdigit(static_cast<unsigned char>(token[0])) != 0) && tokens[i - 1] != "(" && tokens[i - 1] != ",");
    const bool signs = i > 0 && std::ispunct(static_cast<unsigned char>(token[0])) != 0 && std::ispunct(static_cast<unsigned char>(tokens[i - 1].back())) != 0;
    if (apart || signs || random() % 2 == 0) text += Any(random, kBlanks);
    text += token;
  }
  for (std::size_t n = random() % 3; n > 0; --n) text += Any(random, Texts{";", " ", "\n", " -- end"});
  return text;
}

class QueryForm : public testing::Test {
 protected:
  // Nothing for a text that is no SELECT. In small letters, since names are the same in either.
  std::optional<std::string> Parsed(const std::string& sql) {
    const auto result = parse_->Execute(duckdb::Value(sql));
    if (result->HasError()) return std::nullopt;
    auto chunk = result->Fetch();
    std::string form = WithoutPlaces(chunk->GetValue(0, 0).ToString());
    std::transform(form.begin(), form.end(), form.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (form.find("\"error\":true") != std::string::npos) return std::nullopt;
    return form;
  }

  static std::string WithoutPlaces(const std::string& tree) {
    const std::string place = "\"query_location\":";
    std::string text;
    for (std::size_t at = 0; at < tree.size();) {
      const std::size_t next = std::min(tree.find(place, at), tree.size());
      text.append(tree, at, next - at);
      at = next == tree.size() ? next : tree.find_first_not_of("0123456789", next + place.size());
    }
    return text;
  }

  duckdb::DuckDB database_{nullptr};
  duckdb::Connection connection_{database_};
  duckdb::unique_ptr<duckdb::PreparedStatement> parse_ = connection_.Prepare("SELECT CAST(json_serialize_sql(CAST($1 AS VARCHAR)) AS VARCHAR)");
};

TEST_F(QueryForm, KeywordsAreThoseOfTheEngine) {
  const auto result = connection_.Query("SELECT keyword_name, keyword_category FROM duckdb_keywords()");
  ASSERT_FALSE(result->HasError());
  ASSERT_GT(result->RowCount(), 400U);
  for (duckdb::idx_t i = 0; i < result->RowCount(); ++i) {
    const std::string word = result->GetValue(0, i).ToString(), category = result->GetValue(1, i).ToString();
    EXPECT_EQ(KeywordOf(word), category == "unreserved" ? Keyword::Unreserved : Keyword::Reserved) << word;
  }
  for (const char* word : {"flights", "delay", "", "sum"}) EXPECT_EQ(KeywordOf(word), Keyword::None) << word;
}

TEST_F(QueryForm, FormattingIsNeverAnotherQuery) {
  Random random(21);
  for (const std::string& query : kQueries) {
    const auto form = Parsed(query);
    ASSERT_TRUE(form) << query;
    for (int i = 0; i < 80; ++i) {
      const std::string before = Written(random, Split(query)), after = Written(random, Split(query));
      ASSERT_EQ(Parsed(after), form) << after << "\nof " << query;
      ASSERT_EQ(CompareQueries(before, after), QueryChange::Same) << before << "\n---\n" << after;
    }
  }
}

// Another literal, column, operator or join, however it is formatted.
TEST_F(QueryForm, AnotherMeaningIsAlwaysAnotherQuery) {
  const std::vector<Texts> kinds{{"10.5", "10.6", "10", "1"},
                                 {"'UA'", "'ua'", "'U A'", "'UA '", "''"},
                                 {"day", "delay", "carrier", "name"},
                                 {">", ">=", "<", "<=", "=", "<>"},
                                 {"-", "+", "*", "/", "%"},
                                 {"AND", "OR"},
                                 {"LEFT", "RIGHT", "FULL"},
                                 {"'none'", "'None'"},
                                 {"EXCEPT", "INTERSECT", "UNION"},
                                 {"DESC", "ASC"},
                                 {"avg", "sum", "max"},
                                 {"PRECEDING", "FOLLOWING"},
                                 {"'it''s'", "'it'", "'it''S'"},
                                 {"LIKE", "ILIKE"},
                                 {"1e3", "1e4", "1"}};
  Random random(22);
  int changes = 0;
  for (int i = 0; i < 2000; ++i) {
    const Texts before = Split(Any(random, kQueries));
    Texts after = before;
    std::string& token = after[Any(random, after.size())];
    for (const Texts& kind : kinds)
      if (Contains(kind, token)) token = Any(random, kind);
    const std::string first = Written(random, before), second = Written(random, after);
    const auto was = Parsed(first), is = Parsed(second);
    const bool other_case = was == is && before != after;  // of a literal
    if (!was || !is || before == after) continue;
    ++changes;
    ASSERT_TRUE(other_case || was != is);
    ASSERT_EQ(CompareQueries(first, second), QueryChange::Undetermined) << first << "\n---\n" << second;
  }
  EXPECT_GT(changes, 300);
}

// Names are the same in either case, but where a row or its names become values.
TEST_F(QueryForm, TheCaseOfANameCountsWhereItMayBeSeenInRows) {
  for (const std::string query :
       {"SELECT day, to_json(t)::VARCHAR AS name FROM (SELECT day, delay AS Amt FROM flights) t",
        "SELECT day, t::VARCHAR AS name FROM (SELECT day, delay AS Amt FROM flights) t",
        "SELECT day, CAST(t AS VARCHAR) AS name FROM (SELECT day, delay AS Amt FROM flights) AS t",
        "SELECT day, concat(x, '') AS name FROM flights JOIN (SELECT day, max(Amt) FROM planes) x USING (day)",
        "WITH t AS (SELECT day, delay Amt FROM flights) SELECT day, [t]::VARCHAR AS name FROM t",
        "SELECT day, n AS name FROM (UNPIVOT (SELECT day, delay AS Amt, delay * 2 AS Dbl FROM flights) ON Amt, Dbl INTO NAME n VALUE v)",
        "SELECT day, typeof(t) AS name FROM (SELECT day, delay AS Amt FROM flights) t",
        "SELECT day, row_to_json(f)::VARCHAR AS name FROM (SELECT day, delay AS \"Amt\" FROM flights) f"}) {
    std::string other = query;
    other.replace(other.find("Amt"), 3, "amt");
    if (const std::size_t again = other.find("Amt"); again != std::string::npos) other.replace(again, 3, "amt");
    EXPECT_EQ(CompareQueries(query, other), QueryChange::Undetermined) << query;
    EXPECT_EQ(CompareQueries(query, query + " ;\n-- end"), QueryChange::Same) << query;
    std::string keywords = query;
    for (const auto& [word, small] : {std::pair<std::string, std::string>{"SELECT", "select"}, {"FROM", "from"}})
      for (std::size_t at = 0; (at = keywords.find(word, at)) != std::string::npos;) keywords.replace(at, word.size(), small);
    EXPECT_EQ(CompareQueries(query, keywords), QueryChange::Same) << keywords;
  }
  EXPECT_EQ(CompareQueries("SELECT t.day, T.Amt AS delay FROM (SELECT day, delay AS Amt FROM flights) t",
                           "SELECT T.day, t.amt AS delay FROM (SELECT day, delay AS AMT FROM flights) T"),
            QueryChange::Same);
}

// Whatever is typed into a query: when the verdict is Same, the engine parses the same. Not the other way round.
TEST_F(QueryForm, WhatIsTheSameParsesAsTheSame) {
  const Texts odd{"\"",          "'",
                  "\r",          "\n",
                  "--",          "/*",
                  "*/",          " ",
                  "@",           "~",
                  "<",           "-",
                  "=",           "|",
                  "e",           "E",
                  "$$",          ".",
                  ",",           "(",
                  ")",           ":",
                  "{A: 1}",      "0",
                  " day ",       "unbounded",
                  "\"day\"",     "\"end\"",
                  "all",         "rollup",
                  ";",           "\"rows\"",
                  "::",          "->",
                  "[",           "\"at\"",
                  " \"first\" ", " nulls first ",
                  " recursive ", "\"recursive\"",
                  " FROM ",      "\"Day\""};
  Random random(23);
  const auto edited = [&](std::string text) {
    for (std::size_t n = random() % 3; n > 0; --n) {
      const std::size_t at = Any(random, text.size());
      if (random() % 3 == 0)
        text.erase(at, 1 + Any(random, 2));
      else if (random() % 2 == 0)
        text.insert(at, Any(random, odd));
      else if (const std::size_t begin = text.rfind(' ', at), end = text.find(' ', at);
               begin != std::string::npos && end != std::string::npos && end > begin + 1)
        text = text.substr(0, begin + 1) + "\"" + text.substr(begin + 1, end - begin - 1) + "\"" + text.substr(end);
    }
    return text;
  };
  int same = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::string base = edited(Any(random, kQueries)), other = edited(base);
    if (CompareQueries(base, other) != QueryChange::Same) continue;
    const auto was = Parsed(base), is = Parsed(other);
    if (!was || !is) continue;
    same += base == other ? 0 : 1;
    ASSERT_EQ(was, is) << base << "\n---\n" << other;
  }
  EXPECT_GT(same, 50);
}

// Each of these was taken for the same query, or for another one.
TEST_F(QueryForm, CommentsOperatorsQuotesAndFieldNames) {
  EXPECT_EQ(CompareQueries("SELECT a -- b\r, c FROM t", "SELECT a FROM t"), QueryChange::Undetermined) << "a comment ends at a carriage return";
  EXPECT_EQ(CompareQueries("SELECT a FROM t WHERE a <@ b", "SELECT a FROM t WHERE a < @b"), QueryChange::Undetermined);
  EXPECT_EQ(CompareQueries("SELECT a FROM t WHERE a=-1", "SELECT a FROM t WHERE a = -1"), QueryChange::Same);
  EXPECT_EQ(CompareQueries("SELECT {a: 1} AS s FROM t", "SELECT {A: 1} AS s FROM t"), QueryChange::Undetermined) << "a name in the result";
  EXPECT_EQ(CompareQueries("SELECT struct_pack(a => 1) AS s FROM t", "SELECT struct_pack(A => 1) AS s FROM t"), QueryChange::Undetermined);
  EXPECT_EQ(CompareQueries("SELECT row(1, 2)::STRUCT(a INT, b INT) AS s FROM t", "SELECT row(1, 2)::STRUCT(a INT, B INT) AS s FROM t"),
            QueryChange::Undetermined);
  EXPECT_EQ(CompareQueries("SELECT \"a\", t.\"day\" FROM \"t\"", "SELECT a, t.day FROM t"), QueryChange::Same);
  EXPECT_EQ(CompareQueries("SELECT \"end\" FROM t", "SELECT end FROM t"), QueryChange::Undetermined) << "a keyword needs its quotes";
  EXPECT_EQ(CompareQueries("SELECT a FROM t GROUP BY \"rollup\"(a)", "SELECT a FROM t GROUP BY rollup(a)"), QueryChange::Undetermined);
  EXPECT_EQ(CompareQueries("SELECT \"a b\" FROM t", "SELECT \"A b\" FROM t"), QueryChange::Undetermined);
}

// ---- the law of Additive, held against what the engine gives

struct Published {
  const char* name;
  Texts expressions;
};
// Of one column each; the first is the one that is published at times with a cast.
const std::vector<Published> kColumns{
    {"a", {"a", "t.a", "a + 1", "b", "n", "count(*)"}},
    {"b", {"b", "-b", "a", "c * 2", "b + c", "coalesce(b, 0)"}},
    {"n", {"n::DECIMAL(10,2)", "n::DECIMAL(12,2)", "CAST(n AS DECIMAL(12,2))", "(n*100)::DECIMAL(12,2)", "n", "a::DECIMAL(12,2)"}},
    {"d", {"n + 1", "b * 10", "f", "d + 1", "sum(c)", "a / 2"}},
    {"f", {"f", "f::INTEGER", "CASE WHEN b > 1 THEN f END", "n"}}};
const Texts kClauses{"",
                     " WHERE b > 1",
                     " WHERE t.b > 1",
                     " WHERE n > 1.5 OR d > 1",
                     " GROUP BY a, b, c, n, f",
                     " GROUP BY a, b, c, n, f HAVING b > 1",
                     " GROUP BY a, b, c, n, f HAVING count(*) > 1 AND d > 3"};

using List = std::vector<std::pair<std::string, std::string>>;  // expression, name

std::string Selecting(const List& list, const std::string& clause) {
  std::string text;
  for (const auto& [expression, name] : list) text += (text.empty() ? "SELECT " : ", ") + expression + (expression == "*" ? "" : " AS " + name);
  return text + " FROM t" + clause;
}

List Edited(Random& random, List list) {
  for (std::size_t n = 1 + random() % 2; n > 0 && !list.empty(); --n) {
    const Published& column = kColumns[Any(random, kColumns.size())];
    if (random() % 3 == 0) {
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(Any(random, list.size())));
    } else if (random() % 2 == 0) {
      list.insert(list.begin() + static_cast<std::ptrdiff_t>(Any(random, list.size() + 1)), {Any(random, column.expressions), column.name});
    } else {
      auto& item = list[Any(random, list.size())];
      for (const Published& own : kColumns)
        if (item.second == own.name) item.first = Any(random, own.expressions);
    }
  }
  return list;
}

// Columns of which the values are promised: those with no finding, and those with more digits.
Texts KeptNames(const List& before, const ColumnFreedoms& freedoms) {
  Texts names;
  for (const auto& [expression, name] : before)
    if (expression != "*" && !freedoms.at(name).any && !freedoms.at(name).gaps) names.push_back(name);
  return names;
}

TEST_F(QueryForm, WhatIsAdditiveKeepsRowsAndTheValuesThatAreNotFree) {
  ASSERT_FALSE(connection_.Query("CREATE TABLE t AS SELECT i % 3 AS a, i % 4 AS b, i % 5 AS c, (i / 4)::DECIMAL(10,2) AS n, i * 0.5 AS f FROM range(24) r(i)")
                   ->HasError());
  Random random(24);
  int additive = 0;
  for (int i = 0; i < 8000; ++i) {
    List before;
    ColumnFreedoms freedoms;
    for (const Published& column : kColumns) {
      if (random() % 2 == 0) continue;
      before.push_back({Any(random, column.expressions), column.name});
      const std::size_t kind = random() % 6;
      freedoms[column.name] = {
          .cast = kind == 1 && before.back().second == "n", .gaps = kind == 2, .any = kind == 3, .was = "DECIMAL(10,2)", .is = "DECIMAL(12,2)"};
    }
    if (before.empty()) continue;
    if (random() % 10 == 0) before.push_back({"*", "*"});
    const List after = Edited(random, before);
    const std::string clause = Any(random, kClauses), was = Selecting(before, clause), is = Selecting(after, clause);
    if (CompareQueries(was, is, freedoms) != QueryChange::Additive) continue;
    std::string names;
    for (const std::string& name : KeptNames(before, freedoms)) names += (names.empty() ? "" : ", ") + name + "::VARCHAR";
    if (names.empty()) names = "1";
    const auto rows = [&](const std::string& sql) { return "(SELECT " + names + " FROM (" + sql + "))"; };
    const auto lost = connection_.Query("SELECT count(*) FROM (" + rows(was) + " EXCEPT ALL " + rows(is) + ")");
    const auto made = connection_.Query("SELECT count(*) FROM (" + rows(is) + " EXCEPT ALL " + rows(was) + ")");
    if (lost->HasError() || made->HasError()) continue;  // one of them does not bind
    ++additive;
    ASSERT_EQ(lost->GetValue(0, 0).GetValue<std::int64_t>() + made->GetValue(0, 0).GetValue<std::int64_t>(), 0) << was << "\n---\n" << is;
  }
  EXPECT_GT(additive, 150);
}

}  // namespace
}  // namespace weir::contract
