// For any text that binds: what was bound is what is executed, and what DuckDB by itself makes of the same text.
#include <rapidcheck.h>
#include <duckdb.hpp>

#include <algorithm>
#include <set>

#include "runner/engine/values/json_values.h"
#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

constexpr const char* kRows =
    "SELECT * FROM (VALUES (1, 'a', 6.01), (2, 'b  ', 6.05), (3, 'it''s', 7.00), (4, NULL, NULL), (5, '\xC2\xA0\xE6\xBC\xA2', 5.10)) AS r(id, name, size)";

// SELECTs that have everything that tokens are made of.
const std::vector<std::string> kSelects{"SELECT id, name FROM stars WHERE size < 6.05",
                                        "SELECT s.id AS \"the id\", upper(s.name) AS n FROM stars AS s WHERE s.name <> 'it''s' ORDER BY 1",
                                        "WITH t AS (SELECT id * 2 AS d FROM stars) SELECT d, count(*) AS n FROM t GROUP BY d HAVING count(*) >= 1",
                                        "SELECT $$a -- 'b'$$ AS t, E'it\\'s' AS u, 1e3 AS v, 0x1F AS w, -1.50 AS x FROM stars ORDER BY id LIMIT 1",
                                        "SELECT CASE WHEN size BETWEEN 5 AND 6.02 THEN 'near' ELSE 'far' END AS c /* a 'comment' */ FROM stars -- the end",
                                        "SELECT id::VARCHAR || '-' || coalesce(name, 'none') AS k FROM stars WHERE id IN (1, 2, 4)",
                                        "SELECT id, unnest([1, 2]) AS u FROM stars QUALIFY row_number() OVER (ORDER BY id, u) < 4",
                                        "SELECT id FROM stars UNION ALL SELECT 7 EXCEPT SELECT 3 AS id;"};

rc::Gen<std::string> AnyCharacter() {
  static const std::vector<std::string> odd{" ",
                                            "\n",
                                            "\t",
                                            "'",
                                            "\"",
                                            "$",
                                            "$$",
                                            "--",
                                            "/*",
                                            "*/",
                                            ";",
                                            "(",
                                            ")",
                                            ",",
                                            "\\",
                                            "0",
                                            ".",
                                            "e",
                                            "E'",
                                            "\xC2\xA0",
                                            "\xE2\x80\x83",
                                            "\xE3\x80\x80",
                                            "\xEF\xBB\xBF",
                                            "\xE2\x81\xA0",
                                            "é",
                                            "漢",
                                            "\x7F",
                                            "\x1B",
                                            "\xF0\x9F\x99\x82",
                                            "id",
                                            " AS ",
                                            "6.0",
                                            "NULL",
                                            "\xE2\x80\xA8",
                                            "_",
                                            "1_0",
                                            "::",
                                            "?"};
  return rc::gen::elementOf(odd);
}

struct Edit {
  std::size_t at;
  int kind;  // 0 inserts, 1 replaces, 2 removes
  std::string text;
};

std::size_t Boundary(const std::string& text, std::size_t at) {
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  return at;
}

std::string Edited(std::string text, const Edit& edit) {
  const std::size_t from = Boundary(text, edit.at % (text.size() + 1));
  const std::size_t to = edit.kind == 0 || from == text.size() ? from : Boundary(text, from + 1);
  return text.replace(from, to - from, edit.kind == 2 ? "" : edit.text);
}

// A SELECT with a few characters that are others: most still bind, and mean something else.
std::string AnyText() {
  std::string text = *rc::gen::elementOf(kSelects);
  for (int edits = *rc::gen::inRange(0, 4); edits > 0; --edits)
    text = Edited(text, {*rc::gen::inRange<std::size_t>(0, 400), *rc::gen::inRange(0, 3), *AnyCharacter()});
  return text;
}

constexpr const char* kOddSpaces[] = {"\xC2\xA0", "\xE2\x80", "\xE3\x80\x80", "\xEF\xBB\xBF", "\xE2\x81\xA0"};

bool HasOddSpace(const std::string& text) {
  return std::any_of(std::begin(kOddSpaces), std::end(kOddSpaces), [&text](const char* space) { return text.find(space) != std::string::npos; });
}

class SqlLaw : public EngineTest {
 protected:
  SqlLaw() {
    Table("stars", {Required("id", "INTEGER"), Optional("name", "VARCHAR"), Optional("size", "DECIMAL(3,2)")}, kRows);
    plain_.Query(std::string("CREATE TABLE stars AS ") + kRows);
  }

  // Sorted, cells joined; or what is wrong, in a word.
  std::vector<std::string> Ours(const std::string& sql) {
    const auto rows = engine_->Answer(sql, 1000);
    if (!rows.ok()) return {"error"};
    std::vector<std::string> texts;
    for (const auto& row : *rows) {
      texts.emplace_back();
      for (const std::string& cell : row) texts.back() += cell + "|";
    }
    std::sort(texts.begin(), texts.end());
    return texts;
  }
  std::vector<std::string> Theirs(const std::string& sql) {
    auto result = plain_.Query(sql);
    if (result->HasError()) return {"error"};
    std::vector<std::string> texts;
    for (duckdb::idx_t row = 0; row < result->RowCount(); ++row) {
      texts.emplace_back();
      for (duckdb::idx_t column = 0; column < result->ColumnCount(); ++column) {
        AppendJson(texts.back(), result->GetValue(column, row));
        texts.back() += "|";
      }
    }
    std::sort(texts.begin(), texts.end());
    return texts;
  }

  duckdb::DuckDB database_{nullptr};
  duckdb::Connection plain_{database_};
};

TEST_F(SqlLaw, WhatWasBoundIsExecutedForAnyText) {
  int bound_texts = 0, compared = 0;
  EXPECT_TRUE(rc::check([&] {
    const std::string sql = AnyText();
    const auto bound = engine_->Bind(sql);
    const auto ours = Ours(sql);
    if (!bound.ok()) {
      RC_ASSERT(ours == std::vector<std::string>{"error"});
      return;
    }
    ++bound_texts;
    // As a stage runs it: columns of the bound names and types, nothing is converted.
    std::vector<api::Column> columns;
    for (const OutputColumn& column : bound->columns) columns.push_back(Optional(column.name, column.type));
    const bool declarable = std::all_of(columns.begin(), columns.end(), [](const api::Column& c) {
      return c.type == "INTEGER" || c.type == "BIGINT" || c.type == "VARCHAR" || c.type == "DOUBLE" || c.type.starts_with("DECIMAL");
    });
    if (declarable && ours != std::vector<std::string>{"error"} && engine_->MatchSelect(sql, columns).ok()) {
      RC_ASSERT(engine_->Select(sql, columns, "result").ok());
      RC_ASSERT(Measure("result").rows == static_cast<std::int64_t>(ours.size()));
    }
    std::set<std::string> names;
    for (const OutputColumn& column : bound->columns)
      if (!names.insert(column.name).second) return;  // an answer has each name once
    // DuckDB's own handling of other spaces is the fault that all this is about: it is no oracle for them.
    if (HasOddSpace(sql)) return;
    ++compared;
    RC_ASSERT(ours == Theirs(sql));
  }));
  EXPECT_GT(bound_texts, 20) << "hardly any text binds: the law says nothing";
  EXPECT_GT(compared, 15);
}

// The same tokens with other spaces and comments between them: the same rows.
TEST_F(SqlLaw, WhatIsBetweenTokensChangesNothing) {
  static const std::vector<std::string> gaps{
      "\xC2\xA0", "\xE2\x80\x83", "\n\xE3\x80\x80", " /* it's \xC2\xA0 \" */ ", "\xEF\xBB\xBF", " -- it's $$ \xE2\x80\x83 \"\n"};
  EXPECT_TRUE(rc::check([&] {
    const std::string literal = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab ;-/*$\\\"()")));
    const std::string odd = *rc::gen::element<std::string>("\xC2\xA0", "\xE2\x80\x83", "\xE3\x80\x80", "\xEF\xBB\xBF", "\n");
    const std::vector<std::string> tokens{
        "SELECT", "id", ",",   "'" + literal + odd + "'", "AS", "\"q" + literal.substr(0, literal.find('"')) + "\"", "FROM", "stars", "WHERE",
        "size",   "<",  "6.05"};
    std::string plain, spaced;
    for (const std::string& token : tokens) {
      plain += token + " ";
      spaced += token + *rc::gen::elementOf(gaps);
    }
    const auto ours = Ours(spaced);
    RC_ASSERT(ours == Ours(plain));
    RC_ASSERT(ours.size() == 2U);
    RC_ASSERT(ours[0].find(Dump(Json(literal + odd))) != std::string::npos);
  }));
}

}  // namespace
}  // namespace weir::engine
