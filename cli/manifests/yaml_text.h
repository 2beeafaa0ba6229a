#pragma once

#include <string>
#include <vector>

#include "crds/base/json.h"

namespace weir::cli {

// The order in which people write our kinds.
const std::vector<std::string>& MemberOrder();

// JSON as YAML text that ParseYaml reads back to the same value. `first` are the keys that stand first in a mapping, in
// that order (JSON objects here are sorted by name, people expect apiVersion, kind, metadata). Mappings that fit into
// one line of 140 characters and are in a list are written in flow style: `- {name: origin, type: VARCHAR}`.
std::string YamlText(const Json& value, const std::vector<std::string>& first = MemberOrder());

// JSON as indented text. What a terminal would obey (control characters up to U+009F, marks that turn the direction of writing)
// is written as an escape of JSON (\u and four digits), here and in YamlText: another program reads the same value.
std::string JsonText(const Json& value);
std::string WithEscapes(const std::string& json);

}  // namespace weir::cli
