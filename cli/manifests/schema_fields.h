#pragma once

#include <string>
#include <vector>

#include "crds/api/describe/read.h"
#include "crds/schema/kinds.h"

namespace weir::cli {

// What the schema of a kind says beyond one field, for the findings of a person who wrote a field in the wrong place or
// without its value.

// Adds to findings of unknown fields where in the kind a field of that name is, or else which fields are allowed there. Which
// they are, the schema tells for those of the spec; of the object around it the caller gives unknown ones only.
enum class Unknown { Every, BySchema };
void AddPlaces(const schema::Kind& kind, Unknown unknown, std::vector<api::Problem>& problems);

// Adds to findings of a value that should be a mapping how it is written as one: {columns: [id]} for id. Leaves out of the
// words of Dataset.spec.zone the one that only Views have.
void AddExamples(const schema::Kind& kind, const Json& object, std::vector<api::Problem>& problems);

// A finding for each field of the object that is there without a value (null): the API server drops such a field in
// silence, and what was meant is often a text that YAML takes for a comment. Replaces "is required" for the same field.
void CheckValues(const schema::Kind& kind, const Json& object, std::vector<api::Problem>& problems);

// Leaves out the findings that are only a consequence of another one: that a field is required, or that one of several is,
// where an unknown field beside it was meant as that field, or where it is there without a value. To be called last.
void DropConsequences(const schema::Kind& kind, const Json& object, std::vector<api::Problem>& problems);

}  // namespace weir::cli
