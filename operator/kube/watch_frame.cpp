#include "operator/kube/watch_frame.h"

namespace weir::kube {

Status LineFramer::Feed(std::string_view bytes, const std::function<void(std::string_view)>& line) {
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    const std::string_view piece = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (rest_.empty()) {
      if (!piece.empty()) line(piece);
    } else {
      rest_.append(piece);
      line(rest_);
      rest_.clear();
    }
  }
  rest_.append(bytes);
  if (rest_.size() > kLongest) return Error{Fault::Transient, "TooLarge", "a watch event is larger than 16 MiB"};
  return Ok();
}

Result<WatchFrame> ReadWatchFrame(std::string_view line) {
  auto frame = ParseJson(line, kUnread);
  if (!frame) return Error{Fault::Transient, "BadEvent", "watch event is " + frame.error().message};
  const std::string type = Text(*frame, "type");
  if (!At(*frame, "object").is_object()) return Error{Fault::Transient, "BadEvent", "watch event of type \"" + type + "\" has no object"};
  Json object = std::move((*frame)["object"]);
  if (type == "ERROR") return WatchFrame(ReadApiStatus(object));
  WatchEvent event;
  if (type == "ADDED") {
    event.type = WatchEventType::Added;
  } else if (type == "MODIFIED") {
    event.type = WatchEventType::Modified;
  } else if (type == "DELETED") {
    event.type = WatchEventType::Deleted;
  } else if (type == "BOOKMARK") {
    event.type = WatchEventType::Bookmark;
  } else {
    return Error{Fault::Transient, "BadEvent", "watch event has the unknown type \"" + type + "\""};
  }
  event.object = std::move(object);
  return WatchFrame(std::move(event));
}

}  // namespace weir::kube
