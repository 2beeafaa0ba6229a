#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "cli/check/check.h"
#include "cli/check/sql_hints.h"
#include "cli/check/written_tables.h"
#include "cli/machine/runner_process.h"
#include "cli/manifests/unread.h"
#include "crds/api/describe/read.h"
#include "crds/api/describe/write.h"
#include "crds/base/name.h"
#include "operator/plan/run/task.h"
#include "operator/plan/validate/validate.h"

namespace weir::cli {
namespace {

bool HasChecksToJudge(const Declared& declared, const Declaration<api::Dataset>& dataset) {
  return !dataset.object.spec.checks.empty() && IsSound(declared, dataset) && plan::CheckDataset(dataset.object.spec).empty();
}

// Of a dataset that no pipeline names.
api::StageTask TaskOfChecks(const api::Dataset& dataset) {
  const std::string name = TableName(dataset.meta.name);
  api::TaskTable table{.name = dataset.meta.name, .table = name, .zone = dataset.spec.zone, .store = "lake", .path = name};  // no file of it is read
  if (dataset.spec.schema) table.columns = dataset.spec.schema->columns;
  table.checks = dataset.spec.checks;
  return {.kind = api::TaskKind::Validate, .ns = dataset.meta.ns, .tables = {table}};
}

// The engine refuses what cannot quarantine rows, and with it all that it could say of the check; onFailure has a finding.
void LetAllBeEvaluated(api::StageTask& task) {
  for (api::TaskTable& table : task.tables)
    for (api::Check& check : table.checks)
      if (check.Action() == api::OnFailure::Quarantine && !check.LooksAtOneRow()) check.onFailure.reset();
}

// "spec.checks[0]" of a field of that check; empty for fields that are of none.
std::string CheckOf(const std::string& field) {
  const std::size_t list = field.find("checks[");
  const std::size_t end = list == std::string::npos ? list : field.find(']', list);
  return end == std::string::npos ? "" : field.substr(0, end + 1);
}

// A check with another finding was not read as it was meant, or names a column that is not there: what the engine makes of
// the rest is a consequence.
bool IsAboutFaultyCheck(const Finding& finding, const Findings& others) {
  const std::string check = CheckOf(finding.field);
  return !check.empty() && std::any_of(others.begin(), others.end(), [&](const Finding& other) {
    const bool same = other.file == finding.file && other.object == finding.object && CheckOf(other.field) == check;
    return same && other.severity == Finding::Severity::Error && other.rule != finding.rule && !other.field.ends_with(".onFailure");
  });
}

class SqlCheck {
 public:
  SqlCheck(const Manifests& manifests, const Declared& declared, const Published& published, const Neighbourhood& around, Findings& findings)
      : manifests_(manifests), written_(manifests, declared, published), doubtful_(DoubtfulTables(manifests, declared)), around_(around), findings_(findings) {
    for (const auto& pipeline : declared.pipelines) pipelines_[pipeline.object.meta.ns].push_back(&pipeline.object);
    for (const Manifest& manifest : manifests.objects) labelled_.emplace(manifest.Namespace() + "/" + manifest.Label(), &manifest);
  }

  void Run(const std::vector<ResolvedPipeline>& pipelines, const Declared& declared, const std::string& runner) {
    std::vector<api::StageTask> tasks;
    std::vector<std::size_t> owners;  // manifests
    std::set<std::string> judged;     // datasets, ns/name
    for (const ResolvedPipeline& pipeline : pipelines) {
      api::StageTask task = plan::ValidationTask(pipeline.bundle, pipeline.ns, 1);
      DropDoubtful(task);
      LetAllBeEvaluated(task);
      const bool checks = std::any_of(task.tables.begin(), task.tables.end(), [](const api::TaskTable& table) { return !table.checks.empty(); });
      if ((task.queries.empty() && !checks) || !CanBeAsked(declared, task)) continue;
      tasks.push_back(std::move(task));
      owners.push_back(pipeline.manifest);
      for (const api::TaskTable& table : tasks.back().tables) judged.insert(pipeline.ns + "/" + table.name);
    }
    for (const auto& dataset : declared.datasets) {
      if (judged.contains(dataset.object.meta.ns + "/" + dataset.object.meta.name) || !HasChecksToJudge(declared, dataset)) continue;
      if (!CanBeAsked(declared, TaskOfChecks(dataset.object))) continue;
      tasks.push_back(TaskOfChecks(dataset.object));
      owners.push_back(dataset.manifest);
    }
    if (tasks.empty()) return;
    const auto outcomes = RunValidations(runner, tasks);
    if (!outcomes) return Say(manifests_.objects[owners.front()], "", outcomes.error().reason, outcomes.error().message);
    for (std::size_t i = 0; i < outcomes->size(); ++i) Tell(manifests_.objects[owners[i]], tasks[i], (*outcomes)[i]);
  }

 private:
  // A task with the rest of an object that could not be read as a whole may be none that a runner takes: the object has a finding.
  static bool CanBeAsked(const Declared& declared, const api::StageTask& task) {
    return declared.unread.empty() || api::ReadStrict<api::StageTask>(api::Write(task)).ok();
  }

  // Tables of which only the name is known, and the SQL that may read or fill them or whose target is missing: what is wrong
  // with those has a finding of its own.
  void DropDoubtful(api::StageTask& task) const {
    std::erase_if(task.tables, [&](const api::TaskTable& table) { return doubtful_.contains(task.ns + "/" + table.table); });
    const auto is_known = [&task](const api::TaskQuery& query) {
      const auto kind = query.path.starts_with("View/") ? api::TargetKind::View : api::TargetKind::Dataset;
      return std::any_of(task.tables.begin(), task.tables.end(),
                         [&](const api::TaskTable& table) { return table.kind == kind && table.name == query.into && !table.columns.empty(); });
    };
    const auto reads_doubtful = [&](const api::TaskQuery& query) {
      const std::set<std::string> words = plan::WordsOf(query.sql);
      return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return doubtful_.contains(task.ns + "/" + word); });
    };
    std::erase_if(task.queries, [&](const api::TaskQuery& query) { return query.sql.empty() || !is_known(query) || reads_doubtful(query); });
  }

  void Tell(const Manifest& manifest, const api::StageTask& task, const api::StageOutcome& outcome) {
    // What a validation that succeeded found is what its run will warn of.
    if (outcome.result == api::OutcomeClass::Succeeded)
      for (const api::Finding& finding : outcome.findings) Say(manifest, finding.path, "RowOrder", finding.message, Finding::Severity::Warning);
    else
      for (const api::Finding& finding : outcome.findings)
        if (!manifests_.incomplete || finding.message.find(" is not declared") == std::string::npos)
          Say(manifest, finding.path, "SqlInvalid", finding.message + HintAt(manifest, task, finding));
    if (outcome.findings.empty() && outcome.result != api::OutcomeClass::Succeeded) Say(manifest, "", "SqlInvalid", outcome.message);
    WarnUnwritten(manifest, task, outcome.dependencies);
  }

  std::string HintAt(const Manifest& manifest, const api::StageTask& task, const api::Finding& finding) const {
    if (!MayBeHinted(finding.message)) return "";
    for (const api::TaskQuery& query : task.queries)
      if (query.path == finding.path) return HintFor(manifest.Namespace(), query.sql);
    return "";
  }

  std::string HintFor(const std::string& ns, const std::string& sql) const {
    const auto pipelines = pipelines_.find(ns);
    return SqlHint(around_.All(ns), pipelines == pipelines_.end() ? std::vector<const api::Pipeline*>{} : pipelines->second, sql);
  }

  // "stage:table,table;stage:table" of what each query reads. A project that is checked without its pipelines says nothing
  // about who writes.
  void WarnUnwritten(const Manifest& manifest, const api::StageTask& task, const std::string& dependencies) {
    std::istringstream stages(dependencies);
    for (std::string stage; std::getline(stages, stage, ';');) {
      const std::size_t colon = stage.find(':');
      std::istringstream tables(stage.substr(colon + 1));
      for (std::string table; std::getline(tables, table, ',');)
        if (written_.IsUnwritten(manifest.Namespace(), table))
          Say(manifest, PathOf(task, stage.substr(0, colon)), "NeverWritten",
              "reads " + table + ", which no pipeline writes: no run can get past it until one does", Finding::Severity::Warning);
    }
  }

  static std::string PathOf(const api::StageTask& task, const std::string& stage) {
    for (const api::TaskQuery& query : task.queries)
      if (query.stage == stage) return query.path;
    return "";
  }

  // A finding in a View's query has the path "View/name spec.query.sql".
  void Say(const Manifest& manifest, const std::string& path, const std::string& rule, const std::string& message,
           Finding::Severity severity = Finding::Severity::Error) {
    const std::size_t space = path.find(' ');
    const auto other = space == std::string::npos ? labelled_.end() : labelled_.find(manifest.Namespace() + "/" + path.substr(0, space));
    Finding finding = space == std::string::npos ? manifest.Problem(path, rule, message)
                      : other == labelled_.end() ? manifest.Problem("spec", rule, path + ": " + message)
                                                 : other->second->Problem(path.substr(space + 1), rule, message);
    finding.severity = severity;
    if (!IsAboutFaultyCheck(finding, findings_)) findings_.push_back(std::move(finding));
  }

  const Manifests& manifests_;
  const WrittenTables written_;
  const std::set<std::string> doubtful_;
  const Neighbourhood& around_;
  std::map<std::string, std::vector<const api::Pipeline*>> pipelines_;  // declared, by namespace
  Findings& findings_;
  std::map<std::string, const Manifest*> labelled_;  // ns/kind/name
};

}  // namespace

void CheckSql(const Manifests& manifests, const Declared& declared, const Published& published, const Neighbourhood& around,
              const std::vector<ResolvedPipeline>& pipelines, const std::string& runner, Findings& findings) {
  SqlCheck(manifests, declared, published, around, findings).Run(pipelines, declared, runner);
}

}  // namespace weir::cli
