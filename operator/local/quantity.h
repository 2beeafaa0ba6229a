#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::local {

// A Kubernetes quantity (`512Mi`, `1.5G`, `500m`, `2`) in thousandths; nullopt for other text. Exponents are not supported.
std::optional<std::int64_t> QuantityMillis(std::string_view text);

}  // namespace weir::local
