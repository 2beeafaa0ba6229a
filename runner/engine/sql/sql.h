#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crds/api/dataset.h"
#include "crds/base/text.h"
#include "runner/formats/columns/sql_names.h"

namespace weir::engine {

// Pieces of SQL text. Names and texts that come from declarations reach SQL only through these two.
inline std::string Quote(std::string_view identifier) { return formats::SqlQuoted(identifier); }
inline std::string Literal(std::string_view text) { return formats::SqlLiteral(text); }

// "a", "b" of the columns.
std::string ColumnNames(const std::vector<api::Column>& columns);
// `"a" INTEGER, "b" VARCHAR` for CREATE TABLE.
std::string ColumnDefinitions(const std::vector<api::Column>& columns);

// TIMESTAMP of an instant (instants.h), as a table's files hold it.
std::string AsTimestamp(std::string_view instant_expression);
// The same for what comes from outside: an infinite instant, which no table can hold, is NULL.
std::string FiniteTimestamp(std::string_view instant_expression);

// The value of text `source` (an SQL expression of type VARCHAR) as `column`'s type by the grammar of
// runner/formats/values/value.h; NULL where it is none. `timestamp_format` is strptime's, or empty for ISO 8601.
std::string FromText(const std::string& source, const std::string& type, const std::string& timestamp_format);

}  // namespace weir::engine
