#include "cli/report/cells.h"

#include <algorithm>

#include "crds/base/clock_skew.h"

namespace weir::cli {
namespace {

const Json kNull;

// `?(@.type=="Ready")` in front of `path`, taken off; the member of the list that it selects.
const Json& Select(const Json& list, std::string_view& path) {
  const std::size_t key = path.find("@."), equals = path.find("==\""), end = path.find("\")]");
  if (!list.is_array() || key == std::string_view::npos || equals == std::string_view::npos || end == std::string_view::npos) return kNull;
  const std::string_view name = path.substr(key + 2, equals - key - 2), value = path.substr(equals + 3, end - equals - 3);
  path.remove_prefix(end + 3);
  for (const Json& item : list)
    if (Text(item, name) == value) return item;
  return kNull;
}

std::string Pair(std::int64_t big, const char* unit, std::int64_t small, const char* small_unit) {
  return std::to_string(big) + unit + (small > 0 ? std::to_string(small) + small_unit : "");
}

}  // namespace

const Json& Follow(const Json& object, std::string_view path) {
  const Json* at = &object;
  while (!path.empty() && !at->is_null()) {
    if (path.front() == '[') {
      at = &Select(*at, path);
      continue;
    }
    path.remove_prefix(path.front() == '.' ? 1 : 0);
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    at = &At(*at, path.substr(0, end));
    path.remove_prefix(end);
  }
  return *at;
}

std::string Cell(const Json& value, std::string_view type, Time now) {
  if (value.is_null()) return "";
  if (!value.is_string()) return Dump(value);
  const std::string text = value.get<std::string>();
  const auto time = type == "date" ? ParseTime(text) : Result<Time>(Error{});
  return time ? Age(now - *time) : text;
}

std::string Age(Duration duration) {
  if (duration.ms < -kClockSkew.ms) return "in " + Age({-duration.ms});
  const std::int64_t s = std::max<std::int64_t>(duration.ms / 1000, 0);
  if (s < 120) return std::to_string(s) + "s";
  if (s < 600) return Pair(s / 60, "m", s % 60, "s");
  if (s < 3 * 3600) return std::to_string(s / 60) + "m";
  if (s < 8 * 3600) return Pair(s / 3600, "h", s / 60 % 60, "m");
  if (s < 48 * 3600) return std::to_string(s / 3600) + "h";
  if (s < 8 * 86400) return Pair(s / 86400, "d", s / 3600 % 24, "h");
  return std::to_string(s / 86400) + "d";
}

}  // namespace weir::cli
