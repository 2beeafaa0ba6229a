#pragma once

#include <string>
#include <vector>

#include "cli/lake/published.h"
#include "cli/lake/world.h"
#include "cli/manifests/declared.h"

namespace weir::cli {

enum class WhenGone { Fail, Ignore };

struct DeleteOptions {
  Place place;       // a local lake
  std::string kind;  // of any kind that `weir run` remembers, or a short name of it, "KIND/NAME" included
  std::string name;
  WhenGone whenGone = WhenGone::Fail;  // what is not there, as kubectl delete and its --ignore-not-found
};

// Removes an object from those of the local lake, with what it owns, as kubectl delete does on a cluster: a Pipeline with its
// runs and revisions. It is no longer listed, judged or queried by name. Tables stay, with their logs: the same View or
// Dataset declared again, or the same outputs under another Pipeline, go on from them.
Exit Delete(const Terminal& terminal, DeleteOptions options);

// The command that removes an object of `published`: of this program for a local lake, else of kubectl.
std::string CommandThatDeletes(const Published& published, const api::Resource& kind, const std::string& ns, const std::string& name);

// Published Views that get no new data any more, because the manifests no longer declare them or no Pipeline publishes them,
// be it of the manifests or of the lake, and Datasets that neither declares nor writes: a sentence for each, with what to do. Pure.
std::vector<std::string> LeftBehind(const Published& published, const Declared& declared, const std::string& ns);

// A Lake that earlier manifests brought into a local lake and these do not hold, which places their data all the same: a
// sentence with what to do. Empty when nothing is left behind. Pure.
std::string LakeLeftBehind(const Published& published, const Declared& declared, const std::string& ns);

}  // namespace weir::cli
