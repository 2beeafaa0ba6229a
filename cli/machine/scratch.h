#pragma once

#include <string>

#include "crds/base/result.h"

namespace weir::cli {

// A new folder for temporary files, below TMPDIR, removed with all that is in it at the end. A process that is killed
// leaves its folder behind, and its lock on the folder goes with it: the next Make removes each such folder of this user.
class Scratch {
 public:
  static Result<Scratch> Make();
  Scratch(Scratch&& other) noexcept : path_(std::move(other.path_)), lock_(other.lock_) { other.path_.clear(), other.lock_ = -1; }
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch();
  const std::string& Path() const { return path_; }

 private:
  Scratch(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;  // file descriptor that holds the lock
};

}  // namespace weir::cli
