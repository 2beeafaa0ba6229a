#include "cli/query/query.h"

#include <algorithm>
#include <set>
#include <thread>

#include "cli/check/sql_hints.h"
#include "cli/lake/lake_files.h"
#include "cli/lake/published.h"
#include "cli/machine/machine.h"
#include "cli/machine/scratch.h"
#include "cli/query/answer_text.h"
#include "cli/query/query_watch.h"
#include "cli/screen/text_table.h"
#include "crds/base/name.h"
#include "runner/storage/table/file_digest.h"
#include "runner/storage/table/table_log.h"

namespace weir::cli {
namespace {

constexpr double kShareOfMemory = 0.6;
constexpr std::int64_t kRowsForPeople = 100;
constexpr std::int64_t kRowsForPrograms = 1'000'000;  // the answer is held in memory

struct Table {
  std::string object;  // "Dataset readings"
  std::string name;
  std::vector<api::Column> columns;
  api::TableStatus status;
};

std::vector<Table> TablesOf(const Published& objects) {
  std::vector<Table> tables;
  for (const api::Dataset& dataset : objects.datasets)
    if (dataset.spec.schema) tables.push_back({"Dataset " + dataset.meta.name, TableName(dataset.meta.name), dataset.spec.schema->columns, dataset.status});
  for (const api::View& view : objects.views) {
    tables.push_back({"View " + view.meta.name, TableName(view.meta.name), {}, view.status});
    for (const api::ViewColumn& column : view.spec.columns) tables.back().columns.push_back({column.name, column.type, column.nullable, "", "", ""});
  }
  return tables;
}

// What a query reads: files as their logs have them, and what a person should know of them.
struct Reading {
  struct File {
    std::shared_ptr<storage::ObjectStore> store;
    std::string path;
    std::int64_t bytes = 0;
    std::string sha256;  // as written; empty where the log does not say
    std::string object;  // "Dataset readings"
  };
  std::vector<File> files;
  std::vector<std::string> notes;
};

// The files of the newest version, held against what status knows; nothing when none was ever committed.
Result<std::vector<engine::InputFile>> FilesOf(const World& world, const Table& table, Reading& reading) {
  std::vector<engine::InputFile> files;
  if (!table.status.version || table.status.location.empty()) return files;
  const auto place = OpenLocation(world, table.status.location);
  if (!place) return place.error();
  storage::TableLog log(place->store, place->path, storage::LogKind::Delta, nullptr, world.checkpoints.get());
  const std::int64_t epoch = table.status.committedBy ? table.status.committedBy->epoch : 0;
  log.Expect({*table.status.version, epoch, table.status.contentHash, table.status.location});
  const auto state = log.Load();
  if (!state) return state.error();
  if (const std::string writer = state->OtherWriter(); !writer.empty())
    reading.notes.push_back("version " + std::to_string(state->version) + " of " + table.object + " was written by " + writer +
                            ", and no pipeline checked its rows");
  for (const auto& [path, file] : state->files) {
    files.push_back({place->store, place->path + "/" + path, file.bytes});
    const auto sha256 = file.tags.find(storage::kTagFileSha256);
    reading.files.push_back({place->store, files.back().path, file.bytes, sha256 == file.tags.end() ? "" : sha256->second, table.object});
    if (file.stats.contains("numRecords")) files.back().rows = file.rows;
  }
  return files;
}

// What the engine met while it read, told by the file that is not what was written, if one is.
Error Diagnosed(const Error& error, const Reading& reading) {
  constexpr std::int64_t kMostBytes = 1 << 30;  // a mistake in the SQL must not cost a look at everything
  if (error.reason != "SqlInvalid" && error.reason != "InternalError" && error.reason != "StoreUnavailable") return error;
  std::int64_t looked = 0;
  for (const Reading::File& file : reading.files) {
    if (file.sha256.empty() || (looked += file.bytes) > kMostBytes) continue;
    const auto now = storage::HashFile(*file.store, file.path);
    if (now.ok() && now->sha256 != file.sha256)
      return storage::WithRemedy(storage::ContentMismatch("written", file.path + " in " + file.store->Describe(), now->sha256, file.sha256), file.object);
  }
  return error;
}

// A table that the query does not name is declared without its rows: then a misspelt name gets a suggestion, and a
// table that cannot be read spoils no other's query.
Status Attach(engine::Engine& engine, const World& world, const Table& table, const std::string& sql, Reading& reading) {
  if (!plan::MayName(sql, table.name)) return engine.Declare(table.name, table.columns);
  const auto files = FilesOf(world, table, reading);
  if (!files) return files.error();
  const Status attached = engine.Attach(table.name, *files, table.columns);
  return attached ? attached : Status(storage::WithRemedy(attached.error(), table.object));
}

// No rows and never committed are not the same answer.
Status HaveData(const std::vector<Table>& tables, const std::vector<std::string>& read) {
  for (const Table& table : tables) {
    if (table.status.version || std::find(read.begin(), read.end(), table.name) == read.end()) continue;
    return Error{Fault::Missing, "NeverCommitted",
                 table.object + " (table " + table.name + ") has no data yet: no run has committed a version. Run the pipeline that writes it first"};
  }
  return Ok();
}

engine::Limits LimitsOf(const QueryOptions& options, const std::string& scratch) {
  const auto share = static_cast<std::int64_t>(static_cast<double>(MemoryOfMachine()) * kShareOfMemory);
  return {options.memoryBytes > 0 ? options.memoryBytes : share, static_cast<int>(std::max(1U, std::thread::hardware_concurrency())), scratch};
}

struct Answer {
  std::vector<engine::OutputColumn> columns;
  engine::AnswerRows rows;
  std::vector<std::string> notes;
};

Error WithHint(Error error, const Published& objects, const std::string& sql) {
  if (!MayBeHinted(error.message)) return error;
  std::vector<const api::Pipeline*> pipelines;
  for (const api::Pipeline& pipeline : objects.pipelines) pipelines.push_back(&pipeline);
  error.message += HintAtFiles(objects.datasets, pipelines, sql);
  return error;
}

Result<Answer> AnswerOf(engine::Engine& engine, const World& world, const Published& objects, const QueryOptions& options, std::int64_t limit) {
  Reading reading;
  const std::vector<Table> tables = TablesOf(objects);
  for (const Table& table : tables)
    if (const Status attached = Attach(engine, world, table, options.sql, reading); !attached) return attached.error();
  auto bound = engine.Bind(options.sql);
  if (!bound) return WithHint(bound.error(), objects, options.sql);
  if (const Status data = HaveData(tables, bound->tables); !data) return data.error();
  auto rows = engine.Answer(options.sql, limit + 1);
  if (!rows) return Diagnosed(rows.error(), reading);
  return Answer{std::move(bound->columns), std::move(*rows), std::move(reading.notes)};
}

}  // namespace

Exit Query(const Terminal& terminal, const World& world, const QueryOptions& options) {
  const auto objects = ReadPublished(*world.cluster, world.ns);
  if (!objects) return Complain(terminal, objects.error());
  const auto scratch = Scratch::Make();
  if (!scratch) return Complain(terminal, scratch.error());
  const auto engine = engine::MakeEngine(LimitsOf(options, scratch->Path()));
  if (!engine) return Complain(terminal, engine.error());
  const bool people = terminal.format == OutputFormat::Table;
  const std::int64_t limit = options.limit.value_or(people ? kRowsForPeople : kRowsForPrograms);
  QueryWatch watch(**engine, options.timeout);
  auto answer = AnswerOf(**engine, world, *objects, options, limit);
  const QueryWatch::Why why = watch.End();
  if (!answer && why == QueryWatch::Why::Interrupted)
    return Complain(terminal, {Fault::Transient, "Interrupted", "the query was interrupted"}, Exit::Interrupted);
  if (!answer && why == QueryWatch::Why::TimedOut)
    return Complain(terminal, {Fault::Transient, "TimedOut", "the query took longer than " + Format(options.timeout) + ": raise --timeout, or read less"});
  if (!answer) return Complain(terminal, answer.error());
  for (const std::string& note : answer->notes) terminal.err << terminal.OnErr(Paint::Yellow, "note") << " " << OneLine(note) << "\n";
  if (!options.limit && !people && static_cast<std::int64_t>(answer->rows.size()) > limit)
    return Complain(terminal,
                    {Fault::Exhausted, "TooLarge",
                     "the answer has more than " + Grouped(limit) + " rows: give --limit, or read the files of the table, which other programs know as Delta"});
  PrintAnswer(terminal, answer->columns, std::move(answer->rows), limit);
  return Exit::Ok;
}

}  // namespace weir::cli
