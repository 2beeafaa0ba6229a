#pragma once

#include <string>
#include <vector>

#include "cli/screen/terminal.h"

namespace weir::cli {

struct InitOptions {
  std::vector<std::string> files;  // and folders of them
  std::string out;                 // folder for the manifests, made where it is missing; empty: the folder of the first file
  std::string name;                // empty: from the folder's or the first file's name
  std::string team = "data";
};

// From data files to one complete file of manifests, `<out>/<name>.yaml`: Datasets and a View for each shape of files, and one
// Pipeline. Refuses files that are no data, and leaves them out of folders. Never overwrites, and writes nothing that `weir check` refuses.
Exit Init(const Terminal& terminal, const InitOptions& options);

}  // namespace weir::cli
