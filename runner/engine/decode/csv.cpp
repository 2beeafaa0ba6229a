#include <algorithm>
#include <set>

#include "runner/engine/decode/csv_scan.h"
#include "runner/engine/decode/decode.h"
#include "runner/engine/decode/file_columns.h"
#include "runner/engine/decode/scanned_rows.h"
#include "runner/engine/decode/text_input.h"
#include "runner/formats/columns/title.h"
#include "runner/formats/encoding/utf8.h"
#include "runner/formats/values/value.h"

namespace weir::engine {
namespace {

constexpr std::size_t kBlock = 4 << 20;

formats::CsvDialect DialectOf(const api::CsvFormat& csv) { return {csv.delimiter.empty() ? ',' : csv.delimiter[0], csv.comment, csv.skipLines.value_or(0)}; }

std::vector<std::string> NullTextsOf(const api::CsvFormat& csv) {
  std::vector<std::string> texts{csv.nullText};
  texts.insert(texts.end(), csv.nullTexts.begin(), csv.nullTexts.end());
  return texts;
}

Error NotAsDeclared(const DecodeRequest& request, const std::string& what) { return {Fault::Data, "FileUnreadable", request.path + " " + what}; }

bool HasControls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return (c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7F; });
}

// Of a line with control characters: one beside which another column has a name is the header of a table all the same.
Error ControlsInHeader(const DecodeRequest& request, char delimiter, const std::string& header) {
  const Error not_text = NotAsDeclared(request, "is not delimited text: its first line is not text");
  if (header.find('\0') != std::string::npos || formats::ValidUtf8(header) < header.size()) return not_text;
  formats::CsvValues values;
  bool has_name = false;
  std::size_t place = 0;
  std::string named;
  for (const formats::CsvValue& value : values.Split(header, delimiter)) {
    ++place;
    const std::string title = formats::TitleOf(value.text);
    has_name = has_name || (!title.empty() && !HasControls(title));
    if (named.empty() && HasControls(title)) named = "column " + std::to_string(place) + ", " + formats::Shown(title);
  }
  if (!has_name || named.empty()) return not_text;
  return NotAsDeclared(request, "has control characters in the name of " + named + ": rename it in the file");
}

// The titles of the file's columns.
Result<std::vector<std::string>> TitlesOf(const DecodeRequest& request, char delimiter, const std::string& header, const formats::RecordSpan& span) {
  if (HasControls(header)) return ControlsInHeader(request, delimiter, header);
  if (formats::ValidUtf8(header) < header.size())
    return NotAsDeclared(request,
                         "is not delimited text in UTF-8: its first line is not text in that encoding. If it is Windows-1252, declare encoding: "
                         "Windows-1252; if it is in an encoding that cannot be declared, convert it at its source: iconv -f ENCODING -t UTF-8");
  if (span.problem != formats::RecordProblem::None) return NotAsDeclared(request, "has a first line whose quotes do not match; correct the file");
  formats::CsvValues values;
  std::vector<std::string> titles;
  for (const formats::CsvValue& value : values.Split(header, delimiter)) titles.push_back(formats::TitleOf(value.text));
  return titles;
}

// Without a header a column is found by its place, so the last ones are those that a file may lack.
std::vector<std::string> NamesByPlace(const DecodeRequest& request, char delimiter, const std::string& record, const formats::RecordSpan& span) {
  std::vector<std::string> names;
  for (const api::Column& column : request.rules.columns) names.push_back(NameInFile(column));
  if (record.empty() || span.problem != formats::RecordProblem::None) return names;
  formats::CsvValues values;
  const std::size_t there = values.Split(record, delimiter).size();
  std::size_t least = names.size();
  while (least > 0 && request.rules.columns[least - 1].whenAbsent == api::WhenAbsent::SetNull) --least;
  if (there >= least && there < names.size()) names.resize(there);
  return names;
}

// Names of the file's columns, in order.
Result<std::vector<std::string>> FileColumns(const DecodeRequest& request, const api::CsvFormat& csv, formats::CsvBlocks& blocks) {
  const bool has_header = csv.header.value_or(true);
  const char delimiter = DialectOf(csv).delimiter;
  formats::RecordSpan span;
  std::string first;
  const auto there = blocks.Begin(has_header, span, first);
  if (!there.ok()) return OfFile(there.error(), request.path);
  if (!has_header) return NamesByPlace(request, delimiter, first, span);
  if (!*there) return NotAsDeclared(request, "is empty; a first line with column names is declared");
  return TitlesOf(request, delimiter, first, span);
}

// Which column of the file a declared one is. One of several with one title is taken only where all of them are declared:
// else it is not known which was meant.
class Header {
 public:
  Header(const DecodeRequest& request, const std::vector<std::string>& titles) : titles_(titles), names_(formats::DistinctNames(titles)) {
    for (const api::Column& column : request.rules.columns) declared_.insert(NameInFile(column));
    for (std::size_t i = 0; i < names_.size(); ++i) places_.emplace(names_[i], i);
    for (std::size_t i = 0; i < titles_.size(); ++i)
      if (!declared_.contains(names_[i])) undeclared_.insert(titles_[i]);
  }

  enum class Answer { Found, Missing, Twice };

  const std::vector<std::string>& Names() const { return names_; }

  std::string Titles() const { return ListOfNames(titles_); }  // for people

  Answer Find(const std::string& name, std::size_t& place) const {
    const auto at = places_.find(name);
    if (at == places_.end()) return Answer::Missing;
    place = at->second;
    const std::string& title = titles_[place];
    const bool twice = !title.empty() && undeclared_.contains(title) && declared_.contains(name);
    return twice ? Answer::Twice : Answer::Found;
  }

 private:
  const std::vector<std::string>& titles_;
  const std::vector<std::string> names_;
  std::map<std::string, std::size_t> places_;
  std::set<std::string> declared_;
  std::set<std::string> undeclared_;  // titles of columns that are not declared
};

Result<std::vector<ScanTarget>> FindColumns(const DecodeRequest& request, const Header& header) {
  std::vector<ScanTarget> targets;
  std::vector<std::string> twice;
  for (const api::Column& column : request.rules.columns) {
    ScanTarget target{.word = column.type, .name = column.name, .nullable = column.IsNullable()};
    const Header::Answer answer = header.Find(NameInFile(column), target.place);
    target.absent = answer == Header::Answer::Missing;
    if (answer == Header::Answer::Twice) twice.push_back(NameInFile(column));
    const auto type = formats::ParseColumnType(column.type);
    if (!type) return Error{Fault::Invalid, "Invalid", "column " + column.name + ": " + column.type + " is not a column type"};
    target.type = *type;
    targets.push_back(std::move(target));
  }
  if (!twice.empty())
    return NotAsDeclared(request, "has these columns twice: " + ListOfNames(twice) + " (found: " + header.Titles() +
                                      "). Correct the file, the delimiter, or the columns' sourceName");
  return targets;
}

Status CompileFormats(const api::CsvFormat& csv, ScanRules& rules) {
  if (!csv.timestampFormat.empty()) {
    auto format = formats::TimestampFormat::Compile(csv.timestampFormat);
    if (!format.ok()) return format.error();
    rules.timestampFormat = std::move(format).value();
  }
  if (csv.dateFormat.empty()) return Ok();
  auto format = formats::DateFormat::Compile(csv.dateFormat);
  if (!format.ok()) return format.error();
  rules.dateFormat = std::move(format).value();
  return Ok();
}

}  // namespace

Result<DecodedFile> DecodeCsv(const DecodeRequest& request, const api::CsvFormat& csv) {
  auto opened = OpenText(request.session, request.name, request.path, csv.encoding);
  if (!opened.ok()) return opened.error();
  formats::CsvBlocks blocks(*opened->text, DialectOf(csv), kBlock);
  auto names = FileColumns(request, csv, blocks);
  if (!names.ok()) return names.error();
  const Header header(request, *names);
  auto difference = CompareColumns(request.path, request.rules.columns, header.Names(), AbsentMeans::Unreadable);
  if (!difference.ok()) return difference.error();
  auto targets = FindColumns(request, header);
  if (!targets.ok()) return targets.error();
  blocks.Expect(names->size());
  CsvScan scan{.blocks = blocks,
               .columns = names->size(),
               .names = *names,
               .rules = {.targets = std::move(targets).value(), .keepTexts = !request.rules.checks.empty(), .undecoded = opened->MayHold()},
               .nullTexts = NullTextsOf(csv),
               .encoding = std::string(api::Word(opened->encoding))};
  if (Status compiled = CompileFormats(csv, scan.rules); !compiled.ok()) return compiled.error();
  if (Status made = MakeScannedRows(request, ScanCall(kCsvScan, &scan), scan.error); !made.ok()) return made.error();
  const auto rows = ReportScannedRows(request);
  if (!rows.ok()) return rows.error();
  const bool is_utf8 = opened->utf8 != nullptr && opened->utf8->Characters() > 0;
  return DecodedFile{*rows, std::move(difference->absent), std::move(difference->undeclared), is_utf8};
}

}  // namespace weir::engine
