#pragma once

#include <vector>

#include "runner/engine/session.h"

namespace weir::engine {

// COPY of a relation with these columns into one zstd Parquet file, looked at by the tap (parquet_tap.h) on its way.
// TIMESTAMP leaves adjusted to UTC; every column carries its position, from 1, as field id. Order of rows is not kept.
// The request's checks must fit the columns; those of unique values stay unanswered (0). Fault::Bug when the file's footer
// and what went through the tap differ.
Result<WrittenFile> WriteRelation(Session& session, const std::vector<api::Column>& columns, const WriteRequest& request);

}  // namespace weir::engine
