#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "a733e63f102a0197";
  if (plural == "datasets") return "dc08b5d4f0ae5ba6";
  if (plural == "views") return "24aa9260c8059b04";
  if (plural == "pipelines") return "31454419afa445ec";
  if (plural == "pipelineruns") return "243693a8f1ca7e5c";
  return "";
}

}  // namespace weir::schema
