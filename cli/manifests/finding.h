#pragma once

#include <string>
#include <vector>

#include "cli/screen/terminal.h"

namespace weir::cli {

// One problem of the manifests, with its position and what to write instead.
struct Finding {
  std::string file;
  int line = 0;        // from 1; 0 when the whole file is meant
  std::string object;  // Dataset/flights, or empty
  std::string field;   // spec.schema.columns[0].type, or empty
  std::string rule;    // stable id: BadYaml, Schema, NameTaken, DatasetMissing, ColumnNoDelete, SqlInvalid ...
  std::string message;
  enum class Severity { Error, Warning } severity = Severity::Error;
  bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

// "flights.yaml:12: Dataset/flights spec.zone: must be one of ... [Schema]", sorted by file and line; or a JSON or YAML
// list of all members.
void Print(const Terminal& terminal, std::ostream& out, Findings findings);

// A list of mappings with all members.
Json AsJson(const Findings& findings);

bool HasErrors(const Findings& findings);

}  // namespace weir::cli
