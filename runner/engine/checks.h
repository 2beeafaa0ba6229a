#pragma once

#include <string>

#include "crds/api/dataset.h"
#include "runner/engine/session.h"

namespace weir::engine {

// SQL condition that is TRUE for a row that fails a row check (notNull, acceptedValues, range); "" for the others. Names
// are quoted, values are literals of the column's type: a bound that is no such value is a Fault::Data of the query.
std::string FailingRow(const api::Check& check);

// The check in words: "range: amount between 0 and 10".
std::string Describe(const api::Check& check);

// Rows that fail; surplus rows of a unique check (a missing value is a value here: a key has none); 0 or 1 for rowCount.
Result<std::int64_t> CountFailingRows(Session& session, const std::string& relation, const api::Check& check);

}  // namespace weir::engine
