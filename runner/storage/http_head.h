#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "crds/base/time.h"

namespace weir::storage {

// The header fields of a reply as its lines arrive. After a redirect the fields are those of the newest status line.
class HttpHead {
 public:
  static constexpr std::size_t kMostBytes = 256 << 10;  // of all heads of one exchange

  // One line, with or without its line end. False, and nothing is kept of it, once the lines have more than kMostBytes.
  bool Take(std::string_view line);
  // Names in lower case; of two fields with one name the last. Values without blanks around them.
  const std::map<std::string, std::string>& Fields() const { return fields_; }

 private:
  std::size_t bytes_ = 0;
  std::map<std::string, std::string> fields_;
};

// "Wed, 21 Oct 2015 07:28:00 GMT" and the older forms; the epoch when it cannot be read or is after the year 9999.
Time ParseHttpTime(const std::string& text);

}  // namespace weir::storage
