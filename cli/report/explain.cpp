#include "cli/report/explain.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "cli/manifests/manifests.h"
#include "cli/manifests/yaml_text.h"
#include "crds/api/kubernetes/meta.h"
#include "crds/base/name.h"

namespace weir::cli {
namespace {

using Printer = void (*)(const Terminal&, const Json&);

Exit Answer(const Terminal& terminal, const Result<Json>& report, Printer print) {
  if (!report) return Complain(terminal, report.error());
  if (terminal.format == OutputFormat::Json)
    terminal.out << JsonText(*report) << "\n";
  else if (terminal.format == OutputFormat::Yaml)
    terminal.out << YamlText(*report);
  else
    print(terminal, *report);
  return Exit::Ok;
}

// The run that started last: by epoch, which grows whatever the clock does. One that has not started is newer than all that
// have.
Result<std::string> NewestRun(const World& world) {
  const auto runs = world.cluster->List({api::kPipelineRuns, world.ns, ""});
  if (!runs) return runs.error();
  std::tuple<std::int64_t, Time, std::string> newest;
  for (const Json& run : runs->items) {
    const api::Meta meta = api::ReadMeta(run);
    const std::int64_t epoch = Integer(At(run, "status"), "epoch");
    newest = std::max(newest, {epoch > 0 ? epoch : std::numeric_limits<std::int64_t>::max(), meta.created, meta.name});
  }
  if (std::get<2>(newest).empty()) return Error{Fault::Missing, "NotFound", "there is no PipelineRun in namespace " + world.ns};
  return std::get<2>(newest);
}

// "; did you mean view/orders-v1?" for a name without its kind, or "". A server that does not answer is asked once.
std::string KindsWith(const World& world, const std::string& name) {
  if (!IsDnsLabel(name)) return "";
  std::string found;
  for (const api::Resource& kind : api::kOurKinds) {
    if (kind == api::kLakes) continue;
    const auto object = world.cluster->Get({kind, world.ns, name});
    if (object)
      found += (found.empty() ? "" : " or ") + WordFor(kind) + "/" + name;
    else if (object.error().fault != Fault::Missing)
      break;
  }
  return found.empty() ? "" : "; did you mean " + found + "?";
}

}  // namespace

Exit Explain(const Terminal& terminal, const World& world, ExplainOptions options, Time now) {
  if (const Status split = SplitKind(options.kind, options.name); !split) return Complain(terminal, split.error(), Exit::Usage);
  const api::Resource* kind = FindKind(options.kind);
  if (kind != nullptr && *kind == api::kPipelineRuns && options.name.empty()) {
    const auto newest = NewestRun(world);
    if (!newest) return Complain(terminal, newest.error());
    options.name = *newest;
  }
  if (kind == nullptr || *kind == api::kLakes || options.name.empty())
    return Complain(terminal,
                    {Fault::Invalid, "Usage",
                     "explain needs KIND/NAME: run/NAME (or run alone for the newest), pipeline/NAME, view/NAME or dataset/NAME" +
                         (kind == nullptr ? KindsWith(world, options.kind) : std::string())},
                    Exit::Usage);
  if (const auto object = world.cluster->Get({*kind, world.ns, options.name}); !object && object.error().fault == Fault::Missing)
    return Complain(terminal, NoSuchObject(*world.cluster, *kind, world.ns, options.name));
  if (*kind == api::kPipelineRuns)
    return Answer(terminal, RunReport(world, options.name, options.rows), [](const Terminal& to, const Json& report) { PrintRunReport(to, report); });
  if (*kind == api::kPipelines) return Answer(terminal, PipelineReport(world, options.name, options.rows), PrintPipelineReport);
  return Answer(terminal, TableReport(world, *kind, options.name, options.rows, now), PrintTableReport);
}

bool PrintedMessages::IsNewMessage(const std::string& message) {
  constexpr std::size_t kCause = 20;  // bytes: less may be chance
  if (message.empty()) return false;
  const auto was_told = [this](const std::string& text) {
    return std::any_of(told_.begin(), told_.end(), [&](const std::string& one) { return one.find(text) != std::string::npos; });
  };
  const std::size_t colon = message.find(": ");
  const std::string cause = colon == std::string::npos ? "" : message.substr(colon + 2);
  if (was_told(message) || (cause.size() >= kCause && was_told(cause))) return false;
  told_.push_back(message);
  return true;
}

void PrintConditions(const Terminal& terminal, const Json& conditions, PrintedMessages& told) {
  for (const Json& condition : conditions) {
    const std::string type = Text(condition, "type"), status = Text(condition, "status");
    const bool good = status == (type == "Stalled" || type == "Reconciling" || type == "Suspended" ? "False" : "True");
    const Paint paint = good ? Paint::Green : status == "Unknown" ? Paint::Dim : Paint::Red;
    terminal.out << "  " << terminal.OnOut(paint, type + "=" + status) << " " << Shown(condition, "reason");
    if (const std::string message = Text(condition, "message"); told.IsNewMessage(message)) terminal.out << ": " << Printable(message);
    terminal.out << "\n";
  }
}

}  // namespace weir::cli
