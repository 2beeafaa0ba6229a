#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/lake/published.h"
#include "cli/manifests/declared.h"

namespace weir::cli {

// Input and output tables of all stages, from the declared Pipelines and those of `published` that the manifests do not
// repeat. SQL is not bound: every table whose name occurs in a text counts as read. Not thread-safe.
class Lineage {
 public:
  // Copies what it needs of both.
  Lineage(const Declared& declared, const Published& published);

  // Stable Views that have published and that are made of the output ("Dataset/orders", "View/daily-v1"), directly or over
  // other tables; sorted.
  std::vector<std::string> PublishedAbove(const std::string& ns, const std::string& output) const;
  // Name of the Dataset of files that a stage decodes into it; empty when none does, such as where SQL makes it.
  std::string DecodedFrom(const std::string& ns, const std::string& output) const;
  // Whether some Pipeline writes it.
  bool IsWritten(const std::string& ns, const std::string& output) const { return written_.contains(ns + "/" + output); }
  // Whether there is a Pipeline at all, so that its absence means something.
  bool HasPipelines(const std::string& ns) const { return namespaces_.contains(ns); }

 private:
  void Add(const api::Pipeline& pipeline, const std::map<std::string, std::string>& queries);

  std::map<std::string, std::set<std::string>> readers_;  // ns/table -> ns/kind/name of what is made of it
  std::map<std::string, std::string> decodedFrom_;        // ns/kind/name -> name of a Dataset
  std::set<std::string> written_;                         // ns/kind/name
  std::set<std::string> namespaces_;
  std::set<std::string> promised_;  // ns/View/name
};

}  // namespace weir::cli
