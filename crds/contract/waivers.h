#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/contract.h"

namespace weir::contract {

// A waiver is valid for at most this long before its last day, so that a date such as 9999-12-31 is not a permanent waiver.
inline constexpr Duration kLongestWaiver = Duration::Hours(24 * 366);

// The end of the waiver's last day; nullopt when `until` is not a valid date.
std::optional<Time> EndOf(const api::Waiver& waiver);
// The next instant after `now` at which a waiver becomes valid or ends. Compare gives the same result until then.
std::optional<Time> ChangesAt(const std::vector<api::Waiver>& waivers, Time now);

// Whether a publication used the waiver. A waiver covers all changes by its rule in one publication; the next change needs a
// new one. Two waivers are equal when rule, reason and until are; `approvedBy` may be added later.
bool IsSpent(const api::PublishedContract& published, const api::Waiver& waiver);

// The waiver of `declared` that covers findings of `rule` at `now`; null when there is none. Owned by `declared`. The CRD of
// View has the same rule in CEL, except for the time (crds/schema/contract_rules.cpp).
const api::Waiver* WaiverFor(const api::PublishedContract& published, const api::PublishedContract& declared, api::ContractRule rule, Time now);

// End of a sentence: why the waivers of `declared` for `rule` are not valid. Empty when there is none or one is valid.
std::string WhyNotWaived(const api::PublishedContract& published, const api::PublishedContract& declared, api::ContractRule rule, Time now);

// Records in `next` that its publication used `waiver`.
void Spend(const api::Waiver& waiver, api::PublishedContract& next);

// The waivers that earlier publications used and that have not ended: the next published contract must keep them.
std::vector<api::Waiver> SpentOf(const api::PublishedContract& published, Time now);

}  // namespace weir::contract
