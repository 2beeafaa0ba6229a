#include "operator/plan/validate/validate.h"

#include <algorithm>
#include <map>
#include <set>

#include "crds/api/describe/type_words.h"
#include "crds/base/text.h"
#include "crds/contract/contract.h"
#include "operator/plan/pod/runner.h"
#include "operator/plan/resolve/lake.h"
#include "operator/plan/validate/validate_source.h"

namespace weir::plan {
namespace {

using api::Problem;

std::string Item(const std::string& list, std::size_t index) { return list + "[" + std::to_string(index) + "]"; }

template <typename Named>
std::string NearestName(const std::string& name, const std::vector<Named>& list) {
  std::vector<std::string_view> known;
  for (const Named& named : list) known.push_back(named.name);
  return api::Suggest(name, known);
}

// Names and types of the columns of one table, for the fields that refer to them.
class Columns {
 public:
  Columns(std::string path, std::vector<Problem>& problems) : path_(std::move(path)), problems_(problems) {}

  void Add(const std::string& name, const std::string& type, std::size_t index) {
    if (!folded_.insert(Lower(name)).second)
      problems_.push_back({Item(path_, index) + ".name", "\"" + name + "\" differs from another column at most in case; SQL takes both for the same"});
    if (!api::IsTypeOfTheEngine(type)) problems_.push_back({Item(path_, index) + ".type", Quoted(type) + " is not a column type: " + api::TypeAdvice(type)});
    types_[name] = type;
  }
  void Refer(const std::string& name, const std::string& path) {
    if (types_.contains(name)) return;
    std::vector<std::string_view> known;
    for (const auto& [column, type] : types_) known.push_back(column);
    problems_.push_back({path, "there is no column \"" + name + "\" in " + path_ + api::Suggest(name, known)});
  }
  void ReferToTime(const std::string& name, const std::string& path) {
    Refer(name, path);
    const auto found = types_.find(name);
    if (found != types_.end() && found->second != "TIMESTAMP" && found->second != "DATE")
      problems_.push_back({path, "must name a TIMESTAMP or DATE column; " + name + " is " + found->second});
  }

 private:
  std::string path_;
  std::vector<Problem>& problems_;
  std::set<std::string> folded_;
  std::map<std::string, std::string> types_;
};

void CheckKeys(const std::vector<api::Key>& keys, const std::string& path, Columns& columns) {
  for (std::size_t i = 0; i < keys.size(); ++i)
    for (const api::ColumnUse& use : api::ListedColumns("columns", keys[i].columns)) columns.Refer(use.column, Item(path, i) + "." + use.field);
}

template <typename Kind>
void CheckBounds(const Kind& check, const std::string& path, std::vector<Problem>& problems) {
  if constexpr (std::is_same_v<Kind, api::RangeCheck>) {
    if (check.min.empty() && check.max.empty()) problems.push_back({path, "needs min, max or both"});
  } else if constexpr (std::is_same_v<Kind, api::RowCountCheck>) {
    if (!check.min && !check.max) problems.push_back({path, "needs min, max or both"});
    if (check.min && check.max && *check.min > *check.max) problems.push_back({path + ".min", "is larger than max: no table passes"});
  }
}

void CheckOne(const api::Check& check, const std::string& path, Columns* columns, std::vector<Problem>& problems) {
  const std::string rule = path + "." + std::string(check.rule.Field());
  if (columns != nullptr)
    for (const api::ColumnUse& use : check.Columns()) columns->Refer(use.column, rule + "." + use.field);
  check.rule.Visit([&](const auto& kind) { CheckBounds(kind, rule, problems); });
  if (check.Action() == api::OnFailure::Quarantine && !check.LooksAtOneRow()) problems.push_back({path + ".onFailure", api::QuarantineNeedsRowCheck()});
}

void CheckChecks(const std::vector<api::Check>& checks, const std::string& path, Columns* columns, std::vector<Problem>& problems) {
  for (std::size_t i = 0; i < checks.size(); ++i) CheckOne(checks[i], Item(path, i), columns, problems);
}

// The directives of a format of times or dates, one letter each; %% is none.
std::string DirectivesOf(const std::string& format) {
  std::string used;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (i + 1 < format.size() && format[i + 1] == '-') ++i;
    if (++i < format.size() && format[i] != '%') used += format[i];
  }
  return used;
}

bool NamesADay(const std::string& format) {
  const std::string used = DirectivesOf(format);
  const auto has = [&used](std::string_view any) { return used.find_first_of(any) != std::string::npos; };
  return has("Yy") && (has("j") || (has("mbB") && has("d")));
}

bool NamesOneDay(const std::string& format) {
  const std::string used = DirectivesOf(format);
  const auto has = [&used](std::string_view any) { return used.find_first_of(any) != std::string::npos; };
  return used.size() == 3 && has("Yy") && has("mbB") && has("d");
}

void CheckCsv(const api::CsvFormat& csv, std::vector<Problem>& problems) {
  if (!csv.timestampFormat.empty() && !NamesADay(csv.timestampFormat))
    problems.push_back({"spec.format.csv.timestampFormat", std::string(api::kTimestampFormatWithoutDay)});
  if (!csv.dateFormat.empty() && !NamesOneDay(csv.dateFormat)) problems.push_back({"spec.format.csv.dateFormat", std::string(api::kDateFormatNotOneDay)});
  if (!csv.delimiter.empty() && csv.comment.starts_with(csv.delimiter)) problems.push_back({"spec.format.csv.comment", std::string(api::kCommentIsDelimiter)});
}

void CheckProvenance(const api::DatasetSpec& dataset, std::vector<Problem>& problems) {
  const auto& columns = dataset.schema->columns;
  if (std::all_of(columns.begin(), columns.end(), [](const api::Column& c) { return c.provenance.has_value(); }))
    problems.push_back({"spec.schema.columns", "schema needs a column that is read from the files, beside those with provenance"});
  for (std::size_t i = 0; i < dataset.schema->columns.size(); ++i) {
    const api::Column& column = dataset.schema->columns[i];
    const std::string path = Item("spec.schema.columns", i);
    if (!column.provenance) continue;
    if (dataset.zone != api::Zone::Processed) problems.push_back({path + ".provenance", "is filled when files are decoded: it belongs on Processed datasets"});
    if (!column.sourceName.empty()) problems.push_back({path + ".sourceName", "is refused: a column with provenance is filled by the engine"});
    const std::string type = *column.provenance == api::Provenance::SourceFile ? "VARCHAR" : "TIMESTAMP";
    if (column.type != type) problems.push_back({path + ".type", "must be " + type + " for provenance " + std::string(api::Word(*column.provenance))});
  }
}

bool IsInKey(const api::Schema& schema, const std::string& column) {
  return std::any_of(schema.keys.begin(), schema.keys.end(),
                     [&](const api::Key& key) { return std::find(key.columns.begin(), key.columns.end(), column) != key.columns.end(); });
}

void CheckWhenAbsent(const api::DatasetSpec& dataset, std::vector<Problem>& problems) {
  for (std::size_t i = 0; i < dataset.schema->columns.size(); ++i) {
    const api::Column& column = dataset.schema->columns[i];
    if (!column.whenAbsent) continue;
    const auto refuse = [&](std::string_view why) { problems.push_back({Item("spec.schema.columns", i) + ".whenAbsent", std::string(why)}); };
    if (dataset.zone != api::Zone::Processed) refuse(api::kWhenAbsentOfSql);
    if (column.provenance) refuse(api::kWhenAbsentOfFilled);
    if (*column.whenAbsent != api::WhenAbsent::SetNull) continue;
    if (!column.IsNullable()) refuse(api::kSetNullOfRequired);
    if (IsInKey(*dataset.schema, column.name)) refuse(api::kSetNullOfKey);
  }
}

void CheckStageChecks(const std::vector<api::Check>& checks, const std::string& path, std::vector<Problem>& problems) {
  CheckChecks(checks, path, nullptr, problems);
  // A check that can quarantine nowhere has its problem: the advice to declare it on the Dataset would lead to the same one.
  for (std::size_t i = 0; i < checks.size(); ++i)
    if (checks[i].Action() == api::OnFailure::Quarantine && checks[i].LooksAtOneRow())
      problems.push_back({Item(path, i) + ".onFailure", std::string(api::kQuarantineOfCheckStage)});
}

// Row checks are made on what is read; what the engine fills in is the same in every row of a file.
void CheckProvenanceOfChecks(const api::DatasetSpec& dataset, std::vector<Problem>& problems) {
  const auto is_filled = [&dataset](const std::string& name) {
    return std::any_of(dataset.schema->columns.begin(), dataset.schema->columns.end(), [&](const api::Column& c) { return c.name == name && c.provenance; });
  };
  for (std::size_t i = 0; i < dataset.checks.size(); ++i) {
    const api::Check& check = dataset.checks[i];
    if (check.Action() != api::OnFailure::Quarantine) continue;
    const std::vector<api::ColumnUse> uses = check.LooksAtOneRow() ? check.Columns() : std::vector<api::ColumnUse>();
    if (std::any_of(uses.begin(), uses.end(), [&](const api::ColumnUse& use) { return is_filled(use.column); }))
      problems.push_back(
          {Item("spec.checks", i) + ".onFailure", "cannot quarantine rows by a column with provenance, which the engine fills; use Block or Warn"});
  }
}

void CheckPolicies(const api::DatasetSpec& dataset, std::vector<Problem>& problems) {
  const bool files = HoldsFiles(dataset.zone);
  const std::string only_files = "is about files: it belongs on Landing and RawHistory datasets";
  if (!files && !dataset.exclude.empty()) problems.push_back({"spec.exclude", only_files});
  if (!files && dataset.onUnreadable) problems.push_back({"spec.onUnreadable", only_files});
  if (!files && dataset.redelivery) problems.push_back({"spec.redelivery", only_files});
  if (!dataset.quarantine) return;
  if (files) problems.push_back({"spec.quarantine", "limits the rows of tables: it belongs on Processed and Curated datasets"});
  if (dataset.quarantine->maxShare.empty() && !dataset.quarantine->maxRows) problems.push_back({"spec.quarantine", "needs maxShare, maxRows or both"});
}

// C0, DEL and, in UTF-8, C1: a terminal would take them for orders.
bool HoldsControlCharacters(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool c1 = c == 0xC2U && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U;
    if (c < 0x20U || c == 0x7FU || c1) return true;
  }
  return false;
}

void CheckSchema(const api::DatasetSpec& dataset, std::vector<Problem>& problems) {
  Columns columns("spec.schema.columns", problems);
  for (std::size_t i = 0; i < dataset.schema->columns.size(); ++i) {
    columns.Add(dataset.schema->columns[i].name, dataset.schema->columns[i].type, i);
    if (HoldsControlCharacters(dataset.schema->columns[i].sourceName))
      problems.push_back(
          {Item("spec.schema.columns", i) + ".sourceName", "holds a control character such as a terminal escape; rename the column in the file"});
  }
  CheckKeys(dataset.schema->keys, "spec.schema.keys", columns);
  if (dataset.eventTime) columns.ReferToTime(dataset.eventTime->column, "spec.eventTime.column");
  CheckChecks(dataset.checks, "spec.checks", &columns, problems);
}

// Of datasets that the stage reads as a whole; what its SQL reads is known once it is bound. The first run would find nothing
// there, and no run would ever get past it.
void CheckOrder(const std::vector<api::Stage>& stages, std::size_t index, std::vector<Problem>& problems) {
  for (const api::Port& input : PortsOf(stages[index])) {
    if (input.flow != api::Port::Flow::Reads) continue;
    for (std::size_t i = index; i < stages.size(); ++i) {
      if (OutputOf(stages[i]) != input.Label()) continue;
      const std::string writer = i == index ? "this stage itself writes" : "stage \"" + stages[i].name + "\" below writes; put that stage above this one";
      problems.push_back(
          {Item("spec.stages", index) + "." + input.field, "reads " + Lower(std::string(api::Word(input.target))) + " " + input.value + ", which " + writer});
    }
  }
}

void CheckNeeds(const std::vector<api::Stage>& stages, std::size_t index, std::vector<Problem>& problems) {
  if (!stages[index].needs) return;
  const auto place = [&stages](const std::string& name) {
    return static_cast<std::size_t>(std::find_if(stages.begin(), stages.end(), [&name](const api::Stage& s) { return s.name == name; }) - stages.begin());
  };
  for (std::size_t i = 0; i < stages[index].needs->size(); ++i) {
    const std::string& need = (*stages[index].needs)[i];
    const std::string path = Item(Item("spec.stages", index) + ".needs", i);
    const std::size_t found = place(need);
    if (found == stages.size())
      problems.push_back({path, "there is no stage \"" + need + "\" in this pipeline" + NearestName(need, stages)});
    else if (found >= index)
      problems.push_back({path, "\"" + need + "\" is not above \"" + stages[index].name + "\"; list the stages in the order in which they run"});
  }
}

// Each folder keeps the log of one export.
void CheckFolder(const api::ExportStage& exported, const std::string& stage, const std::string& path, std::map<std::string, std::string>& folders,
                 std::vector<Problem>& problems) {
  const auto* files = exported.to.As<api::FilesTarget>();
  if (files == nullptr) return;
  const std::string folder = files->store + "/" + files->path + "/";
  for (const auto& [other, exporter] : folders)
    if (folder.starts_with(other) || other.starts_with(folder))
      problems.push_back({path, "overlaps the folder of store " + files->store + " to which stage \"" + exporter +
                                    "\" exports; give each export a folder of its own, none inside another"});
  folders.emplace(folder, stage);
}

}  // namespace

std::vector<Problem> CheckLake(const api::LakeSpec& lake, Where where) {
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < lake.zones.size(); ++i)
    if (FindStore(lake, lake.zones[i].store) == nullptr)
      problems.push_back({Item("spec.zones", i) + ".store",
                          "there is no store \"" + lake.zones[i].store + "\" in spec.stores" + NearestName(lake.zones[i].store, lake.stores)});
  for (std::size_t i = 0; i < lake.stores.size(); ++i) {
    const auto* volume = lake.stores[i].place.As<api::VolumeStore>();
    if (volume == nullptr) continue;
    if (where == Where::Cluster && volume->path)
      problems.push_back({Item("spec.stores", i) + ".volume.path", "is for weir run only; a cluster takes volume.claim or s3"});
    if (where == Where::Local && volume->claim)
      problems.push_back({Item("spec.stores", i) + ".volume.claim", "needs a cluster; weir run takes volume.path or s3"});
  }
  for (Problem& problem : CheckRunner(lake.runner, "spec.runner")) problems.push_back(std::move(problem));
  return problems;
}

std::vector<Problem> CheckDataset(const api::DatasetSpec& dataset) {
  std::vector<Problem> problems;
  const bool files = HoldsFiles(dataset.zone);
  const std::string zone(api::Word(dataset.zone));
  if (dataset.zone == api::Zone::Views) problems.push_back({"spec.zone", "what is in the zone Views is declared as a View"});
  if (files && !dataset.format) problems.push_back({"spec.format", "is required in " + zone + ": csv, parquet or json"});
  if (!files && dataset.format) problems.push_back({"spec.format", "is refused in " + zone + ": tables are Parquet under a Delta Lake log"});
  if (files && dataset.schema) problems.push_back({"spec.schema", "is refused in " + zone + ", where files lie as they came"});
  if (!files && !dataset.schema) problems.push_back({"spec.schema", "is required in " + zone});
  if (files && dataset.freshness) problems.push_back({"spec.freshness", "belongs on Processed and Curated datasets and on views"});
  if (files && !dataset.checks.empty()) problems.push_back({"spec.checks", "check rows, but " + zone + " holds files"});
  if (files && dataset.eventTime) problems.push_back({"spec.eventTime", "names a column; " + zone + " holds files as they came"});
  CheckPolicies(dataset, problems);
  if (const auto* csv = dataset.format ? dataset.format->As<api::CsvFormat>() : nullptr) CheckCsv(*csv, problems);
  if (dataset.schema) CheckSchema(dataset, problems);
  if (dataset.schema) CheckProvenance(dataset, problems);
  if (dataset.schema) CheckWhenAbsent(dataset, problems);
  if (dataset.schema) CheckProvenanceOfChecks(dataset, problems);
  return problems;
}

std::vector<Problem> CheckView(const api::ViewSpec& view) {
  std::vector<Problem> problems;
  Columns columns("spec.columns", problems);
  for (std::size_t i = 0; i < view.columns.size(); ++i) columns.Add(view.columns[i].name, view.columns[i].type, i);
  CheckKeys(view.keys, "spec.keys", columns);
  if (view.eventTime) columns.ReferToTime(view.eventTime->column, "spec.eventTime.column");
  if (view.lookback && !view.eventTime) problems.push_back({"spec.lookback", "is counted in the view's event time: add spec.eventTime"});
  for (std::size_t i = 0; i < view.waivers.size(); ++i) {
    if (!contract::EndOf(view.waivers[i]))
      problems.push_back({Item("spec.waivers", i) + ".until", "\"" + view.waivers[i].until + "\" is not a date; write one such as \"2027-01-31\""});
  }
  return problems;
}

std::vector<Problem> CheckPipeline(const api::PipelineSpec& pipeline) {
  std::vector<Problem> problems;
  std::map<std::string, std::string> writers, folders;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const api::Stage& stage = pipeline.stages[i];
    const std::string path = Item("spec.stages", i);
    CheckNeeds(pipeline.stages, i, problems);
    CheckResources(stage.resources, path + ".resources", problems);
    if (const auto* land = stage.work.As<api::LandStage>()) CheckSource(land->from, path + ".land.from", problems);
    CheckOrder(pipeline.stages, i, problems);
    if (const auto* check = stage.work.As<api::CheckStage>()) CheckStageChecks(check->checks, path + ".check.checks", problems);
    if (const auto* exported = stage.work.As<api::ExportStage>()) CheckFolder(*exported, stage.name, path + ".export.to.files.path", folders, problems);
    for (const api::Port& port : PortsOf(stage)) {
      if (port.flow != api::Port::Flow::Writes) continue;
      const auto [writer, first] = writers.emplace(port.Label(), stage.name);
      if (!first)
        problems.push_back({path, "writes " + Lower(std::string(api::Word(port.target))) + " " + port.value + ", which stage \"" + writer->second +
                                      "\" writes too; a dataset has one writer"});
    }
  }
  return problems;
}

}  // namespace weir::plan
