#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crds/base/json.h"
#include "crds/base/result.h"

namespace weir {

inline constexpr std::size_t kLongestYaml = 1 << 20;  // bytes

// One YAML document as JSON, and where each field stands: path ("spec.stages[0].name") -> line, from 1.
struct YamlDocument {
  Json value;
  int line = 1;
  std::map<std::string, int> lines;
};

// Strict: refuses aliases, duplicate keys, keys that are not text, nesting beyond 64 and texts over 1 MiB, with the line.
// Plain scalars become booleans, numbers and null as in YAML 1.2 core (yes, no, on, off stay text); quoted ones are text.
// Empty documents are left out. Fault::Invalid, reason "BadYaml"; the message starts with "line N: ".
Result<std::vector<YamlDocument>> ParseYaml(std::string_view text);

}  // namespace weir
