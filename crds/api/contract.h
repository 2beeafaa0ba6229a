#pragma once

#include "crds/api/dataset.h"
#include "crds/api/describe/words.h"

namespace weir::api {

// Alpha may break; Stable may not.
WEIR_ENUM(Stability, Alpha, Stable);

// One rule of a published contract. The ids are one vocabulary for kubectl, conditions, waivers and `weir check`.
WEIR_ENUM(ContractRule, ColumnNoDelete, TypeClassChange, TypeWiden, TypeWidenLossy, TypeNarrow, DecimalPrecision, DecimalScale, NullabilityLoosen, KeyChange,
          CardinalityQuery, MeaningUnit, DeleteSemantics, SlaFreshness, SlaHistory, StabilityLowered);

// A breaking change that readers agreed to: its findings do not hold back a publish until the day `until` is over (UTC).
struct Waiver {
  ContractRule rule = ContractRule::ColumnNoDelete;
  std::string reason;
  std::vector<std::string> approvedBy;
  std::string until;
  bool operator==(const Waiver&) const = default;
};
void Describe(auto&& field, Of<Waiver> auto& self) {
  field("rule", self.rule, Rules{.doc = "Rule of the contract whose findings are accepted.", .required = true});
  field("reason", self.reason,
        Rules{.doc = "Why readers accept the change.", .required = true, .minLength = 10, .maxLength = 512, .pattern = kNotBlankPattern});
  field("approvedBy", self.approvedBy, Rules{.doc = "Who agreed, such as the teams that read the view.", .maxItems = 16});
  field("until", self.until,
        Rules{.doc = "Last valid day (UTC), such as \"2027-01-31\".",
              .required = true,
              .maxLength = 10,
              .pattern = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"});
}

// What of a column readers may rely on. Descriptions are no part of it: they change in place.
struct PublishedColumn {
  std::string name;
  std::string type;
  std::optional<bool> nullable;  // absent means true
  std::string unit;
  std::string meaning;
  bool operator==(const PublishedColumn&) const = default;
  bool IsNullable() const { return nullable.value_or(true); }
};
void Describe(auto&& field, Of<PublishedColumn> auto& self) {
  field("name", self.name, Rules{.doc = "Name of the column.", .required = true, .maxLength = 128, .pattern = kColumnNamePattern});
  field("type", self.type, Rules{.doc = "Type of the column.", .required = true, .maxLength = 32, .pattern = kTypePattern});
  field("nullable", self.nullable, Rules{.doc = "Whether a value may be missing. Absent means true."});
  field("unit", self.unit, Rules{.doc = "Unit of measure.", .maxLength = 63});
  field("meaning", self.meaning, Rules{.doc = "Business meaning.", .maxLength = 1024});
}

// What may be loosened by degrees: judged against the first publication or the newest accepted waiver, so that many small
// steps cannot add up to a large one.
struct Promise {
  std::optional<Freshness> freshness;
  std::optional<EventTime> eventTime;
  std::optional<Duration> lookback;
  bool operator==(const Promise&) const = default;
};
void Describe(auto&& field, Of<Promise> auto& self) {
  field("freshness", self.freshness, Rules{.doc = "Freshness as first promised."});
  field("eventTime", self.eventTime, Rules{.doc = "Event time as first promised."});
  field("lookback", self.lookback, Rules{.doc = "Lookback as first promised.", .min = 1000});
}

// What of a View was promised with its newest published version; contract rules compare with it. It is kept in the status
// of the View and, so that losing the status frees no edit, in the table's log with each version.
struct PublishedContract {
  std::vector<PublishedColumn> columns;
  std::vector<Key> keys;
  std::string grain;
  std::string query;
  std::optional<Stability> stability;
  std::optional<Freshness> freshness;
  std::optional<EventTime> eventTime;
  std::optional<Duration> lookback;
  std::optional<Promise> promised;
  std::vector<Waiver> waivers;
  std::string hash;
  bool operator==(const PublishedContract&) const = default;
};
void Describe(auto&& field, Of<PublishedContract> auto& self) {
  field("columns", self.columns, Rules{.doc = "Columns as published.", .maxItems = 500, .listKey = "name"});
  field("keys", self.keys, Rules{.doc = "Keys as published.", .maxItems = 4});
  field("grain", self.grain, Rules{.doc = "Grain as published."});
  field("query", self.query, Rules{.doc = "Query of the published version.", .maxLength = 65536});
  field("stability", self.stability, Rules{.doc = "Stability as published."});
  field("freshness", self.freshness, Rules{.doc = "Freshness as published."});
  field("eventTime", self.eventTime, Rules{.doc = "Event time as published."});
  field("lookback", self.lookback, Rules{.doc = "Lookback as published.", .min = 1000});
  field("promised", self.promised, Rules{.doc = "Time limits as first promised for this view, or with the newest waiver."});
  field("waivers", self.waivers, Rules{.doc = "Waivers that its publication used.", .maxItems = 16});
  field("hash", self.hash, Rules{.doc = "Hash of the contract."});
}

}  // namespace weir::api
