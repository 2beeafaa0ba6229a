#pragma once

#include "crds/api/check.h"
#include "crds/api/column.h"
#include "crds/api/condition.h"
#include "crds/api/damage.h"
#include "crds/api/describe/words.h"
#include "crds/api/format.h"
#include "crds/api/kubernetes/meta.h"
#include "crds/api/kubernetes/owner.h"
#include "crds/api/lake.h"

namespace weir::api {

struct Key {
  std::vector<std::string> columns;
  bool operator==(const Key&) const = default;
};
void Describe(auto&& field, Of<Key> auto& self) {
  field("columns", self.columns, Rules{.doc = "Columns that together identify a row.", .required = true, .maxLength = 128, .minItems = 1, .maxItems = 16});
}

struct Schema {
  std::vector<Column> columns;
  std::vector<Key> keys;
  bool operator==(const Schema&) const = default;
};
void Describe(auto&& field, Of<Schema> auto& self) {
  field("columns", self.columns, Rules{.doc = "The columns, in order.", .required = true, .minItems = 1, .maxItems = 500, .listKey = "name"});
  field("keys", self.keys, Rules{.doc = "Unique keys; checked on every commit.", .maxItems = 4});
  field.Rule({.rule = "!has(self.keys) || self.columns.all(c, !has(c.whenAbsent) || c.whenAbsent != 'SetNull' || self.keys.all(k, !(c.name in k.columns)))",
              .message = kSetNullOfKey,
              .fieldPath = ".columns"});
}

// A time further ahead of the run's logical time than `maxAhead` cannot be the time of an event that happened: such a row
// is kept and reported, and does not count for the data's time.
struct EventTime {
  std::string column;
  std::optional<Duration> maxAhead;  // absent means 5m
  bool operator==(const EventTime&) const = default;
  Duration MaxAhead() const { return maxAhead.value_or(Duration::Minutes(5)); }
};
void Describe(auto&& field, Of<EventTime> auto& self) {
  field("column", self.column,
        Rules{.doc = "TIMESTAMP or DATE column with the time at which a row's event happened; its newest value is the data's time.",
              .required = true,
              .maxLength = 128});
  field(
      "maxAhead", self.maxAhead,
      Rules{
          .doc =
              "How far an event time may be ahead of the run's logical time. Rows further ahead are kept and reported, and do not count for freshness. Absent "
              "means 5m.",
          .min = 0,
          .max = 31'536'000'000,
          .change = Change::NewRevision});
}

struct Freshness {
  Duration maxLag;
  bool operator==(const Freshness&) const = default;
};
void Describe(auto&& field, Of<Freshness> auto& self) {
  field("maxLag", self.maxLag,
        Rules{.doc = "Greatest age of the data; at exactly this age they are late.", .required = true, .min = 1000, .change = Change::InPlace});
}

// How many rows of one file, or of one result of SQL, may be quarantined. More than that, and nothing is committed.
struct QuarantineLimit {
  std::string maxShare;  // "5%"; empty: no limit but that of a whole file
  std::optional<std::int64_t> maxRows;
  bool operator==(const QuarantineLimit&) const = default;
};
inline constexpr std::string_view kSharePattern = "^(100(\\.0{1,4})?|[0-9]{1,2}(\\.[0-9]{1,4})?)%$";
void Describe(auto&& field, Of<QuarantineLimit> auto& self) {
  field("maxShare", self.maxShare,
        Rules{.doc = "Largest share of the rows of one file (or of one result of SQL) that may be quarantined, such as 5% or 0.1%. Only 100% lets a file pass "
                     "of which "
                     "every row is quarantined.",
              .maxLength = 9,
              .pattern = kSharePattern,
              .change = Change::NewRevision});
  field("maxRows", self.maxRows,
        Rules{.doc = "Most rows of one file (or of one result of SQL) that may be quarantined.", .min = 0, .change = Change::NewRevision});
  field.Rule({.rule = "has(self.maxShare) || has(self.maxRows)", .message = "needs maxShare, maxRows or both"});
}

// A file that is left out, and why. `file` is the name of the landed file (this delivery only), or the name or path of the
// file at its source (every delivery under it).
struct Exclusion {
  std::string file;
  std::string reason;
  bool operator==(const Exclusion&) const = default;
};
void Describe(auto&& field, Of<Exclusion> auto& self) {
  field("file", self.file,
        Rules{.doc = "The file: its path or name in this dataset (one delivery), or its path or name at the source (every delivery).",
              .required = true,
              .minLength = 1,
              .maxLength = 1024,
              .change = Change::NewRevision});
  field("reason", self.reason,
        Rules{.doc = "Why it is left out, for the ledger.",
              .required = true,
              .minLength = 3,
              .maxLength = 256,
              .pattern = kNotBlankPattern,
              .change = Change::NewRevision});
}

// What happens to a file that cannot be used as a whole: of another format, cut short, without a declared column, empty.
WEIR_ENUM(OnUnreadable, Fail, Quarantine);

// What a file means that is delivered under a name that was delivered before, with other content.
WEIR_ENUM(Redelivery, Append, ReplaceSameName, Refuse);

struct DatasetSpec {
  Zone zone = Zone::Processed;
  std::string database;
  std::string description;
  Owner owner;
  std::optional<Format> format;
  std::optional<Schema> schema;
  std::optional<EventTime> eventTime;
  std::vector<Check> checks;
  std::optional<QuarantineLimit> quarantine;
  std::vector<Exclusion> exclude;
  std::optional<OnUnreadable> onUnreadable;  // absent means Fail
  std::optional<Redelivery> redelivery;      // absent means Append, with a warning
  std::optional<Freshness> freshness;
  bool operator==(const DatasetSpec&) const = default;
};
void Describe(auto&& field, Of<DatasetSpec> auto& self) {
  field("zone", self.zone, Rules{.doc = "Zone that stores the dataset. Cannot change.", .required = true});
  field("database", self.database,
        Rules{.doc = "Folder of the zone that contains the table. Absent means the namespace.", .maxLength = 63, .pattern = kObjectNamePattern});
  field("description", self.description, Rules{.doc = "What one row or file is.", .maxLength = 1024, .change = Change::InPlace});
  field("owner", self.owner, Rules{.doc = "Owner of the dataset.", .required = true});
  field("format", self.format,
        Rules{.doc = "How its files are written; required in Landing and RawHistory, refused elsewhere (tables are Parquet under a Delta Lake log).",
              .change = Change::NewRevision});
  field("schema", self.schema, Rules{.doc = "Columns and keys; required in Processed and Curated, refused in Landing and RawHistory."});
  field("eventTime", self.eventTime, Rules{.doc = "Column with the time of the events.", .change = Change::NewRevision});
  field("checks", self.checks,
        Rules{.doc = "Checks that run before a new version becomes visible.", .maxItems = 64, .listKey = "name", .change = Change::NewRevision});
  field("quarantine", self.quarantine,
        Rules{.doc = "How many rows may be quarantined before a run fails; Processed and Curated. Absent means any number, but not every row of a file."});
  field(
      "exclude", self.exclude,
      Rules{.doc =
                "Files that are left out, each with a reason; Landing and RawHistory. The rows of a file that was decoded before are removed from the table by "
                "the next run.",
            .maxItems = 256,
            .listKey = "file",
            .change = Change::NewRevision});
  field("onUnreadable", self.onUnreadable,
        Rules{.doc = "What happens to a file that cannot be used as a whole; Landing and RawHistory. Fail: the run fails and names it. Quarantine: the file is "
                     "quarantined, counted and reported, the others continue, and it is tried again when its schema or format changes. Absent means Fail.",
              .change = Change::NewRevision});
  field("redelivery", self.redelivery,
        Rules{.doc = "How to treat a file whose name was delivered before with other content; Landing and RawHistory. Append: both count. "
                     "ReplaceSameName: the newest of each name counts when files are decoded. Refuse: the first counts; a later one stays where "
                     "it is, is counted as quarantined and reported. Absent means Append, with a warning.",
              .change = Change::NewRevision});
  field("freshness", self.freshness, Rules{.doc = "How old the data may be; refused on Landing and RawHistory."});
  field.Rule({.rule = "self.zone == oldSelf.zone", .message = "zone cannot change: create a new Dataset and let the pipeline fill it", .fieldPath = ".zone"});
  field.Rule({.rule = "(self.zone in ['Landing','RawHistory']) == has(self.format)",
              .message = "format is required in Landing and RawHistory and refused elsewhere",
              .fieldPath = ".format"});
  field.Rule({.rule = "(self.zone in ['Landing','RawHistory']) != has(self.schema)",
              .message = "schema is required from Processed on and refused in Landing and RawHistory",
              .fieldPath = ".schema"});
  field.Rule({.rule = "!has(self.quarantine) || !(self.zone in ['Landing','RawHistory'])",
              .message = "quarantine limits the rows of tables: it belongs on Processed and Curated datasets",
              .fieldPath = ".quarantine"});
  field.Rule({.rule = "self.zone in ['Landing','RawHistory'] || !(has(self.exclude) || has(self.onUnreadable) || has(self.redelivery))",
              .message = "exclude, onUnreadable and redelivery are about files: they belong on Landing and RawHistory datasets"});
  field.Rule({.rule = "!has(self.schema) || self.schema.columns.exists(c, !has(c.provenance))",
              .message = "schema needs a column that is read from the files, beside those with provenance",
              .fieldPath = ".schema"});
  field.Rule({.rule = "self.zone == 'Processed' || !has(self.schema) || self.schema.columns.all(c, !has(c.provenance))",
              .message = "columns with provenance are filled when files are decoded: they belong on Processed datasets",
              .fieldPath = ".schema"});
  field.Rule({.rule = "self.zone == 'Processed' || !has(self.schema) || self.schema.columns.all(c, !has(c.whenAbsent))",
              .message = kWhenAbsentOfSql,
              .fieldPath = ".schema"});
  field.Rule({.rule = "!has(self.freshness) || !(self.zone in ['Landing','RawHistory'])",
              .message = "freshness belongs on Processed and Curated datasets and on views",
              .fieldPath = ".freshness"});
  field.Rule({.rule = "self.zone != 'Views'", .message = "what is in the zone Views is declared as a View", .fieldPath = ".zone"});
}

// Which attempt committed the version that is visible now.
struct CommittedBy {
  std::string run;
  std::string stage;
  int attempt = 0;
  std::int64_t epoch = 0;
  std::string revision;
  std::string image;
  bool operator==(const CommittedBy&) const = default;
};
void Describe(auto&& field, Of<CommittedBy> auto& self) {
  field("run", self.run, Rules{.doc = "PipelineRun."});
  field("stage", self.stage, Rules{.doc = "Stage."});
  field("attempt", self.attempt, Rules{.doc = "Attempt, from 1."});
  field("epoch", self.epoch, Rules{.doc = "Fencing number of the attempt: a commit with a higher one is newer."});
  field("revision", self.revision, Rules{.doc = "Revision of the pipeline."});
  field("image", self.image, Rules{.doc = "Image of the runner.", .maxLength = 512});
}

// What a Dataset shows, and a View besides its contract.
struct TableStatus {
  std::int64_t observedGeneration = -1;
  Conditions conditions;
  std::optional<std::int64_t> version;
  std::optional<std::int64_t> rows;
  std::optional<std::int64_t> files;
  std::optional<std::int64_t> bytes;
  std::optional<Time> dataAsOf;
  std::string location;
  std::string place;
  std::string contentHash;
  std::optional<CommittedBy> committedBy;
  std::optional<std::int64_t> quarantined;
  std::vector<std::string> warnings;
  std::optional<Damage> damage;
  bool operator==(const TableStatus&) const = default;
};
void DescribeFacts(auto&& field, auto& self) {
  field("observedGeneration", self.observedGeneration, Rules{.doc = "Generation of the spec that this status describes."});
  field("conditions", self.conditions,
        Rules{.doc = "Ready, Available, Fresh, SLAMet, and Reconciling or Stalled while they hold.", .maxItems = 16, .listKey = "type"});
  field("version", self.version, Rules{.doc = "Newest committed version of the table log."});
  field("rows", self.rows, Rules{.doc = "Rows in that version."});
  field("files", self.files, Rules{.doc = "Files in that version."});
  field("bytes", self.bytes, Rules{.doc = "Bytes in that version."});
  field("dataAsOf", self.dataAsOf, Rules{.doc = "Time of the newest data in that version."});
  field("location", self.location, Rules{.doc = "Location of the table: store and path.", .maxLength = 1024});
  field("place", self.place,
        Rules{.doc = "Location in terms of the Lake; a change of the Lake or Dataset that would move it is refused (Moved).", .maxLength = 1024});
  field("contentHash", self.contentHash, Rules{.doc = "Hash over all rows, independent of their order; equal content gives an equal hash."});
  field("committedBy", self.committedBy, Rules{.doc = "Attempt that committed that version."});
  field("quarantined", self.quarantined, Rules{.doc = "Rows that were quarantined on the way into that version."});
  field("warnings", self.warnings,
        Rules{.doc = "Warnings about that version: checks that failed with Warn, quarantined files, times in the future.", .maxLength = 512, .maxItems = 8});
  field("damage", self.damage,
        Rules{.doc = "Why that version cannot be read. Cleared by a newer attempt that commits or confirms a version, or when a later run of that pipeline "
                     "succeeds."});
}
void Describe(auto&& field, Of<TableStatus> auto& self) { DescribeFacts(field, self); }

using DatasetStatus = TableStatus;
using Dataset = Object<DatasetSpec, DatasetStatus>;

}  // namespace weir::api
