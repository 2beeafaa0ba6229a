#include "cli/check/check.h"

#include <algorithm>
#include <optional>
#include <set>

#include "cli/lake/lake_contracts.h"
#include "cli/machine/runner_process.h"
#include "crds/api/contract.h"
#include "crds/base/count.h"

namespace weir::cli {
namespace {

// What is compared with: of a file, a cluster or a lake.
struct Base {
  Published published;
  std::string where;    // for messages
  bool isThere = true;  // false: none was named, and there is no lake in the usual place
};

std::set<std::string> NamespacesOf(const Manifests& manifests) {
  std::set<std::string> namespaces;
  for (const Manifest& manifest : manifests.objects) namespaces.insert(manifest.Namespace());
  return namespaces;
}

// People often may read their own namespaces only.
Result<Base> BaseOnCluster(const World& world, const std::set<std::string>& namespaces) {
  Base base;
  for (const std::string& ns : namespaces) {
    auto published = ReadPublished(*world.cluster, ns);
    if (!published) return published.error();
    Append(base.published, std::move(*published));
    base.where += (base.where.empty() ? "the cluster, namespace " : ", ") + OneLine(ns);
  }
  return base;
}

Result<Base> BaseFor(const CheckOptions& options, const std::optional<World>& cluster, const Manifests& manifests) {
  if (!options.against.empty()) {
    auto published = ReadPublishedFile(options.against);
    return published ? Result<Base>(Base{std::move(*published), OneLine(options.against)}) : Result<Base>(published.error());
  }
  if (cluster) return BaseOnCluster(*cluster, NamespacesOf(manifests));
  const auto world = OpenLocal(options.place);
  if (world) {
    auto published = ReadPublished(*world->cluster);
    if (!published) return published.error();
    published->lake = options.place.lake;
    return Base{std::move(*published)};
  }
  if (world.error().fault == Fault::Missing) return Base{.isThere = false};
  return world.error();
}

// Views that the base has too, split by whether it has a published contract.
struct Shared {
  std::size_t compared = 0;
  std::vector<std::string> without;
};

Shared SharedViews(const Declared& declared, const Published& published) {
  Shared shared;
  for (const api::View& other : published.views) {
    const auto same = [&other](const auto& view) { return other.meta.name == view.object.meta.name && other.meta.ns == view.object.meta.ns; };
    if (std::none_of(declared.views.begin(), declared.views.end(), same)) continue;
    if (other.status.published)
      ++shared.compared;
    else
      shared.without.push_back(other.meta.name);
  }
  return shared;
}

// "2 Views have no published contract in old.json (a-v1, b-v1): nothing was compared. ..."
std::string NoContractOf(const std::vector<std::string>& views, const std::string& where, bool is_file) {
  constexpr std::size_t kShown = 10;
  std::string names;
  for (std::size_t i = 0; i < std::min(views.size(), kShown); ++i) names += (i > 0 ? ", " : "") + OneLine(views[i]);
  if (views.size() > kShown) names += " and " + std::to_string(views.size() - kShown) + " more";
  const bool one = views.size() == 1;
  return Counted(static_cast<std::int64_t>(views.size()), "View") + (one ? " has" : " have") + " no published contract in " + where + " (" + names +
         "): nothing was compared. " + (one ? "It has" : "They have") + " not been published yet" +
         (is_file ? "; or " + where + " holds manifests: use `kubectl get views -o json` or `weir get views -o json`" : "");
}

// Silence would pass for a verdict: nothing was there to break.
void WarnNothingCompared(const Terminal& terminal, const CheckOptions& options, const Declared& declared, const Base& base) {
  const auto& views = base.published.views;
  if (declared.views.empty()) return;
  const std::string note = terminal.OnErr(Paint::Yellow, "note") + ": no published contract was compared, for ";
  const bool remembered = std::any_of(views.begin(), views.end(), [](const api::View& view) { return view.status.published.has_value(); });
  if (!base.isThere && !remembered)
    terminal.err << note << "there is no lake in " << OneLine(options.place.lake)
                 << ": name one with --lake FOLDER, a file of published objects with --against FILE, or a cluster with --kubeconfig FILE\n";
  if (base.where.empty()) return;
  const Shared shared = SharedViews(declared, base.published);
  if (shared.compared == 0 && shared.without.empty())
    terminal.err << note << "none of these Views is in " << base.where << "\n";
  else if (!shared.without.empty())
    terminal.err << terminal.OnErr(Paint::Yellow, "note") << ": " << NoContractOf(shared.without, base.where, !options.against.empty()) << "\n";
}

// A file of Views alone, which `weir get views` writes: what is beneath them has nothing to be compared with.
void WarnNothingBelow(const Terminal& terminal, const CheckOptions& options, const Declared& declared, const Published& base) {
  const bool beneath = !declared.datasets.empty() || !declared.pipelines.empty();
  if (options.against.empty() || !beneath || base.views.empty() || !base.datasets.empty() || !base.pipelines.empty()) return;
  terminal.err << terminal.OnErr(Paint::Yellow, "note") << ": " << OneLine(options.against)
               << " has Views and no Datasets or Pipelines, so what is beneath a View was not compared: write it with weir get -o json, or with "
                  "kubectl get lakes,datasets,views,pipelines -o json\n";
}

bool IsOfContract(const Finding& finding) { return api::FromWord<api::ContractRule>(finding.rule).has_value(); }

// SQL that does not bind, or an event time that is no column, is no other promise yet.
void DropChangesThatAreMistakes(Findings& findings) {
  const Findings all = findings;
  std::erase_if(findings, [&all](const Finding& change) {
    const bool of_value = change.field == "spec.query.sql" || change.field.starts_with("spec.eventTime");
    return of_value && IsOfContract(change) && std::any_of(all.begin(), all.end(), [&change](const Finding& other) {
             const bool same = other.file == change.file && other.object == change.object && other.field == change.field;
             return same && other.severity == Finding::Severity::Error && !IsOfContract(other);
           });
  });
}

void Summarize(const Terminal& terminal, const Manifests& manifests, const Findings& findings) {
  if (terminal.format != OutputFormat::Table) return;
  std::size_t errors = 0;
  for (const Finding& finding : findings) errors += finding.severity == Finding::Severity::Error ? 1 : 0;
  std::string objects = std::to_string(manifests.objects.size()) + (manifests.objects.size() == 1 ? " object" : " objects");
  if (manifests.foreign > 0) objects += " (" + std::to_string(manifests.foreign) + " of other kinds left alone)";
  if (errors == 0)
    terminal.err << terminal.OnErr(Paint::Green, "ok") << ": " << objects << ", no problems found\n";
  else
    terminal.err << terminal.OnErr(Paint::Red, std::to_string(errors) + (errors == 1 ? " finding" : " findings")) << " in " << objects << "\n";
}

}  // namespace

Findings CheckAll(const Manifests& manifests, const Declared& declared, const Published& published, const Result<std::string>& runner) {
  Findings findings = declared.findings;
  CheckObjects(manifests, declared, published, findings);
  const Neighbourhood around(declared, published);
  CheckNames(manifests, declared, around, findings);
  const std::vector<ResolvedPipeline> pipelines = CheckReferences(manifests, declared, published, around, findings);
  CheckBelow(manifests, declared, published, findings);
  if (runner)
    CheckSql(manifests, declared, published, around, pipelines, *runner, findings);
  else if (!manifests.objects.empty())
    findings.push_back({manifests.objects[0].file, 0, "", "", "RunnerMissing", "SQL was not bound: " + runner.error().message, Finding::Severity::Warning});
  DropChangesThatAreMistakes(findings);
  return findings;
}

Exit Check(const Terminal& terminal, const CheckOptions& options, std::istream& in) {
  std::optional<World> cluster;
  if (!options.place.kubeconfig.empty()) {
    auto world = Open(options.place);
    if (!world) return Complain(terminal, world.error());
    cluster = std::move(*world);
  }
  const std::string ns = cluster ? cluster->ns : options.place.ns.empty() ? "default" : options.place.ns;
  const Manifests manifests = LoadManifests(options.paths, ns, in);
  auto base = BaseFor(options, cluster, manifests);
  if (!base) return Complain(terminal, base.error(), options.against.empty() ? Exit::Failed : Exit::Usage);
  const Declared declared = ReadManifests(manifests);
  if (!cluster) AddContractsOfLake(declared, options.place.lake, base->published);
  const Findings findings = CheckAll(manifests, declared, base->published, FindRunner());
  Print(terminal, terminal.out, findings);
  WarnNothingCompared(terminal, options, declared, *base);
  WarnNothingBelow(terminal, options, declared, base->published);
  Summarize(terminal, manifests, findings);
  const bool unreadable =
      std::any_of(manifests.findings.begin(), manifests.findings.end(), [](const Finding& f) { return f.rule == "FileUnreadable" || f.rule == "NoManifests"; });
  return unreadable ? Exit::Usage : HasErrors(findings) ? Exit::Failed : Exit::Ok;
}

}  // namespace weir::cli
