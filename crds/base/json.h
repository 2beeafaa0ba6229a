#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "crds/base/result.h"

namespace weir {

using Json = nlohmann::json;

// Strict: refuses duplicate keys, nesting beyond 64, bytes that are not UTF-8, and trailing text. Fault::Invalid.
// Members named `passed_over`, wherever they stand, are not built: for what nobody reads.
Result<Json> ParseJson(std::string_view text, std::string_view passed_over = {});

// Compact text. Bytes that are not UTF-8 are replaced, never thrown about.
std::string Dump(const Json& value);
std::string DumpPretty(const Json& value);

// Reads that never throw: the member, or null / "" / 0 when a step is absent or of another type.
const Json& At(const Json& value, std::string_view key);
std::string Text(const Json& value, std::string_view key);
std::int64_t Integer(const Json& value, std::string_view key, std::int64_t otherwise = 0);

// Member for member equal, where absent, null, empty object and empty list are the same.
bool SameJson(const Json& a, const Json& b);

}  // namespace weir
