#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "62d61e79795668c2";
  if (plural == "datasets") return "121c709be6f4c936";
  if (plural == "views") return "66b04fadb06570de";
  if (plural == "pipelines") return "ceeaa9862b5cad23";
  if (plural == "pipelineruns") return "2f68b0bf13088ea2";
  return "";
}

}  // namespace weir::schema
