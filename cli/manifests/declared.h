#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cli/manifests/manifests.h"
#include "crds/api/lake.h"
#include "crds/api/pipeline.h"
#include "crds/api/run.h"
#include "crds/api/view.h"

namespace weir::cli {

// An object of ours, read, and the manifest that it came from (an index into Manifests::objects).
template <typename T>
struct Declaration {
  std::size_t manifest = 0;
  T object;
};

// All manifests, read as the API server would: every problem of every field is a finding. An object with problems is in
// its list with what could be read of it, and in `broken`.
struct Declared {
  std::vector<Declaration<api::Lake>> lakes;
  std::vector<Declaration<api::Dataset>> datasets;
  std::vector<Declaration<api::View>> views;
  std::vector<Declaration<api::Pipeline>> pipelines;
  std::vector<Declaration<api::PipelineRun>> runs;
  std::vector<std::size_t> broken;
  std::map<std::size_t, std::vector<std::string>> unread;  // by manifest: paths of fields with Schema findings, which have no value; cli/manifests/unread.h
  Findings findings;
};

Declared ReadManifests(const Manifests& manifests);

}  // namespace weir::cli
