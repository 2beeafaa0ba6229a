#pragma once

#include <duckdb.hpp>
#include <string>

namespace weir::engine {

// Whether every value of `from` has its exact like in the declared type `to`, or the conversion fails loudly on the one
// that has not (a checked cast: Fault::Data). The rule for what SQL may answer for a declared column:
//   integers      -> integers (checked), DECIMAL (checked), DOUBLE up to 32 bit, FLOAT up to 16 bit
//   DECIMAL       -> DECIMAL of at least its scale (checked); DOUBLE (nearest: who declares DOUBLE wants an approximation)
//   FLOAT         -> DOUBLE
//   DATE          -> TIMESTAMP; any TIMESTAMP but nanoseconds -> TIMESTAMP
//   enum, UUID    -> VARCHAR
//   bare NULL     -> everything
// Everything else, such as DOUBLE -> INTEGER or TIMESTAMP -> DATE, wants an explicit CAST or round() in the SQL.
bool ConvertsWithoutLoss(const duckdb::LogicalType& from, const duckdb::LogicalType& to);

// DuckDB's type for a declared one.
duckdb::LogicalType DeclaredType(const std::string& type);

// The declared type that holds a sniffed one best; VARCHAR where none does.
std::string DeclarableType(const duckdb::LogicalType& type);

}  // namespace weir::engine
