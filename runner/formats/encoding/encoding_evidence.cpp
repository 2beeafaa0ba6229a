#include "runner/formats/encoding/encoding_evidence.h"

#include <algorithm>

#include "crds/base/count.h"
#include "crds/base/shell_word.h"
#include "runner/formats/encoding/encoding.h"
#include "runner/formats/encoding/utf8.h"
#include "runner/formats/values/digits.h"
#include "runner/formats/values/value.h"

namespace weir::formats {
namespace {

using api::Encoding;

constexpr std::size_t kPiece = 256 << 10;
constexpr std::size_t kContext = 24;  // bytes of a sample on each side
constexpr std::int64_t kManyLines = 20;
constexpr std::int64_t kShortFile = 10;  // lines, of which one is evidence

bool IsLower(unsigned char c) { return c >= 'a' && c <= 'z'; }
bool IsLetter(unsigned char c) { return IsLower(c) || (c >= 'A' && c <= 'Z'); }

// Of Windows-1252. A y with dots is left out: 0xFF is a filler of broken files far more often.
bool IsWesternLetter(unsigned char c) {
  constexpr std::string_view kSpecial = "\x8A\x8C\x8E\x9A\x9C\x9E\x9F";
  return (c >= 0xC0 && c != 0xD7 && c != 0xF7 && c != 0xFF) || kSpecial.find(static_cast<char>(c)) != std::string_view::npos;
}
bool IsWesternCapital(unsigned char c) { return (c >= 0xC0 && c <= 0xDE) || c == 0x8A || c == 0x8C || c == 0x8E || c == 0x9F; }

// Currencies, quotes, dashes, degrees and the like; between two letters only where texts have them.
bool IsWesternSign(unsigned char c, bool inside) {
  constexpr std::string_view kInside = "\x91\x92\x96\x97\xA0\xAD\xB4\xB7";
  constexpr std::string_view kOutside = "\x80\x82\x84\x85\x93\x94\x99\xA1\xA3\xA5\xA7\xA9\xAA\xAB\xAE\xB0\xB1\xB2\xB3\xB5\xB9\xBA\xBB\xBC\xBD\xBE\xBF\xD7\xF7";
  const char byte = static_cast<char>(c);
  return kInside.find(byte) != std::string_view::npos || (!inside && kOutside.find(byte) != std::string_view::npos);
}

bool EndsSample(char c) { return c == '\n' || c == '\r' || c == ',' || c == ';' || c == '\t' || c == '|' || c == '"'; }

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string AsWindows(const std::string& bytes) {
  const auto text = ReadPrefix(*ToUtf8(std::make_unique<PrefixedSource>(bytes), Encoding::Windows1252), bytes.size() * 3);
  return text.ok() ? *text : "";
}

// The byte order marks of UTF-32 begin as those of UTF-16 do, or with zeros.
bool IsUtf32(std::string_view prefix) {
  using std::string_view_literals::operator""sv;
  return prefix.starts_with("\xFF\xFE\0\0"sv) || prefix.starts_with("\0\0\xFE\xFF"sv);
}

Error NotDeclarable(const std::string& note) { return {Fault::Data, "FileUnreadable", note}; }

}  // namespace

std::string ConvertCommand(std::string_view name, const std::string& encoding) {
  const std::string to = " -f " + encoding + " -t UTF-8 ";
  if (!name.ends_with(".gz")) return "iconv" + to + ShellQuoted(name) + " > " + ShellQuoted(std::string(name) + ".utf8");
  return "gzip -dc " + ShellQuoted(name) + " | iconv" + to + "> " + ShellQuoted(std::string(name.substr(0, name.size() - 3)) + ".utf8");
}

void EncodingEvidence::Add(std::string_view piece) {
  foreign_.Add(piece);
  buffer_.append(piece);
  if (buffer_.size() > kContext) JudgeTo(buffer_.size() - kContext);
  if (at_ > kContext) buffer_.erase(0, at_ - kContext), at_ = kContext;
}

void EncodingEvidence::Finish() {
  JudgeTo(buffer_.size());
  if (!buffer_.empty() && buffer_.back() != '\n' && buffer_.back() != '\r') ++lines_;
}

void EncodingEvidence::JudgeTo(std::size_t end) {
  while (at_ < end) {
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    const std::string_view valid = rest.substr(0, ValidUtf8(rest));
    CountLines(valid);
    wide_ += std::count_if(valid.begin(), valid.end(), [](unsigned char c) { return c >= 0xC0; });
    at_ += valid.size();
    if (at_ >= end) return;
    AddBroken();
    returned_ = false;
    ++at_;
  }
}

void EncodingEvidence::CountLines(std::string_view piece) {
  if (piece.empty()) return;
  if (piece.find('\r') == std::string_view::npos) {
    lines_ += std::count(piece.begin(), piece.end(), '\n') - (returned_ && piece.front() == '\n' ? 1 : 0);
    returned_ = false;
    return;
  }
  for (const char c : piece) {
    if (c == '\r' || (c == '\n' && !returned_)) ++lines_;
    returned_ = c == '\r';
  }
}

void EncodingEvidence::AddBroken() {
  const auto byte = static_cast<unsigned char>(buffer_[at_]);
  const auto before = static_cast<unsigned char>(at_ > 0 ? buffer_[at_ - 1] : '\n');
  const auto after = static_cast<unsigned char>(at_ + 1 < buffer_.size() ? buffer_[at_ + 1] : '\n');
  if (broken_++ == 0) line_ = lines_ + 1, sample_ = SampleAt(at_);
  if (last_line_ != lines_ + 1) ++broken_lines_;
  last_line_ = lines_ + 1;
  if (IsPlausible(byte, before, after)) ++plausible_;
}

bool EncodingEvidence::IsPlausible(unsigned char byte, unsigned char before, unsigned char after) {
  if (!IsWesternLetter(byte)) return IsWesternSign(byte, IsLetter(before) && IsLetter(after));
  ++letters_;
  if (IsLetter(before) || IsLetter(after)) ++western_;
  return !IsDigit(static_cast<char>(before)) && !IsDigit(static_cast<char>(after)) && !(IsLower(before) && IsWesternCapital(byte));
}

std::string EncodingEvidence::SampleAt(std::size_t at) const {
  std::size_t begin = at;
  while (begin > 0 && at - begin < kContext && !EndsSample(buffer_[begin - 1])) --begin;
  while (begin < at && IsContinuation(buffer_[begin])) ++begin;
  std::size_t end = at + 1;
  while (end < buffer_.size() && end - at < kContext && !EndsSample(buffer_[end])) ++end;
  while (end > at + 1 && end < buffer_.size() && IsContinuation(buffer_[end])) --end;
  return buffer_.substr(begin, end - begin);
}

bool EncodingEvidence::IsInManyLines() const {
  return broken_lines_ >= kManyLines || (broken_lines_ > 0 && lines_ < kShortFile) || (broken_lines_ > 1 && broken_lines_ * 100 >= lines_);
}

// Without its first line a table cannot be read, so letters there count for many.
bool EncodingEvidence::IsInHeader() const { return line_ == 1 && letters_ > 0; }

bool EncodingEvidence::IsWestern() const { return plausible_ * 10 >= broken_ * 9 && western_ * 2 >= letters_ && !foreign_.IsInPairs(); }

Encoding EncodingEvidence::Verdict() const {
  return broken_ > wide_ && (IsInManyLines() || IsInHeader()) && IsWestern() ? Encoding::Windows1252 : Encoding::Utf8;
}

bool EncodingEvidence::IsForeign() const {
  if (broken_ == 0 && wide_ == 0) return foreign_.HasEscapes();
  return broken_ > wide_ && (IsInManyLines() || IsInHeader()) && !IsWestern();
}

std::string EncodingEvidence::Share() const { return Counted(broken_, "byte") + " in " + Grouped(broken_lines_) + " of " + Counted(lines_, "line"); }

std::string EncodingEvidence::ForeignNote(std::string_view name) const {
  const std::string encoding(foreign_.Likely());
  std::string note;
  if (broken_ == 0)
    note = "the text has escape sequences of " + encoding + ", first in line " + std::to_string(foreign_.EscapeLine()) + ", and that cannot be declared; ";
  else
    note = "the file is not UTF-8 (" + Share() + ", first in line " + std::to_string(line_) + ": " + Shown(sample_) + "), and " +
           (encoding.empty() ? "its encoding does not show; " : "as far as its bytes show it is " + encoding + ", which cannot be declared; ");
  return note + "convert it first: " + ConvertCommand(name, encoding.empty() ? "ENCODING" : encoding);
}

std::string EncodingEvidence::Note(Encoding declared) const {
  if (broken_ == 0) return "";
  const std::string where = "line " + std::to_string(line_) + ": " + Shown(sample_);
  const std::string share = Share();
  const std::string reads = Shown(AsWindows(sample_));
  if (declared == Encoding::Windows1252)
    return "the file is Windows-1252, as far as its bytes show: not UTF-8 are " + share + ", first in " + where + ", which reads " + reads +
           "; declared encoding: Windows-1252. If that is wrong, convert the file to UTF-8 with iconv -f ENCODING -t UTF-8";
  return "the file is UTF-8 but for " + share + ", first in " + where +
         "; the rows with such bytes will be quarantined. Correct them at the source, or, if the text should read " + reads +
         ", declare encoding: Windows-1252";
}

Result<FoundEncoding> FindEncoding(std::unique_ptr<ByteSource> file, std::string_view name) {
  auto prefix = ReadPrefix(*file, 4);
  if (!prefix.ok()) return prefix.error();
  if (IsUtf32(*prefix)) return NotDeclarable("it is UTF-32, which cannot be declared; convert it first: " + ConvertCommand(name, "UTF-32"));
  file = std::make_unique<PrefixedSource>(std::move(prefix).value(), std::move(file));
  auto opened = OpenText(std::move(file), name, std::nullopt, Undeclared::GuessUnicode);
  if (!opened.ok()) return opened.error();
  if (opened->encoding != Encoding::Utf8)
    return FoundEncoding{opened->encoding,
                         "the file is " + std::string(Word(opened->encoding)) + (opened->marked ? "" : ", as far as its bytes show") + "; declared encoding",
                         false, 0, ""};
  EncodingEvidence evidence;
  std::string piece(kPiece, '\0');
  while (true) {
    const auto got = opened->text->Read(piece.data(), piece.size());
    if (!got.ok()) return got.error();
    if (*got == 0) break;
    evidence.Add({piece.data(), *got});
  }
  evidence.Finish();
  const bool foreign = !opened->marked && evidence.IsForeign();
  if (foreign && evidence.IsMostlyForeign()) return NotDeclarable(evidence.ForeignNote(name));
  if (foreign) return FoundEncoding{Encoding::Utf8, evidence.ForeignNote(name) + ". Rows with such bytes will be quarantined", false, 0, ""};
  const Encoding encoding = opened->marked ? Encoding::Utf8 : evidence.Verdict();
  FoundEncoding found{encoding, evidence.Note(encoding), evidence.IsAscii() && !opened->marked, 0, ""};
  if (encoding == Encoding::Utf8 && !opened->marked && evidence.MayBeWestern())
    found.western_line = evidence.Line(), found.western_note = evidence.Note(Encoding::Windows1252);
  return found;
}

}  // namespace weir::formats
