#pragma once

#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "cli/declared.h"
#include "cli/published.h"
#include "cli/terminal.h"

namespace weir::cli {

struct CheckOptions {
  std::vector<std::string> paths;
  std::string against;  // file of published objects; empty: the local state of `lake`, when there is one
  Place place;
};

// Says everything that admission, the controllers and the runner's validation would say, before a commit.
Exit Check(const Terminal& terminal, const CheckOptions& options, std::istream& in);

// The rules in the order in which they need each other. Each appends to `findings`.
// Of one object: what CEL and plan/validate say; what an edit may not change; the published contract.
void CheckObjects(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings);
// Between objects: references, zones, stores, one writer for each dataset and view.
void CheckReferences(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings);
// Binds every SQL text of the pipelines and views that have no finding of their own, in a runner process.
void CheckSql(const Manifests& manifests, const Declared& declared, const Published& published, const std::string& runner, Findings& findings);

// All of them. Without a runner, SQL is not bound and a warning says so.
Findings CheckAll(const Manifests& manifests, const Declared& declared, const Published& published, const Result<std::string>& runner);

}  // namespace weir::cli
