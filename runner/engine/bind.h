#pragma once

#include <duckdb.hpp>
#include <map>
#include <string>
#include <vector>

#include "runner/engine/session.h"

namespace weir::engine {

// A user's SQL that was let through: one SELECT over declared tables.
struct BoundSelect {
  std::string text;  // without the closing semicolon
  std::vector<std::string> names;
  std::vector<duckdb::LogicalType> types;
  std::vector<std::string> tables;  // declared tables that its plan scans, sorted
};

using DeclaredTables = std::map<std::string, std::vector<api::Column>>;

// Binds against the empty tables of the schema `declared`. Refused with Fault::Invalid, reason "SqlInvalid": anything but
// one SELECT (COPY, ATTACH, INSTALL, SET, PRAGMA, ...), table functions other than range, generate_series, unnest and
// json_each/json_tree (so no read_csv, glob, query), SHOW and DESCRIBE as tables, names with a schema or catalog, tables
// that are not declared (with the nearest name). What is let through by the text is checked again on the plan.
Result<BoundSelect> BindSelect(Session& session, const std::string& sql, const DeclaredTables& declared);

// Fault::Invalid, reason "SchemaMismatch", with every column that is missing, too many, twice or of a type that does not
// convert without loss (types.h), each with what to write instead.
Status MatchColumns(const BoundSelect& select, const std::vector<api::Column>& columns);

// "SELECT <casts to the declared columns, by name> FROM (<the SQL>)".
std::string CastedSelect(const BoundSelect& select, const std::vector<api::Column>& columns);

}  // namespace weir::engine
