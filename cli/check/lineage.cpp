#include "cli/check/lineage.h"

#include "crds/base/name.h"
#include "operator/plan/resolve/resolve.h"

namespace weir::cli {
namespace {

std::string NameIn(const std::string& label) { return label.substr(label.rfind('/') + 1); }

std::string Label(const api::Meta& meta, const char* kind) { return meta.ns + "/" + kind + "/" + meta.name; }

std::set<std::string> TablesReadBy(const api::Stage& stage, const std::string& query) {
  std::set<std::string> tables = plan::WordsOf(query);
  for (const api::Port& port : api::PortsOf(stage)) {
    if (port.flow == api::Port::Flow::Reads) tables.insert(TableName(port.value));
    if (port.flow == api::Port::Flow::ReadsBySql) tables.merge(plan::WordsOf(port.value));
  }
  return tables;
}

}  // namespace

Lineage::Lineage(const Declared& declared, const Published& published) {
  std::map<std::string, std::string> queries;  // ns/View/name
  for (const auto& view : declared.views) queries.emplace(Label(view.object.meta, "View"), view.object.spec.query.sql);
  for (const api::View& view : published.views) {
    queries.emplace(Label(view.meta, "View"), view.spec.query.sql);
    if (view.status.published && view.status.published->stability != api::Stability::Alpha) promised_.insert(Label(view.meta, "View"));
  }
  std::set<std::string> own;
  for (const auto& pipeline : declared.pipelines) {
    own.insert(Label(pipeline.object.meta, "Pipeline"));
    Add(pipeline.object, queries);
  }
  for (const api::Pipeline& pipeline : published.pipelines)
    if (!own.contains(Label(pipeline.meta, "Pipeline"))) Add(pipeline, queries);
}

void Lineage::Add(const api::Pipeline& pipeline, const std::map<std::string, std::string>& queries) {
  const std::string ns = pipeline.meta.ns + "/";
  namespaces_.insert(pipeline.meta.ns);
  for (const api::Stage& stage : pipeline.spec.stages) {
    const std::string output = api::OutputOf(stage);
    if (output.empty()) continue;
    written_.insert(ns + output);
    if (const auto* transform = stage.work.As<api::TransformStage>(); transform != nullptr && !transform->from.empty())
      decodedFrom_.emplace(ns + output, transform->from);
    const auto query = queries.find(ns + output);
    for (const std::string& table : TablesReadBy(stage, query == queries.end() ? "" : query->second)) readers_[ns + table].insert(ns + output);
  }
}

std::string Lineage::DecodedFrom(const std::string& ns, const std::string& output) const {
  const auto found = decodedFrom_.find(ns + "/" + output);
  return found == decodedFrom_.end() ? "" : found->second;
}

std::vector<std::string> Lineage::PublishedAbove(const std::string& ns, const std::string& output) const {
  std::set<std::string> reached{ns + "/" + output};
  for (std::vector<std::string> open{ns + "/" + output}; !open.empty();) {
    const std::string at = open.back();
    open.pop_back();
    const auto readers = readers_.find(ns + "/" + TableName(NameIn(at)));
    if (readers == readers_.end()) continue;
    for (const std::string& reader : readers->second)
      if (reached.insert(reader).second) open.push_back(reader);
  }
  std::vector<std::string> views;
  for (const std::string& label : reached)
    if (promised_.contains(label)) views.push_back(NameIn(label));
  return views;
}

}  // namespace weir::cli
