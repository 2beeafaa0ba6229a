#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crds/base/result.h"
#include "runner/formats/values/value.h"

namespace weir::formats {

// A directive of a format, or a literal.
struct FormatPart {
  char directive = 0;  // 0: `literal`
  char literal = 0;
};

// A declared timestampFormat: %Y %y %m %d %j %H %I %M %S %f %p %b %B %a %A %z %Z %%, each number also as %-d. English
// names; %Z takes UTC, GMT and Z only, so that an instant depends on its own text and on nothing else.
class TimestampFormat {
 public:
  // Fault::Invalid for a directive that is unknown, and for a format without year, month or day.
  static Result<TimestampFormat> Compile(std::string_view format);

  // Microseconds since 1970-01-01 00:00 UTC.
  Reading<std::int64_t> Parse(std::string_view text) const;

 private:
  std::vector<FormatPart> parts_;
};

// A declared dateFormat: %Y or %y, %m or %b or %B, and %d, each once, %% and literals. %m and %d take one digit or two; where no
// literal is between them and another directive, two.
class DateFormat {
 public:
  // Fault::Invalid for a directive that is unknown, and where year, month or day is not there exactly once.
  static Result<DateFormat> Compile(std::string_view format);

  // Days since 1970-01-01.
  Reading<std::int32_t> Parse(std::string_view text) const;

 private:
  std::vector<FormatPart> parts_;
};

}  // namespace weir::formats
