#pragma once

#include <set>
#include <string>
#include <vector>

#include "crds/api/lake.h"
#include "crds/api/pipeline.h"
#include "crds/api/protocol/stage_task.h"
#include "crds/api/view.h"

namespace weir::plan {

// The contract of a View as a revision holds it: without texts for people and without freshness, which change in place.
struct Contract {
  std::vector<api::PublishedColumn> columns;
  std::vector<api::Key> keys;
  std::string hash;
  bool operator==(const Contract&) const = default;
};
void Describe(auto&& field, api::Of<Contract> auto& self) {
  field("columns", self.columns, api::Rules{.doc = "Columns.", .maxItems = 500});
  field("keys", self.keys, api::Rules{.doc = "Keys."});
  field("hash", self.hash, api::Rules{.doc = "Hash of both."});
}

// A View as a revision holds it: how it is made, and under which contract.
struct BundleView {
  std::string name;
  std::string sql;
  Contract contract;
  std::optional<api::PublishedContract> promise;  // absent in revisions of older releases
  bool operator==(const BundleView&) const = default;
};
void Describe(auto&& field, api::Of<BundleView> auto& self) {
  field("name", self.name, api::Rules{.doc = "View.", .required = true});
  field("sql", self.sql, api::Rules{.doc = "Its query.", .maxLength = 65536});
  field("contract", self.contract, api::Rules{.doc = "Its contract."});
  field("promise", self.promise, api::Rules{.doc = "All that it promises; no part of the revision's name unless it has waivers."});
}

// Content of a ControllerRevision of a Pipeline: all input of a run, resolved and immutable. Descriptions are left out, so
// that editing one makes no revision. `tables` are the tables that the stages name and those that their SQL may read: every
// dataset of tables and every view whose table name occurs in one of the texts.
struct Bundle {
  static constexpr int kFormat = 1;  // the highest that this release reads (docs/compatibility.md)
  std::string pipeline;
  std::vector<api::Stage> stages;
  api::RetryPolicy retry;
  std::vector<api::Store> stores;
  std::vector<api::TaskTable> tables;
  std::vector<BundleView> views;
  api::RunnerSettings runner;  // image empty: the one that the operator was installed with
  std::string outcomeStore;
  std::string outcomePath;
  int format = 1;  // higher when a field is set that a reader of format 1 must not ignore
  bool operator==(const Bundle&) const = default;
};
void Describe(auto&& field, api::Of<Bundle> auto& self) {
  field("format", self.format, api::Rules{.doc = "Format of the bundle.", .always = true, .min = 1, .max = Bundle::kFormat});
  field("pipeline", self.pipeline, api::Rules{.doc = "Pipeline.", .required = true});
  field("stages", self.stages, api::Rules{.doc = "Stages.", .maxItems = 50});
  field("retry", self.retry, api::Rules{.doc = "Retries."});
  field("stores", self.stores, api::Rules{.doc = "Stores of the Lake."});
  field("tables", self.tables, api::Rules{.doc = "Datasets and views.", .maxItems = 500});
  field("views", self.views, api::Rules{.doc = "Views that are published.", .maxItems = 50});
  field("runner", self.runner, api::Rules{.doc = "Runner."});
  field("outcomeStore", self.outcomeStore, api::Rules{.doc = "Store of outcome files."});
  field("outcomePath", self.outcomePath, api::Rules{.doc = "Path of outcome files.", .maxLength = 1024});
}

// `<pipeline>-<hash of the bundle>`: equal bundles have equal names. A View's promise beyond its contract is not hashed and
// changes in place, unless it has waivers: these make a revision, so that the next publish records what they allow.
std::string RevisionName(const Bundle& bundle);

// The ControllerRevision, owned by the pipeline.
Json RevisionObject(const Bundle& bundle, const api::Meta& pipeline, std::int64_t number);

// One revision as observed.
struct Revision {
  api::Meta meta;
  std::int64_t number = 0;
  Bundle bundle;
  bool operator==(const Revision&) const = default;
};
// Data and number from a ControllerRevision. Fault::Bug when the data is not a bundle.
Result<Revision> ReadRevision(api::Meta meta, const Json& object);

const api::TaskTable* FindTable(const Bundle& bundle, api::TargetKind kind, const std::string& name);
const BundleView* FindView(const Bundle& bundle, const std::string& name);

// Every word of the text that may be a name, in lower case: to look for many names with one scan.
std::set<std::string> WordsOf(const std::string& sql);
// Whether the name occurs in the SQL text as a whole identifier, in any case. Finds all tables that the text reads, and may
// find others, because SQL is not parsed.
bool MayName(const std::string& sql, const std::string& table);

BundleView BundleViewOf(const api::View& view);
// The published contract of the revision's View, with its query.
api::PublishedContract PromiseOf(const BundleView& view);

}  // namespace weir::plan
