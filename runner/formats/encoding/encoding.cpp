#include "runner/formats/encoding/encoding.h"

#include <algorithm>
#include <array>

#include "runner/formats/encoding/gunzip.h"

namespace weir::formats {
namespace {

using api::Encoding;

constexpr std::size_t kLookedAt = 64 << 10;
constexpr std::size_t kBuffer = 64 << 10;

// Windows-1252 differs from ISO-8859-1 in these 32 places; 0 is unused.
constexpr std::array<char32_t, 32> kWindows{0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
                                            0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
                                            0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

class Transcoder final : public ByteSource {
 public:
  Transcoder(std::unique_ptr<ByteSource> source, Encoding encoding, std::shared_ptr<Utf8Evidence> evidence)
      : source_(std::move(source)), encoding_(encoding), evidence_(std::move(evidence)) {}

  Result<std::size_t> Read(char* out, std::size_t n) override {
    while (at_ == text_.size() && !ended_) {
      const auto got = source_->Read(buffer_.data(), buffer_.size());
      if (!got.ok()) return got.error();
      ended_ = *got == 0;
      if (evidence_ != nullptr) evidence_->Add({buffer_.data(), *got});
      text_.clear();
      at_ = 0;
      Convert({buffer_.data(), *got});
    }
    const std::size_t some = std::min(n, text_.size() - at_);
    std::copy_n(text_.data() + at_, some, out);
    at_ += some;
    return some;
  }

 private:
  void Convert(std::string_view bytes) {
    if (encoding_ == Encoding::Latin1 || encoding_ == Encoding::Windows1252) {
      for (const char c : bytes) AddByte(static_cast<unsigned char>(c));
      return;
    }
    for (const char c : bytes) AddHalf(static_cast<unsigned char>(c));
    if (!ended_) return;
    if (high_ != 0) AddLone(high_);
    if (half_) AppendUndecoded(text_, static_cast<unsigned char>(*half_));
  }

  void AddByte(unsigned char byte) {
    const bool mapped = encoding_ == Encoding::Windows1252 && byte >= 0x80 && byte < 0xA0;
    const char32_t character = mapped ? kWindows.at(byte - 0x80U) : byte;
    if (mapped && character == 0)
      AppendUndecoded(text_, byte);
    else
      AppendUtf8(text_, character);
  }

  // UTF-16 arrives byte by byte: units may be cut by the buffer.
  void AddHalf(unsigned char byte) {
    if (!half_) {
      half_ = byte;
      return;
    }
    const char32_t unit = encoding_ == Encoding::Utf16Le ? *half_ | (byte << 8U) : (*half_ << 8U) | byte;
    half_.reset();
    const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (high_ != 0) {
      if (low) {
        AppendUtf8(text_, 0x10000 + ((high_ - 0xD800) << 10U) + (unit - 0xDC00));
        high_ = 0;
        return;
      }
      AddLone(high_);
      high_ = 0;
    }
    if (unit >= 0xD800 && unit <= 0xDBFF)
      high_ = unit;
    else if (low)
      AddLone(unit);
    else
      AppendUtf8(text_, unit);
  }

  // Half a pair, as its bytes in the file.
  void AddLone(char32_t unit) {
    const auto first = static_cast<unsigned char>(encoding_ == Encoding::Utf16Le ? unit & 0xFFU : unit >> 8U);
    const auto second = static_cast<unsigned char>(encoding_ == Encoding::Utf16Le ? unit >> 8U : unit & 0xFFU);
    AppendUndecoded(text_, first);
    AppendUndecoded(text_, second);
  }

  std::unique_ptr<ByteSource> source_;
  Encoding encoding_;
  std::shared_ptr<Utf8Evidence> evidence_;
  std::string buffer_ = std::string(kBuffer, '\0');
  std::string text_;
  std::size_t at_ = 0;
  bool ended_ = false;
  std::optional<unsigned> half_;
  char32_t high_ = 0;
};

// UTF-16 of mostly western text has a zero in every second byte.
std::optional<Encoding> LooksUtf16(std::string_view prefix) {
  if (prefix.size() < 4) return std::nullopt;
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < prefix.size(); ++i) zeros.at(i % 2) += prefix[i] == '\0' ? 1 : 0;
  const std::size_t many = prefix.size() / 5;
  if (zeros[1] > many && zeros[0] * 8 < zeros[1]) return Encoding::Utf16Le;
  if (zeros[0] > many && zeros[1] * 8 < zeros[0]) return Encoding::Utf16Be;
  return std::nullopt;
}

Error Refused(const std::string& what) { return {Fault::Data, "FileUnreadable", what}; }

// A gzip file of which the first bytes are damaged must not pass for text.
bool LooksLikeText(std::string_view prefix) {
  return FindByteOrderMark(prefix) ||
         std::none_of(prefix.begin(), prefix.end(), [](unsigned char c) { return c < ' ' && c != '\n' && c != '\r' && c != '\t'; });
}

Result<Encoding> EncodingOf(std::string_view prefix, std::optional<Encoding> declared, Undeclared undeclared) {
  const auto mark = FindByteOrderMark(prefix);
  if (mark && declared && *declared != mark->encoding)
    return Refused("its byte order mark says " + std::string(Word(mark->encoding)) + ", but encoding: " + std::string(Word(*declared)) +
                   " is declared; declare encoding: " + std::string(Word(mark->encoding)));
  if (declared) return *declared;
  if (mark) return mark->encoding;
  const auto wide = LooksUtf16(prefix);
  if (wide && undeclared == Undeclared::GuessUnicode) return *wide;
  if (wide) return Refused("it is " + std::string(Word(*wide)) + " without a byte order mark; declare encoding: " + std::string(Word(*wide)));
  return Encoding::Utf8;
}

}  // namespace

std::optional<ByteOrderMark> FindByteOrderMark(std::string_view prefix) {
  if (prefix.starts_with("\xEF\xBB\xBF")) return ByteOrderMark{Encoding::Utf8, 3};
  if (prefix.starts_with("\xFF\xFE")) return ByteOrderMark{Encoding::Utf16Le, 2};
  if (prefix.starts_with("\xFE\xFF")) return ByteOrderMark{Encoding::Utf16Be, 2};
  return std::nullopt;
}

void Utf8Evidence::Add(std::string_view bytes) {
  if (!isUtf8_) return;
  const std::string joined = cut_ + std::string(bytes);
  const std::size_t valid = ValidUtf8(joined);
  characters_ += std::count_if(joined.begin(), joined.begin() + static_cast<std::ptrdiff_t>(valid), [](unsigned char c) { return c >= 0xC0; });
  cut_ = joined.substr(valid);
  isUtf8_ = cut_.size() < 4;  // more than the beginning of one character is no character
}

std::unique_ptr<ByteSource> ToUtf8(std::unique_ptr<ByteSource> source, Encoding encoding, std::shared_ptr<Utf8Evidence> evidence) {
  if (encoding == Encoding::Utf8) return source;
  return std::make_unique<Transcoder>(std::move(source), encoding, std::move(evidence));
}

Result<OpenedText> OpenText(std::unique_ptr<ByteSource> file, std::string_view name, std::optional<Encoding> declared, Undeclared undeclared) {
  auto prefix = ReadPrefix(*file, kLookedAt);
  if (!prefix.ok()) return prefix.error();
  OpenedText opened;
  opened.gzipped = LooksGzipped(*prefix);
  if (!opened.gzipped && name.ends_with(".gz") && !LooksLikeText(*prefix)) return Refused("it is named .gz, but is neither gzip nor text; deliver it again");
  file = std::make_unique<PrefixedSource>(std::move(prefix).value(), std::move(file));
  if (opened.gzipped) file = Gunzip(std::move(file));
  auto text = ReadPrefix(*file, kLookedAt);
  if (!text.ok()) return text.error();
  if (opened.gzipped && text->starts_with("\x1F\x8B\x08")) return Refused("it is gzip within gzip, compressed twice; decompress it once, with gunzip");
  const auto encoding = EncodingOf(*text, declared, undeclared);
  if (!encoding.ok()) return encoding.error();
  opened.encoding = *encoding;
  const auto mark = FindByteOrderMark(*text);
  opened.marked = mark && mark->encoding == opened.encoding;
  // Programs that add a mark to a text that has one are not rare.
  while (opened.marked && FindByteOrderMark(*text) && FindByteOrderMark(*text)->encoding == opened.encoding) text->erase(0, mark->bytes);
  const bool single_bytes = opened.encoding == Encoding::Latin1 || opened.encoding == Encoding::Windows1252;
  const auto evidence = single_bytes ? std::make_shared<Utf8Evidence>() : nullptr;
  opened.utf8 = evidence;
  opened.text = ToUtf8(std::make_unique<PrefixedSource>(std::move(text).value(), std::move(file)), opened.encoding, evidence);
  return opened;
}

}  // namespace weir::formats
