#pragma once

#include <string>
#include <vector>

#include "cli/screen/terminal.h"
#include "runner/engine/engine.h"

namespace weir::cli {

// The rows of a query in the form that was asked for, in the order of its columns; numbers keep the digits that they have.
// At most `limit` rows; when there are more, a line on the error stream says so.
void PrintAnswer(const Terminal& terminal, const std::vector<engine::OutputColumn>& columns, engine::AnswerRows rows, std::int64_t limit);

}  // namespace weir::cli
