#include "cli/delete.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/manifests.h"
#include "cli/session.h"

namespace weir::cli {
namespace {

std::set<std::string> PublishedBy(const api::PipelineSpec& pipeline) {
  std::set<std::string> views;
  for (const api::Stage& stage : pipeline.stages)
    if (stage.publish) views.insert(stage.publish->view);
  return views;
}

// As a shell takes it for one word.
std::string ShellWord(const std::string& text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace

std::vector<std::string> NoLongerDeclared(const Published& published, const Declared& declared, const std::string& ns, const std::string& lake) {
  std::set<std::string> used, own;  // names of Views, and of Pipelines that are declared
  for (const auto& [index, view] : declared.views)
    if (view.meta.ns == ns) used.insert(view.meta.name);
  for (const auto& [index, pipeline] : declared.pipelines)
    if (pipeline.meta.ns == ns) own.insert(pipeline.meta.name), used.merge(PublishedBy(pipeline.spec));
  for (const api::Pipeline& pipeline : published.pipelines)
    if (pipeline.meta.ns == ns && !own.contains(pipeline.meta.name)) used.merge(PublishedBy(pipeline.spec));
  const std::string where = (ns == "default" ? "" : " -n " + ns) + (lake == Place{}.lake ? "" : " --lake " + ShellWord(lake));
  std::vector<std::string> sentences;
  for (const api::View& view : published.views) {
    const std::string& name = view.meta.name;
    if (view.meta.ns != ns || !view.status.published || used.contains(name)) continue;
    sentences.push_back("view " + name + " is published but no longer declared, and no run brings it new data; weir delete view/" + name + where +
                        " removes it (its files stay)");
  }
  return sentences;
}

Exit Delete(const Terminal& terminal, DeleteOptions options) {
  if (const Status split = SplitKind(options.kind, options.name); !split) return Complain(terminal, split.error(), Exit::Usage);
  const api::Resource* kind = FindKind(options.kind);
  if (kind == nullptr || !(*kind == api::kViews || *kind == api::kDatasets) || options.name.empty())
    return Complain(terminal, {Fault::Invalid, "Usage", "weir delete takes view/NAME or dataset/NAME of the local lake; on a cluster use kubectl delete"},
                    Exit::Usage);
  const auto world = OpenLocal(options.place);
  if (!world) return Complain(terminal, world.error(), Exit::Usage);
  auto session = Session::Open({std::filesystem::absolute(options.place.lake).lexically_normal().string(), "", "", ""});
  if (!session) return Complain(terminal, session.error());
  if (const Status deleted = (*session)->Cluster().Delete({*kind, world->ns, options.name}, ""); !deleted) return Complain(terminal, deleted.error());
  if (const Status saved = (*session)->Save(); !saved) return Complain(terminal, saved.error());
  terminal.out << "Deleted " << (*kind == api::kViews ? "view/" : "dataset/") << OneLine(options.name) << ". Its files stay in the lake.\n";
  return Exit::Ok;
}

}  // namespace weir::cli
