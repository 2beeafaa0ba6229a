#pragma once

#include <duckdb.hpp>
#include <string>

namespace weir::engine {

// A value as JSON text, without loss: numbers with the digits that they have (1.50 stays 1.50); text where a JSON number
// would lose something in a common reader (integers beyond 64 bits, a DECIMAL of more than 15 digits) or does not exist
// (NaN, the infinities), also inside lists, structs and maps. A JSON column is taken as it is; dates, times and all else
// are text as DuckDB writes them.
void AppendJson(std::string& out, const duckdb::Value& value);

}  // namespace weir::engine
