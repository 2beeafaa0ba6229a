#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crds/base/result.h"
#include "runner/formats/value.h"

namespace weir::formats {

// A declared timestampFormat: %Y %y %m %d %j %H %I %M %S %f %p %b %B %a %A %z %Z %%, each number also as %-d. English
// names; %Z takes UTC, GMT and Z only, so that an instant depends on its own text and on nothing else.
class TimestampFormat {
 public:
  // Fault::Invalid for a directive that is unknown, and for a format without year, month or day.
  static Result<TimestampFormat> Compile(std::string_view format);

  // Microseconds since 1970-01-01 00:00 UTC.
  Reading<std::int64_t> Parse(std::string_view text) const;

 private:
  struct Part {
    char directive = 0;  // 0: `literal`
    char literal = 0;
  };
  std::vector<Part> parts_;
};

}  // namespace weir::formats
