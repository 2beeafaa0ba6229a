#include "cli/check.h"

#include <algorithm>

#include "cli/lake_contracts.h"
#include "cli/runner_process.h"

namespace weir::cli {
namespace {

Result<Published> PublishedFor(const CheckOptions& options) {
  if (!options.against.empty()) return ReadPublishedFile(options.against);
  const auto world = OpenLocal(options.place);
  if (world) {
    auto published = ReadPublished(*world->cluster);
    if (published) published->lake = options.place.lake;
    return published;
  }
  if (world.error().fault == Fault::Missing) return Published{};
  return world.error();
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
  auto published = PublishedFor(options);
  if (!published) return Complain(terminal, published.error(), options.against.empty() ? Exit::Failed : Exit::Usage);
  const Manifests manifests = LoadManifests(options.paths, options.place.ns.empty() ? "default" : options.place.ns, in);
  const Declared declared = ReadManifests(manifests);
  AddContractsOfLake(declared, options.place.lake, *published);
  const Findings findings = CheckAll(manifests, declared, *published, FindRunner());
  Print(terminal, terminal.out, findings);
  Summarize(terminal, manifests, findings);
  const bool unreadable =
      std::any_of(manifests.findings.begin(), manifests.findings.end(), [](const Finding& f) { return f.rule == "FileUnreadable" || f.rule == "NoManifests"; });
  return unreadable ? Exit::Usage : HasErrors(findings) ? Exit::Failed : Exit::Ok;
}

}  // namespace weir::cli
