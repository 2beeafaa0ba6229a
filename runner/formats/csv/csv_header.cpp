#include "runner/formats/csv/csv_header.h"

#include <algorithm>
#include <set>

#include "runner/formats/columns/column_facts.h"
#include "runner/formats/values/digits.h"
#include "runner/formats/values/value.h"

namespace weir::formats {
namespace {

constexpr std::size_t kDeepestHeader = 50;  // records
constexpr std::string_view kMark = "\xEF\xBB\xBF";

std::string_view WithoutMark(std::string_view text) {
  while (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return text;
}

bool IsSame(const SampleRecord& a, const SampleRecord& b) {
  if (a.values.size() != b.values.size() || a.values.empty() || WithoutMark(a.values[0]) != WithoutMark(b.values[0])) return false;
  return std::equal(a.values.begin() + 1, a.values.end(), b.values.begin() + 1);
}

std::size_t Filled(const SampleRecord& record) {
  return static_cast<std::size_t>(std::count_if(record.values.begin(), record.values.end(), [](const std::string& v) { return !v.empty(); }));
}

// What the records behind a line say of each column. The line again is no value: it may be a header.
std::vector<ColumnFacts> FactsBehind(const std::vector<SampleRecord>& records, std::size_t first, std::size_t columns) {
  const auto behind = records.begin() + static_cast<std::ptrdiff_t>(first) + 1;
  const bool others = std::any_of(behind, records.end(), [&](const SampleRecord& r) { return r.values.size() == columns && !IsSame(r, records[first]); });
  std::vector<ColumnFacts> facts(columns);
  for (auto record = behind; record != records.end(); ++record) {
    if (record->values.size() != columns || (others && IsSame(*record, records[first]))) continue;
    for (std::size_t c = 0; c < columns; ++c) facts[c].Observe({record->values[c], record->quoted[c]}, {record->line, 0});
  }
  return facts;
}

bool IsYear(std::int64_t number) { return number >= 1500 && number <= 2300; }

// Whether whole numbers in a line look like names: years, or 1, 2, 3.
bool CountsUp(const std::vector<std::int64_t>& numbers, bool outside) {
  const bool years = std::all_of(numbers.begin(), numbers.end(), IsYear);
  if (numbers.size() == 1) return years && outside;
  const std::int64_t step = numbers[1] - numbers[0];
  for (std::size_t i = 1; i < numbers.size(); ++i)
    if (step == 0 || numbers[i] - numbers[i - 1] != step) return false;
  return years || (numbers.size() >= 3 && (step == 1 || step == -1));
}

// The kinds of characters of a text, in order: "AB-12" is "a-9".
std::string PatternOf(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80U) != 0;
    const char kind = digit ? '9' : letter ? 'a' : c;
    if (pattern.empty() || pattern.back() != kind) pattern += kind;
  }
  return pattern;
}

bool IsPlainPattern(const std::string& pattern) { return pattern.empty() || pattern == "a" || pattern == "a a" || pattern == "a_a"; }

// A list of texts such as AB-12 begins with one of them, or with a name that is a word. Words over words may be either.
HeaderFound HeaderOfList(const std::vector<SampleRecord>& records, std::size_t first) {
  const std::string pattern = PatternOf(records[first].values[0]);
  std::size_t alike = 0, plain = 0;
  const std::size_t behind = records.size() - first - 1;
  for (std::size_t i = first + 1; i < records.size(); ++i) {
    const std::string other = records[i].values.size() == 1 ? PatternOf(records[i].values[0]) : "";
    alike += other == pattern ? 1 : 0;
    plain += IsPlainPattern(other) ? 1 : 0;
  }
  if (IsPlainPattern(pattern)) return plain * 2 < behind ? HeaderFound::Yes : HeaderFound::Likely;
  return alike * 2 >= behind ? HeaderFound::No : HeaderFound::Likely;
}

// Whether empty titles are over values, or over nothing at all: a row without some values has others like it.
bool GapsAreOverValues(const std::vector<SampleRecord>& records, std::size_t first) {
  const auto& titles = records[first].values;
  for (std::size_t c = 0; c < titles.size(); ++c) {
    if (!titles[c].empty()) continue;
    std::size_t all = 0, present = 0;
    for (std::size_t i = first + 1; i < records.size(); ++i) {
      if (records[i].values.size() != titles.size()) continue;
      ++all;
      present += records[i].values[c].empty() ? 0 : 1;
    }
    if (present > 0 && present * 2 < all) return false;
  }
  return true;
}

HeaderFound HeaderOfTexts(const std::vector<SampleRecord>& records, std::size_t first) {
  const auto& titles = records[first].values;
  std::size_t again = 0;
  for (std::size_t i = first + 1; i < records.size(); ++i) {
    if (titles.size() > 1 && IsSame(records[i], records[first])) {
      ++again;
      continue;
    }
    for (std::size_t c = 0; c < std::min(titles.size(), records[i].values.size()); ++c)
      if (!titles[c].empty() && records[i].values[c] == titles[c]) return HeaderFound::No;
  }
  if (Filled(records[first]) == 0 || again * 2 >= records.size() - first - 1 || !GapsAreOverValues(records, first)) return HeaderFound::No;
  if (titles.size() == 1) return HeaderOfList(records, first);
  const bool doubt = again > 0 || std::set<std::string>(titles.begin(), titles.end()).size() < titles.size() || Filled(records[first]) < titles.size();
  return doubt ? HeaderFound::Likely : HeaderFound::Yes;
}

// How a line differs from those behind it.
struct Contrast {
  std::size_t names = 0;   // cells that are no value of their column's type
  std::size_t values = 0;  // and those that are
  bool typed = false;      // a column has another type than text
  bool quoted = true;      // every title, over values that are not
  bool outside = true;     // its whole numbers are beyond those of their columns
  std::vector<std::int64_t> numbers;
};

// n, t, f, y and no are names of columns too: over true and false they are evidence for neither.
bool IsShortBoolean(std::string_view cell) { return !IsBooleanWord(cell) && !IsDigit(cell.front()) && ParseBoolean(cell); }

Contrast ContrastOf(const std::vector<SampleRecord>& records, std::size_t first, std::size_t columns) {
  const SampleRecord& line = records[first];
  const std::vector<ColumnFacts> facts = FactsBehind(records, first, columns);
  Contrast contrast;
  for (std::size_t c = 0; c < columns; ++c) {
    const std::string type = facts[c].Type();
    const std::string_view cell = Trimmed(line.values[c]);
    if (!line.quoted[c] && !cell.empty()) contrast.quoted = false;
    if (type == "VARCHAR") continue;
    contrast.typed = true;
    if (facts[c].Unquoted() * 2 < facts[c].Present()) contrast.quoted = false;
    if (cell.empty() || IsNullWord(cell)) continue;
    if (type == "BOOLEAN" && IsShortBoolean(cell)) continue;
    const bool fits = MisfitOf(cell, *ParseColumnType(type)) == Misfit::None;
    ++(fits ? contrast.values : contrast.names);
    if (const auto number = ParseInteger(cell, ValueType::Bigint); fits && number && cell.find('.') == std::string_view::npos) {
      contrast.numbers.push_back(number.value);
      contrast.outside = contrast.outside && (number.value < facts[c].Least() || number.value > facts[c].Most());
    }
  }
  return contrast;
}

// The only line of a table: years are names, other numbers and dates are values.
HeaderFound HeaderAlone(const SampleRecord& line) {
  bool years = false;
  for (std::size_t c = 0; c < line.values.size(); ++c) {
    ColumnFacts facts;
    facts.Observe({line.values[c], line.quoted[c]}, {line.line, 0});
    if (facts.Type() == "VARCHAR") continue;
    if (facts.Type() != "BIGINT" || !IsYear(facts.Least())) return HeaderFound::No;
    years = true;
  }
  return years ? HeaderFound::Likely : HeaderFound::Yes;
}

// A line before the table: of another width, or mostly empty.
bool IsThin(const SampleRecord& record, std::size_t columns) {
  if (record.values.size() != columns) return true;
  return columns >= 3 && Filled(record) * 2 <= columns;
}

// Whether the line before the first full one names some of the columns, as "a,,b," does.
bool IsGappedHeader(const std::vector<SampleRecord>& records, std::size_t first, std::size_t columns) {
  const SampleRecord& line = records[first - 1];
  if (line.values.size() != columns || Filled(line) == 0) return false;
  if (JudgeHeader(records, first, columns) == HeaderFound::No) return true;
  const Contrast next = ContrastOf(records, first, columns);
  return Filled(line) >= 2 && line.line + 1 == records[first].line && (next.names == 0 || next.values > 0);
}

}  // namespace

HeaderFound JudgeHeader(const std::vector<SampleRecord>& records, std::size_t first, std::size_t columns) {
  if (first + 1 >= records.size()) return HeaderAlone(records[first]);
  const Contrast contrast = ContrastOf(records, first, columns);
  const auto& [names, values, typed, quoted, outside, numbers] = contrast;
  if (!typed) return HeaderOfTexts(records, first);
  if (values == 0) return names > 0 ? HeaderFound::Yes : HeaderFound::Likely;
  if (quoted) return HeaderFound::Yes;
  if (values == numbers.size() && values < columns && CountsUp(numbers, outside)) return HeaderFound::Likely;
  return names > values ? HeaderFound::Likely : HeaderFound::No;
}

std::size_t FirstOfTable(const std::vector<SampleRecord>& records, std::size_t columns) {
  const std::size_t deepest = std::min(records.size(), kDeepestHeader);
  std::size_t first = 0;
  while (first < deepest && IsThin(records[first], columns)) ++first;
  if (first == 0) return 0;
  if (first == deepest) {
    const auto wide = std::find_if(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(deepest),
                                   [&](const SampleRecord& record) { return record.values.size() == columns && Filled(record) > 0; });
    return wide == records.begin() + static_cast<std::ptrdiff_t>(deepest) ? 0 : static_cast<std::size_t>(wide - records.begin());
  }
  if (IsGappedHeader(records, first, columns)) return first - 1;
  const bool of_width = records[0].values.size() == columns;
  return of_width && JudgeHeader(records, first, columns) == HeaderFound::No ? 0 : first;
}

bool IsHeaderAgain(const std::vector<CsvValue>& record, const std::vector<std::string>& titles) {
  if (record.size() != titles.size() || record.empty() || WithoutMark(record[0].text) != WithoutMark(titles[0])) return false;
  return std::equal(record.begin() + 1, record.end(), titles.begin() + 1, [](const CsvValue& value, const std::string& title) { return value.text == title; });
}

}  // namespace weir::formats
