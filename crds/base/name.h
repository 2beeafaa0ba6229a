#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// `flights-daily` <-> `flights_daily`: objects are named with '-', tables with '_', and one derives from the other.
std::string TableName(std::string_view object_name);
std::string ObjectName(std::string_view table_name);

// The parts, at least one, joined with '-'. Where that could be read as other parts (one after the first has a '-' in it)
// or is longer than `limit` (63, a DNS label, by default), a hash of the whole is put behind it and the rest cut to fit.
// So of lists of one length, different ones have different names, but for a collision of 40 bits, and the same list
// always has the same. What names of one kind are made of must have one length.
std::string DerivedName(const std::vector<std::string>& parts, std::size_t limit = 63);

// With the hash in any case.
std::string HashedName(const std::vector<std::string>& parts, std::size_t limit = 63);

// FNV-1a, 64 bit (Fowler, Noll, Vo). Stable over programs and versions: names and revisions depend on it.
std::uint64_t StableHash(std::string_view text);
std::string StableHashText(std::string_view text);  // 16 hex digits

// RFC 1123 label: [a-z0-9]([-a-z0-9]*[a-z0-9])?, at most 63.
bool IsDnsLabel(std::string_view text);

}  // namespace weir
