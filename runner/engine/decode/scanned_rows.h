#pragma once

#include <optional>
#include <string>

#include "runner/engine/decode/decode.h"

namespace weir::engine {

// The SQL that reads from a scan of ours (csv_scan.h, json_scan.h).
std::string ScanCall(const char* function, const void* scan);

// Reads all rows of a scan (scan_row.h) into the table of rows, with neutral names, so that no column of a user meets one
// of the engine; the view on the good ones has the declared names. `error` is where the scan says what ended it early.
Status MakeScannedRows(const DecodeRequest& request, const std::string& source, const std::optional<Error>& error);

// Gives the bad rows to `rejected`, in file order; answers how many rows there are in all.
Result<std::int64_t> ReportScannedRows(const DecodeRequest& request);

}  // namespace weir::engine
