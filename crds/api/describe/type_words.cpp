#include "crds/api/describe/type_words.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "crds/api/describe/read.h"

namespace weir::api {
namespace {

constexpr int kMostDigits = 38;  // of a DECIMAL

const std::vector<std::string_view> kTypes{"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "BLOB"};

// In capitals, without blanks at the ends or around the arguments, and one blank between words.
std::string Tidy(std::string_view text) {
  std::string tidy;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0)
      tidy += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    else if (!tidy.empty() && tidy.back() != ' ')
      tidy += ' ';
  }
  while (!tidy.empty() && tidy.back() == ' ') tidy.pop_back();
  std::string packed;
  for (std::size_t i = 0; i < tidy.size(); ++i) {
    const bool beside = tidy[i] == ' ' && (std::string_view("(,").find(packed.back()) != std::string_view::npos ||
                                           std::string_view("(,)").find(tidy[i + 1]) != std::string_view::npos);
    if (!beside) packed += tidy[i];
  }
  return packed;
}

bool IsDecimal(std::string_view word) { return word == "DECIMAL" || word == "NUMERIC" || word == "DEC" || word == "NUMBER"; }

bool IsNumber(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string CutAtItsComma(std::string_view whole) { return "was cut at its comma: inside { } quote it, type: \"" + std::string(whole) + "\""; }

std::string DecimalAdvice(std::string_view arguments, bool closed) {
  const std::size_t comma = arguments.find(',');
  const std::string_view precision = arguments.substr(0, comma);
  const std::string_view scale = comma == std::string_view::npos ? "" : arguments.substr(comma + 1);
  if (!closed) return CutAtItsComma("DECIMAL(" + std::string(IsNumber(precision) ? precision : "p") + ",s)") + " with the digits behind the point for s";
  const auto over = [](std::string_view digits, int most) { return IsNumber(digits) && (digits.size() > 3 || std::atoi(std::string(digits).c_str()) > most); };
  if (over(precision, kMostDigits))
    return "a DECIMAL has at most 38 digits: write DECIMAL(38," + std::string(IsNumber(scale) && !over(scale, kMostDigits) ? scale : "2") + ")";
  if (IsNumber(precision) && over(scale, std::atoi(std::string(precision).c_str())))
    return "the scale, the digits behind the point, is at most the precision, all digits: write DECIMAL(" +
           (over(scale, kMostDigits) ? "38,2" : std::string(scale) + "," + std::string(scale)) + "), or a smaller scale";
  if (IsNumber(precision) && IsNumber(scale)) return "write DECIMAL(" + std::string(precision) + "," + std::string(scale) + ")";
  if (IsNumber(precision) && comma == std::string_view::npos) return "write DECIMAL(" + std::string(precision) + ",0)";
  return "write precision and scale, such as DECIMAL(18,2)";
}

}  // namespace

const std::vector<std::pair<std::string_view, std::string_view>>& TypeAliases() {
  static const std::vector<std::pair<std::string_view, std::string_view>> aliases{{"INT", "INTEGER"},
                                                                                  {"INT1", "TINYINT"},
                                                                                  {"INT2", "SMALLINT"},
                                                                                  {"INT4", "INTEGER"},
                                                                                  {"INT8", "BIGINT"},
                                                                                  {"INT16", "SMALLINT"},
                                                                                  {"INT32", "INTEGER"},
                                                                                  {"INT64", "BIGINT"},
                                                                                  {"LONG", "BIGINT"},
                                                                                  {"SHORT", "SMALLINT"},
                                                                                  {"BYTE", "TINYINT"},
                                                                                  {"SIGNED", "INTEGER"},
                                                                                  {"UTINYINT", "SMALLINT"},
                                                                                  {"USMALLINT", "INTEGER"},
                                                                                  {"UINTEGER", "BIGINT"},
                                                                                  {"UBIGINT", "DECIMAL(20,0)"},
                                                                                  {"HUGEINT", "DECIMAL(38,0)"},
                                                                                  {"TEXT", "VARCHAR"},
                                                                                  {"STRING", "VARCHAR"},
                                                                                  {"CHAR", "VARCHAR"},
                                                                                  {"NVARCHAR", "VARCHAR"},
                                                                                  {"BPCHAR", "VARCHAR"},
                                                                                  {"CHARACTER VARYING", "VARCHAR"},
                                                                                  {"UUID", "VARCHAR"},
                                                                                  {"JSON", "VARCHAR"},
                                                                                  {"ENUM", "VARCHAR"},
                                                                                  {"TIME", "VARCHAR"},
                                                                                  {"INTERVAL", "VARCHAR"},
                                                                                  {"BOOL", "BOOLEAN"},
                                                                                  {"LOGICAL", "BOOLEAN"},
                                                                                  {"REAL", "FLOAT"},
                                                                                  {"FLOAT4", "FLOAT"},
                                                                                  {"FLOAT8", "DOUBLE"},
                                                                                  {"FLOAT32", "FLOAT"},
                                                                                  {"FLOAT64", "DOUBLE"},
                                                                                  {"DOUBLE PRECISION", "DOUBLE"},
                                                                                  {"TIMESTAMPTZ", "TIMESTAMP"},
                                                                                  {"TIMESTAMP WITH TIME ZONE", "TIMESTAMP"},
                                                                                  {"DATETIME", "TIMESTAMP"},
                                                                                  {"TIMESTAMP_NS", "TIMESTAMP"},
                                                                                  {"BYTEA", "BLOB"},
                                                                                  {"BINARY", "BLOB"},
                                                                                  {"VARBINARY", "BLOB"},
                                                                                  {"BYTES", "BLOB"},
                                                                                  {"NUMERIC", "DECIMAL(18,2)"},
                                                                                  {"DECIMAL", "DECIMAL(18,2)"},
                                                                                  {"NUMBER", "DECIMAL(18,2)"}};
  return aliases;
}

bool IsTypeOfTheEngine(std::string_view type) {
  const std::size_t open = type.find('('), comma = type.find(',');
  if (open == std::string_view::npos || comma == std::string_view::npos) return true;
  return std::atoi(std::string(type.substr(comma + 1)).c_str()) <= std::atoi(std::string(type.substr(open + 1)).c_str());
}

std::string TypeMeantBy(std::string_view text) {
  std::string word = Tidy(text);
  if (const std::size_t open = word.find('('); open != std::string::npos && !IsDecimal(word.substr(0, open))) word.erase(open);
  if (std::find(kTypes.begin(), kTypes.end(), word) != kTypes.end()) return word;
  for (const auto& [alias, type] : TypeAliases())
    if (word == alias) return std::string(type);
  return "";
}

std::string TypeAdvice(std::string_view text) {
  const std::string word = Tidy(text);
  const std::size_t open = word.find('(');
  const std::string name = word.substr(0, open);
  const bool closed = word.ends_with(')');
  if (open != std::string::npos && IsDecimal(name))
    return DecimalAdvice(std::string_view(word).substr(open + 1, word.size() - open - 1 - (closed ? 1 : 0)), closed);
  if (IsDecimal(name)) return "write precision and scale, such as DECIMAL(18,2)";
  if (std::find(kTypes.begin(), kTypes.end(), name) != kTypes.end()) return "write " + name;
  for (const auto& [alias, type] : TypeAliases())
    if (name == alias) return "write " + std::string(type);
  std::string all;
  for (const std::string_view type : kTypes) all += std::string(type) + ", ";
  return "write one of " + all + "DECIMAL(p,s)" + Suggest(name, kTypes);
}

std::string CutTypeAdvice(std::string_view type, std::string_view rest) {
  const std::string word = Tidy(type), scale = Tidy(rest);
  const std::size_t open = word.find('(');
  if (open == std::string::npos || word.ends_with(')') || !IsDecimal(word.substr(0, open)) || !scale.ends_with(')')) return "";
  if (!IsNumber(std::string_view(word).substr(open + 1)) || !IsNumber(std::string_view(scale).substr(0, scale.size() - 1))) return "";
  const std::string whole = "DECIMAL" + word.substr(open) + "," + scale;
  const bool is_type = std::atoi(word.c_str() + open + 1) <= kMostDigits && IsTypeOfTheEngine(whole);
  return is_type ? CutAtItsComma(whole) : "was cut at its comma; " + TypeAdvice(whole) + ", in quotes inside { }";
}

}  // namespace weir::api
