#pragma once

#include <functional>
#include <string>

#include "runner/storage/object_store.h"

namespace weir::storage {

enum class Lines { Next, Enough };

// Calls `take` with each line of an object, without its end. The object is read in blocks of 1 MiB, and memory holds one block and one
// line. A line end at the end of the object begins no further line. Errors are those of the reader and of `take`; `take` ends the
// reading with an error or with Lines::Enough.
Status ForEachLine(ObjectReader& object, const std::function<Result<Lines>(const std::string& line)>& take);

}  // namespace weir::storage
