#pragma once

#include <duckdb.hpp>
#include <string>

#include "crds/base/result.h"

namespace weir::engine {

// DuckDB's classes of errors as ours. Parser, binder, catalog, permission and locked settings are the author's (Invalid,
// "SqlInvalid"); conversion, range, constraint and JSON errors are the data's (Data, "BadInput"); IO is Transient
// ("StoreUnavailable"); out of memory is Exhausted ("OutOfMemory", or "DiskFull" when spilling failed); an interrupt is Transient;
// all else is a Bug ("InternalError").
Error FromDuckDB(const duckdb::ErrorData& error);
Error FromException(const std::exception& error);

}  // namespace weir::engine
