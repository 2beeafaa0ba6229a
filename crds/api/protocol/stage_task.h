#pragma once

#include "crds/api/describe/words.h"
#include "crds/api/pipeline.h"
#include "crds/api/protocol/stage_outcome.h"
#include "crds/api/view.h"

namespace weir::api {

// Where a store is for the process that gets the task: a folder, or a bucket with a folder that holds the files
// accessKeyId and secretAccessKey.
struct TaskStore {
  std::string name;
  std::string root;      // volume: absolute folder
  std::string endpoint;  // s3
  std::string region;
  std::string bucket;
  std::string credentials;  // s3: folder with the key files
  bool operator==(const TaskStore&) const = default;
  bool IsS3() const { return !endpoint.empty(); }
};
void Describe(auto&& field, Of<TaskStore> auto& self) {
  field("name", self.name, Rules{.doc = "Name in the Lake.", .required = true});
  field("root", self.root, Rules{.doc = "Folder.", .maxLength = 1024});
  field("endpoint", self.endpoint, Rules{.doc = "URL.", .maxLength = 512});
  field("region", self.region, Rules{.doc = "Region."});
  field("bucket", self.bucket, Rules{.doc = "Bucket."});
  field("credentials", self.credentials, Rules{.doc = "Folder of the key files.", .maxLength = 1024});
}

// The newest version of a table that status knows of, for the runner to hold against the table's log: a log that is gone,
// older or another one is an error, never a fresh table.
struct KnownVersion {
  std::int64_t version = 0;
  std::int64_t epoch = 0;
  std::string contentHash;
  std::string location;  // nothing is known of a table at another place
  bool operator==(const KnownVersion&) const = default;
};
void Describe(auto&& field, Of<KnownVersion> auto& self) {
  field("version", self.version, Rules{.doc = "Version of the table log."});
  field("epoch", self.epoch, Rules{.doc = "Epoch of its commit."});
  field("contentHash", self.contentHash, Rules{.doc = "Content hash of its commit."});
  field("location", self.location, Rules{.doc = "Where it was committed.", .maxLength = 1024});
}

// One dataset or view as the task sees it: where it lies and what it promises.
struct TaskTable {
  TargetKind kind = TargetKind::Dataset;
  std::string name;   // object name: flights-daily
  std::string table;  // name in SQL: flights_daily
  Zone zone = Zone::Processed;
  std::string store;
  std::string path;  // inside the store, without leading or trailing slash
  std::optional<Format> format;
  std::vector<Column> columns;
  std::vector<Key> keys;
  std::vector<Check> checks;
  std::string eventTime;              // column, or empty
  std::optional<KnownVersion> known;  // in tasks, not in revisions; absent: never committed, or its loss was accepted
  std::string place;                  // store and path as the Lake names them: what a move is judged by
  std::optional<Duration> eventTimeMaxAhead;
  std::optional<QuarantineLimit> quarantine;
  std::vector<Exclusion> exclude;
  std::optional<OnUnreadable> onUnreadable;
  std::optional<Redelivery> redelivery;
  bool operator==(const TaskTable&) const = default;
  EventTime Events() const { return {eventTime, eventTimeMaxAhead}; }
};
void Describe(auto&& field, Of<TaskTable> auto& self) {
  field("kind", self.kind, Rules{.doc = "Dataset or View."});
  field("name", self.name, Rules{.doc = "Object.", .required = true});
  field("table", self.table, Rules{.doc = "Name in SQL.", .required = true});
  field("zone", self.zone, Rules{.doc = "Zone."});
  field("store", self.store, Rules{.doc = "Store.", .required = true});
  field("path", self.path, Rules{.doc = "Path in the store.", .required = true, .maxLength = 1024});
  field("format", self.format, Rules{.doc = "How files are written."});
  field("columns", self.columns, Rules{.doc = "Columns.", .maxItems = 500});
  field("keys", self.keys, Rules{.doc = "Keys."});
  field("checks", self.checks, Rules{.doc = "Checks."});
  field("eventTime", self.eventTime, Rules{.doc = "Column of the events' time."});
  field("known", self.known, Rules{.doc = "Newest version that status knows of."});
  field("place", self.place, Rules{.doc = "Store and path as the Lake names them.", .maxLength = 1024});
  field("eventTimeMaxAhead", self.eventTimeMaxAhead, Rules{.doc = "How far it may be ahead."});
  field("quarantine", self.quarantine, Rules{.doc = "How many rows may be quarantined."});
  field("exclude", self.exclude, Rules{.doc = "Files that are left out.", .maxItems = 256});
  field("onUnreadable", self.onUnreadable, Rules{.doc = "What happens to a file that cannot be used."});
  field("redelivery", self.redelivery, Rules{.doc = "What a known name with other content means."});
}

WEIR_ENUM(TaskKind, Land, Accept, Decode, Transform, Check, Publish, Validate, Export);

// One SQL text of a pipeline with what it must give, for Validate.
struct TaskQuery {
  std::string path;  // spec path for findings: spec.stages[2].transform.sql
  std::string stage;
  std::string sql;
  std::string into;                // object name of the target; its columns are in `tables`
  std::vector<std::string> later;  // tables that this stage or a later one of the pipeline writes: it cannot read them
  bool operator==(const TaskQuery&) const = default;
};
void Describe(auto&& field, Of<TaskQuery> auto& self) {
  field("path", self.path, Rules{.doc = "Field that holds the SQL."});
  field("stage", self.stage, Rules{.doc = "Stage."});
  field("sql", self.sql, Rules{.doc = "The SQL.", .maxLength = 65536});
  field("into", self.into, Rules{.doc = "Target."});
  field("later", self.later, Rules{.doc = "Tables that are not written before this query runs."});
}

// Everything that one attempt of one stage needs to know; the runner asks nobody else. Travels as JSON in the pod's
// annotation weirkeeper.io/task and reaches the runner as a file.
struct StageTask {
  static constexpr int kFormat = 1;  // the highest that this release reads (docs/compatibility.md)
  TaskKind kind = TaskKind::Validate;
  std::string ns;
  std::string pipeline;
  std::string run;
  std::string runUid;
  std::string revision;
  std::string image;
  std::string stage;
  int attempt = 1;
  std::int64_t epoch = 0;  // fence: a commit with a lower epoch than the newest one of a table is refused
  Time logicalTime;        // of the run: partition of landed files, xformedAt of rows
  std::vector<TaskStore> stores;
  std::vector<TaskTable> tables;  // Transform, Publish, Validate: all that SQL may name; else inputs and targets
  std::string from;               // object name: Accept, Decode, Check (the dataset looked at), Export (its View too)
  std::string into;               // object name: Land, Accept, Decode, Transform, Publish
  std::optional<LandSource> source;
  std::optional<WhenEmpty> whenEmpty;         // Land
  std::string sql;                            // Transform, Publish
  std::vector<Check> checks;                  // Check
  std::vector<TaskQuery> queries;             // Validate
  std::string contractHash;                   // Publish
  std::optional<PublishedContract> contract;  // Publish: what the view promises now; its query is `sql`
  std::vector<std::string> ownOutputs;        // Transform, Publish, Check, Export: tables that stages of this pipeline write
  std::optional<ExportStage> exported;        // Export: as declared
  std::string outcomeStore;                   // where outcome files and quarantine lie
  std::string outcomePath;                    // such as default/_weirkeeper
  int format = 1;                             // raised by who sets a field that a reader of 1 must not pass over
  bool operator==(const StageTask&) const = default;
};
void Describe(auto&& field, Of<StageTask> auto& self) {
  field("format", self.format, Rules{.doc = "Format of the task.", .always = true, .min = 1, .max = StageTask::kFormat});
  field("kind", self.kind, Rules{.doc = "What to do.", .required = true});
  field("namespace", self.ns, Rules{.doc = "Namespace."});
  field("pipeline", self.pipeline, Rules{.doc = "Pipeline."});
  field("run", self.run, Rules{.doc = "PipelineRun."});
  field("runUid", self.runUid, Rules{.doc = "Its UID."});
  field("revision", self.revision, Rules{.doc = "Revision."});
  field("image", self.image, Rules{.doc = "Image of the runner.", .maxLength = 512});
  field("stage", self.stage, Rules{.doc = "Stage."});
  field("attempt", self.attempt, Rules{.doc = "Attempt, from 1."});
  field("epoch", self.epoch, Rules{.doc = "Fence."});
  field("logicalTime", self.logicalTime, Rules{.doc = "Logical time of the run."});
  field("stores", self.stores, Rules{.doc = "Stores."});
  field("tables", self.tables, Rules{.doc = "Datasets and views that matter here.", .maxItems = 500});
  field("from", self.from, Rules{.doc = "Input."});
  field("into", self.into, Rules{.doc = "Target."});
  field("source", self.source, Rules{.doc = "Where to land from."});
  field("whenEmpty", self.whenEmpty, Rules{.doc = "What a source without a file means."});
  field("sql", self.sql, Rules{.doc = "SQL.", .maxLength = 65536});
  field("checks", self.checks, Rules{.doc = "Checks."});
  field("queries", self.queries, Rules{.doc = "SQL texts to validate.", .maxItems = 100});
  field("contractHash", self.contractHash, Rules{.doc = "Contract of the view."});
  field("contract", self.contract, Rules{.doc = "What the view promises."});
  field("ownOutputs", self.ownOutputs, Rules{.doc = "Tables that stages of this pipeline write: one that was never committed has no data yet."});
  field("export", self.exported, Rules{.doc = "What is exported, and where to."});
  field("outcomeStore", self.outcomeStore, Rules{.doc = "Store of outcome files."});
  field("outcomePath", self.outcomePath, Rules{.doc = "Path of outcome files.", .maxLength = 1024});
}

}  // namespace weir::api
