#include "cli/manifests/finding.h"

#include <algorithm>
#include <tuple>

#include "cli/manifests/yaml_text.h"

namespace weir::cli {
namespace {

std::string Line(const Finding& finding) {
  std::string text = finding.file + (finding.line > 0 ? ":" + std::to_string(finding.line) : "") + ": ";
  if (!finding.object.empty()) text += finding.object + (finding.field.empty() ? ": " : " ");
  if (!finding.field.empty()) text += finding.field + ": ";
  if (finding.severity == Finding::Severity::Warning) text += "warning: ";
  return text + finding.message;
}

}  // namespace

Json AsJson(const Findings& findings) {
  Json list = Json::array();
  for (const Finding& f : findings)
    list.push_back({{"file", f.file},
                    {"line", f.line},
                    {"object", f.object},
                    {"field", f.field},
                    {"rule", f.rule},
                    {"message", f.message},
                    {"severity", f.severity == Finding::Severity::Error ? "Error" : "Warning"}});
  return list;
}

void Print(const Terminal& terminal, std::ostream& out, Findings findings) {
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) { return std::tie(a.file, a.line) < std::tie(b.file, b.line); });
  findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
  if (terminal.format == OutputFormat::Json)
    out << JsonText(AsJson(findings)) << "\n";
  else if (terminal.format == OutputFormat::Yaml)
    out << YamlText(AsJson(findings));
  else
    for (const Finding& finding : findings) out << Printable(Line(finding)) << " " << terminal.OnOut(Paint::Dim, "[" + finding.rule + "]") << "\n";
}

bool HasErrors(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.severity == Finding::Severity::Error; });
}

}  // namespace weir::cli
