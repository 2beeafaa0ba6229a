#include "operator/kube/list_splitter.h"

#include <utility>

namespace weir::kube {

void ListSplitter::Count(char c) {
  if (in_text_) {
    if (std::exchange(escaped_, false)) return;
    escaped_ = c == '\\';
    in_text_ = c != '"';
    if (in_text_ && depth_ == kTop) name_.push_back(c);
    return;
  }
  if (c == '"') {
    in_text_ = true;
    if (depth_ == kTop) name_.clear();
  } else if (c == '{' || c == '[') {
    if (c == '[' && depth_ == kTop && name_ == "items") in_items_ = true;
    ++depth_;
  } else if (c == '}' || c == ']') {
    --depth_;
    if (depth_ == kTop) in_items_ = false;
  }
}

Status ListSplitter::Feed(std::string_view bytes, const Take& take) {
  for (std::size_t at = 0; at < bytes.size();) {
    const bool in_object = InObject(), in_items = in_items_;
    const std::size_t begin = at;
    // As far as it goes the same way: an object begins with its brace and ends after it.
    for (; at < bytes.size() && InObject() == in_object && in_items_ == in_items; ++at) Count(bytes[at]);
    const std::string_view piece = bytes.substr(begin, at - begin);
    if (in_object) {
      object_.append(piece);
    } else if (InObject()) {
      object_.assign(1, bytes[at - 1]);
    } else if (!in_items || !in_items_) {
      rest_.append(piece);
    }
    if (object_.size() > kLongest) return Error{Fault::Transient, "TooLarge", "an object of the list is larger than 16 MiB"};
    if (!in_object || InObject()) continue;
    if (Status taken = take(object_); !taken) return taken;
    object_.clear();
  }
  return Ok();
}

}  // namespace weir::kube
