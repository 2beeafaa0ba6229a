#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

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
  // Whether no head is open: none has begun, or the blank line after the newest one has come. What follows that are the
  // trailers of the body, or the next reply.
  bool Ended() const { return ended_; }
  // Why nobody can be sure where the body ends, for people; empty when it is clear. Two lengths are one if they are the same
  // number (RFC 9110, 8.6); with differing ones, one that is no number, or one beside a Transfer-Encoding, readers disagree
  // (RFC 9112, 6.3). Fields after the head, the trailers, do not count.
  std::string FaultOfLength() const;

 private:
  // A field may go on in a line that begins with a blank (RFC 9112, 5.2).
  void GoOn(std::string_view line);

  std::size_t bytes_ = 0;
  bool ended_ = true;  // no head is open
  std::string open_;   // name of the newest line's field
  std::map<std::string, std::string> fields_;
  std::vector<std::string> lengths_;  // as they came
};

// "Wed, 21 Oct 2015 07:28:00 GMT" and the older forms; the epoch when it cannot be read or is after the year 9999.
Time ParseHttpTime(const std::string& text);

}  // namespace weir::storage
