#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "e430b363a0063408";
  if (plural == "datasets") return "77a1df6fdb88f81c";
  if (plural == "views") return "bd7bbc293df43658";
  if (plural == "pipelines") return "2f7a07d371b5ca28";
  if (plural == "pipelineruns") return "a6e3e60a52e19ccf";
  return "";
}

}  // namespace weir::schema
