#pragma once

#include <gtest/gtest.h>

#include <string>

namespace weir::test {

struct Ended {
  int code = -1;
  std::string out;
  std::string err;
};

// A folder of its own in which `weir` is called as a person would call it.
class Commands : public ::testing::Test {
 protected:
  Commands();
  ~Commands() override;

  // `weir <arguments>` by the shell; the program is the one that was built, or of the folder WEIR_BIN.
  Ended Weir(const std::string& arguments) const { return Shell("weir " + arguments); }
  Ended Shell(const std::string& command) const;
  void Write(const std::string& file, const std::string& text) const;
  std::string Read(const std::string& file) const;
  void CopyExample(const std::string& path) const;  // examples/<path> into the folder

  std::string folder_;
};

}  // namespace weir::test
