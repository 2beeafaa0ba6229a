#pragma once

#include <memory>

#include "runner/storage/table/checkpoint.h"

namespace weir::engine {

// Checkpoints of table logs as Parquet (Delta protocol, "Checkpoint format"; classic, of one part). Beside the protocol's
// columns there is `weirkeeper` (runner/storage/table/delta_actions.h), which other engines pass over. Opens a DuckDB of its own
// when it is first asked.
std::unique_ptr<storage::CheckpointFiles> MakeCheckpointFiles();

}  // namespace weir::engine
