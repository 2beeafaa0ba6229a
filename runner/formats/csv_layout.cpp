#include "runner/formats/csv_layout.h"

#include <algorithm>
#include <map>
#include <set>

#include "runner/formats/column_facts.h"
#include "runner/formats/value.h"

namespace weir::formats {
namespace {

constexpr std::string_view kDelimiters = "\t;|,";  // the one that text has most seldom first
constexpr std::size_t kMostRecords = 5000;
constexpr std::size_t kDeepestHeader = 50;  // records

std::vector<SampleRecord> RecordsOf(const std::string& sample, const CsvDialect& dialect, std::size_t columns) {
  PrefixedSource source(sample);
  CsvBlocks blocks(source, dialect, sample.size() + 1);
  RecordSpan span;
  std::string first;
  std::vector<SampleRecord> records;
  const auto there = blocks.Begin(false, span, first);
  if (!there.ok() || !*there) return records;
  CsvBlock block;
  const auto some = blocks.Next(block);
  if (!some.ok() || !*some) return records;
  CsvBlockRecords reader(block, dialect, blocks.Ends(), columns);
  CsvValues values;
  for (CsvBlockRecords::Record record; records.size() < kMostRecords && reader.Next(record);) {
    SampleRecord& kept = records.emplace_back();
    kept.line = record.line;
    kept.problem = record.problem;
    if (record.problem != RecordProblem::None) continue;
    for (const CsvValue& value : values.Split(record.text, dialect.delimiter)) {
      kept.values.emplace_back(value.text);
      kept.quoted.push_back(value.quoted);
    }
  }
  return records;
}

struct Width {
  std::size_t columns = 1;
  double agreeing = 0;
};

// The number of values that most records have.
Width WidthOf(const std::vector<SampleRecord>& records) {
  std::map<std::size_t, std::size_t> counts;
  for (const SampleRecord& record : records)
    if (record.problem == RecordProblem::None) ++counts[record.values.size()];
  Width width;
  std::size_t most = 0;
  for (const auto& [columns, count] : counts)
    if (count >= most) most = count, width.columns = columns;
  if (!records.empty()) width.agreeing = static_cast<double>(most) / static_cast<double>(records.size());
  return width;
}

// Lines at the start that begin with '#'. One that names the columns is none: "#chrom start end".
std::string CommentOf(const std::string& sample) { return sample.starts_with("#") ? "#" : ""; }

bool BetterThan(const Width& a, const Width& b) {
  if (a.columns < 2) return false;
  if (b.columns < 2) return a.agreeing >= 0.5;
  return a.agreeing > b.agreeing + 1e-9 || (a.agreeing > b.agreeing - 1e-9 && a.columns > b.columns);
}

char UnusedDelimiter(const std::string& sample) {
  for (const char c : std::string_view(",;\t|"))
    if (sample.find(c) == std::string::npos) return c;
  return ',';
}

// What the records behind a line say of each column.
std::vector<ColumnFacts> FactsBehind(const std::vector<SampleRecord>& records, std::size_t first, std::size_t columns) {
  std::vector<ColumnFacts> facts(columns);
  for (std::size_t i = first + 1; i < records.size(); ++i) {
    if (records[i].values.size() != columns) continue;
    for (std::size_t c = 0; c < columns; ++c) facts[c].Observe({records[i].values[c], records[i].quoted[c]}, {records[i].line, 0});
  }
  return facts;
}

// Whether whole numbers in a line look like names: years, or 1, 2, 3.
bool CountsUp(const std::vector<std::int64_t>& numbers, bool outside) {
  const bool years = std::all_of(numbers.begin(), numbers.end(), [](std::int64_t n) { return n >= 1500 && n <= 2300; });
  if (numbers.size() == 1) return years && outside;
  const std::int64_t step = numbers[1] - numbers[0];
  for (std::size_t i = 1; i < numbers.size(); ++i)
    if (step == 0 || numbers[i] - numbers[i - 1] != step) return false;
  return years || (numbers.size() >= 3 && (step == 1 || step == -1));
}

HeaderFound HeaderOfTexts(const std::vector<SampleRecord>& records, std::size_t first) {
  const auto& titles = records[first].values;
  const std::set<std::string> distinct(titles.begin(), titles.end());
  if (distinct.size() < titles.size() || distinct.contains("")) return HeaderFound::No;
  for (std::size_t i = first + 1; i < records.size(); ++i)
    for (std::size_t c = 0; c < std::min(titles.size(), records[i].values.size()); ++c)
      if (records[i].values[c] == titles[c]) return HeaderFound::No;
  return HeaderFound::Yes;
}

// A name stands over values of another kind; a first row is of the same kind.
HeaderFound JudgeHeader(const std::vector<SampleRecord>& records, std::size_t first, std::size_t columns) {
  const SampleRecord& line = records[first];
  if (first + 1 >= records.size()) return HeaderFound::Yes;
  const std::vector<ColumnFacts> facts = FactsBehind(records, first, columns);
  int names = 0;
  int values = 0;
  bool typed = false;
  bool quoted = true;  // every title, over values that are not
  bool outside = true;
  std::vector<std::int64_t> numbers;
  for (std::size_t c = 0; c < columns; ++c) {
    const std::string type = facts[c].Type();
    const std::string_view cell = Trimmed(line.values[c]);
    if (!line.quoted[c] && !cell.empty()) quoted = false;
    if (type == "VARCHAR") continue;
    typed = true;
    if (facts[c].Unquoted() * 2 < facts[c].Present()) quoted = false;
    if (cell.empty() || IsNullWord(cell)) continue;
    const bool fits = MisfitOf(cell, *ParseColumnType(type)) == Misfit::None;
    ++(fits ? values : names);
    if (const auto number = ParseInteger(cell, ValueType::Bigint); fits && number && cell.find('.') == std::string_view::npos) {
      numbers.push_back(number.value);
      outside = outside && (number.value < facts[c].Least() || number.value > facts[c].Most());
    }
  }
  if (!typed) return HeaderOfTexts(records, first);
  if (values == 0) return names > 0 ? HeaderFound::Yes : HeaderFound::Likely;
  if (quoted) return HeaderFound::Yes;
  const bool all_numbers = static_cast<std::size_t>(values) == numbers.size();
  const bool some_text = static_cast<std::size_t>(values) < columns;
  if (all_numbers && some_text && CountsUp(numbers, outside)) return HeaderFound::Likely;
  return names > values ? HeaderFound::Likely : HeaderFound::No;
}

// A line before the table: of another width, or mostly empty.
bool IsThin(const SampleRecord& record, std::size_t columns) {
  if (record.values.size() != columns) return true;
  const auto filled = static_cast<std::size_t>(std::count_if(record.values.begin(), record.values.end(), [](const std::string& v) { return !v.empty(); }));
  return columns >= 3 && filled * 2 <= columns;
}

// The place of the first line of the table.
std::size_t FirstOfTable(const std::vector<SampleRecord>& records, std::size_t columns) {
  std::size_t first = 0;
  while (first < std::min(records.size(), kDeepestHeader) && IsThin(records[first], columns)) ++first;
  if (first == 0 || first == std::min(records.size(), kDeepestHeader)) return 0;
  const bool of_width = records[0].values.size() == columns;
  return of_width && JudgeHeader(records, first, columns) == HeaderFound::No ? 0 : first;
}

// The last comment before the table may name the columns.
std::optional<std::int64_t> HeaderInComments(const std::string& sample, const CsvLayout& layout, std::int64_t first_line) {
  if (layout.dialect.comment.empty() || layout.columns < 2) return std::nullopt;
  const auto records = RecordsOf(sample, {layout.dialect.delimiter, "", first_line - 2}, layout.columns);
  if (first_line < 2 || records.size() < 3 || records[0].values.size() != layout.columns) return std::nullopt;
  if (JudgeHeader(records, 1, layout.columns) == HeaderFound::Yes || JudgeHeader(records, 0, layout.columns) == HeaderFound::No) return std::nullopt;
  return first_line - 1;
}

}  // namespace

CsvLayout JudgeLayout(const std::string& sample) {
  CsvLayout layout;
  layout.dialect.comment = CommentOf(sample);
  Width best{1, 0};
  for (const char delimiter : kDelimiters) {
    const Width width = WidthOf(RecordsOf(sample, {delimiter, layout.dialect.comment, 0}, 0));
    if (!BetterThan(width, best)) continue;
    best = width;
    layout.dialect.delimiter = delimiter;
  }
  if (best.columns < 2) layout.dialect.delimiter = UnusedDelimiter(sample);
  auto records = RecordsOf(sample, layout.dialect, best.columns);
  layout.columns = best.columns;
  layout.agreeing = best.columns < 2 ? WidthOf(records).agreeing : best.agreeing;
  if (records.empty()) return layout;
  std::size_t first = FirstOfTable(records, layout.columns);
  if (const auto line = HeaderInComments(sample, layout, records[first].line)) {
    layout.dialect.skipLines = *line - 1;
    layout.dialect.comment.clear();
    records = RecordsOf(sample, layout.dialect, layout.columns);
    first = 0;
  } else if (first > 0) {
    layout.dialect.skipLines = records[first].line - 1;
  }
  layout.line = records[first].line;
  layout.titles = records[first].values;
  layout.header = records[first].values.size() == layout.columns ? JudgeHeader(records, first, layout.columns) : HeaderFound::Yes;
  return layout;
}

}  // namespace weir::formats
