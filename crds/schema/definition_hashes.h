#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "95a14ffc3a909e76";
  if (plural == "datasets") return "92d90b8b3dc7c8c6";
  if (plural == "views") return "63b3f6aad6d8cdd9";
  if (plural == "pipelines") return "87dc5b8c3e25d805";
  if (plural == "pipelineruns") return "c10702d10ab10428";
  return "";
}

}  // namespace weir::schema
