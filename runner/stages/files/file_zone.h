#pragma once

#include <optional>
#include <string>

#include "runner/storage/table/file_tags.h"
#include "runner/storage/table/table_log.h"

namespace weir::stages {

// Tags of files in Landing and RawHistory.
inline constexpr const char* kTagSha256 = "sha256";
inline constexpr const char* kTagSource = "source";
inline constexpr const char* kTagDelivery = "delivery";  // which one under its source name, from 1; counted, so that no clock decides
inline constexpr const char* kTagLanded = "landed";      // logical time of the run that landed it, Unix seconds

using storage::Tag;

// What makes a file the same wherever it lies: the source that it came from and its content.
struct FileIdentity {
  std::string source;
  std::string sha256;
  std::string delivery;  // of several with one content, when another came between
  auto operator<=>(const FileIdentity&) const = default;
};
FileIdentity IdentityOf(const storage::DataFile& file);

// Of all live files: order-independent sum of their SHA-256, cut to 128 bit. Content only, not names.
std::string ContentHashOf(const storage::TableState& state);
std::string AddFile(const std::string& sum, const storage::DataFile& file);
// Of the newest live file.
std::optional<Time> NewestLanded(const storage::TableState& state);

// "lake/in/a.csv (file_land_timestamp=5/a_5.csv)": what a supplier calls it, and what we do.
std::string SourceAndPath(const storage::DataFile& file);
// The way out for a file that cannot be used, as it is written in the manifest of its dataset.
std::string HowToExclude(const api::TaskTable& files, const std::string& path);

// The format's word for the log of a zone of files: csv, json or parquet.
std::string ProviderOf(const api::TaskTable& table);

}  // namespace weir::stages
