#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/protocol/stage_outcome.h"
#include "runner/stages/files/file_policy.h"
#include "runner/stages/tables/place.h"

namespace weir::stages {

// What a commit says about itself; travels as commitInfo and comes back to an attempt that finds it there.
struct Facts {
  api::Ledger ledger;
  std::string contentHash;
  std::optional<Time> dataAsOf;
  std::vector<api::LedgerInput> inputs;  // table versions that were read
  std::string contractHash;
  std::string quarantine;  // path of the quarantined rows, or empty
  std::optional<api::FileLedger> files;
  std::map<std::string, std::int64_t> quarantined;   // rows that are missing for it, by the table that quarantined them
  std::map<std::string, std::int64_t> withoutFiles;  // files that are missing as a whole, by the table that is made of files
  std::vector<LeftOut> excluded;
  std::vector<LeftOut> superseded;
  std::vector<LeftOut> quarantinedWhole;  // that are no files of the table
  std::vector<api::Finding> findings;
  std::vector<std::string> notes;
};

Json ToJson(const Facts& facts, const api::StageTask& task);
Json ToJson(const std::vector<api::Finding>& findings);  // each cut to what an outcome may hold
// Whether the version that is there names the same files as left out. A run that brings nothing else makes a version when not.
bool HasSameLeftOutFiles(const Facts& facts, const storage::TableState& state);
// Takes over what a version says of files that are left out, for a commit that moves others.
void CarryLeftOutFiles(const storage::TableState& from, storage::TableChange& change, Facts& facts);
api::Ledger LedgerOf(const Json& facts);
std::optional<Time> DataAsOf(const Json& facts);
std::map<std::string, std::int64_t> QuarantinedOf(const Json& facts);
std::map<std::string, std::int64_t> WithoutFilesOf(const Json& facts);
std::vector<api::Finding> FindingsOf(const Json& facts);
std::vector<std::string> NotesOf(const Json& facts);

// A version without a data time (no row, or no event time that counts) is as old as the last one that told it:
// `before` is the table's newest version. Adds a finding that says so.
void CarryDataTime(const api::TaskTable& table, const storage::TableState& before, Facts& facts);

// The earlier commit of this stage of this run. Without one the result is empty and the table is claimed, unless `check_owner`
// refuses the version that is there, which is what the log has seen. A table that begins is refused on a store that overwrites objects
// (ProbeConditionalWrites).
Result<std::optional<storage::CommitResult>> RecallOrClaim(const Place& place, const PlacedTable& target, const storage::TableSchema& schema,
                                                           const std::function<Status(const storage::TableState&)>& check_owner);
// The same of a Dataset or View, with the earlier commit as its outcome.
Result<std::optional<api::StageOutcome>> FindOrClaim(const Place& place, const PlacedTable& target, const storage::TableSchema& schema);

// The ledger of a stage that ran SQL over `inputs`.
api::Ledger LedgerOfSql(std::vector<api::LedgerInput> inputs, std::int64_t written, std::int64_t quarantined);

// Commits and answers with what became visible. LedgerOpen (Fault::Bug) when the ledger does not add up: nothing is
// committed then.
Result<api::Commit> Publish(const Place& place, const PlacedTable& target, storage::TableChange change, const Facts& facts);

// The newest version, to be reported as of this attempt, which found that it still holds: status follows, also when it was
// lost or its warnings changed. Nothing for a table without one.
std::vector<api::Commit> CommitsThatHold(const Place& place, const PlacedTable& target, const storage::TableState& state);

// The figures of one committed version.
Result<api::Commit> CommitOf(const Place& place, const PlacedTable& target, const storage::CommitResult& committed);
api::Commit CommitIn(const Place& place, const PlacedTable& target, const storage::TableState& state, const Json& facts);

}  // namespace weir::stages
