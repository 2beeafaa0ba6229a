#pragma once

#include <functional>
#include <string>

#include "crds/api/dataset.h"
#include "runner/engine/session.h"

namespace weir::engine {

// The SQL expression for the value of a column.
using ColumnValue = std::function<std::string(const std::string& column)>;

// SQL condition that is TRUE for a row that fails a row check (notNull, acceptedValues, range); "" for the others. Values
// are literals of the column's type: a bound that is no such value is a Fault::Data of the query.
std::string FailingRow(const api::Check& check, const ColumnValue& value);
std::string FailingRow(const api::Check& check);  // of a relation with the columns themselves

// What a row that was set aside tells: the columns that the check looks at, and the reason.
std::string CheckedColumns(const api::Check& check);
std::string FailureOf(const api::Check& check);

// A bound of a check that is no value of its column is the declaration's mistake, not the data's.
Error OfCheck(const api::Check& check, const Error& error);

Status RequireRowCheck(const api::Check& check);
// Fault::Invalid unless every check looks at one row and its bounds are values of the column's type.
Status RequireRowChecks(Session& session, const RowRules& rules);

// The check in words: "range: amount between 0 and 10".
std::string Describe(const api::Check& check);

// Rows that fail; surplus rows of a unique check (a missing value is a value here: a key has none); 0 or 1 for rowCount.
Result<std::int64_t> CountFailingRows(Session& session, const std::string& relation, const api::Check& check);

}  // namespace weir::engine
