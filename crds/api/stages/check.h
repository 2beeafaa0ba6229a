#pragma once

#include "crds/api/dataset.h"
#include "crds/api/port.h"

namespace weir::api {

// Said alike by the API server and by operator/plan.
inline constexpr std::string_view kQuarantineOfCheckStage =
    "a check stage checks rows that are already committed: onFailure is Block or Warn here. To quarantine rows, declare the check on the Dataset that they are "
    "written to";

struct CheckStage {
  static constexpr std::string_view kField = "check";
  static constexpr std::string_view kDoc = "Check a dataset and stop the run when a check fails.";
  std::string dataset;
  std::vector<Check> checks;
  bool operator==(const CheckStage&) const = default;
};
inline Ports PortsOf(const CheckStage& stage) { return {Reads("dataset", stage.dataset, {Zone::Processed, Zone::Curated}, "checks look at tables")}; }
void Describe(auto&& field, Of<CheckStage> auto& self) {
  field("dataset", self.dataset, Rules{.doc = "Dataset of tables to check.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
  field("checks", self.checks,
        Rules{.doc = "Checks that must pass for the run to continue.", .required = true, .minItems = 1, .maxItems = 64, .listKey = "name"});
  field.Rule({.rule = "self.checks.all(c, !has(c.onFailure) || c.onFailure != 'Quarantine')", .message = kQuarantineOfCheckStage, .fieldPath = ".checks"});
}

}  // namespace weir::api
