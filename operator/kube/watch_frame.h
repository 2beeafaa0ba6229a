#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "crds/base/result.h"
#include "operator/kube/api_status.h"
#include "operator/kube/cluster_api.h"

namespace weir::kube {

// Splits a stream of bytes into lines; pieces may end anywhere. A line has at most 16 MiB: etcd's largest object is 1.5 MB.
class LineFramer {
 public:
  // Calls `line` for each line that these bytes complete; empty lines are skipped. Fault::Transient, reason "TooLarge", when
  // a line is too long: the framer must not be used afterwards.
  Status Feed(std::string_view bytes, const std::function<void(std::string_view)>& line);
  bool Midline() const { return !rest_.empty(); }

 private:
  static constexpr std::size_t kLongest = 16 * 1024 * 1024;
  std::string rest_;
};

// One line of a watch: an event, or the Status of an ERROR. Fault::Transient, reason "BadEvent", when it is neither.
// Objects come without managedFields.
using WatchFrame = std::variant<WatchEvent, ApiStatus>;
Result<WatchFrame> ReadWatchFrame(std::string_view line);

// The member of metadata that is skipped when objects are parsed: it is half of an object's bytes and is not used.
inline constexpr std::string_view kUnread = "managedFields";

}  // namespace weir::kube
