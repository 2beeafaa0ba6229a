#pragma once

#include <string>

#include "crds/base/result.h"

namespace weir::engine {

// A user's SQL in the form that DuckDB's parser takes without changing it. Before it parses, DuckDB replaces non-ASCII
// spaces (U+00A0, U+2003, ...) by single bytes, so that its offsets no longer are those of the text; it does not know all
// of them; and it loses count of quotes in block comments and E'' strings. Here every Unicode space between tokens becomes
// as many ASCII spaces as it has bytes, and so does every comment (line ends stay): each token keeps its bytes and its
// offset. String literals, dollar quotes and quoted identifiers are not touched.
// Fault::Invalid, reason "SqlInvalid": a NUL, at which the parser would stop; text that is not UTF-8; a literal that the
// parser would still change (a non-ASCII space after an escaped quote in an E'' string).
Result<std::string> ForParser(const std::string& sql);

}  // namespace weir::engine
