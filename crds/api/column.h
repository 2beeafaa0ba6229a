#pragma once

#include "crds/api/condition.h"
#include "crds/api/describe/words.h"
#include "crds/api/kubernetes/owner.h"

namespace weir::api {

// One of BOOLEAN TINYINT SMALLINT INTEGER BIGINT FLOAT DOUBLE DECIMAL(p,s) VARCHAR DATE TIMESTAMP BLOB. TIMESTAMP is an
// instant, kept in UTC to the microsecond. DuckDB's and Spark's words for the same types.
inline constexpr std::string_view kTypePattern =
    "^(BOOLEAN|TINYINT|SMALLINT|INTEGER|BIGINT|FLOAT|DOUBLE|VARCHAR|DATE|TIMESTAMP|BLOB|DECIMAL\\(([1-9]|[12][0-9]|3[0-8]),([0-9]|[12][0-9]|3[0-8])\\))$";

// What the engine fills a column with when it decodes a file, in every row: where the file came from, as the ledger names
// it, or when it landed.
WEIR_ENUM(Provenance, SourceFile, LandedAt);

// What a file means that does not have a column at all, such as one from before the column was added. The words are no
// words of YAML (`Null` is).
WEIR_ENUM(WhenAbsent, Fail, SetNull);

// Said alike by the API server and by operator/plan.
inline constexpr std::string_view kSetNullOfRequired =
    "whenAbsent: SetNull gives rows without a value, and nullable: false refuses them: remove one of the two";
inline constexpr std::string_view kSetNullOfKey =
    "whenAbsent: SetNull gives rows without a value, and a column of a key needs one: remove whenAbsent, or the column from the key";
inline constexpr std::string_view kWhenAbsentOfFilled = "a column with provenance is filled by the engine and is in no file: remove whenAbsent";
inline constexpr std::string_view kWhenAbsentOfSql = "whenAbsent is about columns that are read from files: it belongs on Processed datasets";

struct Column {
  std::string name;
  std::string type;
  std::optional<bool> nullable;  // absent means true
  std::string description;
  std::string unit;
  std::string sourceName;
  std::optional<Provenance> provenance;
  std::optional<WhenAbsent> whenAbsent;  // absent means Fail for CSV and Parquet, SetNull with a warning for JSON
  bool operator==(const Column&) const = default;
  bool IsNullable() const { return nullable.value_or(true); }
};
void Describe(auto&& field, Of<Column> auto& self) {
  field("name", self.name, Rules{.doc = "Name in SQL.", .required = true, .maxLength = 128, .pattern = kColumnNamePattern, .change = Change::NewRevision});
  field("type", self.type,
        Rules{.doc = "BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE, DECIMAL(p,s), VARCHAR, DATE, TIMESTAMP (UTC) or BLOB.",
              .required = true,
              .maxLength = 32,
              .pattern = kTypePattern,
              .change = Change::NewRevision});
  field("nullable", self.nullable,
        Rules{.doc = "Whether a value may be missing. Absent means true. Rows that break it are quarantined when files are decoded and refused elsewhere.",
              .change = Change::NewRevision});
  field("description", self.description, Rules{.doc = "What a reader needs to know.", .maxLength = 1024, .change = Change::InPlace});
  field("unit", self.unit, Rules{.doc = "Unit of measure, such as minutes or EUR.", .maxLength = 63, .change = Change::InPlace});
  field("sourceName", self.sourceName, Rules{.doc = "Name of the column in the files, where it differs.", .maxLength = 1024, .change = Change::NewRevision});
  field("provenance", self.provenance,
        Rules{.doc =
                  "Filled by the engine when files are decoded, not read from them: SourceFile (VARCHAR) is the source of the row's file, LandedAt (TIMESTAMP) "
                  "the time at which it landed. Processed only, and not with sourceName.",
              .change = Change::NewRevision});
  field("whenAbsent", self.whenAbsent,
        Rules{.doc = "What happens to a file that does not have the column, such as one from before the column was added; Processed only. Fail: the file is "
                     "unreadable. SetNull: the column is NULL in its rows. Absent means Fail for CSV and Parquet, and for JSON SetNull with a warning.",
              .change = Change::NewRevision});
  field.Rule({.rule = "!has(self.provenance) || !has(self.sourceName)",
              .message = "a column with provenance is filled by the engine and has no sourceName",
              .fieldPath = ".sourceName"});
  field.Rule({.rule = "!has(self.provenance) || self.type == (self.provenance == 'SourceFile' ? 'VARCHAR' : 'TIMESTAMP')",
              .message = "provenance SourceFile needs the type VARCHAR, LandedAt the type TIMESTAMP",
              .fieldPath = ".type"});
  field.Rule({.rule = "!has(self.whenAbsent) || self.whenAbsent != 'SetNull' || !has(self.nullable) || self.nullable",
              .message = kSetNullOfRequired,
              .fieldPath = ".whenAbsent"});
  field.Rule({.rule = "!has(self.whenAbsent) || !has(self.provenance)", .message = kWhenAbsentOfFilled, .fieldPath = ".whenAbsent"});
}

}  // namespace weir::api
