#include "crds/contract/contract.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

#include "crds/api/describe/write.h"
#include "crds/base/name.h"
#include "crds/base/text.h"
#include "crds/contract/query_change.h"

namespace weir::contract {
namespace {

using api::ContractRule;
using api::PublishedColumn;
using api::PublishedContract;

enum class Family { Boolean, Whole, Floating, Decimal, Text, Date, Instant, Bytes };

struct Type {
  Family family;
  int rank = 0;
};

Type TypeOf(const std::string& word) {
  constexpr std::array<std::string_view, 4> kWhole{"TINYINT", "SMALLINT", "INTEGER", "BIGINT"};
  for (std::size_t i = 0; i < kWhole.size(); ++i)
    if (word == kWhole[i]) return {Family::Whole, static_cast<int>(i)};
  if (word == "FLOAT" || word == "DOUBLE") return {Family::Floating, word == "DOUBLE" ? 1 : 0};
  if (word == "BOOLEAN") return {Family::Boolean};
  if (word == "VARCHAR") return {Family::Text};
  if (word == "DATE") return {Family::Date};
  if (word == "TIMESTAMP") return {Family::Instant};
  if (word == "BLOB") return {Family::Bytes};
  const std::size_t open = word.find('(');
  return {Family::Decimal, open == std::string::npos ? 0 : std::atoi(word.c_str() + open + 1)};
}

int ScaleOf(const std::string& decimal) {
  const std::size_t comma = decimal.find(',');
  return comma == std::string::npos ? 0 : std::atoi(decimal.c_str() + comma + 1);
}

bool LosesDigits(Family before, Family after) {
  return (after == Family::Floating && (before == Family::Whole || before == Family::Decimal)) || (before == Family::Floating && after == Family::Decimal);
}

ContractRule RuleOfTypeChange(const std::string& before, const std::string& after) {
  const Type old_type = TypeOf(before);
  const Type new_type = TypeOf(after);
  if (old_type.family != new_type.family) return LosesDigits(old_type.family, new_type.family) ? ContractRule::TypeWidenLossy : ContractRule::TypeClassChange;
  if (old_type.family == Family::Decimal && ScaleOf(before) != ScaleOf(after)) return ContractRule::DecimalScale;
  if (new_type.rank < old_type.rank) return ContractRule::TypeNarrow;
  return old_type.family == Family::Decimal ? ContractRule::DecimalPrecision : ContractRule::TypeWiden;
}

const PublishedColumn* Find(const std::vector<PublishedColumn>& columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(), [&name](const PublishedColumn& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

// Each key as "(a, b)", in alphabetical order: neither the order of keys nor that of their columns means anything.
std::vector<std::string> KeyTexts(const std::vector<api::Key>& keys) {
  std::vector<std::string> texts;
  for (api::Key key : keys) {
    std::sort(key.columns.begin(), key.columns.end());
    const std::string text = Joined(key.columns);
    texts.push_back("(" + text + ")");
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

std::string KeyText(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " ") + text;
  return all.empty() ? "none" : all;
}

// A column that is gone while one of the same type stands at its place under a name that was not published.
const PublishedColumn* FindRenamedColumn(const std::vector<PublishedColumn>& published, std::size_t index, const std::vector<PublishedColumn>& declared) {
  if (index >= declared.size()) return nullptr;
  const PublishedColumn& there = declared[index];
  return there.type == published[index].type && Find(published, there.name) == nullptr ? &there : nullptr;
}

bool IsAlpha(const PublishedContract& published, const PublishedContract& declared) {
  return published.stability.value_or(declared.stability.value_or(api::Stability::Stable)) == api::Stability::Alpha;
}

std::string Or(const std::string& text, const std::string& otherwise) { return text.empty() ? otherwise : text; }

// On one line: a finding is one.
std::string Shortened(const std::string& lines) {
  constexpr std::size_t kShown = 80;
  std::string text;
  for (const char c : OneLine(lines))
    if (c != ' ' || (!text.empty() && text.back() != ' ')) text += c;
  while (text.ends_with(' ')) text.pop_back();
  return text.size() <= kShown ? text : text.substr(0, text.find_last_of(' ', kShown) == std::string::npos ? kShown : text.find_last_of(' ', kShown)) + " ...";
}

class Comparison {
 public:
  Comparison(const PublishedContract& published, const PublishedContract& declared, Time now)
      : published_(published), declared_(declared), now_(now), severity_(IsAlpha(published, declared) ? Severity::Warning : Severity::Breaking) {}

  std::vector<Finding> Run() {
    for (std::size_t i = 0; i < published_.columns.size(); ++i) CompareColumn(i);
    FindDeleteMarkers();
    CompareKeys();
    CompareGrain();
    CompareQuery();
    CompareFreshness();
    CompareEventTime();
    CompareLookback();
    CompareStability();
    return std::move(findings_);
  }

 private:
  void Add(ContractRule rule, std::string path, std::string before, std::string after, std::string advice) {
    Finding finding{rule, severity_, std::move(path), std::move(before), std::move(after), std::move(advice)};
    if (finding.severity == Severity::Warning)
      finding.advice = "allowed, since the View is Alpha and promises nothing; readers get it with the next version";
    else if (rule == ContractRule::DecimalPrecision)
      finding.severity = Severity::Warning,
      finding.advice = "allowed, since every published value fits; once it is published, fewer digits are a break (TypeNarrow)";
    if (const api::Waiver* waiver = WaiverFor(published_, declared_, rule, now_); waiver != nullptr && finding.severity == Severity::Breaking) {
      finding.severity = Severity::Warning;
      finding.advice = "waived until " + waiver->until + ": " + waiver->reason;
    } else if (finding.severity == Severity::Breaking) {
      finding.advice += "; or publish a new View whose name ends in the next version, or add a waiver of the rule to spec.waivers when readers agree";
      if (const std::string why = WhyNotWaived(published_, declared_, rule, now_); !why.empty()) finding.advice += " (" + why + ")";
    }
    findings_.push_back(std::move(finding));
  }

  void CompareColumn(std::size_t index) {
    const PublishedColumn& before = published_.columns[index];
    const PublishedColumn* after = Find(declared_.columns, before.name);
    const std::size_t found = findings_.size();
    after == nullptr ? Gone(index) : CompareWith(before, *after);
    ColumnFreedom& freedom = freedoms_[Lower(before.name)];
    freedom.was = before.type;
    if (after != nullptr) freedom.is = after->type;
    for (std::size_t i = found; i < findings_.size(); ++i) Free(findings_[i].rule, freedom);
  }

  // What a change of the declaration has to do in the query. More digits or a wider type keep the values; another scale, unit
  // or class of type cannot.
  static void Free(ContractRule rule, ColumnFreedom& freedom) {
    switch (rule) {
      case ContractRule::DecimalPrecision:
      case ContractRule::TypeWiden:
      case ContractRule::TypeNarrow: freedom.cast = true; break;
      case ContractRule::NullabilityLoosen: freedom.gaps = true; break;
      default: freedom.any = true;
    }
  }

  void CompareWith(const PublishedColumn& before, const PublishedColumn& now) {
    const PublishedColumn* after = &now;
    const std::string path = "spec.columns[" + std::to_string(after - declared_.columns.data()) + "]";
    if (before.type != after->type)
      Add(RuleOfTypeChange(before.type, after->type), path + ".type", before.name + " " + before.type, after->name + " " + after->type,
          "add a column of the new type beside it");
    if (!before.IsNullable() && after->IsNullable())
      Add(ContractRule::NullabilityLoosen, path + ".nullable", before.name + " without missing values", after->name + " with missing values",
          "fill the gaps in the query, for instance with coalesce");
    if (before.unit != after->unit)
      Add(ContractRule::MeaningUnit, path + ".unit", before.name + " in " + Or(before.unit, "no unit"), before.name + " in " + Or(after->unit, "no unit"),
          "add a column in the new unit beside it");
    if (!before.meaning.empty() && before.meaning != after->meaning)
      Add(ContractRule::MeaningUnit, path + ".meaning", before.name + " as " + Quoted(Shortened(before.meaning), 90),
          after->meaning.empty() ? "no meaning of " + before.name : before.name + " as " + Quoted(Shortened(after->meaning), 90),
          "add a column of the new meaning beside it; description may be reworded");
  }

  void Gone(std::size_t index) {
    const PublishedColumn& before = published_.columns[index];
    if (const PublishedColumn* renamed = FindRenamedColumn(published_.columns, index, declared_.columns))
      return Add(ContractRule::ColumnNoDelete, "spec.columns[" + std::to_string(index) + "].name", "column " + before.name,
                 "column " + renamed->name + " in its place", "it looks renamed: keep \"" + before.name + "\" and add \"" + renamed->name + "\" beside it");
    Add(ContractRule::ColumnNoDelete, "spec.columns", "column " + before.name, "", "keep the column");
  }

  // Readers that know no marker would count deleted rows as living ones.
  void FindDeleteMarkers() {
    for (std::size_t i = 0; !published_.columns.empty() && i < declared_.columns.size(); ++i) {
      const std::string& name = declared_.columns[i].name;
      if (IsDeleteMarker(name) && Find(published_.columns, name) == nullptr)
        Add(ContractRule::DeleteSemantics, "spec.columns[" + std::to_string(i) + "].name", "no mark of deleted rows", "column " + name,
            "by its name it marks deleted rows, which readers would take for living ones: leave such rows out in the query, or give the column "
            "another name when it marks nothing");
    }
  }

  void CompareKeys() {
    const std::vector<std::string> before = KeyTexts(published_.keys);
    const std::vector<std::string> after = KeyTexts(declared_.keys);
    if (!std::includes(after.begin(), after.end(), before.begin(), before.end()))
      Add(ContractRule::KeyChange, "spec.keys", "keys " + KeyText(before), "keys " + KeyText(after), "readers join on the published keys: keep them");
  }

  void CompareGrain() {
    if (!published_.grain.empty() && published_.grain != declared_.grain)
      Add(ContractRule::KeyChange, "spec.grain", "the grain " + Quoted(Shortened(published_.grain), 90), "the grain " + Quoted(Shortened(declared_.grain), 90),
          "readers count on what one row is: keep it");
  }

  void CompareQuery() {
    if (published_.query.empty() || declared_.query.empty() || CompareQueries(published_.query, declared_.query, freedoms_) != QueryChange::Undetermined)
      return;
    const QueryExcerpts differ = WhereQueriesDiffer(published_.query, declared_.query);
    Add(ContractRule::CardinalityQuery, "spec.query.sql", "the query " + Quoted(differ.before, 160), Quoted(differ.after, 160),
        "only added columns are known to leave the published rows and values as they are: keep the rest of the query, and add no column by a subquery, by OVER "
        "or by a function that is not of one row");
  }

  // Rounded down to what a manifest can say.
  static Duration Longest(Duration promised) { return Duration::Millis(promised.ms * 3 / 2); }

  void CompareFreshness() {
    const std::optional<api::Freshness>& promised = published_.promised ? published_.promised->freshness : published_.freshness;
    if (!promised) return;
    const Duration before = promised->maxLag;
    const bool loosened = !declared_.freshness || declared_.freshness->maxLag > Longest(before);
    if (loosened)
      Add(ContractRule::SlaFreshness, "spec.freshness.maxLag", "maxLag " + weir::Format(before),
          declared_.freshness ? "maxLag " + weir::Format(declared_.freshness->maxLag) : "",
          "keep maxLag at " + weir::Format(Longest(before)) + " or less, which is 1.5 times what was first promised");
  }

  // Which time counts for freshness, and how far it may be ahead. A raised maxAhead lets one wrong time keep the view fresh.
  void CompareEventTime() {
    const std::optional<api::EventTime>& before = published_.promised ? published_.promised->eventTime : published_.eventTime;
    if (!before) return CompareAddedEventTime();
    const std::string column = declared_.eventTime ? declared_.eventTime->column : "";
    if (column != before->column)
      return Add(ContractRule::SlaFreshness, declared_.eventTime ? "spec.eventTime.column" : "spec.eventTime", before->column, column,
                 "freshness was promised in this column's time: keep it");
    const Duration ahead = declared_.eventTime->MaxAhead();
    if (ahead > before->MaxAhead())
      Add(ContractRule::SlaFreshness, "spec.eventTime.maxAhead", weir::Format(before->MaxAhead()), weir::Format(ahead),
          "a time further ahead would keep the view fresh for longer: correct such times in the query");
  }

  // The newest event of one column may be newer, and stay newer, than the oldest of the datasets read: nobody can tell from
  // the manifest whether the same maxLag promises more now, or less. What kept no promise kept no event time either.
  void CompareAddedEventTime() {
    if (!declared_.eventTime || !published_.promised || !published_.promised->freshness) return;
    Add(ContractRule::SlaFreshness, "spec.eventTime", "maxLag " + weir::Format(published_.promised->freshness->maxLag) + " in the time of the datasets read",
        "the time of column " + declared_.eventTime->column, "the same maxLag is another promise in another time: leave eventTime out");
  }

  void CompareLookback() {
    const std::optional<Duration>& before = published_.promised ? published_.promised->lookback : published_.lookback;
    if (before && (!declared_.lookback || *declared_.lookback < *before))
      Add(ContractRule::SlaHistory, "spec.lookback", "lookback " + weir::Format(*before),
          declared_.lookback ? "lookback " + weir::Format(*declared_.lookback) : "", "readers count on the older rows; keep them");
  }

  void CompareStability() {
    if (published_.stability == api::Stability::Stable && declared_.stability == api::Stability::Alpha)
      Add(ContractRule::StabilityLowered, "spec.stability", "stability Stable", "stability Alpha", "keep it Stable");
  }

  const PublishedContract& published_;
  const PublishedContract& declared_;
  Time now_;
  Severity severity_;
  ColumnFreedoms freedoms_;  // what a finding about a column covers in the query is no second change
  std::vector<Finding> findings_;
};

bool Holds(const std::vector<Finding>& findings, std::string_view field, Severity severity) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.path.starts_with(field) && f.severity == severity; });
}

// `first` is what was promised, `next` what is declared in `field`: the promise stays unless a waiver changed it. One rule may be
// about several fields; a waiver that one of them needed agrees to nothing about another.
template <typename T>
void Keep(const std::vector<Finding>& findings, std::string_view field, const std::optional<T>& first, const std::optional<T>& was, std::optional<T>& next,
          std::optional<T>& promised) {
  const bool breaks = Holds(findings, field, Severity::Breaking);
  promised = (first || breaks) && !Holds(findings, field, Severity::Warning) ? first : next;
  if (breaks) next = was ? was : first;
}

}  // namespace

PublishedContract ContractOf(const api::ViewSpec& spec) {
  PublishedContract contract{.keys = spec.keys};
  for (const api::ViewColumn& column : spec.columns)
    contract.columns.push_back(
        {.name = column.name, .type = column.type, .nullable = column.IsNullable() ? std::nullopt : column.nullable, .unit = column.unit});
  contract.hash = StableHashText(Dump(api::WriteCanonical(contract)));
  for (std::size_t i = 0; i < spec.columns.size(); ++i) contract.columns[i].meaning = spec.columns[i].meaning;
  contract.grain = spec.grain;
  contract.query = spec.query.sql;
  contract.stability = spec.stability;
  contract.freshness = spec.freshness;
  contract.eventTime = spec.eventTime;
  contract.lookback = spec.lookback;
  contract.waivers = spec.waivers;
  return contract;
}

std::vector<Finding> Compare(const PublishedContract& published, const PublishedContract& declared, Time now) {
  return Comparison(published, declared, now).Run();
}

std::vector<Finding> Breaking(std::vector<Finding> findings) {
  std::erase_if(findings, [](const Finding& f) { return f.severity != Severity::Breaking; });
  return findings;
}

std::string Sentence(const Finding& finding) {
  const std::string verb = finding.severity == Severity::Breaking ? "breaks" : "changes";
  std::string text = verb + " the published contract, which has " + finding.before + "; the manifest has " + (finding.after.empty() ? "none" : finding.after);
  return finding.advice.empty() ? text : text + ": " + finding.advice;
}

std::string Describe(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings)
    text += (text.empty() ? "" : "; ") + std::string(api::Word(finding.rule)) + " " + finding.path + " " + Sentence(finding);
  return text;
}

PublishedContract Succeed(const std::optional<PublishedContract>& before, PublishedContract declared, Time now) {
  std::vector<Finding> findings;
  api::Promise first, was;
  if (before && before->stability != api::Stability::Alpha) {
    findings = Compare(*before, declared, now);
    was = {before->freshness, before->eventTime, before->lookback};
    first = before->promised.value_or(was);
  }
  api::Promise promised;
  Keep(findings, "spec.freshness", first.freshness, was.freshness, declared.freshness, promised.freshness);
  Keep(findings, "spec.eventTime", first.eventTime, was.eventTime, declared.eventTime, promised.eventTime);
  Keep(findings, "spec.lookback", first.lookback, was.lookback, declared.lookback, promised.lookback);
  declared.promised = promised;
  std::set<ContractRule> waived;
  for (const Finding& finding : findings)
    if (finding.severity == Severity::Warning && WaiverFor(*before, declared, finding.rule, now) != nullptr) waived.insert(finding.rule);
  const std::vector<api::Waiver> offered = std::exchange(declared.waivers, before ? SpentOf(*before, now) : std::vector<api::Waiver>());
  for (const api::Waiver& waiver : offered)
    if (waived.contains(waiver.rule)) Spend(waiver, declared);
  return declared;
}

PublishedContract AsOfNow(const PublishedContract& revision, PublishedContract declared) {
  if (declared.hash != revision.hash || declared.query != revision.query) return revision;
  declared.waivers = revision.waivers;
  if (revision.stability) declared.eventTime = revision.eventTime;  // an older release kept neither
  return declared;
}

bool IsDeleteMarker(const std::string& column) {
  std::string word;
  for (const char c : column)
    if (c != '_') word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::array<std::string_view, 11> kMarkers{"deleted",      "deletedat", "deletedon",   "deletedtime", "deletedts", "deletedate",
                                                      "deletiondate", "isdeleted", "softdeleted", "removedat",   "tombstone"};
  return std::find(kMarkers.begin(), kMarkers.end(), word) != kMarkers.end();
}

}  // namespace weir::contract
