#include "crds/contract/waivers.h"

#include <algorithm>
#include <cctype>

#include "crds/base/text.h"

namespace weir::contract {
namespace {

constexpr std::size_t kRecorded = 16;  // as published.waivers takes

bool IsBlankByte(unsigned char c) { return std::isspace(c) != 0; }

// A reason without blanks and in lower case: written otherwise it is no other reason.
std::string Folded(std::string reason) {
  std::erase_if(reason, IsBlankByte);
  return Lower(reason);
}

bool AreSame(const api::Waiver& a, const api::Waiver& b) { return a.rule == b.rule && Folded(a.reason) == Folded(b.reason) && a.until == b.until; }

bool IsBlank(const std::string& text) { return std::all_of(text.begin(), text.end(), IsBlankByte); }

bool CountsAt(const api::Waiver& waiver, Time now) {
  const auto end = EndOf(waiver);
  return end && !IsBlank(waiver.reason) && now < *end && *end <= now + kLongestWaiver + Duration::Hours(24);
}

}  // namespace

std::optional<Time> EndOf(const api::Waiver& waiver) {
  const auto day = ParseTime(waiver.until + "T00:00:00Z");
  if (!day.ok()) return std::nullopt;
  return *day + Duration::Hours(24);
}

std::optional<Time> ChangesAt(const std::vector<api::Waiver>& waivers, Time now) {
  std::optional<Time> next;
  for (const api::Waiver& waiver : waivers) {
    const auto end = EndOf(waiver);
    if (!end || *end <= now) continue;
    const Time begin = *end - (kLongestWaiver + Duration::Hours(24));
    const Time change = begin > now ? begin : *end;
    if (!next || change < *next) next = change;
  }
  return next;
}

bool IsSpent(const api::PublishedContract& published, const api::Waiver& waiver) {
  return std::any_of(published.waivers.begin(), published.waivers.end(), [&](const api::Waiver& used) { return AreSame(used, waiver); });
}

const api::Waiver* WaiverFor(const api::PublishedContract& published, const api::PublishedContract& declared, api::ContractRule rule, Time now) {
  for (const api::Waiver& waiver : declared.waivers)
    if (waiver.rule == rule && CountsAt(waiver, now) && !IsSpent(published, waiver)) return &waiver;
  return nullptr;
}

std::string WhyNotWaived(const api::PublishedContract& published, const api::PublishedContract& declared, api::ContractRule rule, Time now) {
  for (const api::Waiver& waiver : declared.waivers) {
    if (waiver.rule != rule) continue;
    const std::string which = "the waiver of " + std::string(api::Word(rule)) + " until " + waiver.until;
    const auto end = EndOf(waiver);
    if (!end) return which + " names no day of the calendar";
    if (*end <= now) return which + " has ended";
    if (IsBlank(waiver.reason)) return which + " has a reason of blanks only";
    if (!CountsAt(waiver, now)) return which + " is more than 366 days ahead: choose a nearer day";
    if (IsSpent(published, waiver)) return which + " was used by an earlier publication: write one for this change, with its own reason";
  }
  return "";
}

void Spend(const api::Waiver& waiver, api::PublishedContract& next) {
  if (IsSpent(next, waiver)) return;
  next.waivers.push_back(waiver);
  if (next.waivers.size() > kRecorded) next.waivers.erase(next.waivers.begin());
}

std::vector<api::Waiver> SpentOf(const api::PublishedContract& published, Time now) {
  std::vector<api::Waiver> spent = published.waivers;
  std::erase_if(spent, [now](const api::Waiver& w) { return !EndOf(w) || *EndOf(w) <= now; });
  return spent;
}

}  // namespace weir::contract
