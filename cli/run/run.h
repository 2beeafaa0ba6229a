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
// controllers, and answers when every run has ended. As JSON or YAML the answer is {findings, pipelines}: what `weir check`
// finds, and what became of each pipeline (run_answer.h); what kept the run from starting or its state from being saved is
// {error: {reason, message}} beside them. Ctrl-C cancels the runs; a second one kills what still runs.
Exit Run(const Terminal& terminal, const RunOptions& options, std::istream& in);

// What Run does for a call that it does not take: complains, and gives programs the answer {error, findings, pipelines}.
Exit RefuseRun(const Terminal& terminal, const Error& error, Exit exit = Exit::Failed);

}  // namespace weir::cli
