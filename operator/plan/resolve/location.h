#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/dataset.h"
#include "crds/api/kubernetes/meta.h"
#include "crds/api/lake.h"
#include "crds/api/protocol/stage_task.h"

namespace weir::plan {

// Annotation of a Dataset or View that allows it to lie elsewhere from now on: the new place, as the finding names it.
inline constexpr std::string_view kAnnotationMoveTo = "weirkeeper.io/move-to";

// Where a table lies as the Lake names it, whatever machine or pod looks at it: "volume lake-claim: default/views/a/b_v1",
// "https://s3.example.org/bucket/default/views/a/b_v1". A folder of `weir run` is named by its store, so that the lake's
// folder may be copied.
std::string PlaceText(const std::vector<api::Store>& stores, const api::TaskTable& table);

// What is wrong with putting the object's next version at `place` (of `table`) when its data lie elsewhere: the sentence
// names both and how to move on purpose. Nothing when it has no data, they lie there, or the annotation allows it. A status
// of an older release has no place; then the end of its location is compared.
std::optional<std::string> MovedFrom(const api::Meta& meta, const api::TableStatus& status, const api::TaskTable& table, const std::string& place);

// The same for a folder that a Lake of `weir run` names by an absolute path: compared with where the data were written.
std::optional<std::string> MovedFolder(const api::Meta& meta, const api::TableStatus& status, const api::TaskTable& table,
                                       const std::vector<api::Store>& stores);

}  // namespace weir::plan
