#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/contract.h"

namespace weir::contract {

// A waiver counts from this long before its last day on: one of 9999 would be a way out for ever.
inline constexpr Duration kLongestWaiver = Duration::Hours(24 * 366);

// The instant at which the last day of the waiver is over; nothing when `until` is no day of the calendar.
std::optional<Time> EndOf(const api::Waiver& waiver);
// The next instant after `now` at which a waiver begins or ends to count: a comparison gives the same until then.
std::optional<Time> ChangesAt(const std::vector<api::Waiver>& waivers, Time now);

// Whether a publication used it already. One publication uses a waiver up, whatever it changes by the rule: the next change
// needs a new one. Two waivers are the same when rule, reason and until are; `approvedBy` may be completed later.
bool IsSpent(const api::PublishedContract& published, const api::Waiver& waiver);

// The waiver of `declared` that lets a finding of `rule` pass at `now`; null when there is none. The CRD of View says the same
// in CEL but for the time (crds/schema/contract_rules.cpp).
const api::Waiver* WaiverFor(const api::PublishedContract& published, const api::PublishedContract& declared, api::ContractRule rule, Time now);

// Why no waiver of `declared` counts for `rule` though there is one, to end a sentence; else empty.
std::string WhyNotWaived(const api::PublishedContract& published, const api::PublishedContract& declared, api::ContractRule rule, Time now);

// Records in `next` that its publication used `waiver`.
void Spend(const api::Waiver& waiver, api::PublishedContract& next);

// The waivers that earlier publications used and that have not ended: what `next` has to go on knowing.
std::vector<api::Waiver> SpentOf(const api::PublishedContract& published, Time now);

}  // namespace weir::contract
