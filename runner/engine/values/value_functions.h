#pragma once

#include <duckdb.hpp>

namespace weir::engine {

// weir_value(text, 'TYPE', 'timestamp format'): the text as a value of a declared type by the grammar of
// runner/formats/values/value.h, NULL where it is none. Type and format are constants; the format may be ''.
inline constexpr const char* kValueOfText = "weir_value";

void RegisterValueFunctions(duckdb::DatabaseInstance& database);

}  // namespace weir::engine
