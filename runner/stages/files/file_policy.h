#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/protocol/stage_task.h"
#include "runner/storage/table/table_log.h"

namespace weir::stages {

// The entry that names a file: by its path or name in the dataset, or by its path or name at the source; null for none.
const api::Exclusion* ExclusionOf(const std::vector<api::Exclusion>& exclude, const std::string& path, const std::string& source);

// What the log of a zone of files knows of each source name, its removed files included.
class Deliveries {
 public:
  explicit Deliveries(const storage::TableState& log);

  void Add(const storage::DataFile& file);
  bool Knows(const std::string& source) const { return sources_.contains(source); }
  // Whether the content is there already under that name. With ReplaceSameName only the newest counts: what comes back to
  // an older content is news.
  bool Has(const std::string& source, const std::string& sha256, api::Redelivery policy) const;
  // Whether a source at this URL, whatever its query, gave this content. A query may be a token that is new each day.
  bool HasAtUrl(const std::string& url, const std::string& sha256) const;
  std::int64_t Next(const std::string& source) const;

 private:
  std::map<std::string, std::vector<storage::DataFile>> sources_;  // oldest delivery first
};

// What a known name with other content means where files land, and the Dataset that declares it.
struct RedeliveryRule {
  std::optional<api::Redelivery> policy;
  std::string dataset;
};
// Of a Landing dataset: the declaration of the RawHistory datasets of the task, which accept from it, else its own. When
// the former differ, each of them decides when it accepts, and what one of them may want lands.
RedeliveryRule RedeliveryOf(const api::StageTask& task, const api::TaskTable& landing);

// Files of one kind that a commit names.
inline constexpr std::size_t kListed = 1000;

// A file that is not used.
struct LeftOut {
  std::string path;
  std::string source;
  std::string why;
};
// "lake/in/a.csv (file_land_timestamp=5/a_5.csv): it has no amounts; ... and 2 more": source, path and why, as far as known.
std::string Named(const std::vector<LeftOut>& files, const std::string& before_why = ": ");

// "4 files are quarantined as a whole: a.csv: is empty; ... and 1 more. Each is listed by weir explain dataset/a": the first three by
// source or else path, each with as much of its reason as a warning in a status has room for. `one` and `several` are what is
// said of one file or several ("is quarantined as a whole", "are quarantined as a whole").
std::string NamedWhole(const std::vector<LeftOut>& files, const std::string& one, const std::string& several, const std::string& dataset);

// A message that begins with the name of its file, without it.
std::string WithoutSubject(const std::string& message, const std::string& name);

// The files of a dataset that count. Of each group the first that can be decoded does, and the rest is superseded by it.
// With ReplaceSameName a group is what came under one name, newest first; else what came with one content under one name.
struct Selection {
  std::vector<std::vector<storage::DataFile>> groups;
  std::vector<LeftOut> excluded;
  std::vector<std::string> warnings;
  std::string redelivered;  // of these, that deliveries under one name all count and nobody said that they shall; or empty
};
// How the file can be corrected where it comes from: "A newer delivery of ... has landed: set ...". No full stop.
std::string HowToCorrect(const api::TaskTable& files, const Selection& selection, const storage::DataFile& file);
Selection SelectFiles(const api::TaskTable& files, const storage::TableState& log);

}  // namespace weir::stages
