#pragma once

#include <map>
#include <string>

#include "cli/lake/published.h"
#include "cli/manifests/declared.h"
#include "operator/plan/resolve/resolve.h"

namespace weir::cli {

// The objects of each namespace after the manifests are applied: the declared ones, and the published ones that the manifests
// do not repeat. Build it once, because a project may have thousands of objects. Not thread-safe.
class Neighbourhood {
 public:
  // Copies what it needs of both.
  Neighbourhood(const Declared& declared, const Published& published);

  // All of a namespace; empty for one that nothing names.
  const plan::Surroundings& All(const std::string& ns) const;
  // What the pipeline names or its SQL may name; all of the namespace when something that it names is not there, so that
  // the nearest name can be found.
  plan::Surroundings Of(const api::Pipeline& pipeline) const;

  std::vector<std::string> Namespaces() const;

 private:
  struct Named {
    plan::Surroundings all;
    std::map<std::string, std::size_t> datasets;  // table name -> place in `all`
    std::map<std::string, std::size_t> views;
  };
  std::map<std::string, Named> namespaces_;
};

// Placeholder folders of the local lake for checks that read and write nothing; none when the Lake is one of a cluster.
plan::Environment EnvironmentFor(const plan::Surroundings& around);

}  // namespace weir::cli
