#include "cli/check/sql_hints.h"

#include <cctype>

#include "crds/base/name.h"
#include "operator/plan/pipeline/bundle.h"

namespace weir::cli {
namespace {

constexpr int kLongestWay = 8;  // from a landed file over accept to its table

bool IsPart(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; }

// Whether the text has the name by itself, not within a longer one.
bool Mentions(const std::string& sql, const std::string& name) {
  for (std::size_t at = sql.find(name); at != std::string::npos; at = sql.find(name, at + 1)) {
    const bool begins = at == 0 || !IsPart(sql[at - 1]);
    const std::size_t end = at + name.size();
    if (begins && (end == sql.size() || !IsPart(sql[end]))) return true;
  }
  return false;
}

std::string TablesMadeOf(const std::vector<const api::Pipeline*>& pipelines, const std::string& dataset, int depth = 0) {
  std::string tables;
  if (depth > kLongestWay) return tables;
  for (const api::Pipeline* pipeline : pipelines)
    for (const api::Stage& stage : pipeline->spec.stages) {
      const api::Ports ports = api::PortsOf(stage);
      const auto reads = [&dataset](const api::Port& port) { return port.flow == api::Port::Flow::Reads && port.value == dataset; };
      const auto writes = std::find_if(ports.begin(), ports.end(), [](const api::Port& port) { return port.flow == api::Port::Flow::Writes; });
      if (writes == ports.end() || std::none_of(ports.begin(), ports.end(), reads)) continue;
      const std::string made = writes->IsTable() ? TableName(writes->value) : TablesMadeOf(pipelines, writes->value, depth + 1);
      if (!made.empty()) tables += (tables.empty() ? "" : ", ") + made;
    }
  return tables;
}

}  // namespace

bool MayBeHinted(std::string_view error) {
  const auto has = [error](std::string_view text) { return error.find(text) != std::string_view::npos; };
  const std::size_t undeclared = error.find(" is not declared");  // also said of columns
  const bool table = undeclared != std::string_view::npos && error.substr(0, undeclared).rfind("table ") != std::string_view::npos;
  return (has("syntax error") || table) && !has("with _ for -") && !has("have _ for -");
}

std::string HintAtFiles(const std::vector<api::Dataset>& datasets, const std::vector<const api::Pipeline*>& pipelines, const std::string& sql) {
  const std::set<std::string> words = plan::WordsOf(sql);
  for (const api::Dataset& dataset : datasets) {
    const std::string& name = dataset.meta.name;
    if (!api::HoldsFiles(dataset.spec.zone) || !(words.contains(TableName(name)) || Mentions(sql, name))) continue;
    const std::string made = TablesMadeOf(pipelines, name);
    const std::string what = "; " + name + " is a dataset of files (" + std::string(api::Word(dataset.spec.zone)) + "), and SQL reads tables: ";
    if (!made.empty()) return what + "read " + made + ", into which it is decoded";
    return what + "decode it with a stage transform: {from: " + name + ", into: ...}, and read that table";
  }
  return "";
}

std::string SqlHint(const plan::Surroundings& around, const std::vector<const api::Pipeline*>& pipelines, const std::string& sql) {
  if (std::string hint = HintAtFiles(around.datasets, pipelines, sql); !hint.empty()) return hint;
  const auto dashed = [&sql](const std::string& name) {
    const std::string table = TableName(name);
    return table != name && Mentions(sql, name) ? "; write " + table + " for " + name + ": in SQL the names of tables have _ for -" : std::string();
  };
  for (const api::Dataset& dataset : around.datasets)
    if (const std::string hint = dashed(dataset.meta.name); !hint.empty()) return hint;
  for (const api::View& view : around.views)
    if (const std::string hint = dashed(view.meta.name); !hint.empty()) return hint;
  return "";
}

}  // namespace weir::cli
