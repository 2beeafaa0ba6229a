#pragma once

#include <functional>
#include <string>
#include <vector>

#include "crds/api/protocol/stage_outcome.h"
#include "crds/api/protocol/stage_task.h"
#include "runner/engine/engine.h"

namespace weir::stages {

// One thing that must hold of a table before a version of it is visible, in the form of a check: a column that is not
// nullable has values, a key is unique, a check passes. The name is that of the check, or "spec.schema...".
struct Rule {
  api::Check check;
  std::string sentence;  // "column total must have a value in every row"
};

enum class Quarantining { Done, NotPossible };  // whether rows of Quarantine checks have been quarantined already

std::vector<Rule> RulesOf(const std::vector<api::Column>& columns, const std::vector<api::Key>& keys, const std::vector<api::Check>& checks);
std::vector<api::Check> ChecksOf(const std::vector<Rule>& rules);

struct Audit {
  std::vector<api::Finding> broken;    // stop the commit
  std::vector<api::Finding> warnings;  // onFailure: Warn
};

// Looks at everything, so that one attempt tells all that is wrong. `failures` has the failing rows of each rule, `rows`
// is how many there are.
Audit Judge(const std::vector<Rule>& rules, const std::vector<std::int64_t>& failures, std::int64_t rows, Quarantining quarantining);

// Adds to each rule that is broken or warns an example of its rows: values of the checked columns, of the key or else of the first
// column; and the files that hold them, as `source` names those of the attached table ("" for none). It costs a scan of the
// table for each. Nothing is added where no example can be read.
using NameSource = std::function<std::string(const std::string& path)>;
void AddExamples(Audit& audit, const std::vector<Rule>& rules, engine::Engine& engine, const std::string& attached, const api::TaskTable& table,
                 const NameSource& source);

// Fault::Data, "CheckFailed", with every broken rule; Ok when there is none.
Status Verdict(const Audit& audit, const api::TaskTable& table);

}  // namespace weir::stages
