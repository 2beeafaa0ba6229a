#include "runner/formats/csv/csv_inference.h"

#include <algorithm>

#include "crds/base/count.h"
#include "runner/formats/columns/other_text.h"
#include "runner/formats/columns/sql_names.h"
#include "runner/formats/columns/title.h"
#include "runner/formats/values/value.h"

namespace weir::formats {
namespace {

constexpr std::size_t kSample = 1 << 20;
constexpr std::size_t kBlock = 4 << 20;

Error NotDelimited(const std::string& what) { return {Fault::Data, "FileUnreadable", what}; }

bool IsControl(char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t'; }

// Many, and in most lines: a few values of a small text may have some.
bool IsBinary(std::string_view sample) {
  const auto control = std::count_if(sample.begin(), sample.end(), IsControl);
  if (static_cast<std::size_t>(control) * 20 <= sample.size()) return false;
  std::int64_t lines = 0, with = 0;
  while (!sample.empty()) {
    const std::string_view line = sample.substr(0, sample.find_first_of("\r\n"));
    sample.remove_prefix(std::min(line.size() + 1, sample.size()));
    if (line.empty()) continue;
    ++lines;
    with += std::any_of(line.begin(), line.end(), IsControl) ? 1 : 0;
  }
  return with * 2 > lines;
}

std::string TitlesOf(const CsvLayout& layout) {
  std::string titles;
  for (const std::string& title : layout.titles) {
    if (titles.size() > 60) return titles + ", ...";
    titles += (titles.empty() ? "" : ", ") + Shown(title);
  }
  return titles;
}

CsvLayout LayoutOf(const std::string& sample) {
  // A record that the sample cuts does not count.
  const std::size_t end = sample.size() < kSample ? sample.size() : std::min(sample.find_last_of("\r\n"), sample.size() - 1) + 1;
  return JudgeLayout(sample.substr(0, end));
}

Status CheckLayout(std::string_view sample, const CsvLayout& layout, std::string_view name) {
  if (layout.titles.empty()) return NotDelimited("it has no rows");
  if (std::string why = NoTableBecause(sample, layout, name); !why.empty()) return NotDelimited(why);
  if (layout.header != HeaderFound::No && layout.titles.size() != layout.columns)
    return NotDelimited("line " + std::to_string(layout.line) + " names " + std::to_string(layout.titles.size()) + " columns, but most lines have " +
                        std::to_string(layout.columns) + " values");
  return Ok();
}

bool IsSameShape(const CsvLayout& a, const CsvLayout& b) {
  const bool named = a.header != HeaderFound::No;
  return a.columns == b.columns && a.dialect.delimiter == b.dialect.delimiter && a.dialect.comment == b.dialect.comment &&
         a.dialect.skipLines == b.dialect.skipLines && named == (b.header != HeaderFound::No) && (!named || a.titles == b.titles);
}

// What is declared of a file, and what people are to know about it.
class Declaration {
 public:
  Declaration(const CsvLayout& layout, const std::vector<ColumnFacts>& facts, const FileNames& files, const SeenRecords& seen)
      : layout_(layout), facts_(facts), files_(files), seen_(seen) {}

  InferredCsv Of(api::Encoding encoding) {
    api::CsvFormat& csv = inferred_.format;
    csv.delimiter = std::string(1, layout_.dialect.delimiter);
    csv.comment = layout_.dialect.comment;
    if (layout_.dialect.skipLines > 0) csv.skipLines = layout_.dialect.skipLines;
    if (layout_.header == HeaderFound::No) csv.header = false;
    if (encoding != api::Encoding::Utf8) csv.encoding = encoding;
    NoteLayout();
    const bool named = layout_.header != HeaderFound::No;
    const std::vector<std::string> names = Names();
    const std::vector<std::string> in_sql = SqlNames(names);
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      inferred_.columns.push_back({named ? names[i] : "", facts_[i].Type(), in_sql[i], facts_[i].Present() > 0});
      if (named && names[i] != layout_.titles[i])
        Note("column " + std::to_string(i + 1) +
             (layout_.titles[i].empty() ? " without a name" : " " + Shown(layout_.titles[i]) + ", a name that is there twice,") + " -> " + names[i]);
      const std::string note = seen_.rows > 0 ? TypeNote(facts_[i], in_sql[i], files_) : "";
      if (!note.empty()) Note("column " + names[i] + ": " + note);
    }
    DeclareNulls(names);
    NoteRecords(in_sql);
    return std::move(inferred_);
  }

 private:
  void Note(const std::string& text) { inferred_.notes.push_back(text); }

  std::vector<std::string> Names() const {
    if (layout_.header != HeaderFound::No) return DistinctNames(layout_.titles);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < facts_.size(); ++i) names.push_back("column" + std::to_string(i));
    return names;
  }

  void NoteLayout() {
    const std::string line = "line " + std::to_string(layout_.line);
    const char delimiter = layout_.dialect.delimiter;
    if (layout_.declared) Note("line 1 declares the delimiter " + Shown(delimiter == '\t' ? "\\t" : std::string(1, delimiter)) + ", as Excel does");
    if (!layout_.declared && std::string_view(",;\t|").find(delimiter) == std::string_view::npos)
      Note("the delimiter is " + (delimiter == ' ' ? "a blank" : Shown(std::string(1, delimiter))) +
           ": it gives each line the same number of values, and no usual one does");
    if (layout_.dialect.skipLines > 0) Note("the table starts at " + line + "; declared skipLines: " + std::to_string(layout_.dialect.skipLines));
    if (!layout_.dialect.comment.empty()) Note("lines that start with # are comments; declared comment");
    if (layout_.header == HeaderFound::No) Note(line + " (" + TitlesOf(layout_) + ") looks like data, not like column names; declared header: false");
    if (layout_.header == HeaderFound::Likely)
      Note(line + " (" + TitlesOf(layout_) + ") is taken for column names, though it could be data; else declare header: false");
  }

  // By which a header that is there again is told from other rows: the last that is on one line, or else the last. Not the first,
  // which may have a byte order mark where it is there again.
  std::size_t TitleForCondition() const {
    std::size_t last = layout_.titles.size() - 1;
    while (last > 0 && layout_.titles[last].empty()) --last;
    std::size_t named = last;
    while (named > 0 && (layout_.titles[named].empty() || BreaksLine(layout_.written[named]))) --named;
    return named > 0 ? named : last;
  }

  // A header that is there again is a row like any other to the decoder.
  void NoteRecords(const std::vector<std::string>& in_sql) {
    if (seen_.rows == 0)
      Note("it has column names and no rows, so every column is text; run weir init again with a file that has rows, or write the types yourself");
    if (seen_.wordy) Note("no delimiter divides its lines, and most have several words: each line is one value; if the file is not a table, leave it out");
    if (seen_.headers == 0) return;
    bool fits = true;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      const std::string_view title = Trimmed(layout_.titles[i]);
      const bool missing =
          title.empty() || std::find(inferred_.format.nullTexts.begin(), inferred_.format.nullTexts.end(), title) != inferred_.format.nullTexts.end();
      const std::string& type = inferred_.columns[i].type;
      fits = fits && (type == "VARCHAR" || missing || MisfitOf(title, *ParseColumnType(type)) == Misfit::None);
    }
    const std::string times = seen_.headers == 1 ? "once more, in " : Grouped(seen_.headers) + " times more, first in ";
    const std::size_t named = TitleForCondition();
    Note("the header is there " + times + files_.At(seen_.first_header) + ", as in files that were joined; " +
         (fits ? "it fits the types of its columns, so it becomes a row: leave it out in the SQL of the View with WHERE " + SqlQuoted(in_sql[named]) +
                     " IS DISTINCT FROM " + SqlLiteralOnOneLine(layout_.written[named])
               : std::string("it does not fit the types of its columns, so it will be quarantined")));
  }

  // Null texts are of the whole file: a word that stands for a missing number is one in texts as well.
  void DeclareNulls(const std::vector<std::string>& names) {
    std::map<std::string, std::string> declared;  // word -> where
    std::map<std::string, std::string> kept;
    for (std::size_t i = 0; i < facts_.size(); ++i)
      for (const auto& [word, found] : facts_[i].NullWords())
        if (facts_[i].Type() != "VARCHAR" || (IsSureNullWord(word) && found.unquoted > 0)) declared[word];
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      const bool text = facts_[i].Type() == "VARCHAR";
      for (const auto& [word, found] : facts_[i].NullWords()) {
        const std::int64_t count = text ? found.unquoted : found.count;
        if (count == 0) continue;
        const auto is = declared.find(word);
        std::string& where = is != declared.end() ? is->second : kept[word];
        where += (where.empty() ? "" : ", ") + Grouped(count) + " in " + names[i] + " (first in " + files_.At(found.place) + ")";
      }
    }
    for (const auto& [word, where] : declared) {
      inferred_.format.nullTexts.push_back(word);
      Note(Shown(word) + " stands for a missing value: " + where + "; declared nullTexts");
    }
    for (const auto& [word, where] : kept)
      if (word.size() > 1) Note(Shown(word) + " is kept as text: " + where + "; if it means a missing value, add it to nullTexts");
  }

  const CsvLayout& layout_;
  const std::vector<ColumnFacts>& facts_;
  const FileNames& files_;
  const SeenRecords& seen_;
  InferredCsv inferred_;
};

}  // namespace

std::int64_t HeaderLineOf(const std::string& sample) {
  const CsvLayout layout = LayoutOf(sample.substr(0, kSample));
  return layout.header == HeaderFound::No ? 0 : layout.line;
}

Status CsvInference::Add(OpenedText file, std::string_view name) {
  auto sample = ReadPrefix(*file.text, kSample);
  if (!sample.ok()) return sample.error();
  if (const std::string other = OtherFormat(*sample); !other.empty()) return NotDelimited("it is " + other);
  if (IsBinary(*sample)) return NotDelimited("it is not text, so it is not delimited text");
  const CsvLayout layout = LayoutOf(*sample);
  if (Status fits = CheckLayout(*sample, layout, name); !fits.ok()) return fits.error();
  if (files_.Count() > 0 && (!IsSameShape(layout, layout_) || file.encoding != encoding_))
    return Error{Fault::Invalid, "OtherShape", std::string(name) + " has another header, delimiter or encoding"};
  if (files_.Count() == 0) layout_ = layout, encoding_ = file.encoding;
  files_.Add(name);
  seen_.wordy = seen_.wordy || (layout.columns < 2 && HasWordyLines(*sample));
  PrefixedSource text(std::move(sample).value(), std::move(file.text));
  return Read(text);
}

Status CsvInference::Read(ByteSource& text) {
  CsvBlocks blocks(text, layout_.dialect, kBlock);
  RecordSpan span;
  std::string first;
  const auto there = blocks.Begin(layout_.header != HeaderFound::No, span, first);
  if (!there.ok()) return there.error();
  blocks.Expect(layout_.columns);
  facts_.resize(layout_.columns);
  CsvBlock block;
  while (true) {
    const auto more = blocks.Next(block);
    if (!more.ok()) return more.error();
    if (!*more) return Ok();
    CsvBlockRecords records(block, layout_.dialect, blocks.Ends(), layout_.columns);
    for (CsvBlockRecords::Record record; records.Next(record);) Observe(record);
  }
}

void CsvInference::Observe(const CsvBlockRecords::Record& record) {
  ++seen_.rows;
  // The reader quarantines a row with U+0000.
  if (record.problem != RecordProblem::None || record.text.find('\0') != std::string_view::npos) return;
  const auto& values = values_.Split(record.text, layout_.dialect.delimiter);
  if (values.size() != facts_.size()) return;
  if (layout_.header != HeaderFound::No && IsHeaderAgain(values, layout_.written)) {
    --seen_.rows;
    if (seen_.headers++ == 0) seen_.first_header = {record.line, files_.Count() - 1};
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) facts_[i].Observe(values[i], {record.line, files_.Count() - 1});
}

InferredCsv CsvInference::Declare() const { return Declaration(layout_, facts_, files_, seen_).Of(encoding_); }

}  // namespace weir::formats
