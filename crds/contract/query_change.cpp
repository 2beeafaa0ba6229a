#include "crds/contract/query_change.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crds/contract/row_functions.h"
#include "crds/contract/sql_tokens.h"

namespace weir::contract {
namespace {

// A text taken apart at its one SELECT that stands in no bracket.
struct Shape {
  Tokens before;             // WITH ...
  std::vector<Tokens> list;  // the expressions
  Tokens after;              // FROM ...
};

bool Holds(const Tokens& tokens, const std::vector<std::string_view>& words) {
  return std::any_of(tokens.begin(), tokens.end(), [&words](const std::string& t) { return std::find(words.begin(), words.end(), t) != words.end(); });
}

class Cutter {
 public:
  std::optional<Shape> Run(const Tokens& tokens) {
    for (const std::string& token : tokens) {
      if (ClosesBracket(token)) --depth_;
      if (depth_ == 0 && (token == "union" || token == "intersect" || token == "except")) return std::nullopt;
      if (depth_ == 0 && token == "select" && ++selects_ > 1) return std::nullopt;
      Put(token);
      if (OpensBracket(token)) ++depth_;
    }
    if (selects_ != 1 || shape_.list.empty()) return std::nullopt;
    return std::move(shape_);
  }

 private:
  void Put(const std::string& token) {
    if (selects_ == 0) return shape_.before.push_back(token);
    if (in_list_ && depth_ == 0 && EndsTheList(token)) in_list_ = false;
    if (!in_list_) return shape_.after.push_back(token);
    if (depth_ == 0 && token == "select") return;
    if (shape_.list.empty() || (depth_ == 0 && token == ",")) shape_.list.emplace_back();
    if (depth_ != 0 || token != ",") shape_.list.back().push_back(token);
  }
  static bool EndsTheList(const std::string& token) {
    constexpr std::array<std::string_view, 10> kClauses{"from", "where", "group", "having", "window", "qualify", "order", "limit", "offset", "using"};
    return std::find(kClauses.begin(), kClauses.end(), token) != kClauses.end();
  }

  Shape shape_;
  int depth_ = 0;
  int selects_ = 0;
  bool in_list_ = true;
};

bool IsAggregate(const std::string& word) {
  constexpr std::array<std::string_view, 12> kAggregates{"count",  "sum",      "avg",      "min",     "max",       "median",
                                                         "stddev", "variance", "bool_and", "bool_or", "any_value", "mode"};
  return std::find(kAggregates.begin(), kAggregates.end(), word) != kAggregates.end();
}

bool IsOperatorWord(const std::string& word) {
  return Holds({word}, {"and", "or", "not", "in", "is", "case", "when", "then", "else", "end", "between", "like", "ilike", "as", "null"});
}

// Whether every call in the expression is of a kind that keeps the number of rows.
bool KeepsRows(const Tokens& item, bool aggregates) {
  if (item.empty() || Holds(item, {"select", "over"})) return false;
  for (std::size_t i = 0; i + 1 < item.size(); ++i) {
    const bool named = IsWordStart(item[i][0]) || item[i][0] == '"';
    if (item[i + 1] != "(" || !named || IsOperatorWord(item[i])) continue;
    if (!IsRowFunction(item[i]) && !(aggregates && IsAggregate(item[i]))) return false;
  }
  return true;
}

bool Aggregates(const Shape& shape) {
  for (const Tokens& item : shape.list)
    for (std::size_t i = 0; i + 1 < item.size(); ++i)
      if (item[i + 1] == "(" && IsAggregate(item[i])) return true;
  return Holds(shape.after, {"group"});
}

// GROUP BY 1, ORDER BY 2 and the ALL of either mean places in the list.
bool RefersToPlaces(const Shape& shape) {
  int depth = 0;
  bool in_clause = false;
  for (const std::string& token : shape.after) {
    if (ClosesBracket(token)) --depth;
    if (depth == 0 && (token == "group" || token == "order")) in_clause = true;
    if (depth == 0 && (token == "limit" || token == "having")) in_clause = false;
    if (in_clause && depth == 0 && (token == "all" || std::isdigit(static_cast<unsigned char>(token[0])) != 0)) return true;
    if (OpensBracket(token)) ++depth;
  }
  return false;
}

// A column as it is: a, t.a, t.a AS b.
bool IsPlain(const Tokens& item) {
  const Tokens e = Unnamed(item);
  return e.size() == 1 || (e.size() == 3 && e[1] == ".");
}

// Whether an expression or clause says the bare name: then the engine takes it for the expression of that name in the list
// where no table has such a column, and in HAVING even where one has.
bool HoldsName(const Tokens& tokens, const std::string& name) {
  const std::string quoted = "\"" + name + "\"";
  for (std::size_t i = 0; i < tokens.size(); ++i)
    if ((tokens[i] == name || tokens[i] == quoted) && (i == 0 || tokens[i - 1] != ".")) return true;
  return false;
}

bool IsReferencedByOthers(const std::string& name, const std::vector<Tokens>& list) {
  return std::any_of(list.begin(), list.end(), [&](const Tokens& item) { return NameOf(item) != name && HoldsName(item, name); });
}

// The lists of two texts that are the same outside of them.
class ListChange {
 public:
  ListChange(const Shape& before, const Shape& after, const ColumnFreedoms& columns)
      : before_(before), after_(after), columns_(columns), aggregates_(Aggregates(before)) {
    std::map<Tokens, int> known;
    for (const Tokens& item : before.list) ++known[item];
    for (const Tokens& item : after.list)
      if (const auto found = known.find(item); found != known.end() && found->second > 0)
        --found->second;
      else
        added_.push_back(item);
    for (const auto& [item, count] : known)
      if (count > 0) removed_.push_back(item);
  }

  bool KeepsWhatIsPublished() const {
    return std::all_of(added_.begin(), added_.end(), [this](const Tokens& item) { return MayBeAdded(item); }) &&
           std::all_of(removed_.begin(), removed_.end(), [this](const Tokens& item) { return MayGo(item); });
  }

 private:
  static const Tokens* WithName(const std::vector<Tokens>& list, const std::string& name) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const Tokens& item) { return NameOf(item) == name; });
    return found == list.end() ? nullptr : &*found;
  }

  static bool KeepsValues(const ColumnFreedom& freedom) { return freedom.cast && !freedom.gaps && !freedom.any; }

  bool MayBeAdded(const Tokens& item) const {
    if (!KeepsRows(item, aggregates_)) return false;
    const std::string name = NameOf(item);
    const auto column = columns_.find(name);
    if (column == columns_.end()) return IsPlain(item) || !Holds(after_.after, {"having"}) || !HoldsName(after_.after, name);
    // What groups or filters by this name does it by other values now.
    if (!KeepsValues(column->second) && HoldsName(after_.after, name)) return false;
    if (WithName(removed_, name) == nullptr) return false;
    return std::count_if(after_.list.begin(), after_.list.end(), [&](const Tokens& other) { return NameOf(other) == name; }) == 1;
  }

  // An expression that is left out or replaced: a finding must cover it, and it had no part in how many rows there are, in
  // which, or in another expression.
  bool MayGo(const Tokens& item) const {
    const std::string name = NameOf(item);
    const auto column = columns_.find(name);
    if (name.empty() || column == columns_.end()) return false;
    const Tokens* replaced = WithName(added_, name);
    if (replaced == nullptr ? !column->second.any : !Covers(column->second, item, *replaced)) return false;
    const bool groups = Holds(before_.after, {"group"});
    if (!KeepsRows(item, aggregates_) && !(groups && !Holds(item, {"unnest", "generate_subscripts"}))) return false;
    if (item.size() == 1) return true;
    return (IsPlain(item) || KeepsValues(column->second) || !HoldsName(after_.after, name)) && !IsReferencedByOthers(name, after_.list);
  }

  const Shape& before_;
  const Shape& after_;
  const ColumnFreedoms& columns_;
  bool aggregates_;
  std::vector<Tokens> added_, removed_;
};

// *, t.*, * EXCLUDE (...), COLUMNS(...): which names they give, the text does not say.
bool HasStar(const std::vector<Tokens>& list) {
  return std::any_of(list.begin(), list.end(), [](const Tokens& item) {
    return !item.empty() && (item.front() == "*" || item.front() == "columns" || (item.size() > 2 && item[1] == "." && item[2] == "*"));
  });
}

// Of two columns of one name the first counts: beside a star nothing may come before what was there.
bool KeepsItsPlaces(const std::vector<Tokens>& before, const std::vector<Tokens>& after) {
  if (!HasStar(before) && !HasStar(after)) return true;
  return before.size() <= after.size() && std::equal(before.begin(), before.end(), after.begin());
}

bool IsAdditive(const Shape& before, const Shape& after, const ColumnFreedoms& columns) {
  if (before.before != after.before || before.after != after.after) return false;
  // What decides about rows may mean the list: by place, or by a name that the list gives.
  if (RefersToPlaces(after) || Holds(after.after, {"limit", "offset", "qualify"})) return false;
  if (before.list.front().empty() || after.list.front().empty() || before.list.front().front() == "distinct" || after.list.front().front() == "distinct")
    return false;
  if (Aggregates(before) != Aggregates(after) || !KeepsItsPlaces(before.list, after.list)) return false;
  return ListChange(before, after, columns).KeepsWhatIsPublished();
}

// Blanks as people set them, more or less.
bool StandsClose(const std::string& left, const std::string& right) {
  return left == "(" || left == "." || left == "::" || right == "(" || right == ")" || right == "," || right == "." || right == "::" || right == ";";
}

std::string Excerpt(const Tokens& tokens, std::size_t at) {
  constexpr std::size_t kBefore = 4, kAfter = 8;
  const std::size_t begin = at > kBefore ? at - kBefore : 0, end = std::min(tokens.size(), at + kAfter);
  std::string text = begin > 0 ? "... " : "";
  for (std::size_t i = begin; i < end; ++i) text += (i == begin || StandsClose(tokens[i - 1], tokens[i]) ? "" : " ") + tokens[i];
  return end < tokens.size() ? text + " ..." : text;
}

}  // namespace

QueryChange CompareQueries(std::string_view before, std::string_view after, const ColumnFreedoms& columns) {
  Tokens old_tokens = TokensOf(before), new_tokens = TokensOf(after);
  if (NamesMayBeValues(old_tokens) || NamesMayBeValues(new_tokens))
    old_tokens = TokensOf(before, Names::AsWritten), new_tokens = TokensOf(after, Names::AsWritten);
  if (old_tokens == new_tokens) return QueryChange::Same;
  const auto old_shape = Cutter().Run(old_tokens);
  const auto new_shape = Cutter().Run(new_tokens);
  return old_shape && new_shape && IsAdditive(*old_shape, *new_shape, columns) ? QueryChange::Additive : QueryChange::Undetermined;
}

QueryExcerpts WhereQueriesDiffer(std::string_view before, std::string_view after) {
  const Tokens was = TokensOf(before, Names::AsWritten), is = TokensOf(after, Names::AsWritten);
  const auto differ = static_cast<std::size_t>(std::mismatch(was.begin(), was.end(), is.begin(), is.end()).first - was.begin());
  return {Excerpt(was, differ), Excerpt(is, differ)};
}

}  // namespace weir::contract
