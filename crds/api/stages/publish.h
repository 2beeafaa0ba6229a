#pragma once

#include "crds/api/port.h"

namespace weir::api {

struct PublishStage {
  static constexpr std::string_view kField = "publish";
  static constexpr std::string_view kDoc = "Build and publish a new version of a View.";
  std::string view;
  bool operator==(const PublishStage&) const = default;
};
inline Ports PortsOf(const PublishStage& stage) { return {Publishes("view", stage.view)}; }
void Describe(auto&& field, Of<PublishStage> auto& self) {
  field("view", self.view, Rules{.doc = "View to build and publish a new version of.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
}

}  // namespace weir::api
