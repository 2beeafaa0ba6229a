#pragma once

#include <string>
#include <vector>

#include "runner/engine/session.h"

namespace weir::engine {

// rows, maximum of `event_time_column` (none when empty) and the content hash of a relation in one scan. The hash is the
// sum over rows of DuckDB's 64-bit hash of the row's values in the order of the columns, modulo 2^128: 32 hex digits. So
// the hash of a union of disjoint sets of rows is the sum of theirs (AddContentHash in engine.h).
Result<RelationFacts> MeasureRelation(Session& session, const std::string& relation, const std::string& event_time_column);

}  // namespace weir::engine
