#pragma once

#include <cstdint>
#include <duckdb.hpp>
#include <vector>

#include "crds/api/dataset.h"
#include "crds/base/json.h"

namespace weir::engine {

// What COPY returns with RETURN_STATS, and what the tap saw beside it (parquet_tap.h).
struct FileFacts {
  std::int64_t rows = 0;
  const duckdb::Value& byColumn;          // a map of quoted column names to maps of texts
  const std::vector<bool>& topmostTexts;  // by column: has a text that begins with U+10FFFF
};

// The statistics of one Parquet file for its table's log (Delta protocol, "Per-file Statistics").
//
// Each bound holds for every value of its column, in the column's own order and in IEEE 754's total order, and reads back as
// itself in a parser that takes JSON numbers for doubles. Times are rounded outwards to milliseconds, as the protocol has
// them, and decimals to 15 digits; texts of more than 256 bytes get the bounds "" and U+10FFFF. Bounds that cannot be written so do not exist: NaN and
// infinities, dates and times outside of years 0001 to 9999, decimals of more than 18 digits before the point. Where one column with values
// lacks a bound, the file has none at all: the PyArrow datasets of deltalake 1.6 take a missing bound among others for a
// comparison with NULL, and lose rows. BLOB columns have no bounds for any reader.
Json DeltaStatistics(const FileFacts& facts, const std::vector<api::Column>& columns);

}  // namespace weir::engine
