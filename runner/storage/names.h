#pragma once

#include <string>
#include <string_view>

namespace weir::storage {

// Names of files made of other names. All of these are pure and injective: the same input always gives the same name, and
// two inputs never give one name (up to a collision of SHA-256). What they give is a part of a path that every store takes:
// UTF-8 of at most 255 bytes, without control characters, not "." or "..", not hidden.

// "data.csv.gz" with "_5" -> "data_5.csv.gz". `name` is any sequence of bytes. Bytes that are not UTF-8, control
// characters, a leading dot, '/' and characters that readers treat as patterns or escapes (~ % \ ? # * [ ]) become "~XX".
// A name that would be too long keeps its beginning and its extension, with "~~" and a hash of all of it between.
std::string MarkedName(std::string_view name, std::string_view mark);

// "data_5.csv" with ".parquet" -> "data_5.csv.parquet"; `name` is one that the other function gave, or any other part of a
// path. Too long a name is shortened as above.
std::string ExtendedName(std::string_view name, std::string_view extension);

// What of a store a file came from, as text: "<store>/<path>", or "<store>//<path with %XX>" for a path that is not UTF-8
// or has control characters (no path has an empty part, so the two never meet).
std::string SourceName(std::string_view store, std::string_view path);

}  // namespace weir::storage
