#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "crds/base/result.h"

namespace weir {

using Json = nlohmann::json;

// Strict: refuses duplicate keys, nesting beyond 64, bytes that are not UTF-8, and trailing text. Fault::Invalid.
// Members named `passed_over` are skipped at any depth: for large members that are never read.
Result<Json> ParseJson(std::string_view text, std::string_view passed_over = {});

// Compact text. Bytes that are not UTF-8 are replaced; never throws.
std::string Dump(const Json& value);
std::string DumpPretty(const Json& value);

// Never throw. The member, or null / "" / `otherwise` when it is absent or has another type.
const Json& At(const Json& value, std::string_view key);
std::string Text(const Json& value, std::string_view key);
std::int64_t Integer(const Json& value, std::string_view key, std::int64_t otherwise = 0);

// Member for member equal, where absent, null, empty object and empty list are the same.
bool SameJson(const Json& a, const Json& b);

}  // namespace weir
