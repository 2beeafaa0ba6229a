#include "cli/runner_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/scratch.h"
#include "crds/api/read.h"
#include "crds/api/write.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

// Waits for `program` with its streams in `log`. The exit code, or 128 + signal.
Result<int> Spawn(const std::string& program, std::vector<std::string> arguments, const std::string& log) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return Error{Fault::Missing, "RunnerMissing", "cannot start " + program + ": " + std::strerror(failed)};
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Result<std::string> FindRunner() {
  std::error_code error;
  if (const char* given = std::getenv("WEIR_RUNNER"); given != nullptr && *given != '\0') {
    if (fs::exists(given, error)) return std::string(given);
    return Error{Fault::Missing, "RunnerMissing", std::string("WEIR_RUNNER names ") + given + ", which does not exist"};
  }
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / "weirkeeper-runner";
  if (fs::exists(beside, error)) return beside.string();
  return Error{Fault::Missing, "RunnerMissing",
               "the program weirkeeper-runner is not beside weir (" + beside.string() + "): build it, or name it with WEIR_RUNNER"};
}

Result<std::vector<api::StageOutcome>> RunValidations(const std::string& runner, const std::vector<api::StageTask>& tasks) {
  const auto scratch = Scratch::Make();
  if (!scratch) return scratch.error();
  const std::string task_file = scratch->Path() + "/tasks", outcome_file = scratch->Path() + "/outcomes", log = scratch->Path() + "/log";
  std::ofstream out(task_file, std::ios::binary);
  for (const api::StageTask& task : tasks) out << Dump(api::Write(task)) << "\n";
  out.close();
  const auto code = Spawn(runner, {runner, "--validations", task_file, "--outcomes", outcome_file, "--scratch", scratch->Path()}, log);
  if (!code) return code.error();
  std::vector<api::StageOutcome> outcomes;
  std::ifstream in(outcome_file, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    const auto json = ParseJson(line);
    std::vector<api::Problem> newer;
    if (json) outcomes.push_back(api::Read<api::StageOutcome>(*json, "", newer));
  }
  if (outcomes.size() == tasks.size()) return outcomes;
  return Error{Fault::Bug, "RunnerSilent", "the runner ended with code " + std::to_string(*code) + " and without an outcome: " + ReadAll(log).substr(0, 2000)};
}

}  // namespace weir::cli
