#pragma once

#include <functional>
#include <string>
#include <vector>

#include "crds/api/dataset.h"
#include "runner/engine/session.h"

namespace weir::engine {

// The SQL expression for the value of a column.
using ColumnValue = std::function<std::string(const std::string& column)>;

// SQL condition that is TRUE for a row that fails a check of CheckScope::Row, which fits `columns`; "" for the others. What the check
// holds as text is compared as a value of its column's type (check_values.h).
std::string FailingRow(const api::Check& check, const std::vector<api::Column>& columns, const ColumnValue& value);
std::string FailingRow(const api::Check& check, const std::vector<api::Column>& columns);  // of a relation with the columns themselves

// Why a row was quarantined.
std::string FailureOf(const api::Check& check);

// The columns that a check names.
std::vector<std::string> CheckedColumns(const api::Check& check);

// Fault::Invalid when the check cannot be evaluated over these columns: it names one that is not there or a value that
// its column cannot have, has a pattern that is none, says nothing, or shall quarantine rows and does not look at single
// ones. Reported before any row is read, so that an empty table reports it too.
Status CheckFits(Session& session, const api::Check& check, const std::vector<api::Column>& columns);

// For each check, rows of the relation that fail; surplus rows of a unique check (a missing value is a value here: a key
// has none); 0 or 1 for rowCount. One scan for all but the unique checks, which take one each, of their columns.
Result<std::vector<std::int64_t>> CountFailingRows(Session& session, const std::string& relation, const std::vector<api::Column>& columns,
                                                   const std::vector<api::Check>& checks);

// One row of the relation that fails: its values for people, how many rows have them, and the SQL condition that finds them.
// No values where no row fails, or the check is not about rows.
struct FailingRowFound {
  std::string values;
  std::int64_t times = 0;
  std::string condition;
};
Result<FailingRowFound> FindFailingRow(Session& session, const std::string& relation, const std::vector<api::Column>& declared, const api::Check& check,
                                       const std::vector<std::string>& also);

}  // namespace weir::engine
