#include "crds/api/describe/read.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <limits>
#include <mutex>
#include <regex>
#include <set>

#include "crds/api/dataset.h"
#include "crds/api/describe/type_words.h"
#include "crds/api/pattern_words.h"
#include "crds/base/count.h"
#include "crds/base/text.h"

namespace weir::api {
namespace {

constexpr std::size_t kMostUnknown = 20;    // fields of one object that are named
constexpr std::size_t kMostJoined = 20;     // problems in one message
constexpr std::size_t kLongestMeant = 100;  // bytes of a word that may be a misspelt one

// A value as JSON, cut.
std::string Shown(const Json& value) { return value.is_string() ? Quoted(value.get_ref<const std::string&>(), 80) : Dump(value).substr(0, 80); }

// Case is a slip of its own kind, and names of objects have '-' where those of tables have '_'.
std::string Folded(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return folded;
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

// Compiled once: patterns are constants of the declarations, and building one costs more than a match. Not once for each
// thread, since they are large: what is compiled may be matched by several at once.
const std::regex& Compiled(std::string_view pattern) {
  static std::mutex mutex;
  static std::map<std::string_view, std::regex> compiled;
  const std::lock_guard lock(mutex);
  const auto found = compiled.find(pattern);
  if (found != compiled.end()) return found->second;
  return compiled.emplace(pattern, std::regex(pattern.begin(), pattern.end())).first->second;
}

std::size_t CodePoints(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// Whether a field that no one knows is the rest of a type that was cut: then the finding about the type says all of it.
bool IsRestOfType(const Json& object, const std::string& key, const std::string& path, std::vector<Problem>& problems) {
  if (key.empty() || key.back() != ')') return false;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string()) continue;
    const std::string& type = value.get_ref<const std::string&>();
    const std::string advice = CutTypeAdvice(type, key);
    if (advice.empty()) continue;
    for (Problem& problem : problems)
      if (problem.path == (path.empty() ? name : path + "." + name)) return problem.message = Quoted(type) + " is not a column type: " + advice, true;
  }
  return false;
}

}  // namespace

std::string Join(const std::vector<Problem>& problems) {
  std::string text;
  for (std::size_t i = 0; i < std::min(problems.size(), kMostJoined); ++i)
    text += (i == 0 ? "" : "; ") + problems[i].path + (problems[i].path.empty() ? "" : " ") + problems[i].message;
  if (problems.size() > kMostJoined) text += "; and " + Counted(static_cast<std::int64_t>(problems.size() - kMostJoined), "more problem");
  return text;
}

namespace {

// The known word that was meant, or "".
std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.size() > kLongestMeant) return "";
  const std::string folded = Folded(word);
  std::string_view best;
  std::size_t distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  // Of several that are as near, the first of the alphabet: the order in which they are known means nothing.
  const auto take = [&](std::string_view candidate, std::size_t d) {
    if (d < distance || (d == distance && !best.empty() && candidate < best)) best = candidate, distance = d;
  };
  for (const std::string_view candidate : known)
    if (candidate.size() <= word.size() + distance && candidate != word) take(candidate, EditDistance(folded, Folded(candidate)));
  // What is cut short is far from the whole, and meant all the same: Raw for RawHistory.
  if (best.empty() && word.size() >= 3)
    for (const std::string_view candidate : known)
      if (Folded(candidate).starts_with(folded) && (best.empty() || candidate < best)) best = candidate;
  return best;
}

std::string DidYouMean(std::string_view word) { return word.empty() ? "" : " (did you mean " + std::string(word) + "?)"; }

}  // namespace

std::string Suggest(std::string_view word, const std::vector<std::string_view>& known) { return DidYouMean(Nearest(word, known)); }

Error NewerFormat(std::int64_t format, int known) {
  return {Fault::Invalid, "NewerFormat",
          "it has the format " + std::to_string(format) + " of a later release; this one knows formats up to " + std::to_string(known) +
              ". Use one release for operator and runner, or the later one of the two"};
}

std::string WrongType(const Json& value, std::string_view wanted) {
  if (value.is_null()) return "has no value; it must be " + std::string(wanted);
  return "must be " + std::string(wanted) + ", not " + (value.is_structured() ? std::string(value.type_name()) : Shown(value));
}

bool CheckText(const std::string& value, const Rules& rules, const std::string& path, std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  const std::size_t size = CodePoints(value);
  if (size > static_cast<std::size_t>(rules.maxLength))
    return problems.push_back({path, "may have at most " + Counted(rules.maxLength, "character") + ", has " + Grouped(static_cast<std::int64_t>(size))}), false;
  const bool other_form = !rules.pattern.empty() && !std::regex_search(value, Compiled(rules.pattern));  // anywhere, as the API server does
  // Of an empty text the form says more than the length.
  if (size < static_cast<std::size_t>(rules.minLength) && !(other_form && value.empty()))
    problems.push_back({path, "must have at least " + Counted(rules.minLength, "character") + ", has " + Grouped(static_cast<std::int64_t>(size))});
  if (other_form)
    problems.push_back({path, rules.pattern == kTypePattern ? Quoted(value) + " is not a column type: " + TypeAdvice(value)
                                                            : FormAdvice(rules.pattern, value) + ", not " + Quoted(value)});
  return problems.size() == before;
}

namespace {

// "must be from 1 to 20, is 21", where `show` writes a number as the field has it.
template <typename Show>
bool CheckRange(std::int64_t value, const Rules& rules, const std::string& path, std::vector<Problem>& problems, Show show) {
  const bool low = rules.min && value < *rules.min, high = rules.max && value > *rules.max;
  if (!low && !high) return true;
  const std::string range = rules.min && rules.max ? "from " + show(*rules.min) + " to " + show(*rules.max)
                            : low                  ? "at least " + show(*rules.min)
                                                   : "at most " + show(*rules.max);
  problems.push_back({path, "must be " + range + ", is " + show(value)});
  return false;
}

}  // namespace

bool CheckNumber(std::int64_t value, const Rules& rules, const std::string& path, std::vector<Problem>& problems) {
  return CheckRange(value, rules, path, problems, [](std::int64_t number) { return std::to_string(number); });
}

bool CheckCount(std::size_t items, const Rules& rules, const std::string& path, std::vector<Problem>& problems) {
  if (items < static_cast<std::size_t>(rules.minItems))
    problems.push_back({path, "must have at least " + Counted(rules.minItems, "item") + ", has " + Grouped(static_cast<std::int64_t>(items))});
  if (items > static_cast<std::size_t>(rules.maxItems))
    return problems.push_back({path, "may have at most " + Counted(rules.maxItems, "item") + ", has " + Grouped(static_cast<std::int64_t>(items))}), false;
  return true;
}

void CheckUnknown(const Json& object, const std::vector<std::string_view>& known, const std::string& path, std::vector<Problem>& problems) {
  std::size_t unknown = 0;
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end() || IsRestOfType(object, key, path, problems) || ++unknown > kMostUnknown) continue;
    const std::string place = path.empty() ? key : path + "." + key;
    std::vector<std::string_view> free;  // a field that is there already is not the one that was meant
    std::copy_if(known.begin(), known.end(), std::back_inserter(free), [&object](std::string_view field) { return !object.contains(field); });
    const std::string meant(Nearest(key, free));
    problems.push_back({place, "is unknown" + DidYouMean(meant), Problem::Kind::Unknown});
    if (!meant.empty()) problems.back().fields.push_back(meant);
  }
  if (unknown > kMostUnknown) problems.push_back({path, "has " + Counted(static_cast<std::int64_t>(unknown - kMostUnknown), "more unknown field")});
}

void CheckKeys(const Json& list, std::string_view key, const std::string& path, std::vector<Problem>& problems) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < list.size(); ++i)
    if (const std::string value = Text(list[i], key); !value.empty() && !seen.insert(value).second)
      problems.push_back({path + "[" + std::to_string(i) + "]." + std::string(key), Quoted(value) + " stands here twice; names in a list are unique"});
}

void Reader::CheckOneOf(std::span<const std::string_view> members) {
  std::string all;
  std::vector<std::string_view> set;
  for (const std::string_view member : members) {
    all += (all.empty() ? "" : ", ") + std::string(member);
    if (!At(object_, member).is_null()) set.push_back(member);
  }
  if (set.size() == 1) return;
  std::string has;
  for (std::size_t i = 0; i < set.size(); ++i) has.append(i == 0 ? "" : i + 1 < set.size() ? ", " : " and ").append(set[i]);
  problems_.push_back({path_, "must have exactly one of " + all + "; " + (set.empty() ? "has none" : "has " + has + ": keep one")});
  if (set.empty()) problems_.back().kind = Problem::Kind::NoneOf, problems_.back().fields.assign(members.begin(), members.end());
}

std::string Reader::NotAWord(const Json& value, const std::vector<std::string_view>& words) const {
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  return "must be one of " + all + ", not " + Shown(value) + (value.is_string() ? Suggest(value.get<std::string>(), words) : "");
}

void Reader::Take(const Json& value, std::string& out, const Rules& rules, const std::string& path) {
  if (!value.is_string()) {
    const bool form =
        value.is_primitive() && rules.pattern != kTypePattern && !rules.pattern.empty() && !std::regex_search(Dump(value), Compiled(rules.pattern));
    if (form) return problems_.push_back({path, FormAdvice(rules.pattern, "") + ", not " + Shown(value)});
    return problems_.push_back({path, WrongType(value, "a string") + (value.is_primitive() ? "; quote it" : "")});
  }
  if (CheckText(value.get_ref<const std::string&>(), rules, path, problems_)) out = value.get<std::string>();
}

void Reader::Take(const Json& value, bool& out, const Rules&, const std::string& path) {
  if (!value.is_boolean()) return problems_.push_back({path, WrongType(value, "true or false")});
  out = value.get<bool>();
}

void Reader::Take(const Json& value, std::int64_t& out, const Rules& rules, const std::string& path) {
  if (!value.is_number_integer()) return problems_.push_back({path, WrongType(value, "a whole number")});
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return problems_.push_back({path, "is out of range"});
  if (CheckNumber(value.get<std::int64_t>(), rules, path, problems_)) out = value.get<std::int64_t>();
}

void Reader::Take(const Json& value, int& out, const Rules& rules, const std::string& path) {
  std::int64_t wide = out;
  Take(value, wide, rules, path);
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) return problems_.push_back({path, "is out of range"});
  out = static_cast<int>(wide);
}

void Reader::Take(const Json& value, Duration& out, const Rules& rules, const std::string& path) {
  if (!value.is_string()) return problems_.push_back({path, WrongType(value, "a duration such as 30s or 2h")});
  const auto parsed = ParseDuration(value.get_ref<const std::string&>());
  if (!parsed) return problems_.push_back({path, parsed.error().message});
  if (CheckRange(parsed->ms, rules, path, problems_, [](std::int64_t ms) { return weir::Format(Duration{ms}); })) out = *parsed;
}

void Reader::Take(const Json& value, Time& out, const Rules&, const std::string& path) {
  if (!value.is_string()) return problems_.push_back({path, WrongType(value, "a time such as 2026-01-02T03:04:05Z")});
  const auto parsed = ParseTime(value.get_ref<const std::string&>());
  if (!parsed) return problems_.push_back({path, parsed.error().message});
  out = *parsed;
}

void Reader::Take(const Json& value, std::map<std::string, std::string>& out, const Rules& rules, const std::string& path) {
  if (!value.is_object()) return problems_.push_back({path, WrongType(value, "a mapping of text to text")});
  if (!CheckCount(value.size(), rules, path, problems_)) return;
  for (const auto& [key, member] : value.items()) Take(member, out[key], rules, path + "." + key);
}

}  // namespace weir::api
