#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/protocol/stage_task.h"
#include "crds/base/json.h"
#include "runner/storage/object_store.h"

// What goes into the engine and comes out of it as files: inputs, decoding rules, rejected rows, and what was written.

namespace weir::engine {

// One immutable file to read, and what its log says of it. A file that is gone, or has another size or another number of
// rows in its footer, is Fault::Data, reason "FileUnreadable", with its path: before any row of it is used.
struct InputFile {
  std::shared_ptr<storage::ObjectStore> store;
  std::string path;
  std::optional<std::int64_t> bytes = {};
  std::optional<std::int64_t> rows = {};
};

// A row that did not fit, as the ledger keeps it.
struct RejectedRow {
  std::string file;
  std::int64_t line = 0;
  std::string column;
  std::string reason;
  std::string text;
};

// Where the rows of a file come from, for columns with provenance.
struct FileOrigin {
  std::string source;
  Time landed;
};

// A declared column that a file does not have (of JSON: whose key no record has), so that it is NULL in all of its rows.
struct AbsentColumn {
  std::string column;
  std::string name;        // in files
  std::string suggestion;  // " (did you mean amount?)", or empty
  bool expected = false;   // whenAbsent: SetNull says so; else it is a JSON file, and a person should look at it
};

// A column of a file that no declared column names, so that it is not read.
struct UndeclaredColumn {
  std::string name;
  std::string suggestion;  // a declared one that the file lacks, as above
};

// What was read of a file.
struct DecodedFile {
  std::int64_t rows = 0;  // good and bad
  std::vector<AbsentColumn> absent;
  std::vector<UndeclaredColumn> undeclared;  // some of them, where they are very many
  bool isUtf8 = false;                       // by all of its bytes, some beyond ASCII, and read in a declared encoding of single bytes
};

// What a decoded row must be.
struct RowRules {
  std::vector<api::Column> columns;  // exactly these
  std::vector<api::Check> checks;    // of CheckScope::Row, that quarantine rows; not of columns with provenance
  FileOrigin origin;
};

// A file to make of a relation, and what to find out about its rows.
struct WriteRequest {
  std::string relation;
  std::shared_ptr<storage::ObjectStore> store;
  std::string path;
  std::string eventTime;            // column, or empty
  std::optional<Time> eventsUntil;  // later ones are counted apart; absent: none is too late
  std::vector<api::Check> checks;
  // Gets the rows that fail a check with the action Quarantine, which do not go into the file; each is given once, with the
  // first such check that it fails, in no order. Called from any thread, one call at a time; must not call the engine.
  std::function<void(RejectedRow&&)> quarantine = [](RejectedRow&&) {};
};

// Computed from the chunks given to the Parquet writer (parquet_tap.h), then compared with the footer's rows and with the
// bytes that the store took. The hash is not made from the file: who reads it and hashes its rows checks the whole way.
struct WrittenFile {
  std::int64_t bytes = 0;
  std::int64_t rows = 0;
  Json stats;  // Delta statistics
  // Independent of row order and of file layout: a sum over rows of a hash of the row's values; equal content gives an
  // equal hash on every machine.
  std::string contentHash;
  std::optional<Time> minEventTime;    // of all
  std::optional<Time> maxEventTime;    // of those that are not after eventsUntil
  std::int64_t eventsAhead = 0;        // rows whose event time is after it
  std::optional<Time> nearestEvent;    // of these
  std::optional<Time> furthestEvent;   // of these
  std::vector<std::int64_t> failures;  // for each check, as CountFailures; for one that quarantines rows, these
};

// A file of delimited text to make of an attached table.
struct CsvRequest {
  std::string table;
  std::shared_ptr<storage::ObjectStore> store;
  std::string path;
  std::string delimiter;
  std::string nullText;
};

struct WrittenText {
  std::int64_t bytes = 0;
  std::int64_t rows = 0;
};

}  // namespace weir::engine
