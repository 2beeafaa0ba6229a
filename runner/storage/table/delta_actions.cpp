#include "runner/storage/table/delta_actions.h"

#include <algorithm>

#include "runner/storage/paths.h"

namespace weir::storage {
namespace {

std::int64_t Millis(Time time) { return time.us / 1000; }
constexpr std::int64_t kEndOfYear9999 = 253'402'300'799'999;
Time FromMillis(std::int64_t ms) { return Time{std::clamp(ms, -kEndOfYear9999, kEndOfYear9999) * 1000}; }

// Of one file, in bytes or rows: a million of them still have a sum.
constexpr std::int64_t kLargestFile = std::int64_t{1} << 43;
bool IsSize(std::int64_t number) { return number >= 0 && number <= kLargestFile; }

// The protocol wants RFC 2396 escapes in paths; '=' stays, as it does in the names of partitions.
std::string EncodePath(const std::string& path) { return PercentEncode(path, "/="); }

// Statistics travel as a JSON text inside JSON.
void PutStats(Json& action, const DataFile& file, LogKind kind) {
  if (file.stats.is_null() && file.rows == 0 && kind == LogKind::Files) return;
  Json stats = file.stats.is_object() ? file.stats : Json::object();
  if (!stats.contains("numRecords") && (kind == LogKind::Delta || file.rows > 0)) stats["numRecords"] = file.rows;
  action["stats"] = Dump(stats);
}

Json EncodeAdd(const DataFile& file, LogKind kind) {
  Json action = {{"path", EncodePath(file.path)},
                 {"partitionValues", Json::object()},
                 {"size", file.bytes},
                 {"modificationTime", Millis(file.modified)},
                 {"dataChange", true}};
  PutStats(action, file, kind);
  if (!file.tags.empty()) action["tags"] = file.tags;
  return {{"add", action}};
}

Json EncodeRemove(const DataFile& file, Time timestamp, LogKind kind) {
  Json action = {{"path", EncodePath(file.path)}, {"deletionTimestamp", Millis(timestamp)}, {"dataChange", true},
                 {"extendedFileMetadata", true},  {"partitionValues", Json::object()},      {"size", file.bytes}};
  PutStats(action, file, kind);
  if (!file.tags.empty()) action["tags"] = file.tags;
  return {{"remove", action}};
}

Json EncodeMetadata(const TableMetadata& metadata) {
  const auto other = [&metadata](const char* name) {
    const Json& value = At(metadata.others, name);
    return value.is_null() ? Json::object() : value;
  };
  Json action = {{"id", metadata.id},
                 {"format", {{"provider", metadata.provider}, {"options", other("options")}}},
                 {"schemaString", metadata.schemaString},
                 {"partitionColumns", Json::array()},
                 {"configuration", other("configuration")},
                 {"createdTime", Millis(metadata.created)}};
  for (const char* name : {"name", "description"})
    if (metadata.others.contains(name)) action[name] = metadata.others[name];
  return {{"metaData", std::move(action)}};
}

Error Corrupt(const std::string& what) { return {Fault::Data, "LogCorrupt", what}; }
Error Unsupported(const std::string& what) { return {Fault::Data, "LogUnsupported", what}; }

void ReadStats(const std::string& text, DataFile& file) {
  if (text.empty()) return;
  // Statistics are a help, not the truth: those that cannot be read count as absent.
  Result<Json> stats = ParseJson(text);
  if (!stats || !stats->is_object() || !IsSize(Integer(*stats, "numRecords"))) return;
  file.rows = Integer(*stats, "numRecords");
  file.stats = std::move(*stats);
}

FileAction FileActionOf(const Json& action, const char* time_field) {
  FileAction file{.path = Text(action, "path"),
                  .bytes = Integer(action, "size"),
                  .timeMs = Integer(action, time_field),
                  .stats = Text(action, "stats"),
                  .tags = {},
                  .hasDeletionVector = !At(action, "deletionVector").is_null()};
  if (!At(action, "tags").is_object()) return file;
  for (const auto& [key, value] : At(action, "tags").items())
    if (value.is_string()) file.tags[key] = value.get<std::string>();
  return file;
}

Status ReadProtocol(const Json& action) {
  const std::int64_t reader = Integer(action, "minReaderVersion", -1);
  const std::int64_t writer = Integer(action, "minWriterVersion", -1);
  if (reader < 0 || writer < 0) return Corrupt("protocol without versions");
  if (reader > 1 || writer > 2) {
    return Unsupported("protocol reader " + std::to_string(reader) + ", writer " + std::to_string(writer) +
                       ", raised by another engine; this program knows reader 1, writer 2");
  }
  return Ok();
}

Json OthersOf(const Json& metadata) {
  Json others;
  const auto keep = [&others](const char* name, const Json& value) {
    if (!value.empty() && value != "") others[name] = value;
  };
  for (const char* name : {"name", "description", "configuration"}) keep(name, At(metadata, name));
  keep("options", At(At(metadata, "format"), "options"));
  return others;
}

Status ReadMetadata(const Json& action, LogEntry& entry) {
  if (!At(action, "schemaString").is_string() || !At(action, "id").is_string()) return Corrupt("metaData without id or schemaString");
  if (!At(action, "partitionColumns").empty()) return Unsupported("a partitioned table");
  const Json& format = At(action, "format");
  entry.metadata = TableMetadata{.id = Text(action, "id"),
                                 .provider = Text(format, "provider"),
                                 .schemaString = Text(action, "schemaString"),
                                 .created = FromMillis(Integer(action, "createdTime")),
                                 .others = OthersOf(action)};
  return Ok();
}

Status ReadFileInto(const Json& action, const char* time_field, std::vector<DataFile>& files) {
  if (!At(action, "path").is_string()) return Corrupt("a file without path");
  Result<DataFile> file = DecodeFile(FileActionOf(action, time_field));
  if (!file) return file.error();
  files.push_back(std::move(*file));
  return Ok();
}

// As an action of a checkpoint, where it changes nothing.
Json InCheckpoint(Json action) {
  for (auto& [name, body] : action.items())
    if (body.contains("dataChange")) body["dataChange"] = false;
  return action;
}

}  // namespace

Result<DataFile> DecodeFile(FileAction action) {
  DataFile file;
  file.path = PercentDecode(action.path);
  if (const Status safe = CheckPath(file.path); !safe) return Unsupported("a file outside the table's folder: " + safe.error().message);
  if (action.hasDeletionVector) return Unsupported("a file with a deletion vector");
  if (!IsSize(action.bytes)) return Corrupt("a file whose size is " + std::to_string(action.bytes) + " bytes");
  file.bytes = action.bytes;
  file.modified = FromMillis(action.timeMs);
  ReadStats(action.stats, file);
  file.tags = std::move(action.tags);
  return file;
}

Status DecodeAction(const Json& line, LogEntry& entry) {
  if (!line.is_object()) return Corrupt("not an object");
  for (const auto& [name, action] : line.items()) {
    Status read;
    if (name == "commitInfo") entry.commitInfo = action;
    if (name == "protocol") read = ReadProtocol(action);
    if (name == "metaData") read = ReadMetadata(action, entry);
    if (name == "add") read = ReadFileInto(action, "modificationTime", entry.add);
    if (name == "remove") read = ReadFileInto(action, "deletionTimestamp", entry.remove);
    if (name == "txn") {
      if (!At(action, "appId").is_string() || !At(action, "version").is_number_integer()) return Corrupt("txn without appId or version");
      entry.transactions[Text(action, "appId")] = Integer(action, "version");
    }
    if (!read) return read;
  }
  return Ok();
}

std::string EncodeEntry(const LogEntry& entry, LogKind kind) {
  std::string text;
  const auto line = [&text](const Json& action) { text += Dump(action) + "\n"; };
  line({{"commitInfo", entry.commitInfo}});
  if (entry.metadata) {
    line({{"protocol", {{"minReaderVersion", 1}, {"minWriterVersion", 2}}}});
    line(EncodeMetadata(*entry.metadata));
  }
  for (const auto& [app, version] : entry.transactions) line({{"txn", {{"appId", app}, {"version", version}, {"lastUpdated", Millis(entry.timestamp)}}}});
  for (const DataFile& file : entry.remove) line(EncodeRemove(file, entry.timestamp, kind));
  for (const DataFile& file : entry.add) line(EncodeAdd(file, kind));
  return text;
}

std::vector<Json> EncodeState(const TableState& state) {
  std::vector<Json> actions{{{"protocol", {{"minReaderVersion", 1}, {"minWriterVersion", 2}}}},
                            EncodeMetadata({state.metadataId, state.provider, state.schemaString, state.created, state.otherMetadata})};
  for (const auto& [app, version] : state.transactions) {
    Json txn = {{"appId", app}, {"version", version}};
    // Not of the protocol, whose readers pass over it.
    if (const auto commit = state.transactionCommits.find(app); commit != state.transactionCommits.end()) txn["weirkeeperCommit"] = commit->second;
    actions.push_back({{"txn", std::move(txn)}});
  }
  for (const auto& [path, file] : state.tombstones) actions.push_back(InCheckpoint(EncodeRemove(file, file.modified, LogKind::Files)));
  // Statistics stay as the entry has them: numRecords 0 would be false for a file whose rows its writer did not count.
  for (const auto& [path, file] : state.files) actions.push_back(InCheckpoint(EncodeAdd(file, LogKind::Files)));
  Json memory = {{"version", state.version}, {"commitInfo", state.commitInfo}};
  if (state.totals) memory["totals"] = {{"files", state.totals->files}, {"rows", state.totals->rows}, {"bytes", state.totals->bytes}};
  actions.push_back({{"weirkeeper", Dump(memory)}});
  return actions;
}

Status DecodeMemory(std::string_view text, TableState& state) {
  Result<Json> memory = ParseJson(text);
  if (!memory || !memory->is_object()) return Corrupt("the Weirkeeper data in a checkpoint cannot be read");
  const Json& totals = At(*memory, "totals");
  if (totals.is_object()) state.totals = Totals{Integer(totals, "files"), Integer(totals, "rows"), Integer(totals, "bytes")};
  state.version = Integer(*memory, "version", -1);
  state.commitInfo = At(*memory, "commitInfo");
  return Ok();
}

Result<LogEntry> DecodeEntry(std::string_view text) {
  LogEntry entry;
  int number = 0;
  if (text.empty()) return Corrupt("is empty");
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const Result<Json> action = ParseJson(line);
    if (!action) return Corrupt("line " + std::to_string(number) + ": " + action.error().message);
    if (const Status read = DecodeAction(*action, entry); !read) {
      return Error{read.error().fault, read.error().reason, "line " + std::to_string(number) + ": " + read.error().message};
    }
  }
  entry.timestamp = FromMillis(Integer(entry.commitInfo, "timestamp"));
  return entry;
}

}  // namespace weir::storage
