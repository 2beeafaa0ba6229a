#pragma once

#include "cli/lake_files.h"

namespace weir::cli {

// Quarantined rows in a report. Its JSON has three members: `quarantined`, a list of rows; `quarantineFiles`, how many rows each
// stage or table has and where they are kept; and `quarantineUnreadable`, why some cannot be read from here.

// Adds rows of one stage or table: `of` is {"stage": NAME} or {"object": KIND/NAME}, and may have `committed`: false.
void AddQuarantined(Json& report, const Json& of, const Result<QuarantinedRows>& found);

// The rows, how many more there are, and where all of them are kept. Prints nothing when no row was quarantined.
void PrintQuarantined(const Terminal& terminal, const Json& report);

// The folder that this member of all items is in, printed once instead of in each row.
std::string PrintFolder(const Terminal& terminal, const Json& items, const char* member);

}  // namespace weir::cli
