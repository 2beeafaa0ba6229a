// weirkeeper-runner: one task in, one outcome out, an exit code.
#include <pthread.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "crds/api/describe/read.h"
#include "crds/api/describe/write.h"
#include "crds/base/guard.h"
#include "runner/stages/outcome.h"
#include "runner/stages/run_task.h"
#include "runner/stages/validations.h"

namespace {

using namespace weir;

struct Arguments {
  std::string task;
  std::string validations;
  std::string outcomes;
  std::string terminationLog;
  std::string scratch;
};

void Log(const char* level, const std::string& message, const Json& more = Json::object()) {
  Json line = more;
  line["time"] = FormatMicros(SystemClock().Now());
  line["level"] = level;
  line["message"] = message;
  const std::string text = Dump(line) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteTerminationLog(const std::string& path, const api::StageOutcome& outcome) {
  if (path.empty()) return;
  // The file is the kubelet's and exists; it is written in place.
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << api::FitOutcome(outcome);
  out.close();
  if (!out) Log("error", "the termination log cannot be written: " + path);
}

int Finish(const Arguments& arguments, const api::StageOutcome& outcome) {
  WriteTerminationLog(arguments.terminationLog, outcome);
  Log(outcome.result == api::OutcomeClass::Succeeded ? "info" : "error", outcome.message, {{"outcome", api::Write(outcome)}});
  return api::ExitCodeOf(outcome.result);
}

// SIGTERM and SIGINT end the process at once: what was not committed is not visible, and what was committed the next
// attempt finds. Signals are blocked in every other thread.
void StopOnSignal(const Arguments& arguments) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals, arguments] {
    int signal = 0;
    sigwait(&signals, &signal);
    api::StageOutcome outcome{.result = api::OutcomeClass::Infrastructure, .reason = api::Reason::RunnerKilled};
    outcome.message = "stopped by signal " + std::to_string(signal) + " before the end; nothing that was not committed is visible";
    ::_exit(Finish(arguments, outcome));
  }).detach();
}

std::int64_t FromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::strtoll(text, nullptr, 10);
}

// Of cgroup v2 or v1; 0 where none is set (v1 writes a number beyond any machine).
std::int64_t CgroupMemory() {
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    const std::int64_t limit = std::strtoll(ReadFile(path).c_str(), nullptr, 10);
    if (limit > 0 && limit < (std::int64_t{1} << 50)) return limit;
  }
  return 0;
}

engine::Limits LimitsOf(const Arguments& arguments) {
  engine::Limits limits{.scratch = arguments.scratch};
  limits.memoryBytes = FromEnvironment("WEIR_MEMORY_LIMIT");
  if (limits.memoryBytes <= 0) limits.memoryBytes = CgroupMemory();
  limits.scratchBytes = FromEnvironment("WEIR_SCRATCH_LIMIT");
  const auto cores = static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
  const std::int64_t wanted = FromEnvironment("WEIR_CPU_LIMIT");
  limits.threads = static_cast<int>(wanted <= 0 ? cores : std::min(wanted, cores));
  return limits;
}

Result<api::StageTask> ReadTask(const std::string& path) {
  const auto json = ParseJson(ReadFile(path));
  if (!json.ok()) return Error{Fault::Invalid, "Invalid", "the task file " + path + " is not JSON: " + json.error().message};
  auto task = api::ReadWire<api::StageTask>(*json);
  if (!task.ok()) return Error{Fault::Invalid, "Invalid", "the task file " + path + " cannot be read: " + task.error().message};
  return task;
}

// A line of `arguments.outcomes` for each of the file, whole.
int Validate(const Arguments& arguments) {
  std::vector<api::StageTask> tasks;
  std::ifstream in(arguments.validations, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    const auto json = ParseJson(line);
    auto task = json.ok() ? api::ReadWire<api::StageTask>(*json) : Result<api::StageTask>(json.error());
    if (!task.ok() || task->kind != api::TaskKind::Validate)
      return Finish(arguments, stages::Failed({Fault::Invalid, "Invalid",
                                               "line " + std::to_string(tasks.size() + 1) + " of " + arguments.validations + " is not a Validate task" +
                                                   (task.ok() ? "" : ": " + task.error().message)}));
    tasks.push_back(std::move(task).value());
  }
  stages::Ports ports;
  ports.limits = LimitsOf(arguments);
  ports.limits.threads = 1;  // nothing is scanned: more threads of the engine only wait for each other
  std::ofstream out(arguments.outcomes, std::ios::binary | std::ios::trunc);
  for (const api::StageOutcome& outcome : stages::RunValidations(tasks, ports)) out << Dump(api::Write(outcome)) << "\n";
  out.close();
  if (out) return 0;
  return Finish(arguments, stages::Failed({Fault::Exhausted, "DiskFull", "outcomes cannot be written: " + arguments.outcomes}));
}

int Run(const Arguments& arguments) {
  const auto task = ReadTask(arguments.task);
  if (!task.ok()) return Finish(arguments, stages::Failed(task.error()));
  Log("info", "started",
      {{"kind", api::Word(task->kind)},
       {"namespace", task->ns},
       {"pipeline", task->pipeline},
       {"run", task->run},
       {"stage", task->stage},
       {"attempt", task->attempt},
       {"epoch", task->epoch}});
  stages::Ports ports;
  ports.limits = LimitsOf(arguments);
  ports.log = [](const std::string& sentence) { Log("warning", sentence); };
  return Finish(arguments, stages::RunTask(*task, ports));
}

int Main(int argc, char** argv) {
  CLI::App app{"Runs one attempt of one stage of a Weirkeeper pipeline. The exit code is 0, or 10 to 16 by class of failure."};
  Arguments arguments;
  auto* task = app.add_option("--task", arguments.task, "File that holds the task as JSON")->type_name("FILE");
  auto* validations =
      app.add_option("--validations", arguments.validations, "File of Validate tasks, one a line, for weir check")->type_name("FILE")->excludes(task);
  app.add_option("--outcomes", arguments.outcomes, "File for the outcomes of --validations, one a line")->type_name("FILE")->needs(validations);
  app.add_option("--termination-log", arguments.terminationLog, "File for the outcome, JSON of at most 4,096 bytes")->type_name("FILE");
  app.add_option("--scratch", arguments.scratch, "Folder for data that do not fit into memory")->type_name("FOLDER");
  app.set_version_flag("--version", std::string("weirkeeper-runner ") + WEIR_VERSION);
  CLI11_PARSE(app, argc, argv);
  if (arguments.task.empty() == (arguments.validations.empty() || arguments.outcomes.empty())) {
    std::fputs("give --task FILE, or --validations FILE and --outcomes FILE\n", stderr);
    return api::ExitCodeOf(api::OutcomeClass::User);
  }
  StopOnSignal(arguments);
  return arguments.task.empty() ? Validate(arguments) : Run(arguments);
}

}  // namespace

int main(int argc, char** argv) {
  return Guarded({"weirkeeper-runner", api::ExitCodeOf(api::OutcomeClass::Resource), api::ExitCodeOf(api::OutcomeClass::Bug)},
                 [&] { return Main(argc, argv); });
}
