#include "runner/formats/encoding/foreign_encoding.h"

#include <algorithm>

namespace weir::formats {
namespace {

using Byte = unsigned char;

constexpr bool In(Byte byte, int first, int last) { return byte >= first && byte <= last; }

// Which bytes an encoding takes, by its standard; what is typical is by the frequencies of its languages.
struct Scheme {
  std::string_view name;
  bool (*alone)(Byte);
  bool (*lead)(Byte);
  bool (*trail)(Byte);
  bool (*typical)(Byte, Byte);
  bool (*marked)(Byte, Byte);
};

constexpr bool Never(Byte) { return false; }
constexpr bool IsEuc(Byte byte) { return In(byte, 0xA1, 0xFE); }

enum Place : std::size_t { kShiftJis, kEucJp, kEucKr, kBig5, kGb };
constexpr std::array<Scheme, 5> kSchemes{{
    {"SHIFT_JIS", [](Byte b) { return In(b, 0xA1, 0xDF); }, [](Byte b) { return In(b, 0x81, 0x9F) || In(b, 0xE0, 0xFC); },
     [](Byte b) { return In(b, 0x40, 0x7E) || In(b, 0x80, 0xFC); }, [](Byte lead, Byte) { return In(lead, 0x81, 0x83) || In(lead, 0x88, 0x97); },
     [](Byte lead, Byte) { return In(lead, 0x82, 0x83); }},
    {"EUC-JP", Never, [](Byte b) { return IsEuc(b) || b == 0x8E; }, IsEuc,
     [](Byte lead, Byte) { return lead == 0xA1 || In(lead, 0xA3, 0xA5) || In(lead, 0xB0, 0xCF); }, [](Byte lead, Byte) { return In(lead, 0xA4, 0xA5); }},
    {"EUC-KR", Never, IsEuc, IsEuc, [](Byte lead, Byte) { return In(lead, 0xB0, 0xC8); }, [](Byte lead, Byte) { return In(lead, 0xB0, 0xC8); }},
    {"BIG5", Never, [](Byte b) { return In(b, 0xA1, 0xF9); }, [](Byte b) { return In(b, 0x40, 0x7E) || IsEuc(b); },
     [](Byte lead, Byte) { return In(lead, 0xA4, 0xC6); }, [](Byte, Byte trail) { return trail < 0x80; }},
    {"GB18030", Never, [](Byte b) { return In(b, 0x81, 0xFE); }, [](Byte b) { return In(b, 0x40, 0x7E) || In(b, 0x80, 0xFE); },
     [](Byte lead, Byte trail) { return In(lead, 0xB0, 0xD7) && trail >= 0xA1; }, [](Byte, Byte) { return false; }},
}};

// The bytes of the six most frequent letters of Russian: o, e, a, i, n, t, small and capital.
struct Letters {
  std::string_view name;
  std::string_view small;
  std::string_view capital;
};
constexpr std::array<Letters, 4> kCyrillic{{{"WINDOWS-1251", "\xEE\xE5\xE0\xE8\xED\xF2", "\xCE\xC5\xC0\xC8\xCD\xD2"},
                                            {"KOI8-R", "\xCF\xC5\xC1\xC9\xCE\xD4", "\xEF\xE5\xE1\xE9\xEE\xF4"},
                                            {"ISO-8859-5", "\xDE\xD5\xD0\xD8\xDD\xE2", "\xBE\xB5\xB0\xB8\xBD\xC2"},
                                            {"IBM866", "\xAE\xA5\xA0\xA8\xAD\xE2", "\x8E\x85\x80\x88\x8D\x92"}}};

void AddTo(PairCounts& counts, const Scheme& scheme, Byte byte) {
  if (counts.lead != 0) {
    const Byte lead = counts.lead;
    counts.lead = 0;
    if (scheme.trail(byte)) {
      ++counts.pairs;
      counts.typical += scheme.typical(lead, byte) ? 1 : 0;
      counts.marked += scheme.marked(lead, byte) ? 1 : 0;
      return;
    }
    ++counts.broken;
  }
  if (byte < 0x80) return;
  if (scheme.lead(byte))
    counts.lead = byte;
  else if (scheme.alone(byte))
    ++counts.pairs;
  else
    ++counts.broken;
}

bool Share(std::int64_t part, std::int64_t of, int percent) { return of > 0 && part * 100 >= of * percent; }

}  // namespace

void ForeignEncoding::Add(std::string_view piece) {
  for (const char c : piece) {
    const auto byte = static_cast<Byte>(c);
    if (byte < 0x80) {
      for (std::size_t i = 0; was_high_ && i < counts_.size(); ++i)
        if (counts_[i].lead != 0) AddTo(counts_[i], kSchemes[i], byte);
      was_high_ = false;
      AddEscape(byte);
    } else {
      AddHigh(byte);
    }
  }
}

void ForeignEncoding::AddHigh(Byte byte) {
  ++high_;
  ++bytes_.at(byte);
  if (was_high_) beside_ += was_beside_ ? 1 : 2;
  was_beside_ = was_high_;
  was_high_ = true;
  escape_ = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) AddTo(counts_[i], kSchemes[i], byte);
}

// ESC $ B and ESC $ @ begin Japanese text.
void ForeignEncoding::AddEscape(Byte byte) {
  lines_ += byte == '\n' ? 1 : 0;
  const bool ends = escape_ == 2 && (byte == 'B' || byte == '@');
  if (ends && escapes_++ == 0) escape_line_ = lines_ + 1;
  escape_ = byte == 0x1B ? 1 : escape_ == 1 && byte == '$' ? 2 : 0;
}

std::string_view ForeignEncoding::Likely() const {
  if (HasEscapes()) return "ISO-2022-JP";
  const std::string_view pairs = LikelyPairs();
  return pairs.empty() ? LikelyCyrillic() : pairs;
}

std::string_view ForeignEncoding::LikelyPairs() const {
  constexpr std::int64_t kFewest = 4;
  const auto valid = [&](Place place) { return counts_[place].pairs >= kFewest && counts_[place].broken * 50 <= counts_[place].pairs; };
  const auto typical = [&](Place place, int percent) { return Share(counts_[place].typical, counts_[place].pairs, percent); };
  const auto marked = [&](Place place, int percent) { return Share(counts_[place].marked, counts_[place].pairs, percent); };
  if (valid(kShiftJis) && typical(kShiftJis, 60)) return kSchemes[kShiftJis].name;
  if (valid(kEucJp) && typical(kEucJp, 80) && marked(kEucJp, 10)) return kSchemes[kEucJp].name;
  if (valid(kEucKr) && marked(kEucKr, 95)) return kSchemes[kEucKr].name;
  if (valid(kBig5) && typical(kBig5, 80) && marked(kBig5, 5)) return kSchemes[kBig5].name;
  if (valid(kGb) && typical(kGb, 60)) return kSchemes[kGb].name;
  return "";
}

std::string_view ForeignEncoding::LikelyCyrillic() const {
  std::string_view best;
  std::int64_t most = high_ / 5;  // of Russian text these letters are nearly half
  for (const Letters& letters : kCyrillic) {
    std::int64_t found = 0;
    for (const std::string_view set : {letters.small, letters.capital})
      for (const char c : set) found += bytes_.at(static_cast<Byte>(c));
    if (found > most) most = found, best = letters.name;
  }
  return IsInRuns() ? best : "";
}

}  // namespace weir::formats
