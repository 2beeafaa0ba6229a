#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// `flights-daily` <-> `flights_daily`: object names use '-', table names '_'; each is derived from the other.
std::string TableName(std::string_view object_name);
std::string ObjectName(std::string_view table_name);

// The parts, at least one, joined with '-'. Where the result is ambiguous (a part after the first contains '-') or longer
// than `limit` (63, a DNS label, by default), it is cut and a 40-bit hash of the whole is appended. So equal lists have
// equal names, and different lists of the same length have different names unless the hashes collide. Names of one kind
// must all be derived from the same number of parts.
std::string DerivedName(const std::vector<std::string>& parts, std::size_t limit = 63);

// The same, always with the hash.
std::string HashedName(const std::vector<std::string>& parts, std::size_t limit = 63);

// FNV-1a, 64 bit (Fowler, Noll, Vo). Stable over programs and versions: names and revisions depend on it.
std::uint64_t StableHash(std::string_view text);
std::string StableHashText(std::string_view text);  // 16 hex digits

// RFC 1123 label: [a-z0-9]([-a-z0-9]*[a-z0-9])?, at most 63.
bool IsDnsLabel(std::string_view text);

}  // namespace weir
