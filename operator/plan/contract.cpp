#include "operator/plan/contract.h"

#include <algorithm>
#include <array>
#include <optional>

namespace weir::plan {
namespace {

using api::PublishedColumn;
using api::ViewColumn;

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

template <typename Column>
const Column* Find(const std::vector<Column>& columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(), [&name](const Column& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

// Each key as "(a, b)", in alphabetical order: neither the order of keys nor that of their columns means anything.
std::vector<std::string> KeyTexts(const std::vector<api::Key>& keys) {
  std::vector<std::string> texts;
  for (api::Key key : keys) {
    std::sort(key.columns.begin(), key.columns.end());
    std::string text;
    for (const std::string& column : key.columns) text += (text.empty() ? "" : ", ") + column;
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
const ViewColumn* LooksRenamedTo(const std::vector<PublishedColumn>& published, std::size_t index, const std::vector<ViewColumn>& declared) {
  if (index >= declared.size()) return nullptr;
  const ViewColumn& there = declared[index];
  return there.type == published[index].type && Find(published, there.name) == nullptr ? &there : nullptr;
}

class Comparison {
 public:
  Comparison(const api::PublishedContract& published, const api::ViewSpec& spec)
      : published_(published), spec_(spec), severity_(spec.stability == api::Stability::Alpha ? Severity::Warning : Severity::Breaking) {}

  std::vector<ContractFinding> Run() {
    for (std::size_t i = 0; i < published_.columns.size(); ++i) CompareColumn(i);
    CompareKeys();
    CompareFreshness();
    return std::move(findings_);
  }

 private:
  void Add(ContractRule rule, std::string path, std::string before, std::string after, std::string advice) {
    const Severity severity = rule == ContractRule::DecimalPrecision ? Severity::Warning : severity_;
    findings_.push_back({rule, severity, std::move(path), std::move(before), std::move(after), std::move(advice)});
  }

  void CompareColumn(std::size_t index) {
    const PublishedColumn& before = published_.columns[index];
    const ViewColumn* after = Find(spec_.columns, before.name);
    if (after == nullptr) return Gone(index);
    const std::string path = "spec.columns[" + std::to_string(after - spec_.columns.data()) + "]";
    if (before.type != after->type)
      Add(RuleOfTypeChange(before.type, after->type), path + ".type", before.name + " " + before.type, after->name + " " + after->type,
          "add a column of the new type beside it");
    if (!before.IsNullable() && after->IsNullable())
      Add(ContractRule::NullabilityLoosen, path + ".nullable", before.name + " never missing", after->name + " may be missing",
          "fill the gaps in the query, for instance with coalesce");
    if (before.unit != after->unit)
      Add(ContractRule::MeaningUnit, path + ".unit", before.unit.empty() ? "no unit" : before.unit, after->unit.empty() ? "no unit" : after->unit,
          "add a column in the new unit beside it");
  }

  void Gone(std::size_t index) {
    const PublishedColumn& before = published_.columns[index];
    if (const ViewColumn* renamed = LooksRenamedTo(published_.columns, index, spec_.columns))
      return Add(ContractRule::ColumnNoRename, "spec.columns[" + std::to_string(index) + "].name", before.name, renamed->name,
                 "keep \"" + before.name + "\" and add \"" + renamed->name + "\" beside it");
    Add(ContractRule::ColumnNoDelete, "spec.columns", before.name, "", "keep the column, or publish a new View whose name ends in the next version");
  }

  void CompareKeys() {
    const std::vector<std::string> before = KeyTexts(published_.keys);
    const std::vector<std::string> after = KeyTexts(spec_.keys);
    const bool kept = std::includes(after.begin(), after.end(), before.begin(), before.end());
    if (!kept)
      Add(ContractRule::KeyChange, "spec.keys", KeyText(before), KeyText(after), "readers join on the published keys; publish a new View for another grain");
  }

  void CompareFreshness() {
    if (!published_.freshness) return;
    const Duration before = published_.freshness->maxLag;
    const bool loosened = !spec_.freshness || spec_.freshness->maxLag * 2 > before * 3;
    if (loosened)
      Add(ContractRule::SlaFreshness, "spec.freshness.maxLag", weir::Format(before), spec_.freshness ? weir::Format(spec_.freshness->maxLag) : "",
          "at most 1.5 times the published limit can be taken back");
  }

  const api::PublishedContract& published_;
  const api::ViewSpec& spec_;
  Severity severity_;
  std::vector<ContractFinding> findings_;
};

}  // namespace

std::string_view Name(ContractRule rule) {
  switch (rule) {
    case ContractRule::ColumnNoDelete: return "ColumnNoDelete";
    case ContractRule::ColumnNoRename: return "ColumnNoRename";
    case ContractRule::TypeClassChange: return "TypeClassChange";
    case ContractRule::TypeWiden: return "TypeWiden";
    case ContractRule::TypeWidenLossy: return "TypeWidenLossy";
    case ContractRule::TypeNarrow: return "TypeNarrow";
    case ContractRule::DecimalPrecision: return "DecimalPrecision";
    case ContractRule::DecimalScale: return "DecimalScale";
    case ContractRule::NullabilityLoosen: return "NullabilityLoosen";
    case ContractRule::KeyChange: return "KeyChange";
    case ContractRule::SlaFreshness: return "SlaFreshness";
    case ContractRule::MeaningUnit: return "MeaningUnit";
  }
  return "";
}

std::vector<ContractFinding> CompareContract(const api::PublishedContract& published, const api::ViewSpec& spec) { return Comparison(published, spec).Run(); }

std::vector<ContractFinding> Breaking(std::vector<ContractFinding> findings) {
  std::erase_if(findings, [](const ContractFinding& f) { return f.severity != Severity::Breaking; });
  return findings;
}

std::string Describe(const std::vector<ContractFinding>& findings) {
  std::string text;
  for (const ContractFinding& finding : findings) {
    text += (text.empty() ? "" : "; ") + std::string(Name(finding.rule)) + " " + finding.path + ": published is " + finding.before;
    text += finding.after.empty() ? ", now it is gone" : ", now it is " + finding.after;
    text += " (" + finding.advice + ")";
  }
  return text;
}

}  // namespace weir::plan
