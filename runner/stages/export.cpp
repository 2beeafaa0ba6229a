#include <algorithm>

#include "crds/api/describe/write.h"
#include "crds/base/count.h"
#include "crds/base/text.h"
#include "runner/engine/sql/sql.h"
#include "runner/stages/files/copy_file.h"
#include "runner/stages/stage.h"
#include "runner/stages/tables/names.h"
#include "runner/stages/tables/own_inputs.h"
#include "runner/stages/tables/publication.h"
#include "runner/stages/tables/verification.h"
#include "runner/storage/digest.h"
#include "runner/storage/table/table_state.h"

namespace weir::stages {
namespace {

constexpr const char* kRelation = "_weir_export";
constexpr std::size_t kLongestNote = 512;
// Tags of an exported file in the log of its folder: the table ("View/city-totals"), which table of that name, its version, and
// all that decides what the file holds but for the program that writes it.
constexpr const char* kTagTable = "table";
constexpr const char* kTagTableId = "tableId";
constexpr const char* kTagVersion = "version";
constexpr const char* kTagMadeOf = "madeOf";

// A file that is there already with the same bytes is taken for the new one.
class ExportStore final : public HashingStore {
 public:
  using HashingStore::HashingStore;

 private:
  Status CloseFile(const std::string& path, storage::ObjectWriter& out, const std::string& sha256) override { return CloseOrSame(inner(), path, out, sha256); }
};

struct Export {
  Place& place;
  const api::ExportStage& declared;
  PlacedTable folder;
  PlacedTable source;
  storage::TableState read;  // the version that is exported
  std::string resultKey;

  const api::TaskTable& Table() const { return *source.table; }
  std::string Label() const { return std::string(api::Word(Table().kind)) + "/" + Table().name; }
  std::string Version() const { return "version " + std::to_string(read.version) + " of " + Table().name; }
  std::string LocationOf(const std::string& file) const { return folder.store->Location(folder.PathOf(file)); }
};

// The folder as a zone of files has its log. `name` is for people.
api::TaskTable FolderOf(const api::StageTask& task, const api::FilesTarget& files) {
  return {.name = files.path, .table = task.stage, .zone = api::Zone::Landing, .store = files.store, .path = files.path};
}

std::string OwnerOfFolder(const api::StageTask& task) { return task.ns + "/Pipeline/" + task.pipeline; }

Status CheckFolderOwner(const api::StageTask& task, const PlacedTable& folder, const storage::TableState& seen) {
  const std::string owner = Text(At(seen.commitInfo, storage::kOurs), "owner");
  if (owner.empty() || owner == OwnerOfFolder(task)) return Ok();
  return Error{Fault::Invalid, "NameTaken",
               "folder " + folder.table->path + " in store " + folder.table->store + " belongs to " + owner + ", which exported to it first, and not to " +
                   OwnerOfFolder(task) + ": give each export a folder of its own"};
}

api::StageOutcome OfEarlierAttempt(const Json& facts) {
  return {.result = api::OutcomeClass::Succeeded, .message = "an earlier attempt had exported the file", .rows = LedgerOf(facts), .notes = NotesOf(facts)};
}

// All that decides the rows, their order and their form; `writer`, the program, too decides the bytes.
std::string HashOf(const Export& run, const std::string& writer) {
  Json columns = Json::array();
  for (const api::Column& column : run.Table().columns) columns.push_back({column.name, column.type});
  const Json parts{run.Label(), run.read.metadataId, run.read.version, Text(run.read.Facts(), "contentHash"), columns, api::WriteCanonical(run.declared.format),
                   writer};
  return storage::Sha256Hex(Dump(parts)).substr(0, 16);
}

// "flights-v000000000012-0123456789abcdef.csv": of two files of one table the newer one sorts behind the older one.
std::string FileNameOf(const Export& run) {
  constexpr std::size_t kDigits = 12;
  const std::string version = std::to_string(run.read.version);
  std::string name = run.Table().name + "-v" + std::string(kDigits - std::min(kDigits, version.size()), '0') + version + "-";
  return name.append(HashOf(run, run.place.task.image + " " + WEIR_VERSION)).append(".").append(run.declared.format.Field());
}

Error ChangedByOthers(const Export& run, const std::string& file, const std::string& what) {
  return {Fault::Data, "FileUnreadable",
          run.folder.PathOf(file) + " in " + run.folder.store->Describe() + " " + what +
              ", and an exported file is never replaced: remove it, and the next run exports the version again, or export to another folder"};
}

// Whether the file that the log names is there as it was exported. One that is gone is made again.
Result<bool> IsThere(const Export& run, const storage::DataFile& file) {
  const auto now = Sha256Now(run.folder, file);
  if (!now.ok()) return now.error().fault == Fault::Missing ? Result<bool>(false) : now.error();
  if (*now == Tag(file, storage::kTagFileSha256)) return true;
  return ChangedByOthers(run, file.path, "is not what was exported (SHA-256 " + *now + ")");
}

api::StageOutcome NothingWritten(const std::string& message) {
  return {.result = api::OutcomeClass::Succeeded, .message = message, .notes = {Cut(message, kLongestNote)}};
}

enum class Look { BeforeReading, BeforeCommit };

// The outcome where the folder has the version already, or a newer one: an older run may end after it. What the folder had before
// the table was read is of no newer version, or the table began again.
Result<std::optional<api::StageOutcome>> FindExported(const Export& run, const storage::TableState& exported, Look look) {
  for (const auto& [path, file] : exported.files) {
    if (Tag(file, kTagTable) != run.Label()) continue;
    const auto version = WholeNumber(Tag(file, kTagVersion));
    const bool is_same_table = Tag(file, kTagTableId) == run.read.metadataId;
    const bool is_newer = version && *version > run.read.version;
    if (is_same_table ? is_newer && look == Look::BeforeReading : version && *version >= run.read.version)
      return Error{Fault::Invalid, "Invalid",
                   run.Label() + " was " + (is_same_table ? "restored to an older version" : "made anew") + ", and its " + run.Version() +
                       " would count as older than " + run.LocationOf(path) + ", which is of the table before: export to another folder"};
    if (is_same_table && is_newer)
      return std::optional(NothingWritten("version " + std::to_string(*version) + " of " + run.Table().name + ", which is newer, is exported already"));
    if (Tag(file, kTagMadeOf) != run.resultKey) continue;
    const auto there = IsThere(run, file);
    if (!there.ok()) return there.error();
    if (*there) return std::optional(NothingWritten(run.Version() + " is unchanged and exported already: " + run.LocationOf(path)));
  }
  return std::optional<api::StageOutcome>();
}

struct Written {
  std::int64_t bytes = 0;
  std::int64_t rows = 0;
};

Result<Written> WriteAs(const Export& run, engine::Engine& engine, const std::shared_ptr<ExportStore>& store, const std::string& path) {
  const std::string& table = run.Table().table;
  return run.declared.format.Visit(
      api::Overloaded{[&](const api::CsvExport& csv) -> Result<Written> {
                        const auto text = engine.WriteCsv({table, store, path, csv.delimiter, csv.nullText});
                        if (!text.ok()) return text.error();
                        return Written{text->bytes, text->rows};
                      },
                      [&](const api::ParquetExport&) -> Result<Written> {
                        if (Status selected = engine.Select("SELECT * FROM " + engine::Quote(table), run.Table().columns, kRelation); !selected.ok())
                          return selected.error();
                        const auto file = engine.WriteParquet({.relation = kRelation, .store = store, .path = path});
                        if (!file.ok()) return file.error();
                        return Written{file->bytes, file->rows};
                      }});
}

// Reads the version and writes all of its rows, or nothing.
Result<storage::DataFile> WriteFile(const Export& run) {
  engine::Limits limits = run.place.ports.limits;
  limits.threads = 1;  // the order of rows, and with it the bytes, are the same each time
  auto engine = engine::MakeEngine(limits);
  if (!engine.ok()) return engine.error();
  const api::TaskTable& table = run.Table();
  if (Status attached = (*engine)->Attach(table.table, InputsOf(run.source, run.read), table.columns); !attached.ok())
    return WithRemedy(attached.error(), run.source);
  const auto rows = (*engine)->CountRows(table.table);
  if (!rows.ok()) return Diagnosed(rows.error(), {{&run.source, &run.read}});
  storage::DataFile file{.path = FileNameOf(run), .modified = run.place.task.logicalTime};
  const auto store = std::make_shared<ExportStore>(run.folder.store);
  const auto written = WriteAs(run, **engine, store, run.folder.PathOf(file.path));
  if (!written.ok() && written.error().reason == "Exists") return ChangedByOthers(run, file.path, "is there already with other content");
  if (!written.ok()) return Diagnosed(written.error(), {{&run.source, &run.read}});
  if (written->rows != *rows)
    return Error{Fault::Bug, "LedgerOpen", run.Version() + " has " + std::to_string(*rows) + " rows, and " + std::to_string(written->rows) + " were exported"};
  file.bytes = written->bytes;
  file.rows = written->rows;
  file.tags = {{kTagTable, run.Label()}, {kTagTableId, run.read.metadataId}, {kTagVersion, std::to_string(run.read.version)}, {kTagMadeOf, run.resultKey}};
  if (Status tagged = TagWritten(run.folder, *store, file); !tagged.ok()) return tagged.error();
  return file;
}

Facts FactsOf(const Export& run, const storage::DataFile& file) {
  Facts facts{.contentHash = Text(run.read.Facts(), "contentHash"), .dataAsOf = DataAsOf(run.read.Facts())};
  facts.ledger = {.rowsIn = file.rows, .rowsOut = file.rows, .filtered = 0};
  facts.inputs = {{run.Table().name, run.read.version, file.rows}};
  const std::string folder = run.folder.store->Location(run.folder.table->path);
  facts.notes = {Cut(file.path + " is exported to " + folder + ": " + run.Version() + ", " + Counted(file.rows, "row") + ", " + Counted(file.bytes, "byte") +
                         ", SHA-256 " + Tag(file, storage::kTagFileSha256),
                     kLongestNote)};
  return facts;
}

// The file in place of the one that was the newest. One that is in the log, and was gone, needs no commit.
Result<api::StageOutcome> CommitFile(const Export& run, const storage::DataFile& file, const storage::TableSchema& schema) {
  const auto current = run.folder.log->Load();  // again: writing may have taken long
  if (!current.ok()) return current.error();
  const Facts facts = FactsOf(run, file);
  api::StageOutcome outcome{.result = api::OutcomeClass::Succeeded, .rows = facts.ledger, .notes = facts.notes};
  outcome.message = run.Version() + " is exported: " + Counted(file.rows, "row") + " in " + run.LocationOf(file.path);
  if (const auto known = current->files.find(file.path); known != current->files.end()) {
    if (Tag(known->second, storage::kTagFileSha256) == Tag(file, storage::kTagFileSha256)) return outcome;
    return Error{Fault::Bug, "InternalError", run.LocationOf(file.path) + " was made again of the same rows, and has other bytes"};
  }
  if (auto newer = FindExported(run, *current, Look::BeforeCommit); !newer.ok() || *newer)
    return newer.ok() ? Result<api::StageOutcome>(**newer) : newer.error();
  storage::TableChange change{.schema = schema, .add = {file}, .rows = file.rows, .facts = ToJson(facts, run.place.task)};
  for (const auto& [path, older] : current->files) change.remove.push_back(path);
  change.facts["owner"] = OwnerOfFolder(run.place.task);
  const auto committed = run.folder.log->Commit(run.place.Committer(), change);
  if (!committed.ok()) return committed.error();
  return committed->alreadyCommitted ? OfEarlierAttempt(committed->facts) : outcome;
}

}  // namespace

Result<api::StageOutcome> RunExport(Place& place) {
  const auto& exported = place.task.exported;
  const auto* files = exported ? exported->to.As<api::FilesTarget>() : nullptr;
  if (files == nullptr || exported->format.IsEmpty())
    return Error{Fault::Invalid, "Invalid", "stage " + place.task.stage + " names no folder to export to, or no format"};
  const api::TaskTable named = FolderOf(place.task, *files);
  auto folder = place.Placed(named);
  if (!folder.ok()) return folder.error();
  const storage::TableSchema schema{.provider = std::string(exported->format.Field())};
  const auto earlier = RecallOrClaim(place, *folder, schema, [&](const storage::TableState& seen) { return CheckFolderOwner(place.task, *folder, seen); });
  if (!earlier.ok()) return earlier.error();
  if (*earlier) return OfEarlierAttempt((*earlier)->facts);
  auto source = place.Table(place.task.from, exported->view.empty() ? api::TargetKind::Dataset : api::TargetKind::View);
  if (!source.ok()) return source.error();
  auto state = source->log->Load();
  if (!state.ok()) return state.error();
  if (state->commitInfo.is_null()) {
    const auto idle = NothingToRead(place.task, {source->table});
    return idle.ok() ? Result<api::StageOutcome>(**idle) : idle.error();
  }
  Export run{.place = place, .declared = *exported, .folder = *folder, .source = *source, .read = std::move(state).value(), .resultKey = ""};
  run.resultKey = HashOf(run, "");
  const auto known = FindExported(run, folder->log->Seen(), Look::BeforeReading);
  if (!known.ok()) return known.error();
  if (*known) return **known;
  const auto file = WriteFile(run);
  if (!file.ok()) return file.error();
  return CommitFile(run, *file, schema);
}

}  // namespace weir::stages
