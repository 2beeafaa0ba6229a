#include "operator/kube/list_splitter.h"

#include <utility>

namespace weir::kube {

// Directly in the list of items there is nothing but objects, and commas between them. What is not goes into the rest,
// which then is no list of objects.
void ListSplitter::CountItem(char c) {
  if (c == ' ' || c == '\t' || c == '\n' || c == '\r') return;
  const bool may_open = next_ == Next::ObjectOrEnd || next_ == Next::Object;
  const bool may_end = next_ == Next::ObjectOrEnd || next_ == Next::CommaOrEnd;
  if (c == '{' && may_open)
    next_ = Next::CommaOrEnd, ++objects_;
  else if (c == ',' && next_ == Next::CommaOrEnd)
    next_ = Next::Object;
  else if (c != ']' || !may_end)
    next_ = Next::Nothing;
}

void ListSplitter::Count(char c) {
  if (in_items_ && depth_ == kItems && !in_text_) CountItem(c);
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
    if (c == '[' && depth_ == kTop && name_ == "items") {
      if (next_ != Next::Nothing) next_ = Next::ObjectOrEnd;
      in_items_ = true;
    }
    ++depth_;
  } else if (c == '}' || c == ']') {
    --depth_;
    if (depth_ == kTop) in_items_ = false;
  }
}

namespace {

Error TooLarge(const char* what) { return {Fault::Transient, "TooLarge", what}; }

}  // namespace

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
    if (object_.size() > kLongest) return TooLarge("an object of the list is larger than 16 MiB");
    if (rest_.size() > kLongestRest) return TooLarge("the list has more than 1 MiB beside its objects");
    if (objects_ > kMostObjects) return TooLarge("the list has more than 1,000,000 objects on one page");
    if (!in_object || InObject()) continue;
    if (Status taken = take(object_); !taken) return taken;
    object_.clear();
  }
  return Ok();
}

Result<Json> ListSplitter::Rest() const {
  if (next_ == Next::Nothing) return Error{Fault::Invalid, "BadJson", "JSON text whose items are not a list of objects"};
  auto rest = ParseJson(rest_);
  if (rest && !rest->is_object()) return Error{Fault::Invalid, "BadJson", "JSON text, but no list"};
  return rest;
}

}  // namespace weir::kube
