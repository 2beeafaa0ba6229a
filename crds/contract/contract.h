#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/view.h"
#include "crds/contract/waivers.h"

namespace weir::contract {

enum class Severity { Breaking, Warning };

// What an edit of a View breaks or strains of its published contract, by one rule.
struct Finding {
  api::ContractRule rule = api::ContractRule::ColumnNoDelete;
  Severity severity = Severity::Breaking;
  std::string path;    // spec.columns[2].type
  std::string before;  // as published, one line for a sentence: "column delay", "maxLag 1d"
  std::string after;   // as declared now; empty for none
  std::string advice;  // what to do instead; of a waived finding, the waiver

  bool operator==(const Finding&) const = default;
};

// What a spec promises: every part that rules compare, and its waivers.
api::PublishedContract ContractOf(const api::ViewSpec& spec);

// Can a reader of what is published go on reading what `declared` would publish? Compares with what was published, never
// with an earlier spec, so that an edit can be reverted and a View that never published may change freely. A View that was
// published as Alpha has warnings only, and so has what a waiver covers at `now` that no publication has used. Freshness may be loosened to 1.5 times
// the promised limit; its event time may not be changed, nor added where freshness was promised without one. A DECIMAL may get more digits at the same scale (a
// warning), and a key may be added. Parts that the published contract does not carry, because an older release wrote it, are not compared. The CRD of View says
// the same in CEL (crds/schema/contract_rules.cpp) but for what CEL cannot know: queries and the ends of waivers.
std::vector<Finding> Compare(const api::PublishedContract& published, const api::PublishedContract& declared, Time now);

std::vector<Finding> Breaking(std::vector<Finding> findings);

// One line: "breaks the published contract, which has column delay; the manifest has none: keep the column, ..."
std::string Sentence(const Finding& finding);
// "ColumnNoDelete spec.columns breaks ...; ..."
std::string Describe(const std::vector<Finding>& findings);

// What is published once `declared` has been: `declared` with the waivers that this and earlier publications used, as long
// as they have not ended, and with the promise of
// `before` where it was not loosened by one of them. A freshness, event time or lookback that breaks the promise unwaived
// stays as it was published.
api::PublishedContract Succeed(const std::optional<api::PublishedContract>& before, api::PublishedContract declared, Time now);

// Under which contract a run publishes: that of its revision, with what a View declares now of all that it may change without a
// new revision (stability, meanings, grain, freshness, lookback), as long as columns, keys and query are the revision's. Waivers
// and event time are: a change of these makes a revision.
api::PublishedContract AsOfNow(const api::PublishedContract& revision, api::PublishedContract declared);

// Whether a column has one of the names by which rows are marked as deleted: deletedAt, is_deleted, deleted, tombstone ...
// A fixed list (docs/how-to/change-a-published-view.md), compared without case and underscores. It is a guess by name: a mark
// of another name is not seen, and a column of such a name counts as a mark whatever it holds.
bool IsDeleteMarker(const std::string& column);

}  // namespace weir::contract
