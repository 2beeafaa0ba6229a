#include <CLI/CLI.hpp>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>

#include "cli/get.h"
#include "cli/world.h"

namespace weir::cli {
namespace {

// Everything that flags fill in, and which command was chosen.
struct Call {
  Terminal terminal = ProcessTerminal();
  Place place;
  GetOptions get;
  std::function<Exit()> command;
};

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void AddOutput(CLI::App& app, Call& call, const std::map<std::string, Format>& formats) {
  std::string names;
  for (const auto& [name, format] : formats) names += (names.empty() ? "" : "|") + name;
  app.add_option("-o,--output", call.terminal.format, names)->transform(CLI::CheckedTransformer(formats, CLI::ignore_case))->type_name("FORMAT");
}

const std::map<std::string, Format> kFormats{{"table", Format::Table}, {"json", Format::Json}, {"yaml", Format::Yaml}};

void AddPlace(CLI::App& app, Call& call) {
  app.add_option("--lake", call.place.lake, "Folder of the lake that weir run fills")->capture_default_str();
  app.add_option("--kubeconfig", call.place.kubeconfig, "Look at this cluster instead; KUBECONFIG does the same");
  app.add_option("--context", call.place.context, "Context of the kubeconfig");
  app.add_option("-n,--namespace", call.place.ns, "Namespace");
}

Exit InWorld(Call& call, const std::function<Exit(const World&)>& command) {
  if (call.place.kubeconfig.empty()) call.place.kubeconfig = Environment("KUBECONFIG");
  const auto world = Open(call.place);
  return world ? command(*world) : Complain(call.terminal, world.error());
}

void AddGet(CLI::App& app, Call& call) {
  CLI::App& get = *app.add_subcommand("get", "Show objects with their state, as kubectl get does");
  get.add_option("KIND", call.get.kind, "lakes, datasets, views, pipelines or pipelineruns (wkl wkd wkv wkp wkr); absent means all");
  get.add_option("NAME", call.get.name, "One object");
  get.add_flag_callback("-w,--wide", [&call] { call.get.columns = GetOptions::Columns::Wide; }, "More columns");
  AddOutput(get, call, kFormats);
  AddPlace(get, call);
  get.callback([&call] { call.command = [&call] { return InWorld(call, [&](const World& world) { return Get(call.terminal, world, call.get, SystemClock().Now()); }); }; });
}

int Main(int argc, char** argv) {
  Call call;
  CLI::App app("weir: data pipelines from files to published, contract-checked tables, on this machine or on a cluster", "weir");
  app.set_version_flag("--version", std::string("weir ") + WEIR_VERSION);
  app.require_subcommand(1);
  AddGet(app, call);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::Usage);
  }
  return static_cast<int>(call.command());
}

}  // namespace
}  // namespace weir::cli

int main(int argc, char** argv) { return weir::cli::Main(argc, argv); }
