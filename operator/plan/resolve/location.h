#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/dataset.h"
#include "crds/api/kubernetes/meta.h"
#include "crds/api/lake.h"
#include "crds/api/protocol/stage_task.h"

namespace weir::plan {

// Annotation of a Dataset or View that allows its location to change: the new location, as the finding names it.
inline constexpr std::string_view kAnnotationMoveTo = "weirkeeper.io/move-to";

// Location of a table as the Lake names it, the same on every machine and pod: "volume lake-claim: default/views/a/b_v1",
// "https://s3.example.org/bucket/default/views/a/b_v1". A folder of `weir run` is named by its store, so that the lake's
// folder may be copied.
std::string PlaceText(const std::vector<api::Store>& stores, const api::TaskTable& table);

// The problem when the object's next version would be at `place` (of `table`) and its data are elsewhere: a sentence with both
// and how to move them. Nullopt when it has no data, they are there, or the annotation allows it. A status of an older
// release has no place; then the end of its location is compared.
std::optional<std::string> MovedFrom(const api::Meta& meta, const api::TableStatus& status, const api::TaskTable& table, const std::string& place);

// The same for a folder that a Lake of `weir run` names by an absolute path: compared with where the data were written.
std::optional<std::string> MovedFolder(const api::Meta& meta, const api::TableStatus& status, const api::TaskTable& table,
                                       const std::vector<api::Store>& stores);

}  // namespace weir::plan
