#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace weir::formats {

// Counts of one encoding with characters of two bytes.
struct PairCounts {
  std::int64_t pairs = 0;
  std::int64_t typical = 0;  // of them: characters that most texts are made of
  std::int64_t marked = 0;   // of them: what sets it apart from the others, such as kana
  std::int64_t broken = 0;   // bytes that begin or end no character
  unsigned char lead = 0;    // waits for its second byte
};

// Which encoding that no Dataset can declare the bytes of a text look like: Shift-JIS, EUC-JP, ISO-2022-JP, EUC-KR, Big5,
// GB18030, or a Cyrillic one. A guess by which bytes follow each other and how often, to be asked only where a text is not
// UTF-8. Pure; one thread.
class ForeignEncoding {
 public:
  // The text in pieces of any size, front to back.
  void Add(std::string_view piece);

  // The encoding as `iconv -f` has it; empty where none is likely.
  std::string_view Likely() const;
  // Whether escape sequences of ISO-2022-JP are in the text, which is ASCII otherwise.
  bool HasEscapes() const { return escapes_ > 0; }
  std::int64_t EscapeLine() const { return escape_line_; }  // from 1
  // Whether most bytes beyond ASCII are beside another one, which few are in western texts, and pairs of them are characters.
  bool IsInPairs() const { return IsInRuns() && !LikelyPairs().empty(); }

 private:
  void AddHigh(unsigned char byte);
  void AddEscape(unsigned char byte);
  bool IsInRuns() const { return high_ > 0 && beside_ * 2 > high_; }
  std::string_view LikelyPairs() const;
  std::string_view LikelyCyrillic() const;

  std::array<PairCounts, 5> counts_;
  std::array<std::int64_t, 256> bytes_{};
  std::int64_t high_ = 0;
  std::int64_t beside_ = 0;
  bool was_high_ = false;
  bool was_beside_ = false;
  int escape_ = 0;  // bytes of an escape sequence that were seen
  std::int64_t escapes_ = 0;
  std::int64_t escape_line_ = 0;
  std::int64_t lines_ = 0;
};

}  // namespace weir::formats
