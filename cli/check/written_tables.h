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

  // Whether it is known that nothing ever wrote the table. Nothing is known of a namespace without a pipeline, for a project may be
  // checked without them, nor of one whose pipelines could not be read as a whole.
  bool IsUnwritten(const std::string& ns, const std::string& table) const;

 private:
  void Add(const api::Pipeline& pipeline);

  std::set<std::string> written_;  // "namespace/table"
  std::set<std::string> known_;    // namespaces
};

}  // namespace weir::cli
