#include "runner/stages/decoding/quarantine_limit.h"

#include <optional>

#include "crds/base/text.h"

namespace weir::stages {
namespace {

constexpr std::int64_t kWhole = 1'000'000;  // millionths; a file of 9e12 rows would overflow
constexpr std::size_t kShownText = 80;

// "0.5%" as millionths: 5,000.
std::int64_t Millionths(const std::string& percent) {
  std::int64_t value = 0;
  int decimals = -1;
  for (const char c : percent) {
    if (c == '.') decimals = 0;
    if (c < '0' || c > '9') continue;
    value = value * 10 + (c - '0');
    if (decimals >= 0) ++decimals;
  }
  for (int i = decimals < 0 ? 0 : decimals; i < 4; ++i) value *= 10;
  return value;
}

struct Excess {
  std::string what;    // in words
  std::string remedy;  // what to raise
};

// Nothing when it is within the limit.
std::optional<Excess> Exceeded(const api::TaskTable& target, const QuarantinedShare& share) {
  const std::string name = target.name;
  const bool declares_share = target.quarantine && !target.quarantine->maxShare.empty();
  const std::int64_t limit = declares_share ? Millionths(target.quarantine->maxShare) : kWhole;
  const bool over_share = share.quarantined * kWhole > share.rows * limit;
  const bool every_row = share.quarantined == share.rows && !(declares_share && limit == kWhole);
  const std::string raise_share = "raise spec.quarantine.maxShare of Dataset " + name + " (100% lets a file pass of which no row fits)";
  if (target.quarantine && target.quarantine->maxRows && share.quarantined > *target.quarantine->maxRows)
    return Excess{"more than spec.quarantine.maxRows " + std::to_string(*target.quarantine->maxRows) + " of Dataset " + name,
                  "raise spec.quarantine.maxRows of Dataset " + name + (over_share || every_row ? ", and " + raise_share : "")};
  if (over_share) return Excess{"more than spec.quarantine.maxShare " + target.quarantine->maxShare + " of Dataset " + name, raise_share};
  if (every_row) return Excess{"which is every row", raise_share};
  return std::nullopt;
}

std::string Shown(const engine::RejectedRow& row) {
  std::string text;
  if (row.line > 0) text += "line " + std::to_string(row.line) + ", ";
  if (!row.column.empty()) text += "column " + row.column + ", ";
  text += row.reason;
  if (!row.text.empty()) text += ": " + Cut(row.text, kShownText);
  return text;
}

}  // namespace

Status CheckQuarantine(const api::TaskTable& target, const QuarantinedShare& share) {
  if (share.quarantined == 0) return Ok();
  const auto exceeded = Exceeded(target, share);
  if (!exceeded) return Ok();
  std::string message = share.what + ": " + std::to_string(share.quarantined) + " of " + std::to_string(share.rows) + " rows do not fit Dataset " +
                        target.name + ", " + exceeded->what + ". The stage committed nothing.";
  for (std::size_t i = 0; i < share.examples.size(); ++i) message += (i == 0 ? " First: " : "; ") + Shown(share.examples[i]);
  message += ". Correct the schema, the format or the checks; or " + exceeded->remedy;
  if (!share.advice.empty()) message += "; " + share.advice;
  return Error{Fault::Data, "QuarantineExceeded", message};
}

}  // namespace weir::stages
