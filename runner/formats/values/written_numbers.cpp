#include "runner/formats/values/written_numbers.h"

#include <algorithm>
#include <vector>

#include "runner/formats/columns/sql_names.h"
#include "runner/formats/values/value.h"

namespace weir::formats {
namespace {

constexpr std::size_t kMostDigits = 38;  // of a DECIMAL
constexpr std::string_view kMinus = "\xE2\x88\x92";

std::size_t Characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// What nobody sees has its number.
std::string InRegex(std::string_view text) {
  if (text == "\xC2\xA0") return "\\x{A0}";
  if (text == "\xE2\x80\xAF") return "\\x{202F}";
  if (text == "\xE2\x80\x89") return "\\x{2009}";
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}-").find(c) != std::string_view::npos) escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

std::string Without(const std::set<std::string>& dropped, const std::string& column) {
  if (dropped.empty()) return column;
  if (dropped.size() == 1 && InRegex(*dropped.begin()).find("\\x") == std::string::npos && *dropped.begin() != "\\s")
    return "replace(" + column + ", " + SqlLiteral(*dropped.begin()) + ", '')";
  std::string single, words;
  std::vector<std::string> longest(dropped.begin(), dropped.end());
  std::stable_sort(longest.begin(), longest.end(), [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  for (const std::string& one : longest) {
    if (one == "\\s")
      single += one;
    else if (Characters(one) == 1)
      single += InRegex(one);
    else
      words += "|" + InRegex(one);
  }
  const std::string pattern = single.empty() ? words.substr(1) : "[" + single + "]" + words;
  return "regexp_replace(" + column + ", " + SqlLiteral(pattern) + ", '', 'g')";
}

}  // namespace

void WrittenNumbers::AddPlain(std::size_t whole, std::size_t places, bool power, bool leading_zero) {
  whole_ = std::max(whole_, whole);
  power_ = power_ || power;
  if (places == 0) return;
  const bool group = places == 3 && whole >= 1 && whole <= 3 && !leading_zero && !power;
  ++(group ? either_point_ : points_);
  if (group) whole_ = std::max(whole_, whole + places);
  point_places_ = std::max(point_places_, places);
}

bool WrittenNumbers::Add(std::string_view text) {
  const auto number = ReadWrittenNumber(text);
  if (!number) return false;
  const bool comma = number->decimal == ',';
  if (number->decimal != 0) {
    ++(comma ? (number->either ? either_comma_ : commas_) : (number->either ? either_point_ : points_));
    std::size_t& places = comma ? comma_places_ : point_places_;
    places = std::max(places, number->places);
  }
  whole_ = std::max(whole_, number->whole + (number->either ? number->places : 0));
  if (number->group == ",") ++comma_groups_;
  if (number->group == ".") ++point_groups_;
  if (!number->group.empty() && number->group != "," && number->group != ".") groups_.emplace(number->group);
  for (const std::string_view blank : number->blanks) blanks_.emplace(blank);
  for (const std::string_view mark : number->marks) marks_.emplace(mark);
  plus_ = plus_ || number->plus, parentheses_ = parentheses_ || number->parentheses;
  trailing_ = trailing_ || number->trailing, typographic_ = typographic_ || number->typographic;
  return true;
}

bool WrittenNumbers::IsMixed() const {
  const bool comma = commas_ > 0 || point_groups_ > 0, point = points_ > 0 || comma_groups_ > 0;
  if (comma && power_) return true;
  return (comma && point) || (!comma && !point && either_comma_ > 0 && either_point_ > 0);
}

char WrittenNumbers::Decimal() const { return commas_ > 0 || point_groups_ > 0 ? ',' : '.'; }

std::size_t WrittenNumbers::Places() const {
  const std::int64_t with = Decimal() == ',' ? commas_ + either_comma_ : points_ + either_point_;
  return with == 0 ? 0 : Decimal() == ',' ? comma_places_ : point_places_;
}

// Later files may have more digits than these: a cast to DECIMAL rounds without a word, and TRY_CAST of what is too large is
// NULL. So there is room on both sides of the point.
std::size_t WrittenNumbers::Scale() const {
  constexpr std::size_t kRoom = 4;
  return Places() == 0 ? 0 : std::min(Places() + kRoom, kMostDigits - whole_);
}

std::string WrittenNumbers::Type() const {
  constexpr std::size_t kShort = 18, kRoom = 3;
  if (power_ || whole_ + Places() > kMostDigits) return "DOUBLE";
  if (Places() == 0 && whole_ <= kShort) return "BIGINT";
  return "DECIMAL(" + std::to_string(whole_ + kRoom + Scale() <= kShort ? kShort : kMostDigits) + "," + std::to_string(Scale()) + ")";
}

std::string WrittenNumbers::Limit() const {
  if (Type() == "DOUBLE") return "; a DOUBLE keeps 15 digits: longer numbers are rounded";
  if (Places() == 0) return "; decimals in later files would be rounded to whole numbers: declare a DECIMAL if there may be some";
  return "; more than " + std::to_string(Scale()) + " decimals in later files would be rounded: raise the scale if there may be some";
}

std::set<std::string> WrittenNumbers::Dropped() const {
  std::set<std::string> dropped = groups_;
  dropped.insert(blanks_.begin(), blanks_.end());
  dropped.insert(marks_.begin(), marks_.end());
  if (plus_) dropped.insert("+");
  if (Decimal() == ',' && point_groups_ + either_point_ > 0) dropped.insert(".");
  if (Decimal() == '.' && comma_groups_ + either_comma_ > 0) dropped.insert(",");
  return dropped;
}

std::string WrittenNumbers::Features() const {
  std::vector<std::string> found;
  if (IsMixed() || (Decimal() == ',' && commas_ + either_comma_ > 0)) found.emplace_back("a decimal comma");
  if (IsMixed()) found.emplace_back("a decimal point");
  if (comma_groups_ + point_groups_ > 0 || !groups_.empty() || (Decimal() == '.' && either_comma_ > 0)) found.emplace_back("separators of thousands");
  if (!marks_.empty()) found.push_back("marks such as " + Shown(*marks_.begin()));
  if (parentheses_) found.emplace_back("parentheses for a minus");
  if (trailing_) found.emplace_back("a minus behind them");
  if (typographic_) found.emplace_back("a minus that is U+2212");
  std::string list;
  for (std::size_t i = 0; i < found.size(); ++i) list += (i == 0 ? "" : i + 1 == found.size() ? " and " : ", ") + found[i];
  return list;
}

std::string WrittenNumbers::Sql(const std::string& column, bool others, bool padded) const {
  if (IsMixed()) return "";
  std::set<std::string> dropped = Dropped();
  if (padded && (parentheses_ || trailing_)) dropped.insert("\\s");
  std::string sql = Without(dropped, column);
  if (typographic_) sql = "replace(" + sql + ", " + SqlLiteral(kMinus) + ", '-')";
  if (parentheses_ || trailing_) {
    constexpr const char* kBehind = "'^(.*)-$', '-\\1'";
    constexpr const char* kInside = "'^\\((.*)\\)$', '-\\1'";
    constexpr const char* kEither = "'^\\((.*)\\)$|^(.*)-$', '-\\1\\2'";
    const char* how = parentheses_ && trailing_ ? kEither : parentheses_ ? kInside : kBehind;
    sql = std::string("regexp_replace(").append(sql).append(", ").append(how).append(")");
  }
  if (Decimal() == ',' && commas_ + either_comma_ > 0) sql = "replace(" + sql + ", ',', '.')";
  return (others ? "TRY_CAST(" : "CAST(") + sql + " AS " + Type() + ")";
}

std::string WrittenNumbers::Doubts() const {
  std::string doubts = Limit();
  const bool shows = commas_ + points_ + comma_groups_ + point_groups_ > 0;
  if (!shows && either_comma_ > 0) doubts += "; that reads 1,234 as 1234, but the comma may be the decimal sign: compare with the source";
  if (!shows && either_comma_ == 0 && either_point_ > 0)
    doubts += "; that reads 1.234 as a fraction, but the point may part thousands: compare with the source";
  if (marks_.contains("%")) doubts += "; 1 % becomes 1, not 0.01";
  std::string list;
  for (const std::string& mark : marks_) list += (list.empty() ? "" : ", ") + Shown(mark);
  if (marks_.size() > 1) doubts += "; they have several marks (" + list + "), which the SQL drops: keep the text beside the number";
  return doubts;
}

}  // namespace weir::formats
