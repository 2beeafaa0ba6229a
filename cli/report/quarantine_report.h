#pragma once

#include "cli/lake/lake_files.h"

namespace weir::cli {

// Quarantined rows and files in a report. Its JSON has `quarantined`, a list of rows; `quarantineFiles`, how many rows each stage or
// table has and where they are kept; `quarantinedWhole`, a list of files that are quarantined as a whole, with file and reason;
// `quarantinedWholeTotals`, how many such files each stage or table has, and of how many of them the log has the number only;
// `quarantineCut`, which files of quarantined rows lost some; and `quarantineUnreadable`, why some cannot be read from here.

// The lists, empty.
Json NoQuarantine();

// Adds rows of one stage or table: `of` is {"stage": NAME} or {"object": KIND/NAME}, and may have `committed`: false.
void AddQuarantined(Json& report, const Json& of, const Result<QuarantinedRows>& found);

// Adds files of one stage or table, at most `limit` of them.
void AddQuarantinedWhole(Json& report, const Json& of, const WholeFiles& files, std::size_t limit);

// The files and rows, how many more there are, and where all of the rows are kept. Prints nothing when nothing was quarantined.
void PrintQuarantined(const Terminal& terminal, const Json& report);

// The folder that this member of all items is in, printed once instead of in each row.
std::string PrintFolder(const Terminal& terminal, const Json& items, const char* member);

}  // namespace weir::cli
