#include "cli/check.h"

#include <algorithm>

#include "cli/lake_contracts.h"
#include "cli/runner_process.h"

namespace weir::cli {
namespace {

// What is compared with: of a file, a cluster or a lake.
struct Base {
  Published published;
  bool isThere = true;  // false: none was named, and there is no lake in the usual place
};

Result<Base> BaseFor(const CheckOptions& options) {
  const auto with = [](Result<Published> published) { return published ? Result<Base>(Base{std::move(published).value()}) : Result<Base>(published.error()); };
  if (!options.against.empty()) return with(ReadPublishedFile(options.against));
  if (!options.place.kubeconfig.empty()) {
    const auto world = Open(options.place);
    return world ? with(ReadPublished(*world->cluster, options.place.ns)) : Result<Base>(world.error());
  }
  const auto world = OpenLocal(options.place);
  if (world) {
    auto base = with(ReadPublished(*world->cluster));
    if (base) base->published.lake = options.place.lake;
    return base;
  }
  if (world.error().fault == Fault::Missing) return Base{.isThere = false};
  return world.error();
}

// Silence would pass for a verdict: nothing was there to break.
void TellNothingCompared(const Terminal& terminal, const CheckOptions& options, const Declared& declared, const Base& base) {
  const auto& views = base.published.views;
  const bool compared = base.isThere || std::any_of(views.begin(), views.end(), [](const api::View& view) { return view.status.published.has_value(); });
  if (compared || declared.views.empty()) return;
  terminal.err << terminal.OnErr(Paint::Yellow, "note") << ": no published contract was compared, for there is no lake in " << OneLine(options.place.lake)
               << ": name one with --lake FOLDER, a file of published objects with --against FILE, or a cluster with --kubeconfig FILE\n";
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
  return findings;
}

Exit Check(const Terminal& terminal, const CheckOptions& options, std::istream& in) {
  auto base = BaseFor(options);
  if (!base) return Complain(terminal, base.error(), options.against.empty() ? Exit::Failed : Exit::Usage);
  const Manifests manifests = LoadManifests(options.paths, options.place.ns.empty() ? "default" : options.place.ns, in);
  const Declared declared = ReadManifests(manifests);
  if (options.place.kubeconfig.empty()) AddContractsOfLake(declared, options.place.lake, base->published);
  const Findings findings = CheckAll(manifests, declared, base->published, FindRunner());
  Print(terminal, terminal.out, findings);
  TellNothingCompared(terminal, options, declared, *base);
  Summarize(terminal, manifests, findings);
  const bool unreadable =
      std::any_of(manifests.findings.begin(), manifests.findings.end(), [](const Finding& f) { return f.rule == "FileUnreadable" || f.rule == "NoManifests"; });
  return unreadable ? Exit::Usage : HasErrors(findings) ? Exit::Failed : Exit::Ok;
}

}  // namespace weir::cli
