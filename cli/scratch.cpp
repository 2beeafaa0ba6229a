#include "cli/scratch.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace weir::cli {

namespace fs = std::filesystem;

Result<Scratch> Scratch::Make() {
  std::error_code error;
  std::string path = (fs::temp_directory_path(error) / "weir-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr)
    return Error{Fault::Exhausted, "DiskFull",
                 "cannot make a temporary folder " + path + ": " + std::strerror(errno) + "; set TMPDIR to a folder that can be written"};
  return Scratch(path);
}

Scratch::~Scratch() {
  std::error_code error;
  if (!path_.empty()) fs::remove_all(path_, error);
}

}  // namespace weir::cli
