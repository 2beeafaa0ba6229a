#include "runner/formats/csv/csv_layout.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "runner/formats/columns/title.h"
#include "runner/formats/csv/csv_blocks.h"

namespace weir::formats {
namespace {

constexpr std::string_view kDelimiters = "\t;|,";  // the one that text has most seldom first
constexpr std::size_t kMostRecords = 5000;

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

// The last comment before the table may name the columns.
std::optional<std::int64_t> HeaderInComments(const std::string& sample, const CsvLayout& layout, std::int64_t first_line) {
  if (layout.dialect.comment.empty() || layout.columns < 2) return std::nullopt;
  const auto records = RecordsOf(sample, {layout.dialect.delimiter, "", first_line - 2}, layout.columns);
  const auto is_whole = [&layout](const SampleRecord& record) { return record.values.size() == layout.columns; };
  if (first_line < 2 || records.size() < 3 || !is_whole(records[0]) || !is_whole(records[1])) return std::nullopt;
  if (JudgeHeader(records, 1, layout.columns) == HeaderFound::Yes || JudgeHeader(records, 0, layout.columns) == HeaderFound::No) return std::nullopt;
  return first_line - 1;
}

// The line by which Excel takes another delimiter than its country's: sep=; with the bytes up to the next line.
struct DelimiterLine {
  char delimiter = ',';
  std::size_t bytes = 0;
};

std::optional<DelimiterLine> DelimiterLineOf(std::string_view sample) {
  const std::size_t end = std::min(sample.find_first_of("\r\n"), sample.size());
  std::string_view line = sample.substr(0, end);
  if (line.size() == 7 && line.front() == '"' && line.back() == '"') line = line.substr(1, 5);
  if (line.size() != 5) return std::nullopt;
  constexpr std::string_view kWord = "sep=";
  for (std::size_t i = 0; i < kWord.size(); ++i)
    if (line[i] != kWord[i] && (i == 3 || (line[i] | 0x20) != kWord[i])) return std::nullopt;
  const auto delimiter = static_cast<unsigned char>(line[4]);
  if (delimiter == '"' || delimiter == 0 || delimiter >= 0x7F) return std::nullopt;
  const std::size_t next = sample.substr(end).starts_with("\r\n") ? 2 : 1;
  return DelimiterLine{line[4], std::min(end + next, sample.size())};
}

// Characters that stand in values as well, or seldom in files: taken where every line has the same number of values by them and
// nothing else divides the lines. Names, times and dates of one column have a blank or two colons too.
struct RareDelimiter {
  char delimiter;
  std::size_t least;  // columns
};
constexpr std::array<RareDelimiter, 4> kRare{{{'^', 2}, {'~', 2}, {':', 4}, {' ', 3}}};

bool Divides(const RareDelimiter& rare, const std::vector<SampleRecord>& records, const Width& width) {
  constexpr std::size_t kLeastRecords = 3;
  if (records.size() < kLeastRecords || width.columns < rare.least || width.agreeing < 1) return false;
  if (rare.delimiter != ' ') return true;
  return std::none_of(records.begin(), records.end(), [](const SampleRecord& record) {
    return std::any_of(record.values.begin(), record.values.end(), [](const std::string& value) { return value.empty(); });
  });
}

std::optional<Width> JudgeRareDelimiter(const std::string& sample, CsvLayout& layout) {
  for (const RareDelimiter& rare : kRare) {
    const auto records = RecordsOf(sample, {rare.delimiter, layout.dialect.comment, 0}, 0);
    const Width width = WidthOf(records);
    if (!Divides(rare, records, width)) continue;
    layout.dialect.delimiter = rare.delimiter;
    return width;
  }
  return std::nullopt;
}

void JudgeDelimiter(const std::string& sample, std::optional<char> declared, CsvLayout& layout) {
  Width best{1, 0};
  for (const char delimiter : declared ? std::string(1, *declared) : std::string(kDelimiters)) {
    const Width width = WidthOf(RecordsOf(sample, {delimiter, layout.dialect.comment, 0}, 0));
    if (!BetterThan(width, best)) continue;
    best = width;
    layout.dialect.delimiter = delimiter;
  }
  if (best.columns < 2 && declared) return JudgeDelimiter(sample, std::nullopt, layout);
  if (best.columns < 2) {
    layout.dialect.delimiter = UnusedDelimiter(sample);
    best = JudgeRareDelimiter(sample, layout).value_or(best);
  }
  layout.columns = best.columns;
  layout.agreeing = best.agreeing;
}

CsvLayout JudgeTable(const std::string& sample, std::optional<char> declared) {
  CsvLayout layout;
  layout.dialect.comment = CommentOf(sample);
  JudgeDelimiter(sample, declared, layout);
  auto records = RecordsOf(sample, layout.dialect, layout.columns);
  if (layout.columns < 2) layout.agreeing = WidthOf(records).agreeing;
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
  layout.written = records[first].values;
  layout.titles = TitlesOf(layout.written);
  layout.header = records[first].values.size() == layout.columns ? JudgeHeader(records, first, layout.columns) : HeaderFound::Yes;
  return layout;
}

}  // namespace

CsvLayout JudgeLayout(const std::string& sample) {
  const auto declared = DelimiterLineOf(sample);
  if (!declared) return JudgeTable(sample, std::nullopt);
  CsvLayout layout = JudgeTable(sample.substr(declared->bytes), declared->delimiter);
  ++layout.line;
  ++layout.dialect.skipLines;
  layout.declared = true;
  return layout;
}

}  // namespace weir::formats
