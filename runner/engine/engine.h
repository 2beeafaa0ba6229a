#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/protocol/stage_task.h"
#include "crds/base/json.h"
#include "crds/base/result.h"
#include "runner/engine/files.h"
#include "runner/storage/object_store.h"

namespace weir::engine {

struct Limits {
  std::int64_t memoryBytes = 0;  // of the pod, 0 = unknown; the engine takes it less max(256 MB, 30 %)
  int threads = 1;
  std::string scratch;            // folder for spilling
  std::int64_t scratchBytes = 0;  // of it, 0 = what its disk has; the engine takes nine tenths
};

struct OutputColumn {
  std::string name;
  std::string type;  // DuckDB's word
};

struct BoundQuery {
  std::vector<OutputColumn> columns;
  std::vector<std::string> tables;         // that it reads
  std::vector<std::string> orderWarnings;  // what of it may give other values each time: aggregates without an order, for people
};

// Rows as JSON texts, cell by cell in the order of the columns: a number has the digits that it has in the table, which a
// parsed one would not keep.
using AnswerRows = std::vector<std::vector<std::string>>;

// What a file looks like: how to declare it, and for people what was decided and why.
struct SniffedFile {
  api::Format format;
  std::vector<api::Column> columns;
  std::vector<std::string> notes;
  bool ascii = false;                 // delimited text of ASCII only, which is also text of any encoding that has ASCII in it
  std::vector<std::string> unvalued;  // names of columns without any value: their types are guesses
};

// A row that fails a check, for people.
struct FailingExample {
  std::string values;              // "order = '3', day = '2026-03-01'": shortened and printable; empty where no row is one
  std::int64_t times = 1;          // rows with these values, for a unique check
  std::vector<std::string> files;  // paths of some attached files that hold such rows
};

// Content hashes of rows: the word of their rule and 32 hex digits (docs/reference/content-hash.md). They add up over disjoint
// sets of rows; the empty set's is the neutral element. A sum with a hash of another rule is empty: it would mean nothing.
std::string AddContentHash(const std::string& a, const std::string& b);
std::string EmptyContentHash();
bool IsContentHash(const std::string& text);  // of the rule by which this engine hashes

// The sum, as 32 hex digits, of one and the first 128 bits of a SHA-256; texts of another form count as 0.
std::string AddDigest(const std::string& sum, const std::string& sha256);

// One sandboxed DuckDB (no file system but ours, no extensions, configuration locked). Not thread-safe. Faults: Invalid
// (parser, binder, catalog: reason "SqlInvalid"), Data (conversion, constraint: reason "BadInput"), Transient (store),
// Exhausted (memory: reason "OutOfMemory"; disk: "DiskFull"), Bug.
class Engine {
 public:
  virtual ~Engine() = default;

  // Declares `table` with these columns and no rows, so that SQL may name it.
  virtual Status Declare(const std::string& table, const std::vector<api::Column>& columns) = 0;

  // Declares `table` as the rows of these Parquet files of one schema (may be none: then empty, with these columns), which
  // are held against what their log says of them.
  virtual Status Attach(const std::string& table, const std::vector<InputFile>& files, const std::vector<api::Column>& columns) = 0;

  // Decodes one file as declared into relation `into`; what does not fit (cannot be parsed, is missing where it must not
  // be, fails a check) is given to `rejected` with its line and left out.
  virtual Result<DecodedFile> Decode(const InputFile& file, const api::Format& format, const RowRules& rules, const std::string& into,
                                     const std::function<void(RejectedRow&&)>& rejected) = 0;

  // Relation `into` := one SELECT of the user, cast to the declared columns by name; evaluated when the relation is used.
  // Fault::Invalid with reason "SchemaMismatch" naming each column that is missing, too many or of a type that does not
  // convert without loss. Without loss: integers among each other and to DECIMAL (checked: a value that does not fit is
  // Fault::Data), up to 32 bit to DOUBLE; DECIMAL to DECIMAL of no smaller scale, and to DOUBLE; FLOAT to DOUBLE; DATE and
  // instants to TIMESTAMP; enum and UUID to VARCHAR. All else wants a CAST in the SQL.
  virtual Status Select(const std::string& sql, const std::vector<api::Column>& columns, const std::string& into) = 0;

  // Only whether Select would take it: bound and compared, nothing is made.
  virtual Status MatchSelect(const std::string& sql, const std::vector<api::Column>& columns) = 0;

  // Binds without any data: tables need only be declared.
  virtual Result<BoundQuery> Bind(const std::string& sql) = 0;

  // Evaluates a relation once and writes it as one zstd Parquet file. Checks are answered in the same pass; only unique
  // ones read the file again, just their columns. A check that does not fit the columns, or that shall quarantine and does
  // not look at single rows, is Fault::Invalid. On a fault of the pass nothing is left in the store.
  virtual Result<WrittenFile> WriteParquet(const WriteRequest& request) = 0;

  // Writes an attached table as one file of delimited text (csv_writer.h). Fault::Data, reason "BadInput", for a value that such
  // text cannot hold; nothing is left in the store then.
  virtual Result<WrittenText> WriteCsv(const CsvRequest& request) = 0;

  // Whether a Parquet file is what its log says (InputFile), by its size and its footer.
  virtual Status CheckFile(const InputFile& file) = 0;

  // Rows of an attached table.
  virtual Result<std::int64_t> CountRows(const std::string& table) = 0;

  // For each check, the rows of an attached table that fail it; for unique checks the surplus rows; for rowCount 0 or 1.
  virtual Result<std::vector<std::int64_t>> CountFailures(const std::string& table, const std::vector<api::Check>& checks) = 0;

  // A row of an attached table that fails a check of rows or keys, by its checked columns and those of `also`.
  virtual Result<FailingExample> FindFailing(const std::string& table, const api::Check& check, const std::vector<std::string>& also) = 0;

  // For samples: rows as JSON objects, at most `limit`.
  virtual Result<std::vector<Json>> Query(const std::string& sql, std::int64_t limit) = 0;
  // For `weir query`: the same, without loss and in the order of the columns (answer.h).
  virtual Result<AnswerRows> Answer(const std::string& sql, std::int64_t limit) = 0;

  // Ends what the engine does now, and all that it is asked to do later, with Fault::Transient, reason "Cancelled". The
  // one call that may come from another thread.
  virtual void Cancel() = 0;

  // For `weir init`: how files are to be declared as one Dataset (sniff.h).
  virtual Result<SniffedFile> SniffAll(const std::vector<InputFile>& files) = 0;
  Result<SniffedFile> Sniff(const InputFile& file) { return SniffAll({file}); }
};

Result<std::unique_ptr<Engine>> MakeEngine(const Limits& limits);

}  // namespace weir::engine
