// What manifests change beneath published Views, where their contracts cannot see it: a contract holds what a View itself
// says. And what nothing feeds any more. docs/decisions/004-what-a-contract-covers.md.
#include <algorithm>
#include <map>

#include "cli/check/check.h"
#include "cli/check/lineage.h"
#include "cli/lake/publishers.h"
#include "cli/manifests/unread.h"
#include "cli/screen/text_table.h"
#include "crds/api/describe/write.h"
#include "crds/base/text.h"
#include "crds/contract/query_change.h"
#include "operator/plan/resolve/resolve.h"

namespace weir::cli {
namespace {

struct Change {
  std::string path;
  std::string was;
  std::string is;
};

std::string Short(const Json& value) {
  constexpr std::size_t kShown = 60;
  if (value.is_null()) return "absent";
  const std::string text = OneLine(value.is_string() ? "\"" + value.get<std::string>() + "\"" : Dump(value));
  return Cut(text, kShown);
}

// The part after ? may hold a token.
Change ChangeOfUrl(const std::string& path, const std::string& was, const std::string& is) {
  const auto plain = [](const std::string& url) { return url.substr(0, url.find_first_of("?#")); };
  return {path, Short(plain(was)), plain(was) == plain(is) ? "the same with another query" : Short(plain(is))};
}

// Member by member, so that each change has the path of what was edited.
void Compare(const Json& was, const Json& is, const std::string& path, std::vector<Change>& changes) {
  if (was == is) return;
  if (path.ends_with(".url") && was.is_string() && is.is_string()) return changes.push_back(ChangeOfUrl(path, was.get<std::string>(), is.get<std::string>()));
  if (!was.is_object() || !is.is_object()) return changes.push_back({path, Short(was), Short(is)});
  for (const auto& [key, value] : was.items()) Compare(value, At(is, key.c_str()), path + "." + key, changes);
  for (const auto& [key, value] : is.items())
    if (!was.contains(key)) Compare(Json(), value, path + "." + key, changes);
}

template <typename T>
void CompareMember(const std::optional<T>& was, const std::optional<T>& is, const std::string& path, std::vector<Change>& changes) {
  Compare(was ? api::Writer::Value(*was) : Json(), is ? api::Writer::Value(*is) : Json(), path, changes);
}

// A column that is gone is missed by the SQL that reads it.
void CompareColumns(const api::Schema& was, const api::Schema& is, std::vector<Change>& changes) {
  for (std::size_t i = 0; i < is.columns.size(); ++i) {
    const auto before = std::find_if(was.columns.begin(), was.columns.end(), [&](const api::Column& c) { return c.name == is.columns[i].name; });
    if (before == was.columns.end()) continue;
    const auto without_text = [](api::Column column) {
      column.description.clear();
      column.nullable = column.IsNullable();
      return api::Writer::Value(column);
    };
    Compare(without_text(*before), without_text(is.columns[i]), "spec.schema.columns[" + std::to_string(i) + "]", changes);
  }
}

// Checks that block or warn leave every row that is published as it is.
Json ChecksThatRemoveRows(const api::DatasetSpec& spec) {
  Json checks = Json::object();
  for (const api::Check& check : spec.checks)
    if (check.Action() == api::OnFailure::Quarantine) checks[check.name] = api::Writer::Value(check);
  return checks;
}

// A check is known by its name, and its change is told where it stands now.
void CompareChecks(const api::DatasetSpec& was, const api::DatasetSpec& is, std::vector<Change>& changes) {
  const Json before = ChecksThatRemoveRows(was), after = ChecksThatRemoveRows(is);
  for (std::size_t i = 0; i < is.checks.size(); ++i)
    Compare(At(before, is.checks[i].name.c_str()), At(after, is.checks[i].name.c_str()), "spec.checks[" + std::to_string(i) + "]", changes);
  for (const auto& [name, check] : before.items())
    if (std::none_of(is.checks.begin(), is.checks.end(), [&name = name](const api::Check& other) { return other.name == name; }))
      changes.push_back({"spec.checks", Short(check), Short(Json())});
}

// Everything of a Dataset that decides which rows there are, what their values are, or what their time is. Limits that only
// decide whether a run fails, keys, texts and freshness do not.
std::vector<Change> ChangesOf(const api::DatasetSpec& was, const api::DatasetSpec& is) {
  std::vector<Change> changes;
  CompareMember(was.format, is.format, "spec.format", changes);
  if (was.schema && is.schema) CompareColumns(*was.schema, *is.schema, changes);
  CompareMember(was.eventTime, is.eventTime, "spec.eventTime", changes);
  CompareChecks(was, is, changes);
  if (was.exclude != is.exclude)
    changes.push_back(
        {"spec.exclude", Counted(static_cast<std::int64_t>(was.exclude.size()), "file"), Counted(static_cast<std::int64_t>(is.exclude.size()), "file")});
  CompareMember(was.onUnreadable, is.onUnreadable, "spec.onUnreadable", changes);
  CompareMember(was.redelivery, is.redelivery, "spec.redelivery", changes);
  return changes;
}

// Limits and time-outs change no row.
void CompareSources(const api::LandSource& was, const api::LandSource& is, const std::string& path, std::vector<Change>& changes) {
  if (was.Field() != is.Field()) return changes.push_back({path, std::string(was.Field()), std::string(is.Field())});
  is.Visit(api::Overloaded{
      [&](const api::FilesSource& files) { Compare(api::Writer::Value(*was.As<api::FilesSource>()), api::Writer::Value(files), path + ".files", changes); },
      [&](const api::HttpSource& http) { Compare(was.As<api::HttpSource>()->url, http.url, path + ".http.url", changes); }});
}

// How a stage makes its output. The query of a View is a part of its contract.
std::vector<Change> ChangesOf(const api::Stage& was, const api::Stage& is, const std::string& path) {
  std::vector<Change> changes;
  if (was.work.Field() != is.work.Field()) return changes;
  const auto *was_land = was.work.As<api::LandStage>(), *is_land = is.work.As<api::LandStage>();
  if (was_land != nullptr && is_land != nullptr) CompareSources(was_land->from, is_land->from, path + ".land.from", changes);
  std::map<std::string, std::pair<api::Port, api::Port>> ports;  // by field
  for (api::Port& port : api::PortsOf(was)) ports[port.field].first = std::move(port);
  for (api::Port& port : api::PortsOf(is)) ports[port.field].second = std::move(port);
  for (const auto& [field, pair] : ports) {
    const auto& [before, after] = pair;
    const api::Port::Flow flow = before.value.empty() ? after.flow : before.flow;
    if (flow == api::Port::Flow::Reads && before.value != after.value) changes.push_back({path + "." + field, Short(before.value), Short(after.value)});
    if (flow != api::Port::Flow::ReadsBySql || contract::CompareQueries(before.value, after.value) != contract::QueryChange::Undetermined) continue;
    const contract::QueryExcerpts differ = contract::WhereQueriesDiffer(before.value, after.value);
    changes.push_back({path + "." + field, differ.before, differ.after});
  }
  return changes;
}

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return text;
}

template <typename T>
using ByName = std::map<std::pair<std::string, std::string>, const T*>;  // namespace, name

template <typename T>
ByName<T> Named(const std::vector<T>& objects) {
  ByName<T> named;
  for (const T& object : objects) named.emplace(std::pair(object.meta.ns, object.meta.name), &object);
  return named;
}

template <typename T>
const T* Before(const ByName<T>& objects, const api::Meta& meta) {
  const auto found = objects.find({meta.ns, meta.name});
  return found == objects.end() ? nullptr : found->second;
}

class BelowCheck {
 public:
  BelowCheck(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings)
      : manifests_(manifests),
        declared_(declared),
        datasets_(Named(published.datasets)),
        views_(Named(published.views)),
        pipelines_(Named(published.pipelines)),
        of_local_lake_(!published.lake.empty()),
        lineage_(declared, published),
        findings_(findings) {}

  void Run() {
    for (const auto& dataset : declared_.datasets) Check(dataset);
    for (const auto& pipeline : declared_.pipelines) Check(pipeline);
    for (const auto& view : declared_.views) Check(view);
    for (const auto& [name, view] : views_) CheckFormer(*view);
  }

 private:
  void Check(const Declaration<api::Dataset>& dataset) {
    const api::Meta& meta = dataset.object.meta;
    const api::Dataset* before = Before(datasets_, meta);
    if (before == nullptr) return;
    Say(dataset, "Dataset/" + meta.name, ChangesOf(before->spec, dataset.object.spec));
    CheckAddedColumns(dataset, *before);
    if (before->status.version && IsLeft(meta.ns, "Dataset/" + meta.name)) {
      const std::vector<std::string> views = lineage_.PublishedAbove(meta.ns, "Dataset/" + meta.name);
      Warn(dataset.manifest, "metadata.name", "NoWriter",
           "has data, and no pipeline writes it any more: no run brings it new ones" +
               (views.empty() ? "" : ", nor " + std::string(views.size() == 1 ? "the published view " : "the published views ") + Join(views)));
    }
  }

  // All files are decoded again for a new column, and those without it are quarantined with all of their rows.
  void CheckAddedColumns(const Declaration<api::Dataset>& dataset, const api::Dataset& before) {
    const api::DatasetSpec& spec = dataset.object.spec;
    if (!before.status.version || !before.spec.schema || !spec.schema) return;
    const api::Dataset* files = FilesOf(dataset.object.meta);
    if (files == nullptr || files->spec.onUnreadable != api::OnUnreadable::Quarantine) return;
    if (files->spec.format && files->spec.format->As<api::JsonFormat>() != nullptr) return;  // an absent key is NULL
    const std::vector<api::Column>& known = before.spec.schema->columns;
    for (std::size_t i = 0; i < spec.schema->columns.size(); ++i) {
      const api::Column& column = spec.schema->columns[i];
      const bool added = std::none_of(known.begin(), known.end(), [&](const api::Column& c) { return c.name == column.name; });
      const std::string path = "spec.schema.columns[" + std::to_string(i) + "]";
      if (!added || column.whenAbsent || column.provenance || !CanJudge(declared_, dataset, path)) continue;
      Warn(dataset.manifest, path, "AddedColumn",
           "\"" + column.name + "\" is new, and onUnreadable: Quarantine of Dataset " + files->meta.name +
               " quarantines each file without it, older ones too, with all of its rows: " +
               (column.IsNullable() ? "declare whenAbsent: SetNull, or whenAbsent: Fail where that is meant"
                                    : "declare it without nullable: false and with whenAbsent: SetNull, or with whenAbsent: Fail where that is meant"));
    }
  }

  // The Dataset of files that the one of that name is decoded from, as it is declared or else as it is in force; null for none.
  const api::Dataset* FilesOf(const api::Meta& decoded) const {
    const std::string files = lineage_.DecodedFrom(decoded.ns, "Dataset/" + decoded.name);
    for (const auto& dataset : declared_.datasets)
      if (dataset.object.meta.ns == decoded.ns && dataset.object.meta.name == files) return &dataset.object;
    return Before(datasets_, {.name = files, .ns = decoded.ns});
  }

  void Check(const Declaration<api::Pipeline>& pipeline) {
    const api::Pipeline* before = Before(pipelines_, pipeline.object.meta);
    if (before == nullptr) return;
    const auto& stages = pipeline.object.spec.stages;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const std::string output = api::OutputOf(stages[i]);
      const api::Stage* was = output.empty() ? nullptr : StageThatWrites(before->spec, output);
      if (was != nullptr) Say(pipeline, output, ChangesOf(*was, stages[i], "spec.stages[" + std::to_string(i) + "]"));
    }
  }

  // A View that was renamed with its stage, or left out with it, has no manifest that could have the finding.
  void CheckFormer(const api::View& view) {
    const std::string& ns = view.meta.ns;
    const bool declared = std::any_of(declared_.views.begin(), declared_.views.end(),
                                      [&](const auto& d) { return d.object.meta.ns == ns && d.object.meta.name == view.meta.name; });
    const auto* pipeline = PipelineThatLeft(view.meta);
    if (declared || pipeline == nullptr || !view.status.published || !IsLeft(ns, "View/" + view.meta.name)) return;
    Warn(pipeline->manifest, "spec.stages", "NoPublisher",
         "View \"" + view.meta.name +
             "\" is published, and no stage publishes it any more: readers keep its last version, which gets older until it is late; "
             "keep the View and its stage beside a new one while it has readers, then delete it");
  }

  // The one that published the View before; a local lake remembers no more than what it has now, so there any of the namespace.
  const Declaration<api::Pipeline>* PipelineThatLeft(const api::Meta& view) const {
    const Declaration<api::Pipeline>* any = nullptr;
    for (const auto& pipeline : declared_.pipelines) {
      if (pipeline.object.meta.ns != view.ns) continue;
      const api::Pipeline* before = Before(pipelines_, pipeline.object.meta);
      if (before != nullptr && StageThatWrites(before->spec, "View/" + view.name) != nullptr) return &pipeline;
      if (of_local_lake_ && any == nullptr) any = &pipeline;
    }
    return any;
  }

  void Check(const Declaration<api::View>& view) {
    const api::Meta& meta = view.object.meta;
    const api::View* before = Before(views_, meta);
    if (before != nullptr && before->status.published && IsLeft(meta.ns, "View/" + meta.name))
      Warn(view.manifest, "metadata.name", "NoPublisher",
           "is published, and no pipeline publishes it any more: no run brings it new data, and it gets older until it is late; add a stage with publish: "
           "{view: " +
               meta.name + "}, or remove the View when it has no readers");
  }

  // Nothing is said where the answer may be in what was not read, or where a project is checked without its pipelines.
  bool IsLeft(const std::string& ns, const std::string& output) const {
    if (manifests_.incomplete || !lineage_.HasPipelines(ns) || lineage_.IsWritten(ns, output)) return false;
    return std::none_of(declared_.pipelines.begin(), declared_.pipelines.end(),
                        [&](const auto& pipeline) { return pipeline.object.meta.ns == ns && declared_.unread.contains(pipeline.manifest); });
  }

  template <typename T>
  void Say(const Declaration<T>& declaration, const std::string& output, const std::vector<Change>& changes) {
    if (changes.empty()) return;
    const std::vector<std::string> views = lineage_.PublishedAbove(declaration.object.meta.ns, output);
    if (views.empty()) return;
    for (const Change& change : changes)
      if (CanJudge(declared_, declaration, change.path))
        Warn(declaration.manifest, change.path, "BelowContract",
             "was " + change.was + ", is " + change.is + ": rows or values of the published " + (views.size() == 1 ? "view " : "views ") + Join(views) +
                 " may change with the next run, and no contract covers what is beneath a view; tell the readers, or publish a new View");
  }

  void Warn(std::size_t manifest, const std::string& path, const std::string& rule, const std::string& message) {
    Finding finding = manifests_.objects[manifest].Problem(path, rule, message);
    finding.severity = Finding::Severity::Warning;
    findings_.push_back(std::move(finding));
  }

  const Manifests& manifests_;
  const Declared& declared_;
  const ByName<api::Dataset> datasets_;  // as published
  const ByName<api::View> views_;
  const ByName<api::Pipeline> pipelines_;
  const bool of_local_lake_;
  const Lineage lineage_;
  Findings& findings_;
};

}  // namespace

void CheckBelow(const Manifests& manifests, const Declared& declared, const Published& published, Findings& findings) {
  BelowCheck(manifests, declared, published, findings).Run();
}

}  // namespace weir::cli
