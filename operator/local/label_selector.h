#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crds/base/json.h"
#include "crds/base/result.h"

namespace weir::local {

// The label selectors that the operator and the command line use: comma-separated `a=b`, `a==b`, `a!=b`, `a`, `!a`. All
// must hold; `a!=b` holds when the label is absent, as in Kubernetes.
class LabelSelector {
 public:
  // Empty text selects everything. Fault::Invalid on anything else that is not in the list above.
  static Result<LabelSelector> Parse(std::string_view text);
  bool Matches(const Json& object) const;

 private:
  enum class Test { Equals, Differs, Exists, Absent };
  struct Requirement {
    Test test;
    std::string label;
    std::string value;
  };
  static Result<Requirement> ParseOne(std::string_view text);
  std::vector<Requirement> requirements_;
};

}  // namespace weir::local
