#include "runner/stages/names.h"

#include "runner/storage/digest.h"
#include "runner/storage/names.h"
#include "runner/storage/paths.h"

namespace weir::stages {

std::string LandedPath(const std::string& name, Time landed, const std::string& suffix) {
  const std::string second = std::to_string(landed.Seconds());
  return "file_land_timestamp=" + second + "/" + storage::MarkedName(name, "_" + second + suffix);
}

std::string WithSuffix(const std::string& path, const std::string& suffix) {
  return suffix.empty() ? path : storage::JoinPath(storage::FolderOf(path), storage::MarkedName(storage::FileNameOf(path), suffix));
}

std::string MarkOf(const FileIdentity& identity) { return "-" + storage::Sha256Hex(identity.source + '\0' + identity.sha256).substr(0, 16); }

std::string DecodedPath(const std::string& input, const std::string& suffix) {
  return storage::JoinPath(storage::FolderOf(input), storage::ExtendedName(storage::FileNameOf(input), suffix + ".parquet"));
}

std::string AttemptPath(const api::StageTask& task) { return task.run + "/" + task.runUid + "/" + task.stage + "-" + std::to_string(task.attempt); }

std::string ResultPath(const api::StageTask& task) { return "part/" + AttemptPath(task) + "/0.parquet"; }
std::string QuarantinePath(const api::StageTask& task) { return task.outcomePath + "/quarantine/" + AttemptPath(task) + ".jsonl"; }
std::string OutcomePath(const api::StageTask& task) { return task.outcomePath + "/outcomes/" + AttemptPath(task) + ".json"; }

}  // namespace weir::stages
