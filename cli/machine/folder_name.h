#pragma once

#include <string>

#include "crds/base/result.h"

namespace weir::cli {

// A folder of any bytes can be made, but states of lakes, tasks of runners and the engine hold texts. Fault::Invalid, "Usage",
// for an absolute path that is not UTF-8, with its bytes shown as \xFF. `means` says what it is for and how to name another
// one: "the lake (--lake)".
Status CheckFolderName(const std::string& path, const std::string& means);

}  // namespace weir::cli
