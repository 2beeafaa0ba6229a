#pragma once

#include "runner/stages/decoding/decoding.h"

namespace weir::stages {

// Tags of a decoded file about its event times, for what counts at a time: the newest that is not too far ahead; and of those that are,
// how many, the nearest and the furthest. A file without such times has none of them.

// The tags of a file that was just written.
void TagEvents(storage::DataFile& file, const engine::WrittenFile& written);

// Brings the tags of a file of an earlier run to the time of this one, in memory: events that were ahead may have come, and a clock
// that was ahead is no longer. The column is read from the file where the tags do not tell.
Status UpdateEvents(Decoding& decoding, storage::DataFile& file);

}  // namespace weir::stages
