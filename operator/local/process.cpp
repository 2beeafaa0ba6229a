#include "operator/local/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

extern "C" {  // glibc 2.36 declares pidfd_open without it
#include <sys/pidfd.h>
}

extern char** environ;

namespace weir::local {
namespace {

// Everything that the child needs, made before fork: between fork and exec it may allocate nothing.
struct Launch {
  std::vector<std::string> env_texts;
  std::vector<char*> argv;
  std::vector<char*> env;
  int log = -1;
  int null = -1;
  const char* folder = nullptr;
  pid_t parent = 0;
};

Launch Prepare(const Command& command) {
  Launch launch;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!command.env.contains(std::string(text.substr(0, text.find('='))))) launch.env_texts.emplace_back(text);
  }
  for (const auto& [name, value] : command.env) launch.env_texts.push_back(name + "=" + value);
  for (std::string& text : launch.env_texts) launch.env.push_back(text.data());
  launch.env.push_back(nullptr);
  for (const std::string& argument : command.argv) launch.argv.push_back(const_cast<char*>(argument.c_str()));
  launch.argv.push_back(nullptr);
  launch.folder = command.folder.c_str();
  launch.log = ::open(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  launch.null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  launch.parent = ::getpid();
  return launch;
}

[[noreturn]] void RunChild(const Launch& launch, int failure) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launch.parent) ::_exit(127);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGPIPE, SIGTERM, SIGINT, SIGHUP}) ::signal(signal, SIG_DFL);
  ::dup2(launch.null, STDIN_FILENO);
  ::dup2(launch.log, STDOUT_FILENO);
  ::dup2(launch.log, STDERR_FILENO);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (::chdir(launch.folder) == 0) ::execve(launch.argv[0], launch.argv.data(), launch.env.data());
  const int problem = errno;
  [[maybe_unused]] const ssize_t written = ::write(failure, &problem, sizeof problem);
  ::_exit(127);
}

// What stopped the child before exec; 0 when it runs.
int AwaitExec(int failure) {
  int problem = 0;
  ssize_t n = 0;
  while ((n = ::read(failure, &problem, sizeof problem)) < 0 && errno == EINTR) continue;
  return n == sizeof problem ? problem : 0;
}

Error NoRoom(const std::string& what) { return {Fault::Exhausted, "StartError", what + ": " + std::strerror(errno)}; }

}  // namespace

Bell::Bell() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
Bell::~Bell() { ::close(fd_); }
void Bell::Ring() const { ::eventfd_write(fd_, 1); }
void Bell::Silence() const {
  eventfd_t rings = 0;
  ::eventfd_read(fd_, &rings);
}

Result<std::unique_ptr<Process>> Process::Start(const Command& command) {
  const Launch launch = Prepare(command);
  std::array<int, 2> failure{-1, -1};
  if (launch.log < 0 || launch.null < 0 || ::pipe2(failure.data(), O_CLOEXEC) != 0) {
    const Error error = NoRoom("cannot open " + command.log.string());
    ::close(launch.log);
    ::close(launch.null);
    return error;
  }
  const pid_t pid = ::fork();
  if (pid == 0) RunChild(launch, failure[1]);
  const int fork_problem = errno;
  for (const int fd : {launch.log, launch.null, failure[1]}) ::close(fd);
  if (pid < 0) {
    ::close(failure[0]);
    errno = fork_problem;
    return NoRoom("cannot start a process");
  }
  ::setpgid(pid, pid);
  const int problem = AwaitExec(failure[0]);
  ::close(failure[0]);
  if (problem != 0) {
    ::waitpid(pid, nullptr, 0);
    return Error{Fault::Invalid, "StartError", "cannot execute " + command.argv.front() + ": " + std::strerror(problem)};
  }
  // Kills and reaps what cannot be waited for.
  std::unique_ptr<Process> process(new Process(pid, ::pidfd_open(pid, 0)));
  if (process->pidfd_ < 0) return NoRoom("cannot wait for a process");
  return process;
}

Process::~Process() {
  if (!exit_code_) {
    Kill();
    ExitCode();
  }
  ::close(pidfd_);
}

bool Process::Wait(const Bell& bell, std::optional<Duration> time) {
  std::array<pollfd, 2> polled{{{pidfd_, POLLIN, 0}, {bell.Descriptor(), POLLIN, 0}}};
  const int timeout = time ? static_cast<int>(std::clamp<std::int64_t>(time->ms, 0, 1'000'000'000)) : -1;
  if (::poll(polled.data(), polled.size(), timeout) < 0) return false;  // interrupted: the caller comes back
  if ((polled[1].revents & POLLIN) != 0) bell.Silence();
  return (polled[0].revents & POLLIN) != 0;
}

void Process::Terminate() const {
  if (!exit_code_) ::kill(pid_, SIGTERM);
}

void Process::Kill() const {
  if (!exit_code_) ::kill(-pid_, SIGKILL);
}

std::int64_t Process::ResidentBytes() const {
  std::int64_t size = 0, resident = 0;
  std::ifstream("/proc/" + std::to_string(pid_) + "/statm") >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

int Process::ExitCode() {
  if (exit_code_) return *exit_code_;
  siginfo_t ended{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR) continue;
  ::kill(-pid_, SIGKILL);  // before reaping, while the number of the group is still ours
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return *exit_code_;
}

}  // namespace weir::local
