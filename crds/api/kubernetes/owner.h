#pragma once

#include <string>

#include "crds/api/describe/describe.h"

namespace weir::api {

inline constexpr std::string_view kObjectNamePattern = "^[a-z]([-a-z0-9]*[a-z0-9])?$";
// What Kubernetes itself allows as the name of a Secret, ConfigMap, claim or class: a DNS subdomain.
inline constexpr std::string_view kSubdomainPattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
inline constexpr std::string_view kColumnNamePattern = "^[a-zA-Z_][a-zA-Z0-9_]*$";
// Of texts that people must write: blanks alone say nothing.
inline constexpr std::string_view kNotBlankPattern = "[^\\s]";

// Who answers for an object.
struct Owner {
  std::string team;
  std::string contact;
  bool operator==(const Owner&) const = default;
};
void Describe(auto&& field, Of<Owner> auto& self) {
  field(
      "team", self.team,
      Rules{
          .doc = "Owning team; becomes a label of every metric.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern, .change = Change::InPlace});
  field("contact", self.contact, Rules{.doc = "Mail address, channel or URL.", .maxLength = 256, .change = Change::InPlace});
}

}  // namespace weir::api
