#pragma once

#include <duckdb.hpp>

#include "runner/engine/content_hash.h"

namespace weir::engine {

// The content of the rows of `rows`. Texts that come as references into a dictionary, which is how Parquet files have them,
// are hashed once a dictionary and not once a row.
ContentHash HashOfRows(duckdb::DataChunk& rows);

}  // namespace weir::engine
