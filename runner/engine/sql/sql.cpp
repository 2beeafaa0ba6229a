#include "runner/engine/sql/sql.h"

#include "runner/engine/values/instants.h"
#include "runner/engine/values/value_functions.h"

namespace weir::engine {

std::string ColumnNames(const std::vector<api::Column>& columns) {
  std::vector<std::string> names;
  for (const api::Column& column : columns) names.push_back(Quote(column.name));
  return Joined(names);
}

std::string ColumnDefinitions(const std::vector<api::Column>& columns) {
  std::vector<std::string> definitions;
  for (const api::Column& column : columns) definitions.push_back(Quote(column.name) + " " + column.type);
  return Joined(definitions);
}

std::string AsTimestamp(std::string_view instant_expression) { return std::string(kAsTimestamp) + "(" + std::string(instant_expression) + ")"; }

std::string FiniteTimestamp(std::string_view instant_expression) { return "make_timestamp(epoch_us(" + std::string(instant_expression) + "))"; }

std::string FromText(const std::string& source, const std::string& type, const std::string& timestamp_format) {
  if (type == "VARCHAR") return source;
  if (type == "BLOB") return "encode(" + source + ")";
  const std::string format = type == "TIMESTAMP" ? timestamp_format : "";
  return std::string(kValueOfText) + "(" + source + ", " + Literal(type) + ", " + Literal(format) + ")";
}

}  // namespace weir::engine
