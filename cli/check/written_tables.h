#pragma once

#include <set>
#include <string>

#include "cli/lake/published.h"
#include "cli/manifests/declared.h"
#include "cli/manifests/manifests.h"

namespace weir::cli {

// The tables that have data, or that some pipeline writes: of the manifests, or of the lake that they are compared with.
class WrittenTables {
 public:
  WrittenTables(const Manifests& manifests, const Declared& declared, const Published& published);

  // Whether the table was certainly never written. False for all tables of a namespace without pipelines, because a project may
  // be checked without them, and of one whose pipelines could not be read completely.
  bool IsUnwritten(const std::string& ns, const std::string& table) const;

 private:
  void Add(const api::Pipeline& pipeline);

  std::set<std::string> written_;  // "namespace/table"
  std::set<std::string> known_;    // namespaces
};

}  // namespace weir::cli
