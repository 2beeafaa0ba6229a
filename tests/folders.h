#pragma once

#include <string>

namespace weir::test {

// Absolute paths. Functions, so that only one unit knows where this tree lies, and a compiler's cache serves every clone of it.
std::string SourceFolder();
std::string ProgramFolder();  // of weir, weirkeeper-runner and the tests, as built with them

}  // namespace weir::test
