#include "runner/engine/sql.h"

#include <cstdio>

#include "runner/engine/instants.h"

namespace weir::engine {
namespace {

bool IsInteger(const std::string& type) { return type == "TINYINT" || type == "SMALLINT" || type == "INTEGER" || type == "BIGINT"; }

std::string TryCast(const std::string& source, const std::string& type) { return "TRY_CAST(" + source + " AS " + type + ")"; }

// Two readings of one text must agree, or the narrower one lost something.
std::string Exact(const std::string& suspicious, const std::string& narrow, const std::string& wide) {
  return "CASE WHEN " + suspicious + " AND " + wide + " IS DISTINCT FROM " + narrow + " THEN NULL ELSE " + narrow + " END";
}

std::string IntegerFromText(const std::string& source, const std::string& type) {
  const std::string suspicious = "(contains(" + source + ", '.') OR contains(" + source + ", 'e') OR contains(" + source + ", 'E'))";
  return Exact(suspicious, TryCast(source, type), TryCast(source, "DECIMAL(38,15)"));
}

std::string DecimalFromText(const std::string& source, const std::string& type) {
  int precision = 0;
  int scale = 0;
  std::sscanf(type.c_str(), "DECIMAL(%d,%d)", &precision, &scale);
  const int wide = 38 - (precision - scale);
  if (wide <= scale) return TryCast(source, type);
  return Exact("(contains(" + source + ", '.') OR contains(" + source + ", 'e') OR contains(" + source + ", 'E'))", TryCast(source, type),
               TryCast(source, "DECIMAL(38," + std::to_string(wide) + ")"));
}

std::string TimestampFromText(const std::string& source, const std::string& format) {
  if (!format.empty()) return FiniteTimestamp("TRY_CAST(try_strptime(" + source + ", " + Literal(format) + ") AS TIMESTAMPTZ)");
  // The common form has no offset and needs no calendar.
  return "CASE WHEN strlen(" + source + ") = 19 AND " + source + "[17] = ':' THEN " + TryCast(source, "TIMESTAMP") + " ELSE " +
         FiniteTimestamp(TryCast(source, "TIMESTAMPTZ")) + " END";
}

}  // namespace

std::string Quote(std::string_view identifier) {
  std::string text = "\"";
  for (const char c : identifier) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

std::string Literal(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\'') literal += '\'';
    literal += c;
  }
  return literal + '\'';
}

std::string JoinSql(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

std::string ColumnNames(const std::vector<api::Column>& columns) {
  std::vector<std::string> names;
  for (const api::Column& column : columns) names.push_back(Quote(column.name));
  return JoinSql(names);
}

std::string ColumnDefinitions(const std::vector<api::Column>& columns) {
  std::vector<std::string> definitions;
  for (const api::Column& column : columns) definitions.push_back(Quote(column.name) + " " + column.type);
  return JoinSql(definitions);
}

std::string AsTimestamp(std::string_view instant_expression) { return std::string(kAsTimestamp) + "(" + std::string(instant_expression) + ")"; }

std::string FiniteTimestamp(std::string_view instant_expression) { return "make_timestamp(epoch_us(" + std::string(instant_expression) + "))"; }

std::string FromText(const std::string& source, const std::string& type, const std::string& timestamp_format) {
  if (type == "VARCHAR") return source;
  if (type == "BLOB") return "encode(" + source + ")";
  if (IsInteger(type)) return IntegerFromText(source, type);
  if (type.starts_with("DECIMAL")) return DecimalFromText(source, type);
  if (type == "TIMESTAMP") return TimestampFromText(source, timestamp_format);
  if (type == "DATE") return Exact("contains(" + source + ", ':')", TryCast(source, "DATE"), TryCast(source, "TIMESTAMP"));
  return TryCast(source, type);
}

}  // namespace weir::engine
