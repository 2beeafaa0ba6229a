#include "runner/stages/tables/names.h"

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

}  // namespace weir::stages
