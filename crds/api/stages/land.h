#pragma once

#include "crds/api/describe/words.h"
#include "crds/api/port.h"
#include "crds/api/source.h"

namespace weir::api {

// What a source without a file means.
WEIR_ENUM(WhenEmpty, Succeed, Fail);

struct LandStage {
  static constexpr std::string_view kField = "land";
  static constexpr std::string_view kDoc = "Bring files into Landing.";
  LandSource from;
  std::string into;
  std::optional<WhenEmpty> whenEmpty;  // absent means Succeed for a pattern, Fail for one file
  bool operator==(const LandStage&) const = default;
};
inline Ports PortsOf(const LandStage& stage) { return {Writes("into", stage.into, {Zone::Landing}, "files are landed in the zone Landing")}; }
void Describe(auto&& field, Of<LandStage> auto& self) {
  field("from", self.from, Rules{.doc = "Where the files come from.", .required = true});
  field("into", self.into, Rules{.doc = "Dataset in the zone Landing.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
  field(
      "whenEmpty", self.whenEmpty,
      Rules{
          .doc =
              "What happens when there is no file: Succeed with 0 files, or Fail with the reason NoFiles. Absent means Succeed where the path has * or ?, and "
              "Fail where it names one file."});
}

}  // namespace weir::api
