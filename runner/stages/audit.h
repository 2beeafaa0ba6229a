#pragma once

#include <vector>

#include "crds/api/stage_outcome.h"
#include "crds/api/stage_task.h"
#include "runner/engine/engine.h"

namespace weir::stages {

// What must hold of a table before a version of it is visible: columns that are not nullable have values, keys are unique,
// checks pass.
struct Audit {
  std::vector<api::Finding> broken;    // stop the commit
  std::vector<api::Finding> warnings;  // onFailure: Warn
};

enum class Quarantining { Done, NotPossible };  // whether rows of Quarantine checks have been set aside already

// Evaluates everything, so that one attempt tells all that is wrong. Findings carry the name of the check, or
// "spec.schema...", as path.
Result<Audit> AuditRelation(engine::Engine& engine, const std::string& relation, const api::TaskTable& table, const std::vector<api::Check>& checks,
                            Quarantining quarantining);

// Fault::Data, "CheckFailed", with every broken rule; Ok when there is none.
Status Verdict(const Audit& audit, const api::TaskTable& table);

}  // namespace weir::stages
