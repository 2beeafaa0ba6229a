#pragma once

#include <string_view>

namespace weir::schema {

// Generated from crds/api by crdgen; edit the declaration and run `cmake --build build/dev --target generate`.
constexpr std::string_view HashOfDefinition(std::string_view plural) {
  if (plural == "lakes") return "f39bd5467a07eb6e";
  if (plural == "datasets") return "d8324978696964b5";
  if (plural == "views") return "fa4fc0477310b753";
  if (plural == "pipelines") return "16620cc06c2b7f36";
  if (plural == "pipelineruns") return "6783d6956596be74";
  return "";
}

}  // namespace weir::schema
