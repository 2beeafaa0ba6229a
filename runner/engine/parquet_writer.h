#pragma once

#include <memory>
#include <string>

#include "runner/engine/session.h"

namespace weir::engine {

// COPY of a relation with these columns (name -> DuckDB type, as DESCRIBE says) into one zstd Parquet file. TIMESTAMP
// leaves adjusted to UTC; every column carries its position, from 1, as field id. Order of rows is not kept.
Result<WrittenFile> WriteRelation(Session& session, const std::string& relation, std::unique_ptr<storage::ObjectWriter> out);

}  // namespace weir::engine
