#pragma once

#include <string>
#include <vector>

#include "cli/declared.h"
#include "cli/published.h"
#include "cli/world.h"

namespace weir::cli {

struct DeleteOptions {
  Place place;       // a local lake
  std::string kind;  // "view", "dataset" or a short name of them, "KIND/NAME" included
  std::string name;
};

// Removes a View or Dataset from the objects of the local lake, as kubectl delete does on a cluster: it is no longer listed,
// judged or queried by name. Files and table log stay, so the same name declared again goes on from them.
Exit Delete(const Terminal& terminal, DeleteOptions options);

// Published Views that the manifests no longer declare and that no Pipeline publishes, be it of the manifests or of the lake:
// a sentence for each, with the command that removes it. Pure.
std::vector<std::string> NoLongerDeclared(const Published& published, const Declared& declared, const std::string& ns, const std::string& lake);

}  // namespace weir::cli
