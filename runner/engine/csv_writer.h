#pragma once

#include <vector>

#include "runner/engine/session.h"

namespace weir::engine {

// The attached table with these columns as delimited text in UTF-8: a header line, then one record a row, by RFC 4180 with line
// feeds. Read by DecodeCsv with the same columns, delimiter and nullText it has the same values: each VARCHAR value is quoted, so
// that it is not taken for a missing one; times are ISO 8601 in UTC. The bytes depend on the order in which the rows are read;
// with one thread that is the order of the files. Fault::Data, reason "BadInput", for NaN, infinity and U+0000; Fault::Invalid
// for a BLOB column.
Result<WrittenText> WriteTableAsCsv(Session& session, const std::vector<api::Column>& columns, const CsvRequest& request);

}  // namespace weir::engine
