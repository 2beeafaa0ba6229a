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

// DuckDB's words on one file, under the name that people know it by, and without its advice on options that nobody here has.
std::string ForPeople(std::string message, const std::string& path);

}  // namespace weir::engine
