#include "runner/engine/parquet/checkpoint_file.h"

#include <map>
#include <set>
#include <utility>

#include "runner/engine/errors.h"
#include "runner/engine/session.h"
#include "runner/engine/sql/sql.h"
#include "runner/storage/table/delta_actions.h"
#include "runner/storage/table/table_state.h"

namespace weir::engine {
namespace {

constexpr const char* kActions = R"json({
 "protocol": {"minReaderVersion": "INTEGER", "minWriterVersion": "INTEGER"},
 "metaData": {"id": "VARCHAR", "format": {"provider": "VARCHAR", "options": "MAP(VARCHAR, VARCHAR)"}, "schemaString": "VARCHAR",
              "partitionColumns": ["VARCHAR"], "configuration": "MAP(VARCHAR, VARCHAR)", "createdTime": "BIGINT"},
 "txn": {"appId": "VARCHAR", "version": "BIGINT", "lastUpdated": "BIGINT", "weirkeeperCommit": "BIGINT"},
 "add": {"path": "VARCHAR", "partitionValues": "MAP(VARCHAR, VARCHAR)", "size": "BIGINT", "modificationTime": "BIGINT", "dataChange": "BOOLEAN",
         "stats": "VARCHAR", "tags": "MAP(VARCHAR, VARCHAR)"},
 "remove": {"path": "VARCHAR", "deletionTimestamp": "BIGINT", "dataChange": "BOOLEAN", "extendedFileMetadata": "BOOLEAN",
            "partitionValues": "MAP(VARCHAR, VARCHAR)", "size": "BIGINT", "stats": "VARCHAR", "tags": "MAP(VARCHAR, VARCHAR)"},
 "weirkeeper": "VARCHAR"})json";

// One column of a chunk.
class Texts {
 public:
  Texts(duckdb::Vector& vector, duckdb::idx_t rows) { vector.ToUnifiedFormat(rows, format_); }
  bool Has(duckdb::idx_t row) const { return format_.validity.RowIsValid(format_.sel->get_index(row)); }
  std::string At(duckdb::idx_t row) const {
    return Has(row) ? duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format_)[format_.sel->get_index(row)].GetString() : std::string();
  }
  std::int64_t NumberAt(duckdb::idx_t row) const {
    return Has(row) ? duckdb::UnifiedVectorFormat::GetData<std::int64_t>(format_)[format_.sel->get_index(row)] : 0;
  }
  duckdb::list_entry_t ListAt(duckdb::idx_t row) const {
    return Has(row) ? duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(format_)[format_.sel->get_index(row)] : duckdb::list_entry_t{0, 0};
  }

 private:
  duckdb::UnifiedVectorFormat format_;
};

class Tags {
 public:
  Tags(duckdb::Vector& vector, duckdb::idx_t rows)
      : maps_(vector, rows),
        keys_(duckdb::MapVector::GetKeys(vector), duckdb::ListVector::GetListSize(vector)),
        values_(duckdb::MapVector::GetValues(vector), duckdb::ListVector::GetListSize(vector)) {}
  std::map<std::string, std::string> At(duckdb::idx_t row) const {
    std::map<std::string, std::string> tags;
    const duckdb::list_entry_t of = maps_.ListAt(row);
    for (duckdb::idx_t i = of.offset; i < of.offset + of.length; ++i)
      if (values_.Has(i)) tags.emplace_hint(tags.end(), keys_.At(i), values_.At(i));
    return tags;
  }

 private:
  Texts maps_, keys_, values_;
};

// The fields of the file's columns, by "add.path". Another engine's file may lack some.
std::set<std::string> FieldsOf(const duckdb::MaterializedQueryResult& empty) {
  std::set<std::string> fields;
  for (std::size_t i = 0; i < empty.names.size(); ++i) {
    fields.insert(empty.names[i]);
    if (empty.types[i].id() != duckdb::LogicalTypeId::STRUCT) continue;
    for (const auto& [name, type] : duckdb::StructType::GetChildTypes(empty.types[i])) fields.insert(empty.names[i] + "." + name);
  }
  return fields;
}

// "a"."b" as the type, or NULL of it for a field that is not there.
class Fields {
 public:
  explicit Fields(const duckdb::MaterializedQueryResult& empty) : fields_(FieldsOf(empty)) {}
  bool Has(const std::string& column) const { return fields_.contains(column); }
  std::string As(const std::string& column, const std::string& field, const std::string& type) const {
    return "CAST(" + (Has(column + "." + field) ? Quote(column) + "." + Quote(field) : "NULL") + " AS " + type + ")";
  }
  std::string File(const std::string& column, const std::string& time) const {
    return As(column, "path", "VARCHAR") + ", " + As(column, "size", "BIGINT") + ", " + As(column, time, "BIGINT") + ", " + As(column, "stats", "VARCHAR") +
           ", " + As(column, "tags", "MAP(VARCHAR, VARCHAR)") + ", " +
           (Has(column + ".deletionVector") ? Quote(column) + ".\"deletionVector\" IS NOT NULL" : "false");
  }
  std::string JsonOf(const std::string& column) const { return Has(column) ? "CAST(to_json(" + Quote(column) + ") AS VARCHAR)" : "CAST(NULL AS VARCHAR)"; }

 private:
  std::set<std::string> fields_;
};

constexpr duckdb::idx_t kOfFile = 6;  // columns of Fields::File

// What a chunk of the query below has, as the actions of one entry.
class Actions {
 public:
  Actions(duckdb::DataChunk& chunk, storage::LogEntry& entry) : chunk_(chunk), rows_(chunk.size()), entry_(entry) {}

  Status Take(std::map<std::string, std::int64_t>& commits, std::string& memory) {
    if (Status taken = TakeFiles(0, entry_.add); !taken.ok()) return taken;
    if (Status taken = TakeFiles(kOfFile, entry_.remove); !taken.ok()) return taken;
    constexpr duckdb::idx_t kTxn = 2 * kOfFile;
    const Texts app = Column(kTxn), version = Column(kTxn + 1), commit = Column(kTxn + 2), own = Column(kTxn + 5);
    for (duckdb::idx_t row = 0; row < rows_; ++row) {
      if (app.Has(row)) entry_.transactions[app.At(row)] = version.NumberAt(row);
      if (app.Has(row) && commit.Has(row)) commits[app.At(row)] = commit.NumberAt(row);
      if (own.Has(row)) memory = own.At(row);
    }
    if (Status taken = TakeJson(kTxn + 3, "metaData"); !taken.ok()) return taken;
    return TakeJson(kTxn + 4, "protocol");
  }

 private:
  Texts Column(duckdb::idx_t column) { return {chunk_.data[column], rows_}; }

  Status TakeFiles(duckdb::idx_t first, std::vector<storage::DataFile>& files) {
    const Texts path = Column(first), size = Column(first + 1), time = Column(first + 2), stats = Column(first + 3);
    const Tags tags(chunk_.data[first + 4], rows_);
    for (duckdb::idx_t row = 0; row < rows_; ++row) {
      if (!path.Has(row)) continue;
      Result<storage::DataFile> file = storage::DecodeFile({.path = path.At(row),
                                                            .bytes = size.NumberAt(row),
                                                            .timeMs = time.NumberAt(row),
                                                            .stats = stats.At(row),
                                                            .tags = tags.At(row),
                                                            .hasDeletionVector = chunk_.GetValue(first + 5, row).GetValue<bool>()});
      if (!file.ok()) return file.error();
      files.push_back(std::move(file).value());
    }
    return Ok();
  }

  Status TakeJson(duckdb::idx_t column, const char* action) {
    const Texts texts = Column(column);
    for (duckdb::idx_t row = 0; row < rows_; ++row) {
      if (!texts.Has(row)) continue;
      Result<Json> json = ParseJson(texts.At(row));
      if (!json.ok()) return json.error();
      if (Status taken = storage::DecodeAction({{action, std::move(json).value()}}, entry_); !taken.ok()) return taken;
    }
    return Ok();
  }

  duckdb::DataChunk& chunk_;
  duckdb::idx_t rows_;
  storage::LogEntry& entry_;
};

class ParquetCheckpoints final : public storage::CheckpointFiles {
 public:
  Status Write(storage::ObjectStore& store, const std::string& path, const storage::TableState& state) override {
    if (Status open = Open(); !open.ok()) return open;
    if (Status filled = Fill(storage::EncodeState(state)); !filled.ok()) return filled;
    auto out = store.Create(path);
    if (!out.ok()) return out.error();
    const std::string name = session_->Files().AddOutput(std::move(out).value());
    const Status written = session_->Execute("COPY (SELECT unnest(from_json(line, " + Literal(kActions) + ")) FROM main.actions) TO " + Literal(name) +
                                             " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)");
    session_->Files().Forget(name);
    static_cast<void>(session_->Execute("DROP TABLE main.actions"));
    return written;
  }

  Result<storage::Checkpoint> Read(const std::shared_ptr<storage::ObjectStore>& store, const std::vector<std::string>& parts) override {
    if (Status open = Open(); !open.ok()) return open.error();
    std::vector<std::string> names;
    for (const std::string& part : parts) names.push_back(session_->Files().AddInput({store, part}));
    auto read = ReadParts(names);
    for (const std::string& name : names) session_->Files().ForgetInput(name);
    if (read.ok()) return read;
    const Error& error = read.error();
    // What DuckDB says of the file itself, whatever class it has for it.
    const bool of_file = !session_->StoreFailed() && error.fault != Fault::Exhausted && error.reason != "LogUnsupported";
    return of_file ? Error{Fault::Data, "LogCorrupt", ForPeople(error.message, parts.front())} : error;
  }

 private:
  Status Open() {
    if (session_ != nullptr) return Ok();
    auto session = Session::Open({});
    if (!session.ok()) return session.error();
    session_ = std::move(session).value();
    return Ok();
  }

  Status Fill(const std::vector<Json>& actions) try {
    if (Status made = session_->Execute("CREATE OR REPLACE TABLE main.actions (line VARCHAR)"); !made.ok()) return made;
    duckdb::Appender appender(session_->Work(), "main", "actions");
    for (const Json& action : actions) appender.AppendRow(duckdb::Value(Dump(action)));
    appender.Close();
    return Ok();
  } catch (const std::exception& error) {
    return session_->Explain(error);
  }

  Result<storage::Checkpoint> ReadParts(const std::vector<std::string>& names) try {
    std::vector<std::string> literals;
    for (const std::string& name : names) literals.push_back(Literal(name));
    const std::string from = " FROM read_parquet([" + Joined(literals) + "], hive_partitioning = false)";
    auto empty = session_->Run("SELECT *" + from + " LIMIT 0");
    if (!empty.ok()) return empty.error();
    const Fields fields(*empty.value());
    if (!fields.Has("protocol") || !fields.Has("metaData") || !fields.Has("add"))
      return Error{Fault::Data, "LogCorrupt", "it has not the columns of a checkpoint"};
    auto rows = session_->Run("SELECT " + fields.File("add", "modificationTime") + ", " + fields.File("remove", "deletionTimestamp") + ", " +
                              fields.As("txn", "appId", "VARCHAR") + ", " + fields.As("txn", "version", "BIGINT") + ", " +
                              fields.As("txn", "weirkeeperCommit", "BIGINT") + ", " + fields.JsonOf("metaData") + ", " + fields.JsonOf("protocol") + ", " +
                              (fields.Has("weirkeeper") ? "\"weirkeeper\"" : "CAST(NULL AS VARCHAR)") + from);
    if (!rows.ok()) return rows.error();
    return StateOf(*rows.value());
  } catch (const std::exception& error) {
    return session_->Explain(error);
  }

  static Result<storage::Checkpoint> StateOf(duckdb::MaterializedQueryResult& rows) {
    storage::LogEntry entry;
    std::map<std::string, std::int64_t> commits;
    std::string memory;
    while (auto chunk = rows.Fetch())
      if (Status taken = Actions(*chunk, entry).Take(commits, memory); !taken.ok()) return taken.error();
    if (!entry.metadata) return Error{Fault::Data, "LogCorrupt", "it has no metaData"};
    storage::Checkpoint checkpoint{.isOurs = !memory.empty()};
    storage::TableState& state = checkpoint.state;
    state.metadataId = entry.metadata->id, state.provider = entry.metadata->provider;
    state.schemaString = entry.metadata->schemaString, state.created = entry.metadata->created;
    state.otherMetadata = entry.metadata->others;
    state.transactions = std::move(entry.transactions);
    state.transactionCommits = std::move(commits);
    for (storage::DataFile& file : entry.add) state.files.emplace(file.path, std::move(file));
    for (storage::DataFile& file : entry.remove) {
      file.stats = nullptr;
      state.tombstones.emplace(file.path, std::move(file));
    }
    if (checkpoint.isOurs)
      if (Status remembered = storage::DecodeMemory(memory, checkpoint.state); !remembered.ok()) return remembered.error();
    return checkpoint;
  }

  std::unique_ptr<Session> session_;
};

}  // namespace

std::unique_ptr<storage::CheckpointFiles> MakeCheckpointFiles() { return std::make_unique<ParquetCheckpoints>(); }

}  // namespace weir::engine
