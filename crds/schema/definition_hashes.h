#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "95a14ffc3a909e76";
  if (plural == "datasets") return "92d90b8b3dc7c8c6";
  if (plural == "views") return "965e088d156993b0";
  if (plural == "pipelines") return "87dc5b8c3e25d805";
  if (plural == "pipelineruns") return "f46a0ff47f7ca5c4";
  return "";
}

}  // namespace weir::schema
