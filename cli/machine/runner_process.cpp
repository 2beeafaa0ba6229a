#include "cli/machine/runner_process.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/machine/scratch.h"
#include "crds/api/describe/read.h"
#include "crds/api/describe/write.h"
#include "crds/base/text.h"
#include "operator/local/process.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestLog = 2000;  // of it in a message

// Waits for the runner, with its streams in `log`. The exit code, or 128 + signal. It is killed at the deadline, and dies
// with this thread.
Result<int> Spawn(std::vector<std::string> argv, const std::string& folder, const std::string& log, Duration deadline) {
  const auto process = local::Process::Start({std::move(argv), {}, log, folder});
  if (!process && process.error().reason == "StartError") return Error{Fault::Missing, "RunnerMissing", process.error().message};
  if (!process) return process.error();
  const local::Bell never;
  const auto begin = std::chrono::steady_clock::now();
  for (Duration left = deadline; left.ms > 0;) {
    if ((*process)->Wait(never, left)) return (*process)->ExitCode();
    left = deadline - Duration{std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count()};
  }
  (*process)->Kill();
  static_cast<void>((*process)->ExitCode());
  return Error{Fault::Transient, "TimedOut",
               "the runner did not bind the SQL within " + Format(deadline) + " and was killed: check fewer manifests at once, or a simpler query"};
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Result<std::string> FindRunner() {
  std::error_code error;
  if (const char* given = std::getenv("WEIR_RUNNER"); given != nullptr && *given != '\0') {
    if (fs::exists(given, error)) return fs::absolute(given, error).string();  // it runs in a folder of its own
    return Error{Fault::Missing, "RunnerMissing", std::string("WEIR_RUNNER names ") + given + ", which does not exist"};
  }
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / "weirkeeper-runner";
  if (fs::exists(beside, error)) return beside.string();
  return Error{Fault::Missing, "RunnerMissing",
               "the program weirkeeper-runner is not beside weir (" + beside.string() + "): build it, or name it with WEIR_RUNNER"};
}

Result<std::vector<api::StageOutcome>> RunValidations(const std::string& runner, const std::vector<api::StageTask>& tasks, Duration deadline) {
  const auto scratch = Scratch::Make();
  if (!scratch) return scratch.error();
  const std::string task_file = scratch->Path() + "/tasks", outcome_file = scratch->Path() + "/outcomes", log = scratch->Path() + "/log";
  std::ofstream out(task_file, std::ios::binary);
  for (const api::StageTask& task : tasks) out << Dump(api::Write(task)) << "\n";
  out.close();
  const auto code = Spawn({runner, "--validations", task_file, "--outcomes", outcome_file, "--scratch", scratch->Path()}, scratch->Path(), log, deadline);
  if (!code) return code.error();
  std::vector<api::StageOutcome> outcomes;
  std::ifstream in(outcome_file, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    const auto json = ParseJson(line);
    std::vector<api::Problem> newer;
    if (json) outcomes.push_back(api::Read<api::StageOutcome>(*json, "", newer));
  }
  if (outcomes.size() == tasks.size()) return outcomes;
  return Error{Fault::Bug, "RunnerSilent",
               "the runner ended with code " + std::to_string(*code) + " and without an outcome: " + Cut(ReadAll(log), kLongestLog)};
}

}  // namespace weir::cli
