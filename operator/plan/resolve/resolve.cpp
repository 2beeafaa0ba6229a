#include "operator/plan/resolve/resolve.h"

#include <algorithm>

#include "crds/api/describe/read.h"
#include "crds/base/name.h"
#include "crds/contract/contract.h"
#include "operator/plan/resolve/lake.h"
#include "operator/plan/resolve/location.h"
#include "operator/plan/run/task.h"
#include "operator/plan/validate/validate.h"

namespace weir::plan {
namespace {

using api::Reason;
using api::Zone;

template <typename Object>
const Object* Named(const std::vector<Object>& objects, const std::string& name) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&name](const Object& o) { return o.meta.name == name; });
  return found == objects.end() ? nullptr : &*found;
}

// "; did you mean ...?" when one of them is near.
template <typename Object>
std::string Nearest(const std::vector<Object>& objects, const std::string& name) {
  std::vector<std::string_view> known;
  for (const Object& object : objects) known.push_back(object.meta.name);
  return api::Suggest(name, known);
}

std::string TablePath(const api::LakeSpec& lake, const Place& place, const std::string& database, const std::string& table) {
  return place.path + "/" + lake.environment + "/" + database + "/" + table;
}

std::vector<api::Column> WithoutTexts(std::vector<api::Column> columns) {
  for (api::Column& column : columns) {
    column.description.clear();
    column.unit.clear();
  }
  return columns;
}

api::TaskTable TableOf(const api::Dataset& dataset, const api::LakeSpec& lake) {
  const api::DatasetSpec& spec = dataset.spec;
  const Place place = PlaceOf(lake, spec.zone);
  api::TaskTable table{
      .kind = api::TargetKind::Dataset, .name = dataset.meta.name, .table = TableName(dataset.meta.name), .zone = spec.zone, .store = place.store};
  table.path = TablePath(lake, place, spec.database.empty() ? dataset.meta.ns : spec.database, table.table);
  table.format = spec.format;
  table.checks = spec.checks;
  if (spec.schema) table.columns = WithoutTexts(spec.schema->columns), table.keys = spec.schema->keys;
  if (spec.eventTime) table.eventTime = spec.eventTime->column, table.eventTimeMaxAhead = spec.eventTime->maxAhead;
  table.quarantine = spec.quarantine;
  table.exclude = spec.exclude;
  table.onUnreadable = spec.onUnreadable;
  table.redelivery = spec.redelivery;
  return table;
}

api::TaskTable TableOf(const api::View& view, const api::LakeSpec& lake) {
  const Place place = PlaceOf(lake, Zone::Views);
  api::TaskTable table{.kind = api::TargetKind::View, .name = view.meta.name, .table = TableName(view.meta.name), .zone = Zone::Views, .store = place.store};
  table.path = TablePath(lake, place, view.meta.ns, table.table);
  for (const api::ViewColumn& column : view.spec.columns) table.columns.push_back({.name = column.name, .type = column.type, .nullable = column.nullable});
  table.keys = view.spec.keys;
  if (view.spec.eventTime) table.eventTime = view.spec.eventTime->column, table.eventTimeMaxAhead = view.spec.eventTime->maxAhead;
  return table;
}

// Looks up what the stages name, one after the other, and fills the bundle.
class Resolver {
 public:
  Resolver(const api::Pipeline& pipeline, const Surroundings& around, const Environment& environment, Time now)
      : pipeline_(pipeline), around_(around), lake_(around.lake ? around.lake->spec : BuiltInLake(environment)), now_(now) {}

  Resolution Run(const Environment& environment) {
    out_.problems = CheckPipeline(pipeline_.spec);
    const auto lake_problems = CheckLake(lake_, environment.IsLocal() ? Where::Local : Where::Cluster);
    if (!lake_problems.empty())
      out_.missing.push_back({Reason::LakeInvalid, "", std::string(kLakeName), "Lake default is not valid: " + api::Join(lake_problems), ""});
    FillSettings();
    for (std::size_t i = 0; i < pipeline_.spec.stages.size(); ++i) LookUp(pipeline_.spec.stages[i], "spec.stages[" + std::to_string(i) + "]");
    AddTablesNamedInSql();
    SortTables();
    CheckSizes();
    return std::move(out_);
  }

 private:
  void FillSettings() {
    Bundle& bundle = out_.bundle;
    bundle.pipeline = pipeline_.meta.name;
    bundle.stages = pipeline_.spec.stages;
    bundle.retry = pipeline_.spec.retry;
    bundle.stores = lake_.stores;
    bundle.runner = lake_.runner;
    bundle.runner.serviceAccountAnnotations.reset();  // they change in place
    bundle.outcomeStore = PlaceOf(lake_, Zone::Processed).store;
    const std::string first = PlaceOf(lake_, Zone::Landing).path;
    const std::size_t slash = first.rfind('/');
    bundle.outcomePath = (slash == std::string::npos ? "" : first.substr(0, slash + 1)) + lake_.environment + "/_weirkeeper";
  }

  void LookUp(const api::Stage& stage, const std::string& path) {
    if (const auto* land = stage.work.As<api::LandStage>()) LookUpSource(land->from, path + ".land.from");
    std::vector<const api::Dataset*> datasets;  // of the ports, in their order; null for what cannot be used
    for (const api::Port& port : api::PortsOf(stage)) {
      const std::string field = path + "." + port.field;
      if (port.target == api::TargetKind::View)
        LookUpView(port, field);
      else if (port.flow != api::Port::Flow::ReadsBySql)
        datasets.push_back(Take(port, field));
    }
    if (std::find(datasets.begin(), datasets.end(), nullptr) != datasets.end()) datasets.clear();
    stage.work.Visit([&](const auto& kind) { LookUpMore(kind, datasets, path + "." + std::string(kind.kField)); });
  }

  void LookUpSource(const api::LandSource& source, const std::string& path) {
    const auto* files = source.As<api::FilesSource>();
    if (files == nullptr) return;
    const std::string name = SourceStoreOf(*files);
    if (FindStore(lake_, name) == nullptr)
      out_.problems.push_back({path + ".files.store", "there is no store \"" + name + "\" in the Lake" + HintAtStore(name, files->store.empty())});
  }

  // A store that is not named is the one called source, which `weir run` makes of a folder where there is no Lake.
  std::string HintAtStore(const std::string& name, bool absent) const {
    std::vector<std::string_view> known;
    for (const api::Store& store : lake_.stores) known.push_back(store.name);
    if (!around_.lake)
      return api::Suggest(name, known) + "; no Lake is declared here: give its manifest too, or list the store in spec.stores of a Lake default";
    std::string all;
    for (const std::string_view store : known) all += (all.empty() ? "" : ", ") + std::string(store);
    if (!absent) return api::Suggest(name, known) + "; list it in spec.stores of the Lake default, which has " + all;
    return ", and from.files names none; list it in spec.stores of the Lake default, or write store: with one of " + all +
           ". weir run takes --source for it only where no Lake is declared";
  }

  // What a kind asks of what it names, beyond the zones of its ports. `datasets` is empty when one of them cannot be used.
  using Datasets = std::vector<const api::Dataset*>;

  void LookUpMore(const api::LandStage&, const Datasets&, const std::string&) {}

  void LookUpMore(const api::AcceptStage& accept, const Datasets& datasets, const std::string& path) {
    if (datasets.size() != 2) return;
    const api::Dataset &from = *datasets[0], &into = *datasets[1];
    if (from.spec.format != into.spec.format)
      out_.problems.push_back({path + ".into", "dataset " + accept.into + " declares another format than " + accept.from + "; the files stay as they are"});
    AgreeOnRedelivery(from, into, path);
  }

  // What a known name means is declared where the files are kept; landing them then goes by it, too.
  void AgreeOnRedelivery(const api::Dataset& from, const api::Dataset& into, const std::string& path) {
    if (from.spec.redelivery && from.spec.redelivery != into.spec.redelivery)
      out_.problems.push_back({path + ".into", "dataset " + from.meta.name + " declares redelivery " + std::string(api::Word(*from.spec.redelivery)) +
                                                   ", and dataset " + into.meta.name + ", which keeps the files, does not: declare it there"});
    for (api::TaskTable& table : out_.bundle.tables)
      if (table.kind == api::TargetKind::Dataset && table.name == from.meta.name) table.redelivery = into.spec.redelivery;
  }

  void LookUpMore(const api::TransformStage& transform, const Datasets& datasets, const std::string& path) {
    if (!transform.IsDecoding() && datasets.size() == 1) RefuseWhatIsOfFiles(*datasets[0], path + ".into");
  }

  void RefuseWhatIsOfFiles(const api::Dataset& into, const std::string& path) {
    for (const api::Column& column : into.spec.schema->columns) {
      const std::string what = "column " + column.name + " of dataset " + into.meta.name;
      if (column.provenance)
        out_.problems.push_back({path, what + " has a provenance, which is filled when files are decoded; name it in the SQL without one"});
      if (column.whenAbsent) out_.problems.push_back({path, what + " has whenAbsent, which is about files, and this stage writes it by SQL: remove it"});
    }
  }

  void LookUpMore(const api::CheckStage& check, const Datasets& datasets, const std::string& path) {
    if (datasets.size() != 1) return;
    api::DatasetSpec with_checks = datasets[0]->spec;
    with_checks.checks = check.checks;
    for (api::Problem& problem : CheckDataset(with_checks)) {
      if (!problem.path.starts_with("spec.checks")) continue;
      problem.path = path + problem.path.substr(4);
      // What needs no columns has been found without them.
      const auto& found = out_.problems;
      if (std::find(found.begin(), found.end(), problem) == found.end()) out_.problems.push_back(std::move(problem));
    }
  }

  void LookUpMore(const api::PublishStage&, const Datasets&, const std::string&) {}

  void LookUpMore(const api::ExportStage& exported, const Datasets&, const std::string& path) {
    if (const auto* files = exported.to.As<api::FilesTarget>()) LookUpFolder(*files, path + ".to.files");
    if (!exported.format.Is<api::CsvExport>()) return;
    const bool is_view = !exported.view.empty();
    const auto* table = FindTable(out_.bundle, is_view ? api::TargetKind::View : api::TargetKind::Dataset, is_view ? exported.view : exported.from);
    if (table == nullptr) return;
    for (const api::Column& column : table->columns)
      if (column.type == "BLOB")
        out_.problems.push_back({path + ".format.csv", "column " + column.name + " of " + table->name +
                                                           " is a BLOB, and a CSV file holds text only: export parquet, or a View without the column"});
  }

  // The folders of a zone have the logs of its tables; files of an export would be among theirs.
  void LookUpFolder(const api::FilesTarget& files, const std::string& path) {
    if (FindStore(lake_, files.store) == nullptr) {
      out_.problems.push_back({path + ".store", "there is no store \"" + files.store + "\" in the Lake" + HintAtStore(files.store, false)});
      return;
    }
    const auto is_in = [](const std::string& inner, const std::string& outer) { return (inner + "/").starts_with(outer + "/"); };
    if (("/" + files.path).find("/_") != std::string::npos)
      out_.problems.push_back({path + ".path", "\"" + files.path + "\" has a part that begins with '_', as folders of logs do: use another name"});
    for (const Zone zone : {Zone::Landing, Zone::RawHistory, Zone::Processed, Zone::Curated, Zone::Views}) {
      const auto place = PlaceOf(lake_, zone);
      if (place.store == files.store && (is_in(files.path, place.path) || is_in(place.path, files.path)))
        out_.problems.push_back({path + ".path", "folder \"" + files.path + "\" overlaps the zone " + std::string(api::Word(zone)) + " (\"" + place.path +
                                                     "\" in the same store); use a folder outside the zones, such as exports/" + pipeline_.meta.name});
    }
  }

  // The dataset, when it is there, valid and in one of the zones.
  const api::Dataset* Take(const api::Port& port, const std::string& path) {
    const std::string& name = port.value;
    const api::Dataset* dataset = Named(around_.datasets, name);
    if (dataset == nullptr) {
      out_.missing.push_back(
          {Reason::DatasetMissing, path, name, "there is no Dataset \"" + name + "\" in this namespace yet", Nearest(around_.datasets, name)});
      return nullptr;
    }
    if (const auto problems = CheckDataset(dataset->spec); !problems.empty()) {
      out_.missing.push_back({Reason::Waiting, path, name, "Dataset \"" + name + "\" is not valid yet: " + api::Join(problems), ""});
      return nullptr;
    }
    if (std::find(port.zones.begin(), port.zones.end(), dataset->spec.zone) == port.zones.end()) {
      out_.problems.push_back({path, "dataset " + name + " is in zone " + std::string(api::Word(dataset->spec.zone)) + "; " + std::string(port.zoneRule)});
      return nullptr;
    }
    if (!IsRefused(api::TargetKind::Dataset, dataset->meta, around_.views, path)) Place(*dataset, path);
    return dataset;
  }

  void LookUpView(const api::Port& port, const std::string& path) {
    const std::string& name = port.value;
    const api::View* view = Named(around_.views, name);
    if (view == nullptr)
      return out_.missing.push_back({Reason::ViewMissing, path, name, "there is no View \"" + name + "\" in this namespace yet", Nearest(around_.views, name)});
    if (const auto problems = CheckView(view->spec); !problems.empty())
      return out_.missing.push_back({Reason::Waiting, path, name, "View \"" + name + "\" is not valid yet: " + api::Join(problems), ""});
    if (port.RunsQueryOfView()) LookUpContract(*view);
    if (!IsRefused(api::TargetKind::View, view->meta, around_.datasets, path)) Place(*view, path);
  }

  void LookUpContract(const api::View& view) {
    if (view.status.published) {
      const auto broken = contract::Breaking(contract::Compare(*view.status.published, contract::ContractOf(view.spec), now_));
      if (!broken.empty()) out_.broken.push_back("View " + view.meta.name + ": " + contract::Describe(broken));
      out_.revisit = Sooner(out_.revisit, contract::ChangesAt(view.spec.waivers, now_));
    }
    out_.bundle.views.push_back(BundleViewOf(view));
  }

  // SQL could not tell the two apart.
  template <typename Other>
  bool IsRefused(api::TargetKind kind, const api::Meta& meta, const std::vector<Other>& others, const std::string& path) {
    const Other* other = Named(others, meta.name);
    if (other == nullptr || !OwnsTableName(kind, meta, other->meta)) return false;
    out_.refused.push_back({Reason::NameTaken, path, meta.name, NameTakenBy(kind, meta), ""});
    return true;
  }

  template <typename Object>
  void Place(const Object& object, const std::string& path) {
    api::TaskTable table = TableOf(object, lake_);
    const std::string place = PlaceText(lake_.stores, table);
    auto moved = MovedFrom(object.meta, object.status, table, place);
    if (!moved && around_.lake) moved = MovedFolder(object.meta, object.status, table, lake_.stores);
    if (moved) out_.refused.push_back({Reason::Moved, path, object.meta.name, std::move(*moved), ""});
    for (const Elsewhere& other : around_.elsewhere)
      if (IsSharedPlace(place) && other.place == place && other.created <= object.meta.created)
        out_.refused.push_back({Reason::NameTaken, path, object.meta.name,
                                "\"" + place + "\" is the place of " + other.object +
                                    ", which was there first: two tables cannot have one place; choose another name, spec.database or store",
                                ""});
    Add(std::move(table));
  }

  void AddTablesNamedInSql() {
    std::set<std::string> words;
    for (const std::string& sql : SqlOf(pipeline_.spec, around_.views)) words.merge(WordsOf(sql));
    const auto named = [&words](const std::string& table) { return words.contains(table); };
    for (const api::Dataset& dataset : around_.datasets)
      if (!HoldsFiles(dataset.spec.zone) && dataset.spec.schema && named(TableName(dataset.meta.name)) &&
          !Loses(api::TargetKind::Dataset, dataset.meta, around_.views))
        Place(dataset, "spec.stages");
    for (const api::View& view : around_.views)
      if (named(TableName(view.meta.name)) && !Loses(api::TargetKind::View, view.meta, around_.datasets)) Place(view, "spec.stages");
  }

  template <typename Other>
  static bool Loses(api::TargetKind kind, const api::Meta& meta, const std::vector<Other>& others) {
    const Other* other = Named(others, meta.name);
    return other != nullptr && OwnsTableName(kind, meta, other->meta);
  }

  void Add(api::TaskTable table) {
    if (FindTable(out_.bundle, table.kind, table.name) == nullptr) out_.bundle.tables.push_back(std::move(table));
  }

  // The hash of a bundle must not depend on the order in which objects were listed.
  void SortTables() {
    std::sort(out_.bundle.tables.begin(), out_.bundle.tables.end(),
              [](const api::TaskTable& a, const api::TaskTable& b) { return std::tie(a.kind, a.name) < std::tie(b.kind, b.name); });
    std::sort(out_.bundle.views.begin(), out_.bundle.views.end(), [](const BundleView& a, const BundleView& b) { return a.name < b.name; });
  }

  void CheckSizes() {
    if (!out_.problems.empty() || !out_.missing.empty() || !out_.refused.empty()) return;
    const std::size_t size = TaskText(ValidationTask(out_.bundle, pipeline_.meta.ns, 1)).size();
    if (size > kTaskLimit)
      out_.problems.push_back({"spec.stages", "need " + std::to_string(size / 1024) + " KiB of SQL and schemas, more than the " +
                                                  std::to_string(kTaskLimit / 1024) + " KiB that reach a pod; split the pipeline"});
  }

  const api::Pipeline& pipeline_;
  const Surroundings& around_;
  api::LakeSpec lake_;
  Time now_;
  Resolution out_;
};

}  // namespace

std::string Sentence(const Missing& missing) { return (missing.path.empty() ? "" : missing.path + ": ") + missing.message + missing.advice; }

bool OwnsTableName(api::TargetKind kind, const api::Meta& meta, const api::Meta& other) {
  if (meta.created != other.created) return other.created < meta.created;
  return kind == api::TargetKind::View;
}

std::string NameTakenBy(api::TargetKind kind, const api::Meta& meta) {
  const bool view = kind == api::TargetKind::View;
  return std::string("table ") + TableName(meta.name) + " would be both the Dataset and the View \"" + meta.name + "\"; the " +
         (view ? "Dataset has the name: give the View" : "View has the name: give the Dataset") + " another one";
}

bool IsSharedPlace(const std::string& place) { return !place.starts_with("volume "); }

std::vector<api::TaskTable> TablesOf(const Surroundings& around, const Environment& environment) {
  const api::LakeSpec lake = around.lake ? around.lake->spec : BuiltInLake(environment);
  std::vector<api::TaskTable> tables;
  for (const api::Dataset& dataset : around.datasets) tables.push_back(TableOf(dataset, lake));
  for (const api::View& view : around.views) tables.push_back(TableOf(view, lake));
  for (api::TaskTable& table : tables) table.place = PlaceText(lake.stores, table);
  return tables;
}

std::vector<std::string> SqlOf(const api::PipelineSpec& pipeline, const std::vector<api::View>& views) {
  std::vector<std::string> texts;
  for (const api::Stage& stage : pipeline.stages) {
    for (const api::Port& port : api::PortsOf(stage)) {
      if (port.flow == api::Port::Flow::ReadsBySql) texts.push_back(port.value);
      if (!port.RunsQueryOfView()) continue;
      if (const api::View* view = Named(views, port.value)) texts.push_back(view->spec.query.sql);
    }
  }
  return texts;
}

Resolution Resolve(const api::Pipeline& pipeline, const Surroundings& around, const Environment& environment, Time now) {
  return Resolver(pipeline, around, environment, now).Run(environment);
}

}  // namespace weir::plan
