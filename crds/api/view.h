#pragma once

#include "crds/api/contract.h"

namespace weir::api {

struct ViewColumn {
  std::string name;
  std::string type;
  std::optional<bool> nullable;  // absent means true
  std::string description;
  std::string meaning;
  std::string unit;
  bool operator==(const ViewColumn&) const = default;
  bool IsNullable() const { return nullable.value_or(true); }
};
void Describe(auto&& field, Of<ViewColumn> auto& self) {
  field("name", self.name, Rules{.doc = "Name of the column, part of the contract.", .required = true, .maxLength = 128, .pattern = kColumnNamePattern});
  field("type", self.type,
        Rules{.doc = "Type of the column, part of the contract; same values as in Dataset.", .required = true, .maxLength = 32, .pattern = kTypePattern});
  field("nullable", self.nullable, Rules{.doc = "Whether a value may be missing; part of the contract. Absent means true."});
  field(
      "description", self.description,
      Rules{
          .doc = "What a reader needs to know.", .required = true, .minLength = 1, .maxLength = 1024, .pattern = kNotBlankPattern, .change = Change::InPlace});
  field("meaning", self.meaning,
        Rules{.doc = "Business meaning or definition, where the description is not exact; part of the contract once published.",
              .maxLength = 1024,
              .change = Change::InPlace});
  field("unit", self.unit, Rules{.doc = "Unit of measure; part of the contract.", .maxLength = 63});
}

struct ViewQuery {
  std::string sql;
  bool operator==(const ViewQuery&) const = default;
};
void Describe(auto&& field, Of<ViewQuery> auto& self) {
  field("sql", self.sql,
        Rules{.doc = "One SELECT over Processed or Curated datasets of this namespace, by table name.",
              .required = true,
              .minLength = 8,
              .maxLength = 65536,
              .change = Change::NewRevision});
}

struct ViewSpec {
  std::string purpose;
  std::string grain;
  Owner owner;
  ViewQuery query;
  std::vector<ViewColumn> columns;
  std::vector<Key> keys;
  std::optional<EventTime> eventTime;
  std::optional<Freshness> freshness;
  std::optional<Duration> lookback;
  Stability stability = Stability::Stable;
  std::vector<Waiver> waivers;
  bool operator==(const ViewSpec&) const = default;
};

struct ViewStatus : TableStatus {
  std::optional<PublishedContract> published;
  bool operator==(const ViewStatus&) const = default;
};
void Describe(auto&& field, Of<ViewStatus> auto& self) {
  DescribeFacts(field, self);
  field("published", self.published, Rules{.doc = "The contract that readers rely on: as of the newest published version."});
}

void Describe(auto&& field, Of<ViewSpec> auto& self) {
  field("purpose", self.purpose,
        Rules{.doc = "Purpose of the view.", .required = true, .minLength = 10, .maxLength = 1024, .pattern = kNotBlankPattern, .change = Change::InPlace});
  field("grain", self.grain,
        Rules{.doc = "What one row is; part of the contract.",
              .required = true,
              .minLength = 3,
              .maxLength = 256,
              .pattern = kNotBlankPattern,
              .change = Change::InPlace});
  field("owner", self.owner, Rules{.doc = "Owner of the view.", .required = true});
  field("query", self.query, Rules{.doc = "Query of the view.", .required = true});
  field("columns", self.columns, Rules{.doc = "The contract, column by column.", .required = true, .minItems = 1, .maxItems = 500, .listKey = "name"});
  field("keys", self.keys, Rules{.doc = "Unique keys; part of the contract, checked before each publish.", .maxItems = 4});
  field("eventTime", self.eventTime, Rules{.doc = "Column with the time of the events. Absent means the data's time is that of the datasets read."});
  field("freshness", self.freshness, Rules{.doc = "How old the data may be; part of the contract."});
  field("lookback", self.lookback,
        Rules{.doc = "How far back from the newest event the view promises rows, once it has them; needs eventTime; part of the contract. Absent means that "
                     "nothing is promised.",
              .min = 1000,
              .change = Change::InPlace});
  field("stability", self.stability, Rules{.doc = "Alpha may change in any way; Stable must keep its contract once published."});
  field("waivers", self.waivers,
        Rules{.doc = "Changes of the published contract that readers agreed to, one for each rule.", .maxItems = 16, .listKey = "rule"});
}

using View = Object<ViewSpec, ViewStatus>;

}  // namespace weir::api
