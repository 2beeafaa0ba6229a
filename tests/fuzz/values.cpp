// The grammar of values: one function per column type, and declared timestamp formats.
#include "runner/formats/values/value.h"

#include <array>
#include <cmath>

#include "runner/formats/values/instant.h"
#include "tests/fuzz/invariant.h"

using namespace weir;
using namespace weir::formats;

namespace {

constexpr std::array<std::string_view, 12> kTypes{"BOOLEAN", "TINYINT",       "SMALLINT",       "INTEGER", "BIGINT",    "FLOAT",
                                                  "DOUBLE",  "DECIMAL(10,2)", "DECIMAL(38,38)", "DATE",    "TIMESTAMP", "BLOB"};

// A value that fits a narrow type fits the wider ones, with the same number.
void CheckIntegers(std::string_view text) {
  const auto tiny = ParseInteger(text, ValueType::Tinyint), small = ParseInteger(text, ValueType::Smallint), whole = ParseInteger(text, ValueType::Integer),
             big = ParseInteger(text, ValueType::Bigint);
  if (tiny) fuzz::Require(small && small.value == tiny.value, "a TINYINT is a SMALLINT");
  if (small) fuzz::Require(whole && whole.value == small.value, "a SMALLINT is an INTEGER");
  if (whole) fuzz::Require(big && big.value == whole.value, "an INTEGER is a BIGINT");
  if (!big) return;
  const auto again = ParseInteger(std::to_string(big.value), ValueType::Bigint);
  fuzz::Require(again && again.value == big.value, "a BIGINT reads back as itself");
  const auto decimal = ParseDecimal(text, 38, 0);
  fuzz::Require(decimal && decimal.value == big.value, "a BIGINT is a DECIMAL(38,0)");
}

void CheckReals(std::string_view text) {
  if (const auto real = ParseDouble(text)) {
    char written[64];
    std::snprintf(written, sizeof written, "%.17g", real.value);
    const auto again = ParseDouble(written);
    fuzz::Require(again && (again.value == real.value || std::isnan(real.value)), "a DOUBLE reads back as itself");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all = fuzz::Text(data, size);
  const std::string_view format = all.substr(0, all.find('\n'));
  const std::string_view text = format.size() < size ? all.substr(format.size() + 1) : all;
  CheckIntegers(text);
  CheckReals(text);
  for (const std::string_view word : kTypes) {
    const auto type = ParseColumnType(word);
    fuzz::Require(type.has_value(), "the type is declarable");
    const Misfit misfit = MisfitOf(text, *type);
    fuzz::Require(misfit == MisfitOf(text, *type), "a text is judged alike each time");
    if (misfit != Misfit::None) fuzz::RequireReadable(Explain(misfit, text, word));
  }
  ParseColumnType(text);
  if (const auto compiled = TimestampFormat::Compile(format))
    static_cast<void>(compiled->Parse(text));
  else
    fuzz::RequireReadable(compiled.error().message);
  if (const auto compiled = DateFormat::Compile(format))
    static_cast<void>(compiled->Parse(text));
  else
    fuzz::RequireReadable(compiled.error().message);
  return 0;
}
