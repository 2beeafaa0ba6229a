#include "crds/contract/expression_change.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "crds/base/text.h"

namespace weir::contract {
namespace {

// The place behind the bracket that is opened at `open`.
std::size_t BehindBracket(const Tokens& tokens, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < tokens.size(); ++i) {
    if (OpensBracket(tokens[i])) ++depth;
    if (ClosesBracket(tokens[i]) && --depth == 0) return i + 1;
  }
  return tokens.size() + 1;
}

std::size_t BehindCase(const Tokens& tokens) {
  int depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] == "case") ++depth;
    if (tokens[i] == "end" && --depth == 0) return i + 1;
  }
  return tokens.size() + 1;
}

// What a cast behind it takes as a whole: a, t.a, (a + b), f(a), CASE ... END.
bool IsPrimary(const Tokens& e) {
  if (e.size() == 1) return true;
  if (e.size() == 3 && e[1] == ".") return true;
  if (e.empty()) return false;
  if (e[0] == "case") return BehindCase(e) == e.size();
  if (e[0] == "(") return BehindBracket(e, 0) == e.size();
  return IsWordStart(e[0][0]) && e[1] == "(" && BehindBracket(e, 1) == e.size();
}

// The type as spec.columns writes it, of what SQL calls it.
std::string TypeText(Tokens::const_iterator begin, Tokens::const_iterator end) {
  constexpr std::array<std::array<std::string_view, 2>, 14> kOther{{{"int", "integer"},
                                                                    {"int4", "integer"},
                                                                    {"signed", "integer"},
                                                                    {"int8", "bigint"},
                                                                    {"long", "bigint"},
                                                                    {"int2", "smallint"},
                                                                    {"short", "smallint"},
                                                                    {"int1", "tinyint"},
                                                                    {"numeric", "decimal"},
                                                                    {"dec", "decimal"},
                                                                    {"float8", "double"},
                                                                    {"float4", "float"},
                                                                    {"real", "float"},
                                                                    {"string", "varchar"}}};
  std::string text;
  for (auto token = begin; token != end; ++token) {
    const auto other = std::find_if(kOther.begin(), kOther.end(), [&](const auto& pair) { return pair[0] == *token; });
    text += other == kOther.end() ? *token : std::string((*other)[1]);
  }
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

struct Uncast {
  Tokens inner;
  bool as_call = false;  // CAST(inner AS type); else inner::type, which takes the last operand alone
};

// The expression inside its outermost cast, when that is one to `type`.
std::optional<Uncast> WithoutCast(const Tokens& e, const std::string& type) {
  if (type.empty()) return std::nullopt;
  const bool as_call = e.size() > 5 && e[0] == "cast" && e[1] == "(" && BehindBracket(e, 1) == e.size();
  const std::size_t end = as_call ? e.size() - 1 : e.size();
  std::size_t split = 0;
  int depth = as_call ? -1 : 0;
  for (std::size_t i = 0; i < end; ++i) {
    if (ClosesBracket(e[i])) --depth;
    if (depth == 0 && (as_call ? e[i] == "as" : e[i] == ":" && i + 1 < end && e[i + 1] == ":")) split = i;
    if (OpensBracket(e[i])) ++depth;
  }
  if (split == 0) return std::nullopt;
  const auto at = e.begin() + static_cast<std::ptrdiff_t>(split);
  if (TypeText(at + (as_call ? 1 : 2), e.begin() + static_cast<std::ptrdiff_t>(end)) != type) return std::nullopt;
  return Uncast{Tokens(e.begin() + (as_call ? 2 : 0), at), as_call};
}

bool OnlyCastDiffers(const ColumnFreedom& freedom, const Tokens& before, const Tokens& after) {
  const auto is = WithoutCast(after, freedom.is);
  if (!is) return false;
  const bool whole = is->as_call || IsPrimary(is->inner);
  if (whole && is->inner == before) return true;
  const auto was = WithoutCast(before, freedom.was);
  if (!was || was->inner != is->inner) return false;
  return was->as_call == is->as_call || IsPrimary(is->inner);
}

// Whether `outer` is a call of `function` of which `inner` is the first argument.
bool IsCallOn(const Tokens& outer, std::string_view function, const Tokens& inner) {
  if (outer.size() < inner.size() + 4 || outer[0] != function || outer[1] != "(" || BehindBracket(outer, 1) != outer.size()) return false;
  return std::equal(inner.begin(), inner.end(), outer.begin() + 2) && outer[inner.size() + 2] == ",";
}

}  // namespace

std::string NameOf(const Tokens& item) {
  if (item.empty()) return "";
  const std::string& last = item.back();
  const bool quoted = last.size() > 2 && last[0] == '"';
  if (!quoted && !IsWordStart(last[0])) return "";
  const bool named = item.size() == 1 || item[item.size() - 2] == "as" || item[item.size() - 2] == "." || item[item.size() - 2] == ")" ||
                     IsWordPart(item[item.size() - 2].back());
  if (!named || last == "end" || last == "null") return "";
  return Lower(quoted ? last.substr(1, last.size() - 2) : last);
}

Tokens Unnamed(const Tokens& item) {
  if (NameOf(item).empty() || item.size() == 1) return item;
  const std::string& before = item[item.size() - 2];
  if (before == ".") return item;
  return Tokens(item.begin(), item.end() - (before == "as" ? 2 : 1));
}

bool Covers(const ColumnFreedom& freedom, const Tokens& before, const Tokens& after) {
  if (freedom.any) return true;
  const Tokens was = Unnamed(before), is = Unnamed(after);
  if (was == is) return true;
  if (freedom.cast && OnlyCastDiffers(freedom, was, is)) return true;
  return freedom.gaps && (IsCallOn(was, "coalesce", is) || IsCallOn(was, "ifnull", is) || IsCallOn(is, "nullif", was));
}

}  // namespace weir::contract
