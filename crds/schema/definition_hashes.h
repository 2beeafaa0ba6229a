#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "95a14ffc3a909e76";
  if (plural == "datasets") return "1510479bb4cb50dd";
  if (plural == "views") return "965e088d156993b0";
  if (plural == "pipelines") return "d338a74d68b67365";
  if (plural == "pipelineruns") return "81c1a2544c690136";
  return "";
}

}  // namespace weir::schema
