#pragma once

#include <string>

#include "crds/base/result.h"

namespace weir::cli {

// A new folder for temporary files, below TMPDIR, removed with all that is in it at the end.
class Scratch {
 public:
  static Result<Scratch> Make();
  Scratch(Scratch&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch();
  const std::string& Path() const { return path_; }

 private:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace weir::cli
