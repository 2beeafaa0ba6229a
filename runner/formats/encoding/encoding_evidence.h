#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "crds/api/dataset.h"
#include "runner/formats/encoding/byte_source.h"
#include "runner/formats/encoding/foreign_encoding.h"

namespace weir::formats {

// What the bytes of a whole text show about its encoding. Pure; one thread.
class EncodingEvidence {
 public:
  // The text in pieces of any size, front to back; then Finish once.
  void Add(std::string_view piece);
  void Finish();

  // Windows-1252 where the bytes that are not UTF-8 outnumber its characters, are letters and signs where a western text has
  // them, mostly beside ASCII, and are in many lines (1 in 100, or 20) or in the first one; else UTF-8.
  api::Encoding Verdict() const;
  // Whether Windows-1252 would explain all bytes that are not UTF-8, however few they are.
  bool MayBeWestern() const { return broken_ > wide_ && IsWestern(); }
  // Whether the text is in an encoding that no Dataset can declare: such bytes in many lines, and not Windows-1252; or escape
  // sequences of ISO-2022-JP.
  bool IsForeign() const;
  // Whether that is so of half of the lines or of the first one, so that nothing of worth could be read.
  bool IsMostlyForeign() const { return IsForeign() && (foreign_.HasEscapes() || IsInHeader() || broken_lines_ * 2 >= lines_); }
  // For people: what is foreign, with a sample, its line and the command that converts the file of this name.
  std::string ForeignNote(std::string_view name) const;
  // For people: what is not UTF-8, with a sample, its line and what happens to it when the file is declared so. Empty where all
  // of the text is UTF-8.
  std::string Note(api::Encoding declared) const;
  std::string Note() const { return Note(Verdict()); }

  std::int64_t Broken() const { return broken_; }  // bytes that are not UTF-8
  std::int64_t Line() const { return line_; }      // of the first of them, from 1; 0 where there is none
  bool IsAscii() const { return broken_ == 0 && wide_ == 0; }

 private:
  void JudgeTo(std::size_t end);
  void CountLines(std::string_view piece);
  void AddBroken();
  bool IsPlausible(unsigned char byte, unsigned char before, unsigned char after);
  std::string SampleAt(std::size_t at) const;
  std::string Share() const;
  bool IsInManyLines() const;
  bool IsInHeader() const;
  bool IsWestern() const;

  ForeignEncoding foreign_;
  std::string buffer_;     // the last bytes that were judged, and those that wait for what follows them
  std::size_t at_ = 0;     // of the first byte to judge
  bool returned_ = false;  // the last byte judged is a CR
  std::int64_t lines_ = 0;
  std::int64_t wide_ = 0;  // characters of UTF-8 beyond ASCII
  std::int64_t broken_ = 0;
  std::int64_t broken_lines_ = 0;
  std::int64_t plausible_ = 0;
  std::int64_t letters_ = 0;
  std::int64_t western_ = 0;  // letters beside one of ASCII
  std::int64_t last_line_ = 0;
  std::int64_t line_ = 0;
  std::string sample_;
};

// The command that writes a file of this name, which may be gzipped, as UTF-8 beside it.
std::string ConvertCommand(std::string_view name, const std::string& encoding);

struct FoundEncoding {
  api::Encoding encoding = api::Encoding::Utf8;
  std::string note;    // for people; empty where the text is UTF-8 to its end
  bool ascii = false;  // also of the encodings that have ASCII in them
  // Of UTF-8 with a few bytes that Windows-1252 would explain: the line of the first one, else 0, and what to say when it is
  // declared. In a header they are no damage, for without it the file cannot be read.
  std::int64_t western_line = 0;
  std::string western_note;
};

// The encoding of a file, judged by all of its bytes: a byte order mark decides, then zero bytes of UTF-16, then
// EncodingEvidence. Fault::Data, reason "FileUnreadable", for UTF-32 and for a text that is mostly in another encoding that no
// Dataset can declare, with the command that converts it; else faults as OpenText and the source.
Result<FoundEncoding> FindEncoding(std::unique_ptr<ByteSource> file, std::string_view name);

}  // namespace weir::formats
