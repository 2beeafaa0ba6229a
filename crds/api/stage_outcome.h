#pragma once

#include "crds/api/condition.h"

namespace weir::api {

// Where every row that a stage read ended. Closed when rowsIn == rowsOut + quarantined + filtered; a stage refuses to
// commit an open one. For a stage that moves files, rows are files. `filtered` counts what the stage's own SQL or
// declared rule left out or folded together (a WHERE, a GROUP BY).
struct Ledger {
  std::int64_t rowsIn = 0;
  std::int64_t rowsOut = 0;
  std::int64_t quarantined = 0;
  std::int64_t filtered = 0;
  bool operator==(const Ledger&) const = default;
  bool Closed() const { return rowsIn == rowsOut + quarantined + filtered; }
};
void Describe(auto&& field, Of<Ledger> auto& self) {
  field("in", self.rowsIn, Rules{.doc = "Rows (or files) read."});
  field("out", self.rowsOut, Rules{.doc = "Rows written."});
  field("quarantined", self.quarantined, Rules{.doc = "Rows set aside, each with file, line, column, reason and text."});
  field("filtered", self.filtered, Rules{.doc = "Rows that the stage's declared query left out or folded together."});
}

enum class TargetKind { Dataset, View };
template <>
struct Words<TargetKind> {
  static constexpr std::array<std::string_view, 2> kAll{"Dataset", "View"};
};

// One version that became visible.
struct Commit {
  TargetKind kind = TargetKind::Dataset;
  std::string name;
  std::int64_t version = 0;
  std::int64_t rows = 0;
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::optional<Time> dataAsOf;
  std::string location;
  std::string contentHash;
  std::string stage;
  int attempt = 0;
  std::int64_t epoch = 0;    // of the attempt: of two commits to one table, that of the later one is higher
  std::string contractHash;  // Views: hash of the contract it was published under
  bool operator==(const Commit&) const = default;
};
void Describe(auto&& field, Of<Commit> auto& self) {
  field("kind", self.kind, Rules{.doc = "Dataset or View."});
  field("name", self.name, Rules{.doc = "Name of the object."});
  field("version", self.version, Rules{.doc = "Version of its table log."});
  field("rows", self.rows, Rules{.doc = "Rows in the version."});
  field("files", self.files, Rules{.doc = "Files in the version."});
  field("bytes", self.bytes, Rules{.doc = "Bytes in the version."});
  field("dataAsOf", self.dataAsOf, Rules{.doc = "Time up to which the data are complete."});
  field("location", self.location, Rules{.doc = "Where it lies.", .maxLength = 1024});
  field("contentHash", self.contentHash, Rules{.doc = "Hash over all rows, independent of order."});
  field("stage", self.stage, Rules{.doc = "Stage that committed it."});
  field("attempt", self.attempt, Rules{.doc = "Attempt that committed it."});
  field("epoch", self.epoch, Rules{.doc = "Epoch of that attempt; grows with each commit to the table."});
  field("contractHash", self.contractHash, Rules{.doc = "Contract that a View's version was published under."});
}

// How the runner ends; also its exit code (`ExitCodeOf`). The class decides about retries: Infrastructure and Transient
// are retried with back-off, Resource too, Data and User are not retried: the same input gives the same answer.
enum class OutcomeClass { Succeeded, Infrastructure, Transient, Resource, Data, User, Fenced, Bug };
template <>
struct Words<OutcomeClass> {
  static constexpr std::array<std::string_view, 8> kAll{"Succeeded", "Infrastructure", "Transient", "Resource", "Data", "User", "Fenced", "Bug"};
};

// 0, and 10 to 16 in the order of the classes: clear of the shell's and of 128+signal.
constexpr int ExitCodeOf(OutcomeClass c) { return c == OutcomeClass::Succeeded ? 0 : 9 + static_cast<int>(c); }

// One thing that a person should look at: a check that failed, a column that does not fit.
struct Finding {
  std::string path;  // spec path, such as spec.stages[2].transform.sql, or the name of a check
  std::string message;
  bool operator==(const Finding&) const = default;
};
void Describe(auto&& field, Of<Finding> auto& self) {
  field("path", self.path, Rules{.doc = "Field or check."});
  field("message", self.message, Rules{.doc = "What is wrong and what to write instead.", .maxLength = 1024});
}

// What the runner says at its end: the termination message, JSON of at most 4,096 bytes (`FitOutcome` cuts messages,
// findings and at last locations, never figures). The whole, with every finding and quarantined row, lies in the lake under
// `_weirkeeper/outcomes/<run>/<stage>-<attempt>.json`.
struct StageOutcome {
  OutcomeClass result = OutcomeClass::Bug;
  std::optional<Reason> reason;
  std::string message;
  std::optional<Ledger> rows;
  std::vector<Commit> commits;
  std::vector<Finding> findings;
  std::string dependencies;  // validate: tables that each SQL reads, "stage:table,table;stage:..."
  bool operator==(const StageOutcome&) const = default;
};
void Describe(auto&& field, Of<StageOutcome> auto& self) {
  field("result", self.result, Rules{.doc = "Class of the end.", .required = true});
  field("reason", self.reason, Rules{.doc = "Why, in one word."});
  field("message", self.message, Rules{.doc = "Why, in a sentence.", .maxLength = 2048});
  field("rows", self.rows, Rules{.doc = "The ledger."});
  field("commits", self.commits, Rules{.doc = "What became visible.", .maxItems = 4});
  field("findings", self.findings, Rules{.doc = "What to look at.", .maxItems = 1000});
  field("dependencies", self.dependencies, Rules{.doc = "Tables that each stage's SQL reads.", .maxLength = 4096});
}

// JSON text of at most `limit` bytes.
std::string FitOutcome(StageOutcome outcome, std::size_t limit = 4096);

}  // namespace weir::api
