// SQL of users on its way to DuckDB's parser.
#include <algorithm>
#include <duckdb.hpp>
#include <duckdb/parser/parser.hpp>

#include "runner/engine/sql/sql_text.h"
#include "tests/fuzz/invariant.h"

using namespace weir;

namespace {

// How many statements there are; -1 where the parser refuses it.
int Statements(const std::string& sql) {
  try {
    duckdb::Parser parser;
    parser.ParseQuery(sql);
    return static_cast<int>(parser.statements.size());
  } catch (const std::exception&) {
    return -1;
  }
}

// Every space beyond ASCII begins with one of these bytes.
bool MayHoldOtherSpaces(const std::string& sql) {
  return std::any_of(sql.begin(), sql.end(), [](char c) { return c == '\xC2' || static_cast<unsigned char>(c) >= 0xE1; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string sql(fuzz::Text(data, size));
  const auto text = engine::ForParser(sql);
  if (!text) {
    fuzz::RequireReadable(text.error().message);
    return 0;
  }
  fuzz::Require(text->size() == sql.size(), "each token keeps its offset");
  for (std::size_t i = 0; i < sql.size(); ++i) fuzz::Require((*text)[i] == sql[i] || (*text)[i] == ' ', "nothing but spaces and comments is blanked");
  const auto again = engine::ForParser(*text);
  fuzz::Require(again.ok() && *again == *text, "what the parser takes is left as it is");
  std::string changed;
  fuzz::Require(!duckdb::Parser::StripUnicodeSpaces(*text, changed), "the parser changes nothing");
  // A space that the engine does not know is part of a name to it, and its own handling of those that it knows takes quotes
  // in comments for text: with spaces beyond ASCII it is no oracle.
  if (!MayHoldOtherSpaces(sql) && Statements(sql) >= 0) fuzz::Require(Statements(*text) >= 0, "what was SQL stays SQL");
  return 0;
}
