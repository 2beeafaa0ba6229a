#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"

namespace weir::cli {

struct InitOptions {
  std::vector<std::string> files;
  std::string out;   // folder for the manifests, made where it is missing; empty: the folder of the first file
  std::string name;  // empty: from the first file's name
  std::string team = "data";
};

// From data files to one complete file of manifests, `<out>/<name>.yaml`: Datasets and a View for each, and one Pipeline.
// Refuses files that are no data. Never overwrites, and writes nothing that `weir check` refuses.
Exit Init(const Terminal& terminal, const InitOptions& options);

}  // namespace weir::cli
