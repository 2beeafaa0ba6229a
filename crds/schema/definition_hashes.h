#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "f39bd5467a07eb6e";
  if (plural == "datasets") return "0996225e11bda4b8";
  if (plural == "views") return "617d94578f69571e";
  if (plural == "pipelines") return "16620cc06c2b7f36";
  if (plural == "pipelineruns") return "aafbfb8694ba508c";
  return "";
}

}  // namespace weir::schema
