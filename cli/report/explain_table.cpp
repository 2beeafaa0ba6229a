#include <algorithm>
#include <set>

#include "cli/lake/publishers.h"
#include "cli/report/cells.h"
#include "cli/report/explain.h"
#include "cli/report/quarantine_report.h"
#include "cli/screen/text_table.h"
#include "crds/api/describe/read.h"
#include "crds/api/protocol/attempt.h"
#include "operator/plan/pipeline/bundle.h"
#include "runner/storage/table/file_tags.h"
#include "runner/storage/table/table_state.h"

namespace weir::cli {
namespace {

struct Input {
  const api::Resource* resource;
  std::string name;
  std::optional<std::int64_t> version = std::nullopt;  // absent: the newest
};

// What the stage that wrote the table read, by the revision that it ran under.
std::vector<Input> InputsOf(const plan::Bundle& bundle, const std::string& stage_name) {
  std::vector<Input> inputs;
  for (const api::Stage& stage : bundle.stages) {
    if (stage.name != stage_name) continue;
    std::string sql;
    for (const api::Port& port : api::PortsOf(stage)) {
      if (port.flow == api::Port::Flow::Reads) inputs.push_back({port.target == api::TargetKind::View ? &api::kViews : &api::kDatasets, port.value});
      if (port.flow == api::Port::Flow::ReadsBySql) sql = port.value;
      if (const plan::BundleView* view = port.RunsQueryOfView() ? plan::FindView(bundle, port.value) : nullptr) sql = view->sql;
    }
    for (const api::TaskTable* table : TablesRead(bundle, sql))
      inputs.push_back({table->kind == api::TargetKind::View ? &api::kViews : &api::kDatasets, table->name});
  }
  return inputs;
}

// Where the files of a Landing dataset come from; the stage that accepted them has committed to it last.
std::string SourceOf(const plan::Bundle& bundle, const std::string& dataset) {
  for (const api::Stage& stage : bundle.stages) {
    const auto* land = stage.work.As<api::LandStage>();
    if (land == nullptr || land->into != dataset) continue;
    return land->from.Visit(
        api::Overloaded{[](const api::FilesSource& files) { return "files " + files.path + (files.store.empty() ? "" : " in store " + files.store); },
                        // The part after ? may hold a token.
                        [](const api::HttpSource& http) { return http.url.substr(0, http.url.find_first_of("?#")); }});
  }
  return "";
}

storage::LogKind LogOf(const Json& object, const api::Resource& resource) {
  const auto zone = api::FromWord<api::Zone>(Text(At(object, "spec"), "zone"));
  return resource == api::kDatasets && zone && api::HoldsFiles(*zone) ? storage::LogKind::Files : storage::LogKind::Delta;
}

bool HasStage(const plan::Bundle& bundle, const std::string& name) {
  return std::any_of(bundle.stages.begin(), bundle.stages.end(), [&name](const api::Stage& stage) { return stage.name == name; });
}

std::string IsDeleted(const std::string& revision) { return "revision " + revision + ", which wrote this version, is deleted"; }

class Chain {
 public:
  Chain(const World& world, std::size_t rows) : world_(world), rows_(rows) {}

  // One table and, below it, the versions that it was made of, by the table's log. Where the log cannot be read, what its inputs are
  // today. Each table once on a path, so that it ends.
  Result<Json> Follow(const Input& table) {
    const auto object = world_.cluster->Get({*table.resource, world_.ns, table.name});
    if (!object) return object.error();
    const Json& status = At(*object, "status");
    Json node = {{"object", std::string(table.resource->kind) + "/" + table.name}, {"inputs", Json::array()}};
    for (const char* fact : {"version", "rows", "files", "dataAsOf", "committedBy", "location", "contentHash", "quarantined", "warnings"})
      if (!At(status, fact).is_null()) node[fact] = At(status, fact);
    outputs_.push_back(Text(node, "object"));
    if (At(status, "committedBy").is_null() || !path_.insert(Text(node, "object")).second) return node;
    const storage::LogKind log = LogOf(*object, *table.resource);
    const auto version = VersionOf(status, log, table.version);
    if (version)
      FollowVersion(node, table, *version, log);
    else
      FollowToday(node, table, version.error());
    path_.erase(Text(node, "object"));
    return node;
  }

  // "View/daily-v1" of each table that was met, the first one first.
  const std::vector<std::string>& Outputs() const { return outputs_; }
  // The rows and files that the tables miss, as in a report (quarantine_report.h).
  const Json& Quarantine() const { return quarantine_; }

 private:
  Result<storage::TableState> VersionOf(const Json& status, storage::LogKind log, std::optional<std::int64_t> version) const {
    const std::string location = Text(status, "location");
    // The hash in status is that of the newest version.
    const std::string hash = version ? "" : Text(status, "contentHash");
    const std::int64_t number = version.value_or(Integer(status, "version"));
    auto state = LoadVersion(world_, location, log, number, hash);
    if (!state) return state;
    if (state->Facts().is_null())
      return Error{Fault::Missing, "LogLost", "version " + std::to_string(number) + " in " + location + " was written by " + state->OtherWriter()};
    return state;
  }

  void FollowVersion(Json& node, const Input& table, const storage::TableState& state, storage::LogKind log) {
    const Json& ours = At(state.commitInfo, storage::kOurs);
    const Json& facts = state.Facts();
    node["madeBy"] = {{"run", Text(ours, "run")}, {"stage", Text(ours, "stage")}, {"attempt", Integer(ours, "attempt")}, {"revision", Text(ours, "revision")}};
    if (table.version && Integer(node, "version") != *table.version) {
      node["newestVersion"] = Integer(node, "version");
      for (const char* of_newest : {"committedBy", "quarantined", "warnings", "dataAsOf"}) node.erase(of_newest);
      node["version"] = state.version, node["files"] = storage::FilesWithData(state), node["contentHash"] = Text(facts, "contentHash");
      if (log == storage::LogKind::Delta) node["rows"] = state.Rows();
    }
    if (const auto as_of = ParseTime(Text(facts, "dataAsOf"))) node["dataAsOf"] = Format(*as_of);
    AddFilesLeftOut(node, state, log);
    AddQuarantine(Text(node, "object"), state);
    if (!At(facts, "inputs").is_null()) return FollowInputs(node, At(facts, "inputs"));
    const auto revision = RevisionOrInForce(ours);
    if (!revision) return static_cast<void>(node["inputsUnreadable"] = revision.error().message);
    const std::string stage = Text(ours, "stage"), wrote = Text(ours, "revision");
    if (!HasStage(revision->bundle, stage))
      return static_cast<void>(node["inputsUnreadable"] =
                                   IsDeleted(wrote) + ", and there is no stage " + stage + " in the one in force, " + revision->meta.name);
    if (revision->meta.name != wrote) node["inputsByRevision"] = {{"inForce", revision->meta.name}, {"deleted", wrote}};
    FollowStage(node, table, revision->bundle, stage, Text(ours, "runUid"));
  }

  // A log has the names that are unique among Datasets and Views.
  void FollowInputs(Json& node, const Json& inputs) {
    for (const Json& input : inputs) {
      if (At(input, "version").is_null()) continue;  // the entry that stands for those left out of a long list
      const std::string name = Text(input, "name");
      auto below = Follow({&api::kDatasets, name, Integer(input, "version")});
      if (!below && below.error().fault == Fault::Missing) below = Follow({&api::kViews, name, Integer(input, "version")});
      node["inputs"].push_back(below ? std::move(*below)
                                     : Json{{"object", name}, {"version", At(input, "version")}, {"inputsUnreadable", below.error().message}});
    }
  }

  // `run_uid` is empty for what the inputs are today.
  void FollowStage(Json& node, const Input& table, const plan::Bundle& bundle, const std::string& stage, const std::string& run_uid) {
    const std::string source = *table.resource == api::kDatasets ? SourceOf(bundle, table.name) : "";
    if (!source.empty()) return static_cast<void>(node["source"] = source);
    for (Input input : InputsOf(bundle, stage)) {
      input.version = TakenBy(input, run_uid, stage);
      if (auto below = Follow(input); below) node["inputs"].push_back(std::move(*below));
    }
  }

  // A stage that accepts files commits to the dataset that they come from, too.
  std::optional<std::int64_t> TakenBy(const Input& input, const std::string& run_uid, const std::string& stage) const {
    const auto object = run_uid.empty() ? Result<Json>(Error{}) : world_.cluster->Get({*input.resource, world_.ns, input.name});
    if (!object) return std::nullopt;
    const auto newest = LoadTable(world_, Text(At(*object, "status"), "location"), LogOf(*object, *input.resource), std::nullopt);
    if (!newest) return std::nullopt;
    const auto taken = newest->transactionCommits.find(api::TransactionOf({.runUid = run_uid, .stage = stage}));
    return taken == newest->transactionCommits.end() ? std::nullopt : std::optional(taken->second);
  }

  void FollowToday(Json& node, const Input& table, const Error& why) {
    node["inputsAreNewest"] = why.message;
    const Json by = At(node, "committedBy");
    const auto revision = RevisionOf(Text(by, "revision"));
    if (revision)
      FollowStage(node, table, revision->bundle, Text(by, "stage"), "");
    else
      node["inputsUnreadable"] = revision.error().fault == Fault::Missing ? IsDeleted(Text(by, "revision")) : revision.error().message;
  }

  // Files that are still at their source or in Landing are those that the newest run left there, whatever version was read.
  void AddFilesLeftOut(const Json& node, const storage::TableState& state, storage::LogKind log) {
    const std::string object = Text(node, "object");
    const bool of_newest = log == storage::LogKind::Files;
    if (!leftOut_.insert(of_newest ? object : object + " " + std::to_string(state.version)).second) return;
    const bool is_older = of_newest && !At(node, "newestVersion").is_null();
    const auto newest = is_older ? LoadTable(world_, Text(node, "location"), log, std::nullopt) : Result<storage::TableState>(state);
    AddQuarantinedWhole(quarantine_, {{"object", object}}, QuarantinedWhole(newest ? *newest : state), rows_);
  }

  void AddQuarantine(const std::string& object, const storage::TableState& state) {
    if (!quarantined_.insert(object + " " + std::to_string(state.version)).second) return;
    const QuarantineSources sources = QuarantineOf(state);
    if (sources.empty()) return;
    const auto revision = RevisionOrInForce(At(state.commitInfo, storage::kOurs));
    AddQuarantined(quarantine_, {{"object", object}},
                   revision ? ReadQuarantine(world_, revision->bundle, sources, rows_) : Result<QuarantinedRows>(revision.error()));
  }

  // The revision that a commit names. Where it is deleted, the pipeline's revision in force: its Lake has the quarantined rows
  // at the same place, and its stages mostly read the same tables.
  Result<plan::Revision> RevisionOrInForce(const Json& ours) const {
    const std::string name = Text(ours, "revision"), owner = Text(ours, "pipeline");
    auto revision = RevisionOf(name);
    if (revision || revision.error().fault != Fault::Missing) return revision;
    const auto pipeline = world_.cluster->Get({api::kPipelines, world_.ns, owner});
    if (!pipeline && pipeline.error().fault != Fault::Missing) return pipeline.error();
    const std::string in_force = pipeline ? Text(At(*pipeline, "status"), "revision") : "";
    if (in_force.empty())
      return Error{Fault::Missing, "RevisionMissing",
                   IsDeleted(name) + ", and " + (pipeline ? "no revision of Pipeline " + owner + " is in force" : "Pipeline " + owner + " is deleted too")};
    return RevisionOf(in_force);
  }

  Result<plan::Revision> RevisionOf(const std::string& name) const {
    const auto object = world_.cluster->Get({api::kRevisions, world_.ns, name});
    return object ? plan::ReadRevision(api::ReadMeta(*object), *object) : Result<plan::Revision>(object.error());
  }

  const World& world_;
  const std::size_t rows_;
  std::set<std::string> path_;
  std::vector<std::string> outputs_;
  std::set<std::string> quarantined_;  // "Dataset/orders 3"
  std::set<std::string> leftOut_;      // the same; "Dataset/orders-landing" of zones of files
  Json quarantine_ = NoQuarantine();
};

// Rows, or files where these are kept as they are.
std::string Amount(const Json& table) {
  return At(table, "rows").is_null() ? Counted(Integer(table, "files"), "file") : Counted(Integer(table, "rows"), "row");
}

// "stage publish-o of run-1, confirmed by run-5"
std::string By(const Json& node) {
  const Json& made = At(node, "madeBy");
  const Json& by = At(node, "committedBy");
  if (made.is_null()) return by.is_null() ? "" : "  stage " + Text(by, "stage") + " of " + Text(by, "run");
  const std::string confirmed = by.is_null() || Text(by, "run").empty() || Text(by, "run") == Text(made, "run") ? "" : ", confirmed by " + Text(by, "run");
  return "  stage " + Text(made, "stage") + " of " + Text(made, "run") + confirmed;
}

void PrintChain(const Terminal& terminal, const Json& node, std::size_t depth) {
  terminal.out << std::string(2 * depth, ' ') << Shown(node, "object");
  if (!At(node, "version").is_null()) terminal.out << " version " << Integer(node, "version");
  if (!At(node, "newestVersion").is_null()) terminal.out << " (newest: " << Integer(node, "newestVersion") << ")";
  if (const std::string as_of = Text(node, "dataAsOf"); !as_of.empty())
    terminal.out << "  as of " << OneLine(as_of);
  else
    terminal.out << (At(node, "version").is_null() ? "  has no data yet" : "  has no data time");
  if (const std::string by = By(node); !by.empty()) terminal.out << terminal.OnOut(Paint::Dim, by);
  if (const std::string source = Text(node, "source"); !source.empty()) terminal.out << "  from " << Printable(source);
  terminal.out << "\n";
  const std::string indent(2 * depth + 2, ' ');
  if (const std::string problem = Text(node, "inputsAreNewest"); !problem.empty() && !At(node, "inputs").empty())
    terminal.out << indent << "its current inputs, which may be newer than those of this version; its log cannot be read from here: " << Printable(problem)
                 << "\n";
  const Json& by = At(node, "inputsByRevision");
  if (!by.is_null() && At(node, "inputsUnreadable").is_null())
    terminal.out << indent << "its inputs by the revision in force, " << Shown(by, "inForce") << ": " << Printable(IsDeleted(Text(by, "deleted"))) << "\n";
  if (const std::string problem = Text(node, "inputsUnreadable"); !problem.empty())
    terminal.out << indent << "its inputs are not known: " << Printable(problem) << "\n";
  for (const Json& input : At(node, "inputs")) PrintChain(terminal, input, depth + 1);
}

}  // namespace

Result<Json> TableReport(const World& world, const api::Resource& resource, const std::string& name, std::size_t rows, Time now) {
  const auto object = world.cluster->Get({resource, world.ns, name});
  if (!object) return object.error();
  Chain chain(world, rows);
  auto followed = chain.Follow({&resource, name});
  if (!followed) return followed.error();
  Json report = std::move(*followed);
  auto publishers = PublishersOf(world, chain.Outputs());
  if (!publishers) return publishers.error();
  report["pipelines"] = std::move(*publishers);
  report["missing"] = chain.Quarantine();
  if (Integer(report, "quarantined") > 0 && !At(report, "inputsAreNewest").is_null()) report["missing"]["quarantineUnreadable"] = At(report, "inputsAreNewest");
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
  PrintedMessages told;
  PrintConditions(terminal, At(report, "conditions"), told);
  if (const std::string as_of = Text(report, "dataAsOf"); !as_of.empty()) {
    terminal.out << "\nNewest data: " << OneLine(as_of) << ", " << Shown(report, "lag") << " old";
    if (const std::string late = Text(report, "lateAt"); !late.empty())
      terminal.out << "; limit " << Shown(report, "maxLag") << ", late from " << OneLine(late);
    terminal.out << "\n";
  }
  PrintPublishers(terminal, At(report, "pipelines"));
  PrintQuarantined(terminal, At(report, "missing"));
  terminal.out << "\n" << terminal.OnOut(Paint::Bold, "Made of") << "\n";
  PrintChain(terminal, report, 1);
}

}  // namespace weir::cli
