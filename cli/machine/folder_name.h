#pragma once

#include <string>

#include "crds/base/result.h"

namespace weir::cli {

// Fault::Invalid, "Usage", for an absolute path that is not UTF-8, with its bytes shown as \xFF: the file system allows it, but
// states of lakes, tasks and the engine need UTF-8. `means`: its purpose and option for the message, "the lake (--lake)".
Status CheckFolderName(const std::string& path, const std::string& means);

}  // namespace weir::cli
