#pragma once

#include <string>
#include <string_view>

#include "runner/storage/table/delta_actions.h"
#include "runner/storage/table/table_log.h"

namespace weir::storage {

// txn appId of the highest fence of a lane that Expire forgot: in the way of the whole table and of each lane, also of one that
// was committed since with a lower epoch by a writer that had forgotten less: its transactions may be forgotten here.
inline constexpr std::string_view kForgottenFences = "weirkeeper.epoch/";
// Member of commitInfo that is ours.
inline constexpr std::string_view kOurs = "weirkeeper";
// commitInfo.operation of a commit that only takes the table for an attempt.
inline constexpr std::string_view kClaimOperation = "CLAIM";

// What TableChange::facts said; null when the commit is not ours.
const Json& FactsOf(const Json& commit_info);

// What the files of a state add up to.
Totals TotalsOf(const TableState& state);

// Members of kOurs in TableState::commitInfo that later commits do not take away: the owner ("namespace/View/name") that
// the first commit with one in its facts names, and the contract of the newest commit that has one.
Json WithMemory(Json commit_info, const Json& before);

// Takes away what a checkpoint need not say, so that its size does not grow with the age of the table:
// - fences of lanes below that of the whole table, and the lowest above kLanesKept (kForgottenFences keeps their highest);
// - transactions under api::kTransactions of more than kTransactionsKept versions ago whose runs are fenced off: by any commit
//   since then where they wrote the whole table, on a lane where its fence says so;
// - of LogKind::Delta files that were removed kTombstonesKept before `now` (Delta protocol, "Add File and Remove File").
// Transactions of other engines stay: a streaming writer reads its own after any time. Zones of files know by removed files
// what was there.
inline constexpr std::size_t kLanesKept = 1000;
inline constexpr std::int64_t kTransactionsKept = 1000;
inline constexpr Duration kTombstonesKept = Duration::Hours(7 * 24);
void Expire(TableState& state, LogKind kind, Time now);

// The state after `entry`, which is number `version`. Removes come before adds of the same entry.
void Apply(const LogEntry& entry, std::int64_t version, TableState& state);

}  // namespace weir::storage
