#pragma once

#include <duckdb.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runner/engine/session.h"

namespace weir::engine {

// A user's SQL that was let through: one SELECT over declared tables. What was bound is what is executed: `parsed` is the
// very parse tree, put into larger statements as it is; no piece of the text is cut out and parsed again.
struct BoundSelect {
  std::shared_ptr<const duckdb::SelectStatement> parsed;
  std::vector<std::string> names;
  std::vector<duckdb::LogicalType> types;
  std::vector<std::string> tables;          // declared tables that its plan scans, sorted
  std::optional<std::string> unrepeatable;  // repeatable.h
  std::optional<std::string> unordered;     // why its rows are others each time (row_order.h)
  std::vector<std::string> orderWarnings;   // what may give other values each time (row_order.h)
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

// Fault::Invalid, "SqlInvalid", for a SELECT that gives other rows each time. Questions that people ask may; what a stage
// runs may not.
Status CheckRepeatable(const BoundSelect& select);

// `SELECT <casts to the declared columns, by name> FROM (<the select>)`.
duckdb::unique_ptr<duckdb::SelectStatement> CastedSelect(const BoundSelect& select, const std::vector<api::Column>& columns);
// `SELECT * FROM (<the select>) LIMIT <rows>`.
duckdb::unique_ptr<duckdb::SelectStatement> LimitedSelect(const BoundSelect& select, std::int64_t rows);

// CREATE OR REPLACE TEMP VIEW <name> AS <select>.
duckdb::unique_ptr<duckdb::SQLStatement> ViewOn(const std::string& name, duckdb::unique_ptr<duckdb::SelectStatement> select);

}  // namespace weir::engine
