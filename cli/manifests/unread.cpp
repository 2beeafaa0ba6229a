#include "cli/manifests/unread.h"

#include <algorithm>
#include <initializer_list>

#include "crds/base/name.h"
#include "operator/plan/validate/validate.h"

namespace weir::cli {
namespace {

using Fields = std::vector<std::string>;

const Fields& FieldsOf(const Declared& declared, std::size_t manifest) {
  static const Fields none;
  const auto found = declared.unread.find(manifest);
  return found == declared.unread.end() ? none : found->second;
}

// Whether the field is the one at `path` or inside of it.
bool IsWithin(std::string_view field, std::string_view path) {
  if (!field.starts_with(path)) return false;
  return field.size() == path.size() || field[path.size()] == '.' || field[path.size()] == '[';
}

bool TouchesAny(const Fields& unread, std::initializer_list<std::string_view> paths) {
  return std::any_of(paths.begin(), paths.end(), [&unread](std::string_view path) { return Touches(unread, path); });
}

// Of a list of columns: its items and their names and types; descriptions and the like are no part of what SQL reads.
bool TouchesColumns(const Fields& unread, std::string_view list) {
  return std::any_of(unread.begin(), unread.end(), [list](std::string_view field) {
    if (!IsWithin(field, list)) return IsWithin(list, field);
    const std::size_t item = field.find(']', list.size());
    return item == std::string_view::npos || item + 1 == field.size() || field.substr(item + 1) == ".name" || field.substr(item + 1) == ".nullable" ||
           field.substr(item + 1) == ".provenance";
  });
}

template <typename Column>
bool HaveTypes(const std::vector<Column>& columns) {
  return std::none_of(columns.begin(), columns.end(), [](const Column& column) { return column.type.empty(); });
}

bool IsInAny(std::string_view path, std::initializer_list<std::string_view> sections) {
  return std::any_of(sections.begin(), sections.end(), [path](std::string_view section) { return IsWithin(path, section); });
}

// "spec.stages[3].transform" of a path inside of it; empty for others.
std::string_view ActionOf(std::string_view path) {
  constexpr std::string_view kStages = "spec.stages[";
  if (!path.starts_with(kStages)) return "";
  const std::size_t dot = path.find('.', kStages.size());
  return dot == std::string_view::npos ? "" : path.substr(0, path.find_first_of(".[", dot + 1));
}

// A Dataset that is read but whose columns break a rule cannot be declared to the engine either.
bool HasColumnsOfItsOwn(const api::Dataset& dataset) {
  const auto problems = plan::CheckDataset(dataset.spec);
  return std::none_of(problems.begin(), problems.end(), [](const api::Problem& p) { return IsWithin(p.path, "spec.schema"); });
}
bool HasColumnsOfItsOwn(const api::View& view) {
  const auto problems = plan::CheckView(view.spec);
  return std::none_of(problems.begin(), problems.end(), [](const api::Problem& p) { return IsWithin(p.path, "spec.columns"); });
}

template <typename T>
void AddDoubtful(const Declared& declared, const std::vector<Declaration<T>>& list, std::set<std::string>& tables) {
  for (const Declaration<T>& declaration : list)
    if (!IsSound(declared, declaration) || !HasColumnsOfItsOwn(declaration.object))
      tables.insert(declaration.object.meta.ns + "/" + TableName(declaration.object.meta.name));
}

}  // namespace

bool Touches(const Fields& unread, std::string_view path) {
  return std::any_of(unread.begin(), unread.end(), [path](const std::string& field) { return IsWithin(field, path) || IsWithin(path, field); });
}

bool IsSound(const Declared& declared, const Declaration<api::Lake>& lake) {
  return !TouchesAny(FieldsOf(declared, lake.manifest), {"spec.environment", "spec.stores", "spec.zones"});
}

bool IsSound(const Declared& declared, const Declaration<api::Dataset>& dataset) {
  const bool placed = !TouchesAny(FieldsOf(declared, dataset.manifest), {"spec.zone", "spec.database", "spec.format", "spec.redelivery"});
  return placed && !TouchesColumns(FieldsOf(declared, dataset.manifest), "spec.schema.columns") &&
         (!dataset.object.spec.schema || HaveTypes(dataset.object.spec.schema->columns));
}

bool IsSound(const Declared& declared, const Declaration<api::View>& view) {
  return !Touches(FieldsOf(declared, view.manifest), "spec.query") && !TouchesColumns(FieldsOf(declared, view.manifest), "spec.columns") &&
         HaveTypes(view.object.spec.columns);
}

bool CanJudge(const Declared& declared, const Declaration<api::Lake>& lake, std::string_view path) {
  if (Touches(FieldsOf(declared, lake.manifest), "spec.stores") && IsWithin(path, "spec.zones")) return false;
  return !Touches(FieldsOf(declared, lake.manifest), IsWithin(path, "spec.runner") ? "spec.runner" : path);
}

bool CanJudge(const Declared& declared, const Declaration<api::Dataset>& dataset, std::string_view path) {
  if (Touches(FieldsOf(declared, dataset.manifest), "spec.zone") || Touches(FieldsOf(declared, dataset.manifest), path)) return false;
  return !(Touches(FieldsOf(declared, dataset.manifest), "spec.schema") && IsInAny(path, {"spec.schema", "spec.checks", "spec.eventTime"}));
}

bool CanJudge(const Declared& declared, const Declaration<api::View>& view, std::string_view path) {
  if (Touches(FieldsOf(declared, view.manifest), path)) return false;
  return !(Touches(FieldsOf(declared, view.manifest), "spec.columns") && IsInAny(path, {"spec.columns", "spec.keys", "spec.eventTime"}));
}

bool CanJudge(const Declared& declared, const Declaration<api::Pipeline>& pipeline, std::string_view path) {
  if (Touches(FieldsOf(declared, pipeline.manifest), path)) return false;
  const std::string_view action = ActionOf(path);
  // Whether a transform decodes or runs SQL decides what may be in its other fields.
  if (action.ends_with(".transform") && (Touches(FieldsOf(declared, pipeline.manifest), std::string(action).append(".from")) ||
                                         Touches(FieldsOf(declared, pipeline.manifest), std::string(action).append(".sql"))))
    return false;
  const Fields& unread = FieldsOf(declared, pipeline.manifest);
  const bool names =
      std::any_of(unread.begin(), unread.end(), [](const std::string& field) { return field.starts_with("spec.stages[") && field.ends_with("].name"); });
  return !(names && action.ends_with(".needs"));
}

bool CanJudgeContract(const Declared& declared, const Declaration<api::View>& view) {
  const Fields& unread = FieldsOf(declared, view.manifest);
  return std::none_of(unread.begin(), unread.end(), [](const std::string& field) {
    return IsWithin(field, "spec") && !IsInAny(field, {"spec.owner", "spec.purpose", "spec.eventTime"});
  });
}

std::set<std::string> DoubtfulTables(const Manifests& manifests, const Declared& declared) {
  std::set<std::string> tables;
  for (const std::string& refused : manifests.refused) {
    const std::size_t slash = refused.find('/');
    tables.insert(refused.substr(0, slash + 1) + TableName(refused.substr(slash + 1)));
  }
  AddDoubtful(declared, declared.datasets, tables);
  AddDoubtful(declared, declared.views, tables);
  return tables;
}

std::set<std::string> DoubtfulLakes(const Declared& declared) {
  std::set<std::string> namespaces;
  for (const auto& lake : declared.lakes)
    if (!IsSound(declared, lake)) namespaces.insert(lake.object.meta.ns);
  return namespaces;
}

}  // namespace weir::cli
