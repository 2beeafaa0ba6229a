#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::formats {

// One grammar per column type: what a text must be to be a value of that type. CSV, text in JSON and Parquet and
// `weir init` all read texts by these functions and no others; docs/reference/values.md has the grammar as a table.
// Pure functions of the text alone: no locale, no time zone database, no state. Any bytes may be given.

enum class ValueType { Boolean, Tinyint, Smallint, Integer, Bigint, Float, Double, Decimal, Varchar, Date, Timestamp, Blob };

// A declared column type. Precision and scale are those of a DECIMAL, else 0.
struct ColumnType {
  ValueType type = ValueType::Varchar;
  int precision = 0;
  int scale = 0;
};

// Of "DECIMAL(10,2)", "BIGINT" and so on; nothing for what is not a declarable type.
std::optional<ColumnType> ParseColumnType(std::string_view word);

// Why a text is not a value of a type.
enum class Misfit {
  None,
  NotOne,      // the text is something else
  OutOfRange,  // of this kind, but too large or too small
  TooPrecise,  // has digits (or a time of day) that the type cannot keep
  NamedZone,   // an instant whose offset depends on a time zone database
};

// A value, or why there is none.
template <typename T>
struct Reading {
  T value{};
  Misfit misfit = Misfit::None;
  explicit operator bool() const { return misfit == Misfit::None; }
};

__extension__ typedef __int128 Int128;

Reading<bool> ParseBoolean(std::string_view text);
// `type` is TINYINT to BIGINT.
Reading<std::int64_t> ParseInteger(std::string_view text, ValueType type);
Reading<float> ParseFloat(std::string_view text);
Reading<double> ParseDouble(std::string_view text);
// The value times 10^scale; precision is at most 38.
Reading<Int128> ParseDecimal(std::string_view text, int precision, int scale);

// The digits that a decimal number has before and behind its point, written without an exponent and without zeros in front: 2 and 0
// of 0012, 0 and 3 of 5e-3. Zeros behind the point count as they are written, but not those of a number with an exponent.
struct DecimalDigits {
  std::size_t whole = 0;
  std::size_t places = 0;
};
// Nothing for what is no decimal number.
std::optional<DecimalDigits> DigitsOf(std::string_view text);

// Days since 1970-01-01.
Reading<std::int32_t> ParseDate(std::string_view text);
// Microseconds since 1970-01-01 00:00 UTC. A text without offset is UTC.
Reading<std::int64_t> ParseTimestamp(std::string_view text);

// What the functions above say of a text, for any type; a TIMESTAMP by ISO 8601.
Misfit MisfitOf(std::string_view text, const ColumnType& type);

// For people: "'11_2' is not a BIGINT". `word` is the declared type. The text is shown shortened.
std::string Explain(Misfit misfit, std::string_view text, std::string_view word);

// The text as a message shows it: in quotes, at most 64 characters, what is not printable as \xHH.
std::string Shown(std::string_view text);

// Without spaces and tabs around it, which are not part of any value but VARCHAR and BLOB.
std::string_view Trimmed(std::string_view text);

}  // namespace weir::formats
