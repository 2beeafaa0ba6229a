#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>

#include "cli/check/check.h"
#include "cli/init/init.h"
#include "cli/lake/delete.h"
#include "cli/lake/world.h"
#include "cli/manifests/yaml_text.h"
#include "cli/manual.h"
#include "cli/query/query.h"
#include "cli/report/explain.h"
#include "cli/report/get.h"
#include "cli/run/run.h"
#include "crds/api/describe/read.h"
#include "crds/base/guard.h"
#include "operator/local/quantity.h"

namespace weir::cli {
namespace {

// Everything that flags fill in, and which command was chosen.
struct Call {
  Terminal terminal = ProcessTerminal();
  Place place;
  InitOptions init;
  CheckOptions check;
  RunOptions run;
  std::string timeout;
  GetOptions get;
  QueryOptions query;
  std::string memory;
  ExplainOptions explain;
  DeleteOptions remove;
  std::string topic;  // of help
  std::string shell;
  std::function<Exit()> command;
};

constexpr const char* kSurroundings = R"(Environment:
  KUBECONFIG                  Cluster to look at where no lake is (get, query, explain)
  WEIR_RUNNER                 The program weirkeeper-runner, where it is not beside weir
  WEIR_S3_CREDENTIALS         Folder with the files accessKeyId and secretAccessKey, for lakes in buckets
  NO_COLOR                    No colours

Exit codes: 0 good; 1 findings, a failed run or an error; 2 a mistake in the call or in a manifest; 130 interrupted.)";

constexpr std::int64_t kLeastMemory = 512LL << 20;
constexpr std::int64_t kMostRows = 1'000'000'000'000;

using Formats = std::map<std::string, OutputFormat>;
const Formats kFormats{{"table", OutputFormat::Table}, {"json", OutputFormat::Json}, {"yaml", OutputFormat::Yaml}};
const Formats kQueryFormats{{"table", OutputFormat::Table}, {"json", OutputFormat::Json}, {"yaml", OutputFormat::Yaml}, {"csv", OutputFormat::Csv}};

// `wide` is the table with more columns.
enum class Wide { No, Yes };

void AddOutput(CLI::App& app, Call& call, const Formats& formats, Wide wide = Wide::No) {
  std::vector<std::string> names;
  for (const auto& [name, format] : formats) names.push_back(name);
  if (wide == Wide::Yes) names.push_back("wide");
  const auto take = [&call, &formats](const std::string& name) {
    if (name == "wide")
      call.get.columns = GetOptions::Columns::Wide;
    else
      call.terminal.format = formats.at(name);
  };
  CLI::Validator known = CLI::IsMember(names);
  app.add_option_function<std::string>("-o,--output", take, "Form of the answer")->check(known.description(""))->type_name(CLI::detail::join(names, "|"));
}

// The library's own message for what is not a number, or out of range, shows a range of three hundred digits.
CLI::Validator WholeNumber(std::int64_t least, std::int64_t most) {
  const auto check = [least, most](const std::string& text) -> std::string {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem == std::errc() && end == text.data() + text.size() && number >= least && number <= most) return "";
    return Quoted(text) + " is not a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  };
  return CLI::Validator(check, "");
}

// Of --timeout; nothing when it was not given. No time at all would mean none.
Result<Duration> TimeoutOf(const Call& call) {
  if (call.timeout.empty()) return Duration{};
  const auto timeout = ParseDuration(call.timeout);
  if (timeout && timeout->ms > 0) return timeout;
  return Error{Fault::Invalid, "Usage",
               "--timeout " + OneLine(call.timeout) + " is not a time above 0: write whole numbers with units, such as 30s, 10m or 1h30m"};
}

void AddLake(CLI::App& app, Call& call) {
  app.add_option("--lake", call.place.lake, "Folder of the lake that weir run fills")->capture_default_str()->type_name("FOLDER");
  app.add_option("-n,--namespace", call.place.ns, "Namespace")->type_name("NAME");
}

void AddPlace(CLI::App& app, Call& call) {
  AddLake(app, call);
  app.add_option("--kubeconfig", call.place.kubeconfig,
                 "Use this cluster instead of the local lake; --lake then names a folder with its volumes, one folder for each store")
      ->type_name("FILE");
  app.add_option("--context", call.place.context, "Context of the kubeconfig")->type_name("NAME");
}

Exit InWorld(Call& call, const std::function<Exit(const World&)>& command) {
  const auto world = Open(call.place);
  if (!world) return Complain(call.terminal, world.error(), world.error().fault == Fault::Invalid ? Exit::Usage : Exit::Failed);
  if (world->kind == World::Kind::Cluster && call.place.kubeconfig.empty())
    call.terminal.err << "Using the cluster of KUBECONFIG: there is no lake in " << OneLine(call.place.lake) << "\n";
  return command(*world);
}

void AddInit(CLI::App& app, Call& call) {
  CLI::App& init = *app.add_subcommand("init", "Write complete manifests for CSV, JSON or Parquet files, or a folder of them");
  init.footer(
      "Examples:\n  weir init orders.csv\n  weir init data/ --name shop\n  weir init data/orders.csv data/customers.parquet --output manifests --team sales");
  init.add_option("FILE", call.init.files, "Data files, or folders of them; files with one header and dated names become one Dataset")
      ->required()
      ->type_name("");
  init.add_option("-o,--output,--out", call.init.out, "Folder for the manifests, created if it is missing; absent means the folder of the first file")
      ->type_name("FOLDER");
  init.add_option("--name", call.init.name, "Name of the whole; absent means the name of the folder or of the first file")->type_name("NAME");
  init.add_option("--team", call.init.team, "Owning team")->capture_default_str()->type_name("NAME");
  init.callback([&call] { call.command = [&call] { return Init(call.terminal, call.init); }; });
}

void AddCheck(CLI::App& app, Call& call) {
  CLI::App& check = *app.add_subcommand("check", "Report everything that is wrong with manifests, before a commit");
  check.footer("Examples:\n  weir check manifests/\n  kustomize build overlays/production | weir check - -o json");
  check.add_option("PATH", call.check.paths, "Manifest files, folders of them, or - for standard input")->required()->type_name("");
  check
      .add_option("--against", call.check.against,
                  "Published objects to compare contracts with, as kubectl get lakes,datasets,views,pipelines -A -o json or weir get -o json writes them; "
                  "absent means the local lake's")
      ->type_name("FILE");
  AddOutput(check, call, kFormats);
  AddPlace(check, call);
  check.callback([&call] {
    call.command = [&call] {
      call.check.place = call.place;
      return Check(call.terminal, call.check, std::cin);
    };
  });
}

Exit StartRun(Call& call) {
  const auto timeout = TimeoutOf(call);
  if (!timeout) return RefuseRun(call.terminal, timeout.error(), Exit::Usage);
  call.run.timeout = *timeout;
  call.run.place = call.place;
  return Run(call.terminal, call.run, std::cin);
}

void AddRun(CLI::App& app, Call& call) {
  CLI::App& run = *app.add_subcommand("run", "Run pipelines on this machine, without a cluster");
  run.footer(
      "Examples:\n  weir run manifests/ --source data\n  weir run orders.yaml --pipeline load-orders --timeout 10m\n  weir run manifests/ -o json | jq -r "
      "'.pipelines[].state'");
  run.add_option("PATH", call.run.paths, "Manifest files, folders of them, or - for standard input")->required()->type_name("");
  run.add_option("--source", call.run.source, "Folder of the store named source; absent means the folder of the first PATH")->type_name("FOLDER");
  run.add_option("--pipeline", call.run.pipeline, "Only this pipeline")->type_name("NAME");
  run.add_option("--timeout", call.timeout, "Cancel the runs after this time, such as 10m")->type_name("DURATION");
  AddOutput(run, call, kFormats);
  AddLake(run, call);
  run.callback([&call] { call.command = [&call] { return StartRun(call); }; });
}

void AddGet(CLI::App& app, Call& call) {
  CLI::App& get = *app.add_subcommand("get", "Show objects with their state, as kubectl get does");
  get.footer("Examples:\n  weir get\n  weir get views -o wide\n  weir get view/orders-v1 -o yaml --kubeconfig ~/.kube/config -n sales");
  get.add_option("KIND", call.get.kind, "Kind of the objects, also by its short name wkl, wkd, wkv, wkp or wkr; absent means all")
      ->type_name("lakes|datasets|views|pipelines|pipelineruns");
  get.add_option("NAME", call.get.name, "One object")->type_name("");
  get.add_flag_callback(
      "-A,--all-namespaces", [&call] { call.get.namespaces = GetOptions::Namespaces::All; }, "Of every namespace");
  AddOutput(get, call, kFormats, Wide::Yes);
  AddPlace(get, call);
  get.callback([&call] {
    call.command = [&call] { return InWorld(call, [&call](const World& world) { return Get(call.terminal, world, call.get, SystemClock().Now()); }); };
  });
}

Exit StartQuery(Call& call) {
  const auto timeout = TimeoutOf(call);
  if (!timeout) return Complain(call.terminal, timeout.error(), Exit::Usage);
  call.query.timeout = *timeout;
  if (!call.memory.empty()) {
    const auto bytes = local::QuantityMillis(call.memory);
    if (!bytes || *bytes / 1000 < kLeastMemory)
      return Complain(call.terminal, {Fault::Invalid, "Usage", "--memory " + call.memory + " is not a size of at least 512Mi: write 512Mi, 4Gi or 4G"},
                      Exit::Usage);
    call.query.memoryBytes = *bytes / 1000;
  }
  return InWorld(call, [&call](const World& world) { return Query(call.terminal, world, call.query); });
}

void AddQuery(CLI::App& app, Call& call) {
  CLI::App& query = *app.add_subcommand("query", "Run a SELECT over the newest versions of the tables in the lake");
  query.footer("Example:\n  weir query \"SELECT day, sum(amount) AS amount FROM orders_v1 GROUP BY day ORDER BY day\" -o csv");
  query.add_option("SQL", call.query.sql, "One SELECT; datasets and views by table name, such as flights_daily")->required()->type_name("");
  query
      .add_option("--limit", call.query.limit,
                  "Rows to show, at least 1; absent means 100 in a table; as csv, json or yaml all up to 1,000,000 rows, and more is an error")
      ->check(WholeNumber(1, kMostRows))
      ->type_name("N");
  query.add_option("--memory", call.memory, "Memory that the query may use, such as 4Gi; absent means 60 % of this machine's. The rest is spilled to TMPDIR")
      ->type_name("SIZE");
  query.add_option("--timeout", call.timeout, "Cancel the query after this time, such as 30s")->type_name("DURATION");
  AddOutput(query, call, kQueryFormats);
  AddPlace(query, call);
  query.callback([&call] { call.command = [&call] { return StartQuery(call); }; });
}

void AddExplain(CLI::App& app, Call& call) {
  CLI::App& explain = *app.add_subcommand("explain", "Show why something failed or is late, and where the rows went");
  explain.footer("Examples:\n  weir explain run\n  weir explain view/orders-v1\n  weir explain pipeline/load-orders --kubeconfig ~/.kube/config -n sales");
  explain.add_option("KIND/NAME", call.explain.kind, "run/NAME (or run alone: the newest), pipeline/NAME, view/NAME, dataset/NAME")->required()->type_name("");
  explain.add_option("NAME", call.explain.name, "The name, if KIND has none after a slash")->type_name("");
  explain.add_option("--rows", call.explain.rows, "Quarantined rows, and files quarantined as a whole, to show for each stage or table")
      ->check(WholeNumber(0, kMostRows))
      ->capture_default_str()
      ->type_name("N");
  AddOutput(explain, call, kFormats);
  AddPlace(explain, call);
  explain.callback([&call] {
    call.command = [&call] { return InWorld(call, [&call](const World& world) { return Explain(call.terminal, world, call.explain, SystemClock().Now()); }); };
  });
}

void AddDelete(CLI::App& app, Call& call) {
  CLI::App& remove = *app.add_subcommand("delete", "Remove an object from the local lake; its tables stay");
  remove.footer("Examples:\n  weir delete view/orders-v1\n  weir delete pipeline/load-orders");
  remove.add_option("KIND/NAME", call.remove.kind, "view/NAME, dataset/NAME, pipeline/NAME, run/NAME or lake/NAME")->required()->type_name("");
  remove.add_option("NAME", call.remove.name, "The name, if KIND has none after a slash")->type_name("");
  remove.add_flag_callback(
      "--ignore-not-found", [&call] { call.remove.whenGone = WhenGone::Ignore; }, "Succeed when there is no such object");
  AddLake(remove, call);
  remove.callback([&call] {
    call.command = [&call] {
      call.remove.place = call.place;
      return Delete(call.terminal, call.remove);
    };
  });
}

// The line of --version, or its version alone for programs.
Exit Version(const Terminal& terminal) {
  const Json version{{"version", WEIR_VERSION}};
  if (terminal.format == OutputFormat::Json)
    terminal.out << JsonText(version) << "\n";
  else if (terminal.format == OutputFormat::Yaml)
    terminal.out << YamlText(version);
  else
    terminal.out << "weir " << WEIR_VERSION << "\n";
  return Exit::Ok;
}

void AddVersion(CLI::App& app, Call& call) {
  CLI::App& version = *app.add_subcommand("version", "Print the version of this program");
  version.footer("Example:\n  weir version -o json | jq -r .version");
  AddOutput(version, call, kFormats);
  version.callback([&call] { call.command = [&call] { return Version(call.terminal); }; });
}

constexpr const char* kShells = "bash|zsh|fish";

Exit NoSuchCommand(const Terminal& terminal, const CLI::App& app, const std::string& word) {
  std::vector<std::string_view> known;
  for (const CLI::App* one : app.get_subcommands(nullptr)) known.push_back(one->get_name());
  terminal.err << "weir: there is no command \"" << Printable(word) << "\"" << api::Suggest(word, known) << "; weir --help lists them\n";
  return Exit::Usage;
}

// The program's own help by its formatter: asked itself, it gives the help of the command that was called.
Exit Help(const Call& call, const CLI::App& app) {
  if (call.topic.empty())
    call.terminal.out << app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal);
  else if (const auto commands = app.get_subcommands([&call](const CLI::App* one) { return one->get_name() == call.topic; }); !commands.empty())
    call.terminal.out << commands[0]->help(app.get_name());
  else
    return NoSuchCommand(call.terminal, app, call.topic);
  return Exit::Ok;
}

// What reads the declaration of all others, and so is declared last.
void AddManual(CLI::App& app, Call& call) {
  CLI::App& help = *app.add_subcommand("help", "Show what a command does, with its options and examples");
  CLI::App& completion = *app.add_subcommand("completion", "Print a script that completes commands, options and their values in a shell");
  CLI::App& man = *app.add_subcommand("man", "Print the manual page weir(1)");
  std::vector<std::string> topics;
  for (const CLI::App* command : app.get_subcommands(nullptr)) topics.push_back(command->get_name());
  help.footer("Example:\n  weir help query");
  help.add_option("COMMAND", call.topic, "The command; absent means all")->type_name(CLI::detail::join(topics, "|"));
  help.callback([&call, &app] { call.command = [&call, &app] { return Help(call, app); }; });
  completion.footer("Example, for the shell that runs now:\n  source <(weir completion bash)\n  weir completion fish | source");
  completion.add_option("SHELL", call.shell, "The shell")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>{"bash", "zsh", "fish"}).description(""))
      ->type_name(kShells);
  completion.callback([&call, &app] {
    call.command = [&call, &app] {
      call.terminal.out << CompletionScript(app, call.shell).value_or("");
      return Exit::Ok;
    };
  });
  man.footer("Example:\n  weir man | man -l -");
  man.callback([&call, &app] {
    call.command = [&call, &app] {
      call.terminal.out << ManPage(app, WEIR_VERSION);
      return Exit::Ok;
    };
  });
}

// As a plugin (`kubectl weir`) the program looks at the cluster that kubectl would.
void ActAsPlugin(Call& call, const std::string& program) {
  if (std::filesystem::path(program).filename() != "kubectl-weir") return;
  const char* kubeconfig = std::getenv("KUBECONFIG");
  const char* home = std::getenv("HOME");
  call.place.kubeconfig = kubeconfig != nullptr && *kubeconfig != '\0' ? kubeconfig : std::string(home == nullptr ? "" : home) + "/.kube/config";
}

// What is wrong with a call, in one line, and where to read on. Help and version are no mistakes.
int Refuse(const CLI::App& app, const CLI::ParseError& error, const Call& call, const std::vector<std::string>& arguments) {
  if (error.get_exit_code() == 0) return app.exit(error);
  const bool command = !app.get_subcommands().empty();
  if (arguments.empty()) {
    call.terminal.err << app.help();
  } else if (!command && !arguments[0].starts_with("-")) {
    NoSuchCommand(call.terminal, app, arguments[0]);
  } else {
    call.terminal.err << "weir: " << Printable(error.what()) << "; see weir " << (command ? app.get_subcommands()[0]->get_name() + " " : "") << "--help\n";
  }
  return static_cast<int>(Exit::Usage);
}

int Main(int argc, char** argv) {
  Call call;
  ActAsPlugin(call, argv[0]);
  CLI::App app("weir: data pipelines from files to published, contract-checked tables, on this machine or on a cluster", "weir");
  app.set_version_flag("--version", std::string("weir ") + WEIR_VERSION);
  app.require_subcommand(1);
  app.footer(kSurroundings);
  for (const auto add : {AddInit, AddCheck, AddRun, AddGet, AddQuery, AddExplain, AddDelete, AddVersion, AddManual}) add(app, call);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Refuse(app, error, call, {argv + 1, argv + argc});
  }
  return static_cast<int>(Delivered(call.terminal, call.command()));
}

}  // namespace
}  // namespace weir::cli

int main(int argc, char** argv) {
  const int failed = static_cast<int>(weir::cli::Exit::Failed);
  return weir::Guarded({"weir", failed, failed}, [&] { return weir::cli::Main(argc, argv); });
}
