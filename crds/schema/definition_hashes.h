#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "62d61e79795668c2";
  if (plural == "datasets") return "99faf14a53cd94aa";
  if (plural == "views") return "8fbabaae59102d0f";
  if (plural == "pipelines") return "ceeaa9862b5cad23";
  if (plural == "pipelineruns") return "3f6659775df856d2";
  return "";
}

}  // namespace weir::schema
