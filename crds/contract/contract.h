#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/view.h"
#include "crds/contract/waivers.h"

namespace weir::contract {

enum class Severity { Breaking, Warning };

// One violation of a View's published contract by an edit, found by one rule.
struct Finding {
  api::ContractRule rule = api::ContractRule::ColumnNoDelete;
  Severity severity = Severity::Breaking;
  std::string path;    // spec.columns[2].type
  std::string before;  // as published, one line for a sentence: "column delay", "maxLag 1d"
  std::string after;   // as declared now; empty for none
  std::string advice;  // what to do instead; of a waived finding, the waiver

  bool operator==(const Finding&) const = default;
};

// The contract of a spec: every part that rules compare, and its waivers.
api::PublishedContract ContractOf(const api::ViewSpec& spec);

// The changes from `published` to `declared` that can break readers. Compares with the published contract, never with an
// earlier spec, so that an edit can be reverted and a View that never published may change freely. Only warnings for a View
// that was published as Alpha, and for a finding that an unused waiver covers at `now`. Freshness may be loosened to 1.5
// times the promised limit; its event time may not be changed, nor added where freshness was promised without one. A
// DECIMAL may get more digits at the same scale (a warning), and a key may be added. Parts that `published` lacks, because
// an older release wrote it, are not compared. The CRD of View has the same rules in CEL (crds/schema/contract_rules.cpp),
// except for queries and the end dates of waivers, which CEL cannot evaluate.
std::vector<Finding> Compare(const api::PublishedContract& published, const api::PublishedContract& declared, Time now);

std::vector<Finding> Breaking(std::vector<Finding> findings);

// One line: "breaks the published contract, which has column delay; the manifest has none: keep the column, ..."
std::string Sentence(const Finding& finding);
// "ColumnNoDelete spec.columns breaks ...; ..."
std::string Describe(const std::vector<Finding>& findings);

// The published contract after `declared` was published: `declared`, the waivers that this and earlier publications used
// and that have not ended, and the freshness, event time and lookback of `before` where no waiver covers a change that
// breaks them.
api::PublishedContract Succeed(const std::optional<api::PublishedContract>& before, api::PublishedContract declared, Time now);

// The contract under which a run publishes: that of its revision, with the View's current values of the fields that may
// change without a new revision (stability, meanings, grain, freshness, lookback), as long as columns, keys and query equal
// those of the revision. A change of waivers or event time makes a new revision.
api::PublishedContract AsOfNow(const api::PublishedContract& revision, api::PublishedContract declared);

// Whether a column has a name that commonly marks deleted rows: deletedAt, is_deleted, deleted, tombstone ... A fixed list
// (docs/how-to/change-a-published-view.md), compared without case and underscores. Judged by name only: a marker with
// another name is not found, and a column with such a name counts as a marker whatever its values.
bool IsDeleteMarker(const std::string& column);

}  // namespace weir::contract
