#include "operator/plan/pipeline/bundle.h"

#include <algorithm>
#include <cctype>

#include "crds/api/describe/read.h"
#include "crds/api/describe/write.h"
#include "crds/base/name.h"
#include "crds/base/text.h"
#include "crds/contract/contract.h"

namespace weir::plan {
namespace {

bool IsPartOfAName(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace

std::string RevisionName(const Bundle& bundle) {
  Bundle named = bundle;
  for (BundleView& view : named.views)
    if (view.promise && view.promise->waivers.empty()) view.promise.reset();
  return DerivedName({bundle.pipeline, StableHashText(Dump(api::WriteCanonical(named))).substr(0, 10)});
}

Json RevisionObject(const Bundle& bundle, const api::Meta& pipeline, std::int64_t number) {
  return {{"apiVersion", api::kRevisions.ApiVersion()},
          {"kind", api::kRevisions.kind},
          {"metadata",
           {{"name", RevisionName(bundle)},
            {"namespace", pipeline.ns},
            {"labels", {{std::string(api::kLabelPipeline), pipeline.name}}},
            {"ownerReferences", Json::array({api::OwnerReference(api::kPipelines, pipeline)})}}},
          {"data", api::WriteCanonical(bundle)},
          {"revision", number}};
}

Result<Revision> ReadRevision(api::Meta meta, const Json& object) {
  Revision revision{.meta = std::move(meta), .number = Integer(object, "revision")};
  Result<Bundle> bundle = api::ReadWire<Bundle>(At(object, "data"), "data");
  if (!bundle) return Error{Fault::Bug, "BadRevision", "ControllerRevision " + revision.meta.name + " cannot be read: " + bundle.error().message};
  revision.bundle = std::move(bundle).value();
  return revision;
}

const api::TaskTable* FindTable(const Bundle& bundle, api::TargetKind kind, const std::string& name) {
  const auto found = std::find_if(bundle.tables.begin(), bundle.tables.end(), [&](const api::TaskTable& t) { return t.kind == kind && t.name == name; });
  return found == bundle.tables.end() ? nullptr : &*found;
}

const BundleView* FindView(const Bundle& bundle, const std::string& name) {
  const auto found = std::find_if(bundle.views.begin(), bundle.views.end(), [&](const BundleView& v) { return v.name == name; });
  return found == bundle.views.end() ? nullptr : &*found;
}

// With the names of objects as their tables are called: who writes flights-with-plane means flights_with_plane, and is to be
// told so.
std::set<std::string> WordsOf(const std::string& sql) {
  std::set<std::string> words;
  for (std::size_t at = 0; at < sql.size();) {
    std::size_t end = at;
    while (end < sql.size() && IsPartOfAName(sql[end])) ++end;
    if (end > at) words.insert(Lower(sql.substr(at, end - at)));
    if (end > at && (at == 0 || sql[at - 1] != '-')) {
      std::size_t dashed = end;
      while (dashed < sql.size() && (IsPartOfAName(sql[dashed]) || sql[dashed] == '-')) ++dashed;
      words.insert(TableName(Lower(sql.substr(at, dashed - at))));
    }
    at = std::max(end, at + 1);
  }
  return words;
}

bool MayName(const std::string& sql, const std::string& table) { return WordsOf(sql).contains(Lower(table)); }

BundleView BundleViewOf(const api::View& view) {
  api::PublishedContract promise = contract::ContractOf(view.spec);
  BundleView bundled{.name = view.meta.name, .sql = std::move(promise.query), .contract = {promise.columns, promise.keys, promise.hash}};
  for (api::PublishedColumn& column : bundled.contract.columns) column.meaning.clear();
  promise.query.clear();
  bundled.promise = std::move(promise);
  return bundled;
}

api::PublishedContract PromiseOf(const BundleView& view) {
  api::PublishedContract promise =
      view.promise.value_or(api::PublishedContract{.columns = view.contract.columns, .keys = view.contract.keys, .hash = view.contract.hash});
  promise.query = view.sql;
  return promise;
}

}  // namespace weir::plan
