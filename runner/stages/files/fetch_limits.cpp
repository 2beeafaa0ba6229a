#include "runner/stages/files/fetch_limits.h"

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace weir::stages {
namespace {

constexpr std::int64_t kDefaultBytes = std::int64_t{10} << 30;

// "500Mi"; the pattern of the field leaves nothing else. What would overflow is no limit.
std::int64_t Bytes(const std::string& text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> kUnits{{{"Ki", std::int64_t{1} << 10},
                                                                             {"Mi", std::int64_t{1} << 20},
                                                                             {"Gi", std::int64_t{1} << 30},
                                                                             {"Ti", std::int64_t{1} << 40},
                                                                             {"k", 1'000},
                                                                             {"M", 1'000'000},
                                                                             {"G", 1'000'000'000},
                                                                             {"T", 1'000'000'000'000}}};
  char* end = nullptr;
  const std::int64_t number = std::strtoll(text.c_str(), &end, 10);
  std::int64_t unit = 1;
  for (const auto& [word, bytes] : kUnits)
    if (word == end) unit = bytes;
  std::int64_t all = 0;
  return __builtin_mul_overflow(number, unit, &all) ? std::int64_t{1} << 62 : all;
}

}  // namespace

storage::FetchOptions FetchOptionsOf(const api::HttpSource& source) {
  storage::FetchOptions options;
  options.maxBytes = source.maxBytes.empty() ? kDefaultBytes : Bytes(source.maxBytes);
  options.timeout = source.Timeout();
  return options;
}

}  // namespace weir::stages
