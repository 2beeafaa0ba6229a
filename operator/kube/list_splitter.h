#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "crds/base/json.h"
#include "crds/base/result.h"

namespace weir::kube {

// Cuts the objects out of a list as its bytes arrive, by counting braces, so that neither the text nor the objects of a
// page are ever in memory together. Bounded: an object to 16 MiB (etcd's largest is 1.5 MB), a list to 1,000,000 objects,
// what is beside them, blanks included, to 1 MiB.
class ListSplitter {
 public:
  using Take = std::function<Status(std::string_view object)>;

  // Calls `take` with the text of each object that is complete with these bytes, wherever the pieces begin and end; its
  // first error ends the call, and nothing further will be right. Fault::Transient, reason "TooLarge".
  Status Feed(std::string_view bytes, const Take& take);

  // The list without its objects, once all bytes were fed. Fault::Invalid when they were no JSON, no object with a list of
  // objects, or broke off.
  Result<Json> Rest() const;

 private:
  // What the list of items goes on with.
  enum class Next { ObjectOrEnd, Object, CommaOrEnd, Nothing };

  void Count(char c);
  void CountItem(char c);
  bool InObject() const { return in_items_ && depth_ > kItems; }

  static constexpr std::size_t kLongest = 16 * 1024 * 1024;
  static constexpr std::size_t kLongestRest = 1024 * 1024;
  static constexpr std::size_t kMostObjects = 1'000'000;
  static constexpr int kTop = 1, kItems = 2;  // depth inside the list's braces, inside the brackets of its items
  int depth_ = 0;
  bool in_text_ = false;
  bool escaped_ = false;  // by the backslash before
  bool in_items_ = false;
  Next next_ = Next::ObjectOrEnd;
  std::size_t objects_ = 0;
  std::string name_;    // the newest text at the top: the name of the member that follows
  std::string object_;  // what has arrived of one
  std::string rest_;
};

}  // namespace weir::kube
