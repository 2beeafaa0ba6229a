#pragma once

#include <duckdb.hpp>
#include <string>

#include "runner/formats/parquet/parquet_footer.h"

namespace weir::engine {

// SQL functions over what a neutral footer (formats/parquet/parquet_footer.h) makes of the values of a Parquet file; each is NULL of NULL.
inline constexpr const char* kUtf8 = "weir_utf8";                       // (BLOB): the text; NULL where it is not UTF-8, or has U+0000
inline constexpr const char* kUtf8Problem = "weir_utf8_problem";        // (BLOB): why it is NULL then
inline constexpr const char* kNotBlank = "weir_not_blank";              // (BLOB): the same; NULL where it is empty or blank
inline constexpr const char* kLegible = "weir_legible";                 // (BLOB): the text, with what is not UTF-8 as \xHH
inline constexpr const char* kInt96 = "weir_int96";                     // (BLOB): "2024-01-31 10:00:00.123456789"
inline constexpr const char* kNanoseconds = "weir_nanoseconds";         // (BIGINT since 1970): the same
inline constexpr const char* kWideDecimal = "weir_wide_decimal";        // (BLOB, scale): "-12.50"
inline constexpr const char* kParquetJson = "weir_parquet_json";        // (any, spec): as JSON; NULL where it has a problem
inline constexpr const char* kParquetLegible = "weir_parquet_legible";  // (any, spec): as JSON, with what is not UTF-8 as \xHH
inline constexpr const char* kParquetProblem = "weir_parquet_problem";  // (any, spec): "is not UTF-8", "has the key 'a' twice"; NULL when it has none

// The spec of a column's values: a constant.
std::string ParquetSpec(const formats::ParquetColumn& column);

void RegisterParquetFunctions(duckdb::DatabaseInstance& database);

}  // namespace weir::engine
