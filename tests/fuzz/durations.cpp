// Durations, times, quantities and the text functions under every message.
#include "crds/base/text.h"
#include "crds/base/time.h"
#include "operator/local/quantity.h"
#include "tests/fuzz/invariant.h"

using namespace weir;

namespace {

void CheckDuration(std::string_view text) {
  const auto duration = ParseDuration(text);
  if (!duration) return fuzz::RequireReadable(duration.error().message);
  const auto again = ParseDuration(Format(*duration));
  fuzz::Require(again.ok() && *again == *duration, "a duration reads back as itself");
}

void CheckTime(std::string_view text) {
  const auto time = ParseTime(text);
  if (!time) return fuzz::RequireReadable(time.error().message);
  const auto again = ParseTime(FormatMicros(*time));
  fuzz::Require(again.ok() && *again == *time, "a time reads back as itself");
  fuzz::Require(Format(*time).size() == 20 && FormatCompact(*time).size() == 15, "a time has one width");
}

void CheckText(std::string_view text) {
  const std::string shown = Printable(text);
  fuzz::Require(shown.size() <= text.size() && FirstByteNotUtf8(shown) == std::string::npos, "what is printable is UTF-8 and not longer");
  fuzz::Require(Printable(shown) == shown, "what is printable stays so");
  fuzz::Require(Quoted(text, 20).size() <= 25, "a quotation is cut");
  fuzz::RequireReadable(Quoted(text));
  if (const auto number = WholeNumber(text)) fuzz::Require(WholeNumber(std::to_string(*number)) == number, "a whole number reads back as itself");
  const std::size_t bad = FirstByteNotUtf8(text);
  fuzz::Require(FirstByteNotUtf8(text.substr(0, bad)) == std::string::npos, "what precedes the first byte that is not UTF-8 is UTF-8");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Text(data, size);
  CheckDuration(text);
  CheckTime(text);
  CheckText(text);
  if (const auto millis = local::QuantityMillis(text)) fuzz::Require(*millis >= 0, "a quantity is not negative");
  return 0;
}
