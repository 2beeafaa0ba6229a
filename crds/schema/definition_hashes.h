#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "56b352b83e4babbe";
  if (plural == "datasets") return "aafe8370b5b44fd1";
  if (plural == "views") return "672745ded3074433";
  if (plural == "pipelines") return "6509a76046f1fbc8";
  if (plural == "pipelineruns") return "46139630169dba5a";
  return "";
}

}  // namespace weir::schema
