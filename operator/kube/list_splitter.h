#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "crds/base/json.h"
#include "crds/base/result.h"

namespace weir::kube {

// Extracts the objects of a list as its bytes arrive, by counting braces, so that neither the text nor all objects of a
// page are in memory at once. Limits: 16 MiB for an object (etcd's largest is 1.5 MB), 1,000,000 objects for a list, 1 MiB
// for everything else, including blanks.
class ListSplitter {
 public:
  using Take = std::function<Status(std::string_view object)>;

  // Calls `take` with the text of each object that these bytes complete; pieces may end anywhere. Returns the first error of
  // `take`; the splitter must not be used after an error. Fault::Transient, reason "TooLarge", above a limit.
  Status Feed(std::string_view bytes, const Take& take);

  // The list without its objects, after all bytes were fed. Fault::Invalid when they are not JSON, not an object with a list
  // of objects, or incomplete.
  Result<Json> Rest() const;

 private:
  // The token that must follow in the list of items.
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
