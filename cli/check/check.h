#pragma once

#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "cli/lake/published.h"
#include "cli/lake/surroundings.h"
#include "cli/manifests/declared.h"
#include "cli/screen/terminal.h"

namespace weir::cli {

struct CheckOptions {
  std::vector<std::string> paths;
  std::string against;  // file of published objects; empty: the cluster of `place`, or the local state of its lake, when there is one
  Place place;
};

// Reports, before a commit, every finding of admission, of the controllers and of the runner's validation.
Exit Check(const Terminal& terminal, const CheckOptions& options, std::istream& in);

// The rules, in the order of their dependencies. Each appends to `findings`.
// Rules about one object: those of CEL and plan/validate, immutable fields, and the published contract.
void CheckObjects(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings);
// Names that two objects would share: as a SQL table, or as a path in a store, also across namespaces.
void CheckNames(const Manifests& manifests, const Declared& declared, const Neighbourhood& around, Findings& findings);
// A pipeline with all that it names, and the manifest that its findings belong to.
struct ResolvedPipeline {
  std::size_t manifest = 0;
  std::string ns;
  plan::Bundle bundle;
};
// Between objects: references, zones, stores, one writer for each dataset and view. Returns the pipelines, each with what
// could be resolved, and one for each View that none of the pipelines publishes, as if it did.
std::vector<ResolvedPipeline> CheckReferences(const Manifests& manifests, const Declared& declared, const Published& published, const Neighbourhood& around,
                                              Findings& findings);
// Binds every SQL text of these whose target and tables are known, in one runner process.
void CheckSql(const Manifests& manifests, const Declared& declared, const Published& published, const Neighbourhood& around,
              const std::vector<ResolvedPipeline>& pipelines, const std::string& runner, Findings& findings);

// Warnings about what the published contracts do not cover: settings of Datasets and stages beneath published Views that decide
// about rows and values, against what is published; and tables with data that no pipeline feeds any more.
void CheckBelow(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings);

// All rules. Without a runner, SQL is not bound and there is a warning.
Findings CheckAll(const Manifests& manifests, const Declared& declared, const Published& published, const Result<std::string>& runner);

}  // namespace weir::cli
