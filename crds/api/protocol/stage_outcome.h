#pragma once

#include "crds/api/contract.h"
#include "crds/api/damage.h"
#include "crds/api/describe/words.h"

namespace weir::api {

// One table version that a query read.
struct LedgerInput {
  std::string name;
  std::optional<std::int64_t> version;  // absent in the one entry "..." that stands for the inputs left out of a long list
  std::int64_t rows = 0;
  bool operator==(const LedgerInput&) const = default;
};
void Describe(auto&& field, Of<LedgerInput> auto& self) {
  field("name", self.name, Rules{.doc = "Dataset or View that was read.", .required = true});
  field("version", self.version, Rules{.doc = "Its version."});
  field("rows", self.rows, Rules{.doc = "Rows of that version."});
}

// Where the rows (for a stage that moves files: the files) of a stage went. Two forms:
// - land, accept, decode, check: each row (or file) that was read ends in one place, so in == out + quarantined + filtered,
//   where `filtered` counts the files that were known before or are excluded; a stage refuses to commit anything else.
// - SQL: rows of the inputs and rows of the result have no such relation (a join multiplies, a GROUP BY folds). `inputs`
//   has the rows of each table version read, `in` is their sum, and out + quarantined are the rows of the result.
struct Ledger {
  std::int64_t rowsIn = 0;
  std::int64_t rowsOut = 0;
  std::int64_t quarantined = 0;
  std::optional<std::int64_t> filtered;  // absent for SQL
  std::vector<LedgerInput> inputs;       // SQL only
  bool operator==(const Ledger&) const = default;
  bool Closed() const;
};
void Describe(auto&& field, Of<Ledger> auto& self) {
  field("in", self.rowsIn, Rules{.doc = "Rows (or files) read; for SQL the sum over inputs."});
  field("out", self.rowsOut, Rules{.doc = "Rows (or files) written."});
  field("quarantined", self.quarantined, Rules{.doc = "Rows quarantined, each with file, line, column, reason and text; for SQL rows of the result."});
  field("filtered", self.filtered,
        Rules{.doc = "Files that were left out: those that were there before and those that spec.exclude names; `files` of the stage counts each. 0 where rows "
                     "are counted. Absent for SQL, where rows read and rows written have no fixed relation."});
  field("inputs", self.inputs, Rules{.doc = "SQL: each table version that was read, with its rows.", .maxItems = 64});
}

// Where every file that a stage looked at ended. Closed when in is the sum of the rest. `out`: landed, accepted, or decoded
// into the version (now or by an earlier run).
struct FileLedger {
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t known = 0;
  std::int64_t quarantined = 0;
  std::int64_t excluded = 0;
  std::int64_t superseded = 0;
  bool operator==(const FileLedger&) const = default;
  bool Closed() const { return in == out + known + quarantined + excluded + superseded; }
};
void Describe(auto&& field, Of<FileLedger> auto& self) {
  field("in", self.in, Rules{.doc = "Files looked at."});
  field("out", self.out, Rules{.doc = "Files landed, accepted, or decoded into the version."});
  field("known", self.known, Rules{.doc = "Files that were there before with the same content."});
  field("quarantined", self.quarantined, Rules{.doc = "Files that were quarantined as a whole."});
  field("excluded", self.excluded, Rules{.doc = "Files that spec.exclude names."});
  field("superseded", self.superseded, Rules{.doc = "Files of which a newer delivery under the same name counts."});
}

// One version that became visible, or that a run found to hold still.
struct Commit {
  TargetKind kind = TargetKind::Dataset;
  std::string name;
  std::int64_t version = 0;
  bool unchanged = false;  // it was there already, and the run confirmed it
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
  std::string place;         // store and path as the Lake names them
  // Views: what the log says was promised. Its columns, keys and query are left out where the revision has them.
  std::optional<PublishedContract> contract;
  std::optional<std::int64_t> quarantined;
  std::vector<std::string> warnings;
  bool operator==(const Commit&) const = default;
};
void Describe(auto&& field, Of<Commit> auto& self) {
  field("kind", self.kind, Rules{.doc = "Dataset or View."});
  field("name", self.name, Rules{.doc = "Name of the object."});
  field("version", self.version, Rules{.doc = "Version of its table log."});
  field("unchanged", self.unchanged, Rules{.doc = "The version was there before the run, which found that it still holds."});
  field("rows", self.rows, Rules{.doc = "Rows in the version."});
  field("files", self.files, Rules{.doc = "Files in the version."});
  field("bytes", self.bytes, Rules{.doc = "Bytes in the version."});
  field("dataAsOf", self.dataAsOf, Rules{.doc = "Time of the newest data in the version."});
  field("location", self.location, Rules{.doc = "Where it lies.", .maxLength = 1024});
  field("contentHash", self.contentHash, Rules{.doc = "Hash over all rows, independent of order."});
  field("stage", self.stage, Rules{.doc = "Stage that committed it."});
  field("attempt", self.attempt, Rules{.doc = "Attempt that committed it."});
  field("epoch", self.epoch, Rules{.doc = "Epoch of that attempt; grows with each commit to the table."});
  field("contractHash", self.contractHash, Rules{.doc = "Contract that a View's version was published under."});
  field("place", self.place, Rules{.doc = "Store and path as the Lake names them.", .maxLength = 1024});
  field("contract", self.contract, Rules{.doc = "What the table's log says was promised with a View's version."});
  field("quarantined", self.quarantined, Rules{.doc = "Rows that were quarantined on the way into the version."});
  field("warnings", self.warnings, Rules{.doc = "What a person should look at.", .maxLength = 512, .maxItems = 8});
}

// How the runner ends; also its exit code (`ExitCodeOf`). The class decides about retries: Infrastructure and Transient
// are retried with back-off, Resource too, Data and User are not retried: the same input gives the same answer.
WEIR_ENUM(OutcomeClass, Succeeded, Infrastructure, Transient, Resource, Data, User, Fenced, Bug);

// 0, and 10 to 16 in the order of the classes: clear of the shell's and of 128+signal.
constexpr int ExitCodeOf(OutcomeClass c) { return c == OutcomeClass::Succeeded ? 0 : 9 + static_cast<int>(c); }

// Bytes of the message of a finding.
inline constexpr int kLongestFinding = 1024;

// One thing that a person should look at: a check that failed, a column that does not fit.
struct Finding {
  std::string path;  // spec path, such as spec.stages[2].transform.sql, or the name of a check
  std::string message;
  bool operator==(const Finding&) const = default;
};
void Describe(auto&& field, Of<Finding> auto& self) {
  field("path", self.path, Rules{.doc = "Field or check."});
  field("message", self.message, Rules{.doc = "What is wrong and what to write instead.", .maxLength = kLongestFinding});
}

// What the runner says at its end: the termination message, JSON of at most 4,096 bytes (`FitOutcome` cuts messages,
// findings and at last locations, never figures). The whole, with every finding and quarantined row, is stored in the lake under
// `_weirkeeper/outcomes/<run>/<run UID>/<stage>-<attempt>.json`.
struct StageOutcome {
  static constexpr int kFormat = 1;  // the highest that this release reads (docs/compatibility.md)
  OutcomeClass result = OutcomeClass::Bug;
  std::optional<Reason> reason;
  std::string message;
  std::optional<Ledger> rows;
  std::optional<FileLedger> files;  // Land, Accept, Decode
  std::vector<Commit> commits;
  std::optional<Commit> standing;    // publish, refused for its contract: the version that stays published
  std::optional<TableName> damaged;  // failed: the table whose committed version could not be read
  std::vector<Finding> findings;
  std::vector<std::string> notes;
  std::string dependencies;  // validate: tables that each SQL reads, "stage:table,table;stage:..."
  int format = 1;            // raised by who sets a field that a reader of 1 must not pass over
  bool operator==(const StageOutcome&) const = default;
};
void Describe(auto&& field, Of<StageOutcome> auto& self) {
  field("format", self.format, Rules{.doc = "Format of the outcome.", .always = true, .min = 1, .max = StageOutcome::kFormat});
  field("result", self.result, Rules{.doc = "Class of the end.", .required = true});
  field("reason", self.reason, Rules{.doc = "Why, in one word."});
  field("message", self.message, Rules{.doc = "Why, in a sentence.", .maxLength = 2048});
  field("rows", self.rows, Rules{.doc = "The ledger."});
  field("files", self.files, Rules{.doc = "The ledger of files."});
  field("commits", self.commits, Rules{.doc = "What became visible.", .maxItems = 4});
  field("standing", self.standing, Rules{.doc = "What stays published of a View whose new version was refused."});
  field("damaged", self.damaged, Rules{.doc = "Table whose committed version could not be read: its log or a file is gone or was changed."});
  field("findings", self.findings, Rules{.doc = "What to look at.", .maxItems = 1000});
  field("notes", self.notes, Rules{.doc = "Information that needs no action.", .maxLength = 512, .maxItems = 4});
  field("dependencies", self.dependencies, Rules{.doc = "Tables that each stage's SQL reads.", .maxLength = 4096});
}

// JSON text of at most `limit` bytes.
std::string FitOutcome(StageOutcome outcome, std::size_t limit = 4096);

}  // namespace weir::api
