#include "runner/formats/json/json_extent.h"

#include <bitset>
#include <cstdint>
#include <cstring>

namespace weir::formats {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = 0x8080808080808080;

constexpr std::uint64_t HasZero(std::uint64_t word) { return (word - kOnes) & ~word & kHighs; }
constexpr std::uint64_t HasControl(std::uint64_t word) { return (word - kOnes * 0x20) & ~word & kHighs; }

bool IsPlain(char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; }

bool EndsScalar(char c) {
  switch (c) {
    case ',':
    case ':':
    case '{':
    case '}':
    case '[':
    case ']':
    case '"': return true;
    default: return IsJsonSpace(c);
  }
}

// The first place from `at` on that is not a plain character of a string; eight bytes at a time, for strings are most of a file.
std::size_t SkipPlain(std::string_view text, std::size_t at) {
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((HasZero(word ^ kOnes * '"') | HasZero(word ^ kOnes * '\\') | HasControl(word)) != 0) break;
  }
  while (at < text.size() && IsPlain(text[at])) ++at;
  return at;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  JsonExtent Run() {
    End end = End::Open;
    while (end == End::Open && at_ < text_.size() && !in_string_) {
      if (IsJsonSpace(text_[at_])) {
        ++at_;
        continue;
      }
      end = Take(text_[at_]);
    }
    return {end, at_, depth_, in_string_};
  }

 private:
  using End = JsonExtent::End;
  enum class Expect { Value, FirstItem, FirstKey, Key, Colon, CommaOrEnd };

  End Take(char c) {
    switch (expect_) {
      case Expect::Colon: return c == ':' ? Move(Expect::Value) : End::Broken;
      case Expect::CommaOrEnd: return c == ',' ? Move(objects_[depth_ - 1] ? Expect::Key : Expect::Value) : Close(c);
      case Expect::FirstKey: return c == '"' ? String(Expect::Colon) : Close(c);
      case Expect::Key: return c == '"' ? String(Expect::Colon) : End::Broken;
      case Expect::FirstItem: return c == ']' ? Close(c) : Value(c);
      case Expect::Value: return Value(c);
    }
    return End::Broken;
  }

  End Move(Expect expect) {
    ++at_;
    expect_ = expect;
    return End::Open;
  }

  End Value(char c) {
    if (c == '"') return String(Expect::CommaOrEnd);
    if (c == '{' || c == '[') {
      if (depth_ == kDeepestJson) return End::TooDeep;
      objects_[depth_++] = c == '{';
      return Move(c == '{' ? Expect::FirstKey : Expect::FirstItem);
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && !EndsScalar(text_[at_])) ++at_;
    if (at_ == begin) return End::Broken;
    return at_ < text_.size() ? After() : End::Open;  // at the end it may go on
  }

  End After() {
    expect_ = Expect::CommaOrEnd;
    return depth_ == 0 ? End::Whole : End::Open;
  }

  End Close(char c) {
    if (c != (objects_[depth_ - 1] ? '}' : ']')) return End::Broken;
    --depth_;
    ++at_;
    return After();
  }

  End String(Expect then) {
    at_ = SkipPlain(text_, at_ + 1);
    while (at_ + 1 < text_.size() && text_[at_] == '\\' && static_cast<unsigned char>(text_[at_ + 1]) >= 0x20) at_ = SkipPlain(text_, at_ + 2);
    in_string_ = at_ >= text_.size() || (text_[at_] == '\\' && at_ + 1 == text_.size());
    if (in_string_) return End::Open;
    if (text_[at_] != '"') return End::Broken;
    ++at_;
    if (then == Expect::CommaOrEnd) return After();
    expect_ = then;
    return End::Open;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Expect expect_ = Expect::Value;
  std::bitset<kDeepestJson> objects_;
  std::size_t depth_ = 0;
  bool in_string_ = false;
};

}  // namespace

JsonExtent ScanJsonValue(std::string_view text) { return Scanner(text).Run(); }

}  // namespace weir::formats
