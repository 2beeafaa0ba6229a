#pragma once

#include <istream>
#include <string>
#include <vector>

#include "cli/lake/world.h"
#include "cli/screen/terminal.h"
#include "crds/base/time.h"

namespace weir::cli {

struct RunOptions {
  std::vector<std::string> paths;
  std::string source;    // folder of the store `source`; empty: the folder of the first path
  std::string pipeline;  // only this one; empty: every pipeline of the manifests
  Duration timeout;      // zero: none
  Place place;           // lake and namespace
};

// No cluster: loads the manifests, checks them, runs their pipelines on this machine with the operator's own
// controllers, and returns when every run has ended. As JSON or YAML the output is {findings, pipelines}: the findings of
// `weir check`, and the result of each pipeline (run_answer.h). When a run could not start or its state could not be saved,
// it also has {error: {reason, message}}. Ctrl-C cancels the runs; a second one kills the runners.
Exit Run(const Terminal& terminal, const RunOptions& options, std::istream& in);

// Output of Run for an invalid call: a message on stderr, and as JSON or YAML {error, findings, pipelines}.
Exit RefuseRun(const Terminal& terminal, const Error& error, Exit exit = Exit::Failed);

}  // namespace weir::cli
