#include "runner/engine/parquet/delta_statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>

#include "crds/base/time.h"
#include "runner/engine/sql/sql.h"
#include "runner/engine/values/types.h"
#include "runner/formats/values/instant.h"
#include "runner/formats/values/value.h"

namespace weir::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

constexpr std::size_t kLongestText = 256;
constexpr std::size_t kDigitsOfDouble = 15;                     // that every double gives back
constexpr std::size_t kDigitsOfInteger = 18;                    // that every BIGINT has
constexpr std::size_t kZerosWithoutExponent = 4;                // behind the point of a double that is written without one
constexpr std::string_view kTopmost = "\xF4\x8F\xBF\xBF";       // U+10FFFF: no text without it at its start is greater
constexpr std::int64_t kLastMillisecond = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

enum class Side { Lower, Upper };

using Texts = std::map<std::string, std::string>;

Json OfInstant(const std::string& text, Side side) {
  const auto micros = formats::ParseTimestamp(text);
  if (!micros) return nullptr;
  const std::int64_t remainder = ((micros.value % 1000) + 1000) % 1000;
  std::int64_t ms = (micros.value - remainder) / 1000;
  if (side == Side::Upper && remainder > 0) ++ms;
  if (ms > kLastMillisecond) return FormatMicros(Time{micros.value});  // rounded it would have five digits of year
  return FormatMicros(Time{ms * 1000}).substr(0, 23) + "Z";
}

// DuckDB takes -0 for equal to 0, and gives back either; other engines sort -0 first.
Json OfReal(double value, Side side) {
  if (!std::isfinite(value)) return nullptr;
  if (value == 0) return side == Side::Lower ? -0.0 : 0.0;
  return value;
}

// A decimal as DuckDB writes it: "-12.50".
struct Decimal {
  bool negative = false;
  std::string whole;     // without zeros before it
  std::string fraction;  // without zeros behind it

  bool LiesOutwards(Side side) const { return negative == (side == Side::Lower); }
};

Decimal ParseDecimal(const std::string& text) {
  Decimal decimal{.negative = text.starts_with('-')};
  const std::size_t point = std::min(text.find('.'), text.size());
  for (std::size_t i = decimal.negative ? 1 : 0; i < point; ++i)
    if (text[i] != '0' || !decimal.whole.empty()) decimal.whole += text[i];
  if (point < text.size()) decimal.fraction = text.substr(point + 1);
  decimal.fraction.resize(decimal.fraction.find_last_not_of('0') + 1);
  return decimal;
}

// `digits` times 10^-places, with as many digits as a double gives back, one more in the last place where that is outwards.
Json OfDigits(const Decimal& decimal, const std::string& digits, std::size_t places, bool one_more) {
  const std::int64_t number = (digits.empty() ? 0 : std::stoll(digits)) + (one_more ? 1 : 0);
  const double value = std::strtod((std::to_string(number) + "e-" + std::to_string(places)).c_str(), nullptr);
  return decimal.negative ? -value : value;
}

// Rounded outwards, or by a reader that takes every number for a double, a bound may be one that its type has not: such
// readers take it for NULL, and leave all rows of the file out.
bool FitsAsDouble(const Json& bound, const LogicalType& type) {
  const int whole = duckdb::DecimalType::GetWidth(type) - duckdb::DecimalType::GetScale(type);
  return std::abs(bound.get<double>()) < std::pow(10.0, whole);
}

// Not every reader takes an exponent in a decimal: no bound may be written with one.
Json OfDecimal(const std::string& text, Side side) {
  const Decimal decimal = ParseDecimal(text);
  const std::string& whole = decimal.whole;
  const std::string& fraction = decimal.fraction;
  if (whole.size() > kDigitsOfInteger) return nullptr;
  if (whole.size() >= kDigitsOfDouble) {
    const std::int64_t number = std::stoll(whole) + (!fraction.empty() && decimal.LiesOutwards(side) ? 1 : 0);
    return decimal.negative ? -number : number;
  }
  const std::size_t zeros = whole.empty() ? std::min(fraction.find_first_not_of('0'), fraction.size()) : 0;
  const std::size_t places = std::min(zeros + kDigitsOfDouble - whole.size(), zeros < kZerosWithoutExponent ? fraction.size() : kZerosWithoutExponent);
  return OfDigits(decimal, whole + fraction.substr(0, places), places, places < fraction.size() && decimal.LiesOutwards(side));
}

// Null where there is no such bound.
Json Bound(const std::string& text, const LogicalType& type, Side side) {
  switch (type.id()) {
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT: return std::stoll(text);
    case LogicalTypeId::FLOAT: return OfReal(std::strtof(text.c_str(), nullptr), side);   // exact as the double that is written
    case LogicalTypeId::DOUBLE: return OfReal(std::strtod(text.c_str(), nullptr), side);  // std::stod throws at what is nearly 0
    case LogicalTypeId::DECIMAL: {
      Json bound = OfDecimal(text, side);
      return bound.is_null() || FitsAsDouble(bound, type) ? bound : Json(nullptr);
    }
    case LogicalTypeId::BOOLEAN: return text == "1" || text == "true";
    case LogicalTypeId::VARCHAR: return text.size() <= kLongestText ? Json(text) : Json(nullptr);
    case LogicalTypeId::DATE: return text.size() == 10 && formats::ParseDate(text) ? Json(text) : Json(nullptr);
    case LogicalTypeId::TIMESTAMP: return OfInstant(text, side);
    default: return nullptr;
  }
}

Texts TextsOf(const duckdb::Value& map) {
  Texts texts;
  for (const duckdb::Value& entry : duckdb::MapValue::GetChildren(map)) {
    const auto& pair = duckdb::StructValue::GetChildren(entry);
    if (!pair[1].IsNull()) texts[pair[0].ToString()] = pair[1].ToString();
  }
  return texts;
}

const std::string* Find(const Texts& texts, const char* name) {
  const auto found = texts.find(name);
  return found == texts.end() ? nullptr : &found->second;
}

struct Bounds {
  Json lower;
  Json upper;
  bool Exist() const { return !lower.is_null() && !upper.is_null(); }
};

Bounds BoundsOf(const Texts& texts, const LogicalType& type, bool topmost) {
  if (const std::string* nan = Find(texts, "has_nan"); nan != nullptr && *nan == "true") return {};
  const std::string* least = Find(texts, "min");
  const std::string* most = Find(texts, "max");
  if (least != nullptr && most != nullptr) {
    Bounds bounds{Bound(*least, type, Side::Lower), Bound(*most, type, Side::Upper)};
    if (bounds.Exist()) return bounds;
  }
  if (type.id() == LogicalTypeId::BOOLEAN) return {false, true};
  if (type.id() == LogicalTypeId::VARCHAR && !topmost) return {"", kTopmost};
  return {};
}

}  // namespace

Json DeltaStatistics(const FileFacts& facts, const std::vector<api::Column>& columns) {
  std::map<std::string, Texts> found;
  for (const duckdb::Value& entry : duckdb::MapValue::GetChildren(facts.byColumn)) {
    const auto& pair = duckdb::StructValue::GetChildren(entry);
    found[pair[0].ToString()] = TextsOf(pair[1]);
  }
  Json nulls = Json::object();
  Json lower = Json::object();
  Json upper = Json::object();
  bool complete = true;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string& name = columns[i].name;
    const Texts& texts = found[Quote(name)];
    const std::string* count = Find(texts, "null_count");
    if (count != nullptr) nulls[name] = std::stoll(*count);
    const LogicalType type = DeclaredType(columns[i].type);
    const bool has_values = count == nullptr || nulls[name] != facts.rows;
    if (type.id() == LogicalTypeId::BLOB || !has_values) continue;
    Bounds bounds = BoundsOf(texts, type, i < facts.topmostTexts.size() && facts.topmostTexts[i]);
    complete = complete && bounds.Exist();
    lower[name] = std::move(bounds.lower);
    upper[name] = std::move(bounds.upper);
  }
  Json stats{{"numRecords", facts.rows}, {"nullCount", std::move(nulls)}};
  if (complete) stats.update({{"minValues", std::move(lower)}, {"maxValues", std::move(upper)}});
  return stats;
}

}  // namespace weir::engine
