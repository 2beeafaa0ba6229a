#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "a733e63f102a0197";
  if (plural == "datasets") return "e4c4561c843bede8";
  if (plural == "views") return "8a04f0e839ed71ab";
  if (plural == "pipelines") return "31454419afa445ec";
  if (plural == "pipelineruns") return "04cb18fb8fea667a";
  return "";
}

}  // namespace weir::schema
