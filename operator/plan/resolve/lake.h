#pragma once

#include <string>

#include "crds/api/lake.h"
#include "crds/api/pipeline.h"
#include "operator/plan/action.h"

namespace weir::plan {

inline constexpr std::string_view kLakeName = "default";
inline constexpr std::string_view kSourceStore = "source";

// The Lake that is used when none is named `default`: in a cluster one claim, in `weir run` two folders.
api::LakeSpec BuiltInLake(const Environment& environment);

struct Place {
  std::string store;
  std::string path;
};
// Store of a zone and its path in the store, without the environment.
Place PlaceOf(const api::LakeSpec& lake, api::Zone zone);

// The store that a landing reads from: kSourceStore where it names none.
std::string SourceStoreOf(const api::FilesSource& source);

const api::Store* FindStore(const api::LakeSpec& lake, const std::string& name);

}  // namespace weir::plan
