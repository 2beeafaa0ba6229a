#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "c56d91a603649da9";
  if (plural == "datasets") return "f2d120ff8aef91f0";
  if (plural == "views") return "ad195a13ec1456c7";
  if (plural == "pipelines") return "32021c5eb978aa98";
  if (plural == "pipelineruns") return "b993cd6dfe651ca8";
  return "";
}

}  // namespace weir::schema
