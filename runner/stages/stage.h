#pragma once

#include "runner/stages/decoding/quarantine.h"
#include "runner/stages/tables/place.h"

namespace weir::stages {

// One function per task kind. An Error is the outcome of a failed attempt (outcome.h); nothing is visible then.

// Source -> Landing: every file that is not known by its identity, hashed as it arrives. The ledger counts files; `filtered`
// are those that were landed before or are excluded. No match: success with 0 files, or Fault::Data, "NoFiles", as
// land.whenEmpty says (a retry in seconds will not bring a supplier's file; the next run looks again). An empty file:
// Fault::Data, "BadInput"; it stays where it is, as do all others; or it is quarantined, as spec.onUnreadable says.
Result<api::StageOutcome> RunLand(Place& place);

// Landing -> RawHistory: verified copies, a commit there, then a commit that removes them from Landing, then the files
// themselves. Stopped anywhere, the next attempt or run finishes.
Result<api::StageOutcome> RunAccept(Place& place);

// Files -> typed Parquet, one for each; what has been decoded with the same schema stays.
Result<api::StageOutcome> RunDecode(Place& place);

// SQL -> a table or, for Publish, a View; replaces the whole content.
Result<api::StageOutcome> RunQuery(Place& place);

// Looks at a table. A check that fails and blocks: Fault::Data, "CheckFailed". Quarantine blocks here, too: what is
// committed cannot be changed by looking at it.
Result<api::StageOutcome> RunCheck(Place& place);

// A table version -> one file of a folder, which has the log of its exports. A file is visible whole or not at all, and never
// replaced; the log names the newest one, and an older attempt or run cannot change that. What was exported already is reported
// as such. A file that others changed, or that is there with other content: Fault::Data, "FileUnreadable".
Result<api::StageOutcome> RunExport(Place& place);

// Binds every SQL of a revision against the declared tables; all findings at once.
Result<api::StageOutcome> RunValidate(Place& place);

}  // namespace weir::stages
