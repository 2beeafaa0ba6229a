#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::storage {

// Readings of S3's replies, which are flat: elements are found by name wherever they stand, and what does not parse is
// absent. Not a general XML parser.
std::vector<std::string_view> XmlElements(std::string_view xml, std::string_view name);  // what is inside each, as it is
std::string XmlText(std::string_view xml, std::string_view name);                        // of the first, entities resolved; "" if absent
std::string XmlEscape(std::string_view text);

}  // namespace weir::storage
