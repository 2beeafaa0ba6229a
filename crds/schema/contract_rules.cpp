#include "crds/schema/kinds.h"

// The rules of a published contract that one object can decide by itself, as transition rules at the root of a View.
// Their base is what is published (oldSelf.status.published), not the manifest before, so that a View that never
// published may change freely and an edit can be taken back. operator/plan says the same rules for `weir check`.
//
// Each rule begins with what lets it pass at once: nothing published, an Alpha view, or the part that it is about
// unchanged. The last is needed for status writes, which the API server validates against the same rules.
// Columns are looked up in a map that is built once a rule: `exists` inside `all` is quadratic and dies at 400 columns.

namespace weir::schema {
namespace {

using Text = std::string;

// What was published as Alpha may change in any way. Releases before 0.2 did not keep it with what is published.
const Text kStability = "(has(oldSelf.status.published.stability) ? oldSelf.status.published.stability : oldSelf.spec.stability)";
const Text kFree = "!has(oldSelf.status) || !has(oldSelf.status.published) || " + kStability + " == 'Alpha' || ";
const Text kSameColumns = "self.spec.columns == oldSelf.spec.columns || !has(oldSelf.status.published.columns) || ";
const Text kAdvice =
    "; readers rely on what is published: revert the edit, make a new View with the next version, or add a new waiver to spec.waivers when they agree";

// Rules of the waivers that no publication has used yet. CEL has no clock: one that has ended, or is too far ahead, passes
// here, and the publish is held back.
const Text kSpent =
    "(has(oldSelf.status.published.waivers) && oldSelf.status.published.waivers.exists(u, u.rule == w.rule && u.until == w.until && u.reason == w.reason))";
const Text kUsable = "(has(self.spec.waivers) ? self.spec.waivers.filter(w, w.reason.trim() != '' && !" + kSpent + ").map(w, w.rule) : [])";

Text Waived(const Text& rule) { return rule + " in " + kUsable; }

// Over the published column o: `entry` is what a map m keeps of each column now, `holds` that all is well, `shown` how
// an offender is written. `summary` is said when the message grows too long for the API server.
// Without an id, `holds` looks at the rules `waived` itself.
struct ColumnRule {
  Text id;
  Text summary;
  Text entry;
  Text holds;
  Text shown;
};

// Optional syntax (a.?b) is not used: what comes out of it has no bound that the API server would know.
Text Same(const Text& field) {
  const Text is = "self.spec." + field, was = "oldSelf.spec." + field;
  return "(has(" + is + ") == has(" + was + ") && (!has(" + is + ") || " + is + " == " + was + ")) || ";
}

// The views into a rule stay valid for the life of the program: the texts are kept in a static list.
struct RuleTexts {
  Text rule;
  Text message;
  Text messageExpression;
  std::string_view fieldPath;
};

RuleTexts Over(const ColumnRule& rule) {
  const Text map = "[self.spec.columns.transformMapEntry(i, c, {c.name: " + rule.entry + "})]";
  const Text base = "oldSelf.status.published.columns";
  const Text free = kFree + kSameColumns + (rule.id.empty() ? "" : Waived("'" + rule.id + "'") + " || ");
  Text holds = map + ".all(m, " + base + ".all(o, " + rule.holds + "))";
  Text message = map + ".map(m, '%s" + kAdvice + "'.format([" + base + ".filter(o, !(" + rule.holds + ")).map(o, " + rule.shown + ")]))[0]";
  if (rule.id.empty()) {
    holds = "[" + kUsable + "].all(waived, " + holds + ")";
    message = "[" + kUsable + "].map(waived, " + message + ")[0]";
  }
  return {free + holds, rule.summary + kAdvice, message, ".spec.columns"};
}

const Text kWas = "o.type", kIs = "m[o.name]";

Text Integer(const Text& type) { return type + " in ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT']"; }
Text Floating(const Text& type) { return type + " in ['FLOAT', 'DOUBLE']"; }
Text Decimal(const Text& type) { return type + ".startsWith('DECIMAL')"; }
Text Rank(const Text& type) { return "'TINYINT SMALLINT INTEGER BIGINT FLOAT DOUBLE'.indexOf(" + type + ")"; }
Text Both(Text (*family)(const Text&)) { return family(kWas) + " && " + family(kIs); }

// Text alone: the API server takes the cost of a split or of int() for unbounded. ",2)" tells the scale, and of two
// types with one scale the longer text, or the later one of the same length, has more digits.
Text SameScale() { return kIs + ".endsWith(" + kWas + ".substring(" + kWas + ".indexOf(',')))"; }
Text NotNarrower() { return "(" + kIs + ".size() > " + kWas + ".size() || (" + kIs + ".size() == " + kWas + ".size() && " + kIs + " >= " + kWas + "))"; }

// More digits at the same scale keep every reader's numbers (DecimalPrecision): the one change of type that may pass.
// Scale has a rule of its own because its test may stand in a filter, but costs too much inside a message.
Text ScaleHolds() { return "!(o.name in m) || !(" + Both(Decimal) + ") || " + SameScale(); }
Text TypeHolds() { return "!(o.name in m) || " + kIs + " == " + kWas + " || (" + Both(Decimal) + " && (!" + SameScale() + " || " + NotNarrower() + "))"; }

Text TypeRuleId() {
  const Text lossy = "(" + Integer(kWas) + " || " + Decimal(kWas) + ") && " + Floating(kIs) + " || " + Floating(kWas) + " && " + Decimal(kIs);
  return "(" + Both(Decimal) + " ? 'TypeNarrow' : (" + Both(Integer) + ") || (" + Both(Floating) + ") ? (" + Rank(kIs) + " > " + Rank(kWas) +
         " ? 'TypeWiden' : 'TypeNarrow') : " + lossy + " ? 'TypeWidenLossy' : 'TypeClassChange')";
}

RuleTexts RemovalRule() {
  return Over({"ColumnNoDelete", "ColumnNoDelete: published columns were dropped or renamed", "true", "o.name in m",
               "'ColumnNoDelete: column %s was dropped or renamed'.format([o.name])"});
}

RuleTexts TypeRule() {
  return Over({"", "TypeClassChange: types of published columns changed", "c.type", TypeHolds() + " || " + TypeRuleId() + " in waived",
               "'%s: column %s was %s, is %s'.format([" + TypeRuleId() + ", o.name, o.type, m[o.name]])"});
}

RuleTexts ScaleRule() {
  return Over({"DecimalScale", "DecimalScale: digits behind the point of published columns changed", "c.type", ScaleHolds(),
               "'DecimalScale: column %s was %s, is %s'.format([o.name, o.type, m[o.name]])"});
}

RuleTexts NullabilityRule() {
  return Over({"NullabilityLoosen", "NullabilityLoosen: published columns that always have a value may miss it now", "!has(c.nullable) || c.nullable",
               "!has(o.nullable) || o.nullable || !(o.name in m) || !m[o.name]", "'NullabilityLoosen: column %s always had a value'.format([o.name])"});
}

RuleTexts UnitRule() {
  return Over({"MeaningUnit", "MeaningUnit: units of published columns changed", "has(c.unit) ? c.unit : ''",
               "!(o.name in m) || m[o.name] == (has(o.unit) ? o.unit : '')",
               "'MeaningUnit: column %s was in %s, is in %s'.format([o.name, has(o.unit) ? o.unit : 'no unit', m[o.name] == '' ? 'no unit' : m[o.name]])"});
}

// The meanings themselves are too long for a message. One that is added where there was none takes nothing away.
RuleTexts MeaningRule() {
  return Over({"MeaningUnit", "MeaningUnit: meanings of published columns changed", "has(c.meaning) ? c.meaning : ''",
               "!(o.name in m) || !has(o.meaning) || m[o.name] == o.meaning", "'MeaningUnit: column %s has another meaning'.format([o.name])"});
}

// Columns such as deletedAt, deleted or is_deleted (crds/contract, IsDeleteMarker).
RuleTexts DeleteMarkerRule() {
  const Text known = "[oldSelf.status.published.columns.transformMapEntry(i, o, {o.name: true})]";
  const Text marker =
      "c.name.lowerAscii().replace('_', '') in ['deleted', 'deletedat', 'deletedon', 'deletedtime', 'deletedts', 'deletedate', 'deletiondate', 'isdeleted', "
      "'softdeleted', 'removedat', 'tombstone']";
  return {kFree + kSameColumns + Waived("'DeleteSemantics'") + " || " + known + ".all(m, self.spec.columns.all(c, c.name in m || !(" + marker + ")))",
          "DeleteSemantics: a column was added that marks deleted rows by its name, and readers would take such rows for living ones" + kAdvice, "",
          ".spec.columns"};
}

RuleTexts KeyRule() {
  const Text keys = "oldSelf.status.published.keys.all(o, has(self.spec.keys) && self.spec.keys.exists(k, sets.equivalent(k.columns, o.columns)))";
  return {kFree + Same("keys") + "!has(oldSelf.status.published.keys) || " + Waived("'KeyChange'") + " || " + keys,
          "KeyChange: a published key was removed or changed" + kAdvice, "", ".spec.keys"};
}

RuleTexts GrainRule() {
  return {kFree + Same("grain") + "!has(oldSelf.status.published.grain) || " + Waived("'KeyChange'") + " || self.spec.grain == oldSelf.status.published.grain",
          "KeyChange: the published grain was changed" + kAdvice, "", ".spec.grain"};
}

// What was first promised, as a list of one or none.
Text Promised(const Text& field, const Text& value) {
  const Text base = "oldSelf.status.published", first = base + ".promised";
  const auto of = [&](const Text& from) { return "(has(" + from + "." + field + ") ? [" + from + "." + value + "] : [])"; };
  return "(has(" + first + ") ? " + of(first) + " : " + of(base) + ")";
}

RuleTexts FreshnessRule() {
  const Text is = "self.spec.freshness.maxLag";
  return {kFree + Same("freshness") + Waived("'SlaFreshness'") + " || " + Promised("freshness", "freshness.maxLag") + ".all(was, has(self.spec.freshness) && " +
              is + " + " + is + " <= was + was + was)",
          "SlaFreshness: maxLag was removed or grew beyond 1.5 times what was first promised" + kAdvice, "", ".spec.freshness"};
}

// Another column, or a time further ahead, loosens freshness without a word about maxLag. One that is added where freshness
// was promised in the time of the datasets read makes another promise of the same maxLag.
RuleTexts EventTimeRule() {
  const Text is = "self.spec.eventTime";
  const auto ahead_in = [](const Text& from) { return "(has(" + from + ".maxAhead) ? " + from + ".maxAhead : duration('5m'))"; };
  const auto aheads = [&](const Text& from) { return "(has(" + from + ".eventTime) ? [" + ahead_in(from + ".eventTime") + "] : [])"; };
  const Text base = "oldSelf.status.published", first = base + ".promised";
  return {kFree + Same("eventTime") + Waived("'SlaFreshness'") + " || (" + Promised("eventTime", "eventTime.column") + ".all(was, has(" + is + ") && " + is +
              ".column == was) && (has(" + first + ") ? " + aheads(first) + " : " + aheads(base) + ").all(was, " + ahead_in(is) + " <= was) && (!has(" + is +
              ") || !has(" + first + ") || !has(" + first + ".freshness) || has(" + first + ".eventTime)))",
          "SlaFreshness: eventTime was added or removed, names another column, or its maxAhead was raised" + kAdvice, "", ".spec.eventTime"};
}

RuleTexts LookbackRule() {
  return {kFree + Same("lookback") + Waived("'SlaHistory'") + " || " + Promised("lookback", "lookback") +
              ".all(was, has(self.spec.lookback) && self.spec.lookback >= was)",
          "SlaHistory: lookback was removed or shortened" + kAdvice, "", ".spec"};
}

// Without it a contract could be left in two steps.
RuleTexts StabilityRule() {
  return {kFree + Same("stability") + Waived("'StabilityLowered'") + " || self.spec.stability == 'Stable'",
          "StabilityLowered: a published Stable view cannot become Alpha" + kAdvice, "", ".spec.stability"};
}

}  // namespace

std::vector<api::CelRule> ContractRules() {
  static const std::vector<RuleTexts> texts{RemovalRule(), TypeRule(),  ScaleRule(),     NullabilityRule(), UnitRule(),     MeaningRule(),  DeleteMarkerRule(),
                                            KeyRule(),     GrainRule(), FreshnessRule(), EventTimeRule(),   LookbackRule(), StabilityRule()};
  std::vector<api::CelRule> rules;
  for (const RuleTexts& t : texts) rules.push_back({t.rule, t.message, t.messageExpression, t.fieldPath, "FieldValueForbidden"});
  return rules;
}

}  // namespace weir::schema
