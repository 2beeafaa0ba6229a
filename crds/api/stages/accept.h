#pragma once

#include "crds/api/port.h"

namespace weir::api {

struct AcceptStage {
  static constexpr std::string_view kField = "accept";
  static constexpr std::string_view kDoc = "Move landed files into RawHistory, verified.";
  std::string from;
  std::string into;
  bool operator==(const AcceptStage&) const = default;
};
inline Ports PortsOf(const AcceptStage& stage) {
  return {Reads("from", stage.from, {Zone::Landing}, "files are accepted from the zone Landing"),
          Writes("into", stage.into, {Zone::RawHistory}, "files are accepted into the zone RawHistory")};
}
void Describe(auto&& field, Of<AcceptStage> auto& self) {
  field("from", self.from,
        Rules{.doc = "Dataset in the zone Landing; its files are removed there once they are safe.",
              .required = true,
              .maxLength = 63,
              .pattern = kObjectNamePattern});
  field("into", self.into,
        Rules{.doc = "Dataset in the zone RawHistory; it keeps the files permanently.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
}

}  // namespace weir::api
