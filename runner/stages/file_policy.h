#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crds/api/stage_task.h"
#include "runner/storage/table_log.h"

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

// A file that is not decoded.
struct LeftOut {
  std::string path;
  std::string source;
  std::string why;
};

// The files of a dataset that count. Of each group the first that can be decoded does, the rest is superseded by it; with
// another policy than ReplaceSameName each group is one file.
struct Selection {
  std::vector<std::vector<storage::DataFile>> groups;
  std::vector<LeftOut> excluded;
  std::vector<std::string> warnings;
};
Selection SelectFiles(const api::TaskTable& files, const storage::TableState& log);

// "lake/in/a.csv was delivered again with other content ...", for a dataset that does not declare what that means.
std::string UndeclaredRedelivery(const api::TaskTable& files, const std::vector<std::string>& sources);

}  // namespace weir::stages
