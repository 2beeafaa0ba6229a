#include "runner/formats/columns/other_text.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "runner/formats/values/digits.h"

namespace weir::formats {
namespace {

constexpr std::int64_t kMostLines = 5000;
constexpr int kWordy = 5;   // words of a line of prose
constexpr int kListed = 4;  // and the most of a value in a list
constexpr double kAgreeing = 0.8;

constexpr std::array<std::pair<std::string_view, const char*>, 14> kMagic{{
    {"PAR1", "Parquet; name it .parquet"},
    {"%PDF", "a PDF document"},
    {"%!PS", "a PostScript document"},
    {"{\\rtf", "a document in Rich Text Format; save it as CSV"},
    {"\xD0\xCF\x11\xE0", "an old Excel workbook; export it as CSV"},
    {"BZh", "compressed with bzip2; decompress it, or use gzip"},
    {"\x28\xB5\x2F\xFD", "compressed with zstd; decompress it, or use gzip"},
    {"\xFD"
     "7zXZ",
     "compressed with xz; decompress it, or use gzip"},
    {"7z\xBC\xAF", "a 7z archive; unpack it"},
    {"SQLite format 3", "an SQLite database; export its tables as CSV"},
    {"Obj\x01", "Avro; convert it to Parquet"},
    {"ARROW1", "Arrow; convert it to Parquet"},
    {"ORC", "ORC; convert it to Parquet"},
    {"#!/", "a script"},
}};
constexpr std::array<std::pair<std::string_view, const char*>, 7> kMarkup{{{"<!doctype", "an HTML page"},
                                                                           {"<html", "an HTML page"},
                                                                           {"<head", "an HTML page"},
                                                                           {"<body", "an HTML page"},
                                                                           {"<?xml", "XML"},
                                                                           {"<svg", "an SVG image"},
                                                                           {"<rss", "XML"}}};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Letters and digits alone may begin a title, such as ORCID.
bool IsWord(std::string_view magic) {
  return std::all_of(magic.begin(), magic.end(), [](char c) { return IsDigit(c) || (Lower(c) >= 'a' && Lower(c) <= 'z'); });
}

// Bytes near the start that no text has.
bool HasControls(std::string_view sample) {
  constexpr std::size_t kNear = 256;
  const std::string_view start = sample.substr(0, kNear);
  return std::any_of(start.begin(), start.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' && !IsSpace(c); });
}

std::string_view WithoutSpace(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool StartsWithAnyCase(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == Lower(b); });
}

bool HasEnding(std::string_view name, std::initializer_list<std::string_view> endings) {
  name = NameOfContent(name);
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
    return name.size() >= ending.size() && StartsWithAnyCase(name.substr(name.size() - ending.size()), ending);
  });
}

int WordsOf(std::string_view line) {
  int words = 0;
  bool inside = false;
  for (const char c : line) {
    words += !inside && !IsSpace(c) ? 1 : 0;
    inside = !IsSpace(c);
  }
  return words;
}

// Where a time of day such as 10:00:59 ends; npos where there is none.
std::size_t TimeEnd(std::string_view line) {
  constexpr std::size_t kTime = 8;
  for (std::size_t at = 0; at + kTime <= line.size(); ++at) {
    const std::string_view time = line.substr(at, kTime);
    if (time[2] != ':' || time[5] != ':') continue;
    if (IsDigit(time[0]) && IsDigit(time[1]) && IsDigit(time[3]) && IsDigit(time[4]) && IsDigit(time[6]) && IsDigit(time[7])) return at + kTime;
  }
  return std::string_view::npos;
}

bool LooksLikeCode(std::string_view line) {
  if (line.starts_with("//") || line.starts_with("/*") || line.starts_with("*/") || line.starts_with("#include")) return true;
  return line.size() > 1 && std::string_view("{};\\").find(line.back()) != std::string_view::npos;
}

bool LooksLikeMarkdown(std::string_view line) {
  for (const std::string_view mark : {"# ", "## ", "### ", "- ", "* ", "> ", "```", "====", "----"})
    if (line.starts_with(mark)) return true;
  return false;
}

// How many lines are of which kind. Texts in quotes are values, whatever they hold.
struct Lines {
  std::int64_t all = 0;
  std::int64_t gaps = 0;  // empty lines between others
  std::int64_t wordy = 0;
  std::int64_t listed = 0;  // few words from the first character on
  std::int64_t logged = 0;  // a time of day and words
  std::int64_t commas = 0;  // a time of day with a comma before its fraction
  std::int64_t code = 0;
  std::int64_t indented = 0;  // two characters or more
  std::int64_t marked = 0;    // as Markdown does
  std::int64_t tags = 0;
  std::int64_t words = 0;       // of all lines
  std::int64_t delimiters = 0;  // commas
  std::int64_t spaced = 0;      // and those before a space or a line end, as in prose

  bool AtLeast(std::int64_t count, int percent) const { return count > 0 && count * 100 >= all * percent; }
};

void AddLine(std::string_view raw, Lines& lines) {
  const std::string_view line = WithoutSpace(raw);
  const int words = WordsOf(line);
  const bool indented = raw.starts_with("  ") || raw.starts_with("\t");
  const bool code = LooksLikeCode(line);
  ++lines.all;
  lines.words += words;
  lines.wordy += words >= kWordy ? 1 : 0;
  lines.listed += words <= kListed && !indented && !code ? 1 : 0;
  lines.code += code ? 1 : 0;
  lines.indented += indented ? 1 : 0;
  lines.marked += LooksLikeMarkdown(line) ? 1 : 0;
  lines.tags += line.front() == '<' && (line.find("</") != std::string_view::npos || line.ends_with(">")) ? 1 : 0;
  for (std::size_t at = line.find(','); at != std::string_view::npos; at = line.find(',', at + 1)) {
    ++lines.delimiters;
    lines.spaced += at + 1 == line.size() || line[at + 1] == ' ' ? 1 : 0;
  }
  const std::size_t time = TimeEnd(line);
  if (time == std::string_view::npos) return;
  lines.logged += words >= kListed ? 1 : 0;
  lines.commas += words >= kListed && time + 1 < line.size() && line[time] == ',' && IsDigit(line[time + 1]) ? 1 : 0;
}

Lines LinesOf(std::string_view sample) {
  Lines lines;
  bool open = false;  // inside of a quoted value
  std::int64_t gap = 0;
  while (!sample.empty() && lines.all < kMostLines) {
    const std::size_t end = std::min(sample.find_first_of("\r\n"), sample.size());
    const std::string_view line = sample.substr(0, end);
    sample.remove_prefix(std::min(end + (sample.substr(end).starts_with("\r\n") ? 2 : 1), sample.size()));
    const bool quoted = open || line.starts_with('"');
    if (quoted && std::count(line.begin(), line.end(), '"') % 2 != 0) open = !open;
    if (WithoutSpace(line).empty()) {
      gap += quoted || lines.all == 0 ? 0 : 1;
      continue;
    }
    lines.gaps += std::exchange(gap, 0);
    if (quoted)
      ++lines.all, ++lines.listed;
    else
      AddLine(line, lines);
  }
  return lines;
}

// Workbooks are archives too. Their parts have names of their own, of which one is in the first entries.
std::string KindOfZip(std::string_view sample) {
  constexpr std::size_t kNames = 30;  // where the name of the first entry begins
  const std::string_view name = sample.substr(std::min(kNames, sample.size()));
  for (const std::string_view office : {"[Content_Types].xml", "_rels/", "xl/", "docProps/", "mimetypeapplication/vnd.oasis"})
    if (name.starts_with(office)) return "an Excel workbook or another office document; export it as CSV";
  return "a zip archive; unzip it first, and give the files in it";
}

bool IsNamedAsTable(std::string_view name) { return HasEnding(name, {".csv", ".tsv", ".tab", ".psv", ".dat"}); }

// A text whose lines are one value each, or few of which agree on more. Of the latter only what the delimiter itself shows.
std::string KindOfText(const Lines& lines, std::string_view sample, const CsvLayout& layout) {
  const bool tags = sample.find("</") != std::string_view::npos || sample.find("/>") != std::string_view::npos;
  if (tags && WithoutSpace(sample).starts_with('<') && lines.AtLeast(lines.tags, 50)) return "it is HTML or XML";
  const bool one = layout.columns < 2;
  if (!one && (layout.dialect.delimiter != ',' || lines.spaced * 10 < lines.delimiters * 9)) return "";
  if (lines.AtLeast(lines.logged, 80)) return "its lines are those of a log";
  if (one && (lines.AtLeast(lines.code, 30) || (lines.all >= 5 && lines.AtLeast(lines.indented, 20)))) return "its lines are source code or indented text";
  if (!one && lines.gaps * 5 >= lines.all) return "its lines are prose";
  if (lines.gaps * 20 >= lines.all && lines.gaps > 0 && (lines.AtLeast(lines.wordy, 30) || lines.AtLeast(lines.marked, 20))) return "its lines are prose";
  return "";
}

}  // namespace

std::string_view NameOfContent(std::string_view name) {
  constexpr std::string_view kZipped = ".gz", kNumber = "0123456789.-_";
  if (name.ends_with(kZipped)) name.remove_suffix(kZipped.size());
  if (name.empty() || !IsDigit(name.back())) return name;
  name = name.substr(0, name.find_last_not_of(kNumber) + 1);
  if (name.ends_with(kZipped)) name.remove_suffix(kZipped.size());
  return name;
}

std::string OtherBinary(std::string_view sample) {
  if (sample.starts_with("PK\x03\x04")) return KindOfZip(sample);
  for (const auto& [magic, what] : kMagic)
    if (sample.starts_with(magic) && (!IsWord(magic) || HasControls(sample))) return what;
  return "";
}

std::string OtherFormat(std::string_view sample) {
  if (std::string binary = OtherBinary(sample); !binary.empty()) return binary;
  const std::string_view text = WithoutSpace(sample);
  for (const auto& [tag, what] : kMarkup)
    if (StartsWithAnyCase(text, tag)) return what;
  if (text.size() < 2) return "";
  const std::string_view inside = WithoutSpace(text.substr(1));
  const bool object = text.front() == '{' && inside.starts_with('"') && inside.find(':') != std::string_view::npos;
  const bool array = text.front() == '[' && inside.starts_with('{');
  return object || array ? "JSON; name it .json or .jsonl" : "";
}

std::string NoTableBecause(std::string_view sample, const CsvLayout& layout, std::string_view name) {
  const Lines lines = LinesOf(sample);
  const bool one = layout.columns < 2 || layout.agreeing < kAgreeing;
  if (lines.AtLeast(lines.commas, 80) && layout.dialect.delimiter == ',') return "its lines are those of a log";
  if (one)
    if (std::string kind = KindOfText(lines, sample, layout); !kind.empty()) return kind + ", so it is not delimited text";
  if (IsNamedAsTable(name)) return "";
  const bool list = HasEnding(name, {".txt", ".lst", ".list"}) && layout.columns < 2 && lines.all >= 2 && lines.gaps == 0;
  if (list && lines.AtLeast(lines.listed, 90)) return "";
  const bool prose = !one && layout.dialect.delimiter == ',' && lines.spaced * 10 >= lines.delimiters * 9 && lines.words >= 3 * (lines.all + lines.delimiters);
  if (prose) return "its lines are prose, so it is not delimited text";
  const bool ends_only = layout.columns == 2 && lines.AtLeast(lines.code, 50) && layout.dialect.delimiter == ';';
  if (!one && !ends_only) return "";
  return "no delimiter (comma, semicolon, tab, |, or a blank, colon, ^ or ~ in each line) divides its lines into the same number of values, so it is not "
         "delimited text";
}

bool HasWordyLines(std::string_view sample) {
  const Lines lines = LinesOf(sample);
  return lines.AtLeast(lines.wordy, 50);
}

}  // namespace weir::formats
