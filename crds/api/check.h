#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crds/api/describe/choice.h"
#include "crds/api/describe/describe.h"
#include "crds/api/describe/words.h"
#include "crds/api/kubernetes/meta.h"
#include "crds/api/kubernetes/owner.h"
#include "crds/base/text.h"

namespace weir::api {

// What a check is decided by: each row alone, rows compared with each other, or how many there are. Only checks of the first
// can quarantine rows.
enum class CheckScope { Row, Rows, Count };

// One field of a check that names a column: "columns[0]", "column".
struct ColumnUse {
  std::string field;
  std::string column;
};
std::vector<ColumnUse> ListedColumns(std::string_view field, const std::vector<std::string>& columns);

struct NotNullCheck {
  static constexpr std::string_view kField = "notNull";
  static constexpr std::string_view kDoc = "Every row has a value in these columns.";
  static constexpr CheckScope kScope = CheckScope::Row;
  std::vector<std::string> columns;
  bool operator==(const NotNullCheck&) const = default;
  std::vector<ColumnUse> Columns() const { return ListedColumns("columns", columns); }
  std::string Summary() const { return "notNull: " + Joined(columns); }
};
void Describe(auto&& field, Of<NotNullCheck> auto& self) {
  field("columns", self.columns, Rules{.doc = "Columns in which every row has a value.", .required = true, .maxLength = 128, .minItems = 1});
}

struct UniqueCheck {
  static constexpr std::string_view kField = "unique";
  static constexpr std::string_view kDoc = "No two rows have the same values in these columns.";
  static constexpr CheckScope kScope = CheckScope::Rows;
  std::vector<std::string> columns;
  bool operator==(const UniqueCheck&) const = default;
  std::vector<ColumnUse> Columns() const { return ListedColumns("columns", columns); }
  std::string Summary() const { return "unique: " + Joined(columns); }
};
void Describe(auto&& field, Of<UniqueCheck> auto& self) {
  field("columns", self.columns, Rules{.doc = "Columns whose values together occur at most once.", .required = true, .maxLength = 128, .minItems = 1});
}

struct AcceptedValuesCheck {
  static constexpr std::string_view kField = "acceptedValues";
  static constexpr std::string_view kDoc = "Only these values occur.";
  static constexpr CheckScope kScope = CheckScope::Row;
  std::string column;
  std::vector<std::string> values;
  bool operator==(const AcceptedValuesCheck&) const = default;
  std::vector<ColumnUse> Columns() const { return {{"column", column}}; }
  std::string Summary() const { return "acceptedValues: " + column + " in " + Joined(values); }
};
void Describe(auto&& field, Of<AcceptedValuesCheck> auto& self) {
  field("column", self.column, Rules{.doc = "The column.", .required = true, .maxLength = 128});
  field("values", self.values,
        Rules{.doc = "Every allowed value, as a string; a missing value passes.", .required = true, .maxLength = 256, .minItems = 1, .maxItems = 256});
}

struct RangeCheck {
  static constexpr std::string_view kField = "range";
  static constexpr std::string_view kDoc = "Every value is between min and max, both included.";
  static constexpr CheckScope kScope = CheckScope::Row;
  std::string column;
  std::string min;
  std::string max;
  bool operator==(const RangeCheck&) const = default;
  std::vector<ColumnUse> Columns() const { return {{"column", column}}; }
  std::string Summary() const { return "range: " + column + " from " + (min.empty() ? "any" : min) + " to " + (max.empty() ? "any" : max); }
};
void Describe(auto&& field, Of<RangeCheck> auto& self) {
  field("column", self.column, Rules{.doc = "The column.", .required = true, .maxLength = 128});
  field("min", self.min,
        Rules{.doc = "Smallest value that passes, as a string in the format of the column's type. Absent means no lower bound.", .maxLength = 64});
  field("max", self.max, Rules{.doc = "Largest value that passes. Absent means no upper bound.", .maxLength = 64});
}

struct RegexCheck {
  static constexpr std::string_view kField = "regex";
  static constexpr std::string_view kDoc = "Every value matches a regular expression as a whole.";
  static constexpr CheckScope kScope = CheckScope::Row;
  std::string column;
  std::string pattern;
  bool operator==(const RegexCheck&) const = default;
  std::vector<ColumnUse> Columns() const { return {{"column", column}}; }
  std::string Summary() const { return "regex: " + column + " matches " + pattern; }
};
void Describe(auto&& field, Of<RegexCheck> auto& self) {
  field("column", self.column, Rules{.doc = "The column, of type VARCHAR.", .required = true, .maxLength = 128});
  field("pattern", self.pattern,
        Rules{.doc = "Regular expression in the syntax of RE2, which the whole value must match; a missing value passes.",
              .required = true,
              .minLength = 1,
              .maxLength = 1024});
}

struct RowCountCheck {
  static constexpr std::string_view kField = "rowCount";
  static constexpr std::string_view kDoc = "The table has this many rows.";
  static constexpr CheckScope kScope = CheckScope::Count;
  std::optional<std::int64_t> min;
  std::optional<std::int64_t> max;
  bool operator==(const RowCountCheck&) const = default;
  static std::vector<ColumnUse> Columns() { return {}; }
  std::string Summary() const { return "rowCount: from " + std::to_string(min.value_or(0)) + (max ? " to " + std::to_string(*max) : ""); }
  bool Allows(std::int64_t rows) const { return rows >= min.value_or(0) && (!max || rows <= *max); }
};
void Describe(auto&& field, Of<RowCountCheck> auto& self) {
  field("min", self.min, Rules{.doc = "Fewest rows that pass.", .min = 0});
  field("max", self.max, Rules{.doc = "Most rows that pass.", .min = 0});
}

// Every kind of check. One is declared here, and gets the SQL of a failing row in runner/engine/sql/checks.cpp.
using CheckKinds = Choice<NotNullCheck, UniqueCheck, AcceptedValuesCheck, RangeCheck, RegexCheck, RowCountCheck>;

// Said alike by the API server and by operator/plan.
const std::string& QuarantineNeedsRowCheck();
const std::string& QuarantineRule();  // CEL
const std::string& OnFailureDoc();

// Block: the commit is refused. Quarantine: the rows that fail are quarantined and the rest continues (CheckScope::Row only).
// Warn: recorded in the ledger, nothing else.
WEIR_ENUM(OnFailure, Block, Quarantine, Warn);

struct Check {
  std::string name;
  CheckKinds rule;
  std::optional<OnFailure> onFailure;  // absent means Block
  bool operator==(const Check&) const = default;
  OnFailure Action() const { return onFailure.value_or(OnFailure::Block); }
  // Of an empty rule: Count, which looks at no row.
  CheckScope Scope() const {
    return rule.IsEmpty() ? CheckScope::Count : rule.Visit([](const auto& kind) { return kind.kScope; });
  }
  bool LooksAtOneRow() const { return Scope() == CheckScope::Row; }
  std::vector<ColumnUse> Columns() const {
    return rule.Visit([](const auto& kind) { return kind.Columns(); });
  }
  // "range: amount from 0 to 10"
  std::string Summary() const {
    return rule.Visit([](const auto& kind) { return kind.Summary(); });
  }
};
void Describe(auto&& field, Of<Check> auto& self) {
  field("name", self.name, Rules{.doc = "Name in the ledger and in messages.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
  field.OneOf(self.rule);
  field("onFailure", self.onFailure, Rules{.doc = OnFailureDoc()});
  field.Rule({.rule = QuarantineRule(), .message = QuarantineNeedsRowCheck(), .fieldPath = ".onFailure"});
}

}  // namespace weir::api
