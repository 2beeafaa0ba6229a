#include <set>

#include "cli/cells.h"
#include "cli/explain.h"
#include "cli/lake_files.h"
#include "cli/text_table.h"
#include "operator/plan/bundle.h"

namespace weir::cli {
namespace {

struct Input {
  const api::Resource* resource;
  std::string name;
};

// What the stage that wrote the table read, by the revision that it ran under.
std::vector<Input> InputsOf(const plan::Bundle& bundle, const std::string& stage_name) {
  std::vector<Input> inputs;
  for (const api::Stage& stage : bundle.stages) {
    if (stage.name != stage_name) continue;
    std::string sql;
    if (stage.accept) inputs.push_back({&api::kDatasets, stage.accept->from});
    if (stage.transform && !stage.transform->from.empty()) inputs.push_back({&api::kDatasets, stage.transform->from});
    if (stage.transform) sql = stage.transform->sql;
    if (const plan::BundleView* view = stage.publish ? plan::FindView(bundle, stage.publish->view) : nullptr) sql = view->sql;
    for (const api::TaskTable* table : TablesRead(bundle, sql))
      inputs.push_back({table->kind == api::TargetKind::View ? &api::kViews : &api::kDatasets, table->name});
  }
  return inputs;
}

// Where the files of a Landing dataset come from; the stage that accepted them has committed to it last.
std::string SourceOf(const plan::Bundle& bundle, const std::string& dataset) {
  for (const api::Stage& stage : bundle.stages) {
    if (!stage.land || stage.land->into != dataset) continue;
    if (stage.land->from.files)
      return "files " + stage.land->from.files->path + (stage.land->from.files->store.empty() ? "" : " in store " + stage.land->from.files->store);
    // The part after ? may hold a token.
    if (const auto& http = stage.land->from.http) return http->url.substr(0, http->url.find_first_of("?#"));
  }
  return "";
}

class Chain {
 public:
  explicit Chain(const World& world) : world_(world) {}

  // One table and, below it, what it was made of; each table once on a path, so that it ends.
  Result<Json> Follow(const Input& table) {
    const auto object = world_.cluster->Get({*table.resource, world_.ns, table.name});
    if (!object) return object.error();
    const Json& status = At(*object, "status");
    Json node = {{"object", std::string(table.resource->kind) + "/" + table.name}, {"inputs", Json::array()}};
    for (const char* fact : {"version", "rows", "files", "dataAsOf", "committedBy", "location", "contentHash", "quarantined", "warnings"})
      if (!At(status, fact).is_null()) node[fact] = At(status, fact);
    const Json& by = At(status, "committedBy");
    if (by.is_null()) return node;
    const auto revision = RevisionOf(Text(by, "revision"));
    if (!revision) node["inputsUnreadable"] = revision.error().message;
    if (!revision || !path_.insert(Text(node, "object")).second) return node;
    const std::string source = *table.resource == api::kDatasets ? SourceOf(revision->bundle, table.name) : "";
    if (!source.empty())
      node["source"] = source;
    else
      for (const Input& input : InputsOf(revision->bundle, Text(by, "stage")))
        if (auto below = Follow(input); below) node["inputs"].push_back(std::move(*below));
    path_.erase(Text(node, "object"));
    return node;
  }

 private:
  Result<plan::Revision> RevisionOf(const std::string& name) const {
    const auto object = world_.cluster->Get({api::kRevisions, world_.ns, name});
    return object ? plan::ReadRevision(api::ReadMeta(*object), *object) : Result<plan::Revision>(object.error());
  }

  const World& world_;
  std::set<std::string> path_;
};

// Rows, or files where these are kept as they are.
std::string Amount(const Json& table) {
  return At(table, "rows").is_null() ? Counted(Integer(table, "files"), "file") : Counted(Integer(table, "rows"), "row");
}

void PrintChain(const Terminal& terminal, const Json& node, std::size_t depth) {
  const Json& by = At(node, "committedBy");
  terminal.out << std::string(2 * depth, ' ') << Shown(node, "object");
  if (const std::string as_of = Text(node, "dataAsOf"); !as_of.empty())
    terminal.out << "  as of " << OneLine(as_of);
  else
    terminal.out << (At(node, "version").is_null() ? "  has no data yet" : "  has no data time");
  if (!by.is_null()) terminal.out << terminal.OnOut(Paint::Dim, "  stage " + Text(by, "stage") + " of " + Text(by, "run"));
  if (const std::string source = Text(node, "source"); !source.empty()) terminal.out << "  from " << Printable(source);
  terminal.out << "\n";
  if (const std::string problem = Text(node, "inputsUnreadable"); !problem.empty())
    terminal.out << std::string(2 * depth + 2, ' ') << "its inputs are not known: " << Printable(problem) << "\n";
  for (const Json& input : At(node, "inputs")) PrintChain(terminal, input, depth + 1);
}

}  // namespace

Result<Json> TableReport(const World& world, const api::Resource& resource, const std::string& name, Time now) {
  const auto object = world.cluster->Get({resource, world.ns, name});
  if (!object) return object.error();
  auto chain = Chain(world).Follow({&resource, name});
  if (!chain) return chain.error();
  Json report = std::move(*chain);
  report["conditions"] = At(At(*object, "status"), "conditions");
  const auto limit = ParseDuration(Text(At(At(*object, "spec"), "freshness"), "maxLag"));
  const auto as_of = ParseTime(Text(report, "dataAsOf"));
  if (limit) report["maxLag"] = Format(*limit);
  if (as_of) report["lag"] = Age(now - *as_of);
  if (as_of && limit) report["lateAt"] = Format(*as_of + *limit);
  return report;
}

void PrintTableReport(const Terminal& terminal, const Json& report) {
  terminal.out << terminal.OnOut(Paint::Bold, Text(report, "object"));
  if (!At(report, "version").is_null())
    terminal.out << " version " << Dump(At(report, "version")) << ", " << Amount(report)
                 << (Integer(report, "quarantined") > 0 ? ", " + Grouped(Integer(report, "quarantined")) + " quarantined" : "") << ", in "
                 << OneLine(AsUrl(Text(report, "location")));
  terminal.out << "\n";
  ToldMessages told;
  PrintConditions(terminal, At(report, "conditions"), told);
  if (const std::string as_of = Text(report, "dataAsOf"); !as_of.empty()) {
    terminal.out << "\nNewest data: " << OneLine(as_of) << ", " << Shown(report, "lag") << " old";
    if (const std::string late = Text(report, "lateAt"); !late.empty())
      terminal.out << "; limit " << Shown(report, "maxLag") << ", late from " << OneLine(late);
    terminal.out << "\n";
  }
  terminal.out << "\n" << terminal.OnOut(Paint::Bold, "Made of") << "\n";
  PrintChain(terminal, report, 1);
}

}  // namespace weir::cli
