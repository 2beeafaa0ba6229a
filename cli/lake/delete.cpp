#include "cli/lake/delete.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "cli/manifests/manifests.h"
#include "cli/run/session.h"
#include "crds/api/describe/read.h"
#include "crds/base/count.h"
#include "crds/base/shell_word.h"
#include "operator/plan/resolve/resolve.h"

namespace weir::cli {
namespace {

std::set<std::string> PublishedBy(const api::PipelineSpec& pipeline) {
  std::set<std::string> views;
  for (const api::Stage& stage : pipeline.stages)
    for (const api::Port& port : api::PortsOf(stage))
      if (port.RunsQueryOfView()) views.insert(port.value);
  return views;
}

constexpr std::array<const api::Resource*, 5> kRemembered{&api::kViews, &api::kDatasets, &api::kPipelines, &api::kPipelineRuns, &api::kLakes};

std::vector<std::string> NamesOf(kube::ClusterApi& cluster, const api::Resource& kind, const std::string& ns) {
  std::vector<std::string> names;
  if (const auto listing = cluster.List({kind, ns, ""}))
    for (const Json& item : listing->items) names.push_back(api::ReadMeta(item).name);
  return names;
}

// What is still there, though the object is not.
std::string RemainingAfterDelete(const api::Resource& kind, const Json& object, std::size_t runs) {
  if (kind == api::kPipelineRuns) return "What it committed stays.";
  if (kind == api::kLakes) return "Tables stay where they are; without it the built-in Lake holds.";
  if (kind != api::kPipelines) return "Its files stay in the lake.";
  std::vector<api::Problem> newer;
  std::string outputs;
  for (const std::string& output : api::OutputsOf(api::Read<api::PipelineSpec>(At(object, "spec"), "spec", newer).stages))
    outputs += (outputs.empty() ? "" : ", ") + output;
  return (runs == 0   ? "It had no runs."
          : runs == 1 ? "Its run went with it."
                      : "Its " + Grouped(static_cast<std::int64_t>(runs)) + " runs went with it.") +
         (outputs.empty() ? "" : " What it wrote stays, with its data: " + OneLine(outputs) + ".");
}

Exit DeleteObject(const Terminal& terminal, Session& session, const api::Resource& kind, const std::string& ns, const DeleteOptions& options) {
  local::MemoryCluster& cluster = session.Cluster();
  const auto object = cluster.Get({kind, ns, options.name});
  if (!object && object.error().fault == Fault::Missing) {
    const std::string message = NoSuchObject(cluster, kind, ns, options.name).message;
    if (options.whenGone == WhenGone::Fail) return Complain(terminal, {Fault::Missing, "NotFound", message});
    terminal.out << "Nothing to delete: " << message << ".\n";
    return Exit::Ok;
  }
  if (!object) return Complain(terminal, object.error());
  const std::size_t before = NamesOf(cluster, api::kPipelineRuns, ns).size();
  if (const Status deleted = cluster.Delete({kind, ns, options.name}, ""); !deleted) return Complain(terminal, deleted.error());
  const std::size_t runs = before - NamesOf(cluster, api::kPipelineRuns, ns).size();
  if (const Status saved = session.Save(); !saved) return Complain(terminal, saved.error());
  terminal.out << "Deleted " << WordFor(kind) << "/" << OneLine(options.name) << ". " << RemainingAfterDelete(kind, *object, runs) << "\n";
  return Exit::Ok;
}

// Datasets that a Pipeline of the manifests writes, or one of the lake that they do not repeat.
std::set<std::string> WrittenDatasets(const Published& published, const Declared& declared, const std::string& ns) {
  std::set<std::string> own, outputs;
  const auto add = [&outputs](const api::Pipeline& pipeline) {
    for (const std::string& output : api::OutputsOf(pipeline.spec.stages)) outputs.insert(output);
  };
  for (const auto& [index, pipeline] : declared.pipelines)
    if (pipeline.meta.ns == ns) own.insert(pipeline.meta.name), add(pipeline);
  for (const api::Pipeline& pipeline : published.pipelines)
    if (pipeline.meta.ns == ns && !own.contains(pipeline.meta.name)) add(pipeline);
  return outputs;
}

std::vector<std::string> DatasetsLeftBehind(const Published& published, const Declared& declared, const std::string& ns) {
  std::set<std::string> datasets;
  for (const auto& [index, dataset] : declared.datasets)
    if (dataset.meta.ns == ns) datasets.insert(dataset.meta.name);
  const std::set<std::string> written = WrittenDatasets(published, declared, ns);
  std::vector<std::string> sentences;
  for (const api::Dataset& dataset : published.datasets) {
    const std::string& name = dataset.meta.name;
    if (dataset.meta.ns == ns && !datasets.contains(name) && !written.contains("Dataset/" + name))
      sentences.push_back("dataset " + name + " of earlier manifests is no longer declared, and no pipeline writes it; " +
                          CommandThatDeletes(published, api::kDatasets, ns, name) + " removes it (its files stay)");
  }
  return sentences;
}

}  // namespace

std::string CommandThatDeletes(const Published& published, const api::Resource& kind, const std::string& ns, const std::string& name) {
  if (published.lake.empty()) return "kubectl delete " + std::string(kind.plural) + "." + std::string(kind.group) + "/" + name + " -n " + ns;
  return "weir delete " + WordFor(kind) + "/" + name + (ns == "default" ? "" : " -n " + ns) +
         (published.lake == Place{}.lake ? "" : " --lake " + ShellWord(published.lake));
}

std::vector<std::string> LeftBehind(const Published& published, const Declared& declared, const std::string& ns) {
  std::set<std::string> views, alive, own;  // Views that are declared, that a Pipeline publishes; names of Pipelines that are declared
  for (const auto& [index, view] : declared.views)
    if (view.meta.ns == ns) views.insert(view.meta.name);
  for (const auto& [index, pipeline] : declared.pipelines)
    if (pipeline.meta.ns == ns) own.insert(pipeline.meta.name), alive.merge(PublishedBy(pipeline.spec));
  for (const api::Pipeline& pipeline : published.pipelines)
    if (pipeline.meta.ns == ns && !own.contains(pipeline.meta.name)) alive.merge(PublishedBy(pipeline.spec));
  std::vector<std::string> sentences;
  for (const api::View& view : published.views) {
    const std::string& name = view.meta.name;
    if (view.meta.ns != ns || !view.status.published || alive.contains(name)) continue;
    if (views.contains(name))
      sentences.push_back("view " + name +
                          " is published, and no pipeline publishes it any more: no run brings it new data until a stage with publish: {view: " + name +
                          "} is back; to delete it permanently, remove its manifest");
    else
      sentences.push_back("view " + name + " is published but no longer declared, and no run brings it new data; " +
                          CommandThatDeletes(published, api::kViews, ns, name) + " removes it (its files stay)");
  }
  for (std::string& sentence : DatasetsLeftBehind(published, declared, ns)) sentences.push_back(std::move(sentence));
  return sentences;
}

std::string LakeLeftBehind(const Published& published, const Declared& declared, const std::string& ns) {
  if (published.lake.empty()) return "";
  const auto is_here = [&ns](const api::Lake& lake) { return lake.meta.ns == ns; };
  const auto lake = std::find_if(published.lakes.begin(), published.lakes.end(), is_here);
  const bool again = std::any_of(declared.lakes.begin(), declared.lakes.end(), [&](const auto& declaration) { return is_here(declaration.object); });
  if (lake == published.lakes.end() || again) return "";
  std::string stores;
  for (const api::Store& store : lake->spec.stores) stores += (stores.empty() ? "" : ", ") + store.name;
  return "Lake " + lake->meta.name + " of earlier manifests is in force and places the data (stores " + stores +
         "), and these manifests do not hold it: add its manifest to keep it; " + CommandThatDeletes(published, api::kLakes, ns, lake->meta.name) +
         " removes it, and the built-in Lake holds then";
}

Exit Delete(const Terminal& terminal, DeleteOptions options) {
  if (const Status split = SplitKind(options.kind, options.name); !split) return Complain(terminal, split.error(), Exit::Usage);
  const api::Resource* kind = FindKind(options.kind);
  const bool remembered = kind != nullptr && std::any_of(kRemembered.begin(), kRemembered.end(), [kind](const api::Resource* one) { return *one == *kind; });
  if (!remembered || options.name.empty())
    return Complain(terminal,
                    {Fault::Invalid, "Usage",
                     "weir delete takes view/NAME, dataset/NAME, pipeline/NAME, run/NAME or lake/NAME of the local lake; on a cluster use kubectl delete"},
                    Exit::Usage);
  const auto world = OpenLocal(options.place);
  if (!world) return Complain(terminal, world.error());
  auto session = Session::Open({std::filesystem::absolute(options.place.lake).lexically_normal().string(), "", "", ""});
  if (!session) return Complain(terminal, session.error());
  return DeleteObject(terminal, **session, *kind, world->ns, options);
}

}  // namespace weir::cli
