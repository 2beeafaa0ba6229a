#pragma once

#include <cstddef>
#include <string>

#include "crds/base/result.h"
#include "crds/base/time.h"

namespace weir {

struct FileLimits {
  std::size_t maxBytes = 1 << 20;
  Duration wait = Duration::Seconds(10);  // for all of it, where it is a pipe and its writer is slow
};

// The whole of a small file that a person or a cluster names: configuration, a credential. What it names may be a pipe
// without a writer, a device without an end or a folder, so time and bytes are bounded. Messages name the path, not the
// content. Faults: Missing "FileUnreadable"; Exhausted "TooLarge"; Transient "Timeout".
Result<std::string> ReadBounded(const std::string& path, const FileLimits& limits = {});

}  // namespace weir
