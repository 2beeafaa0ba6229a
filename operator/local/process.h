#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crds/base/result.h"
#include "crds/base/time.h"

namespace weir::local {

struct Command {
  std::vector<std::string> argv;           // argv[0] is the path of the program
  std::map<std::string, std::string> env;  // on top of our own
  std::filesystem::path log;               // stdout and stderr are appended here; stdin is empty
  std::filesystem::path folder;            // working folder
};

// An eventfd that wakes Process::Wait. Ring is safe from any thread, any number of times.
class Bell {
 public:
  Bell();
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  void Ring() const;
  void Silence() const;
  int Descriptor() const { return fd_; }

 private:
  int fd_;
};

// One child process, leader of its own process group. The kernel kills it when the thread that started it ends, so that
// thread must wait for it. The destructor kills and reaps it. Not safe across threads.
class Process {
 public:
  // Fault::Invalid, reason "StartError", when the program cannot be executed; Exhausted when memory or processes ran out.
  static Result<std::unique_ptr<Process>> Start(const Command& command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Blocks until the process has ended (true), `bell` was rung or `time` has passed (false). Absent `time`: no limit.
  bool Wait(const Bell& bell, std::optional<Duration> time);
  void Terminate() const;              // SIGTERM, to the process alone as in a container
  void Kill() const;                   // SIGKILL, to its whole group
  std::int64_t ResidentBytes() const;  // of the process itself; 0 when it has ended
  pid_t Pid() const { return pid_; }
  // After Wait returned true: 0 to 255, or 128 + the signal that ended it. Kills what is left of the group.
  int ExitCode();

 private:
  Process(pid_t pid, int pidfd) : pid_(pid), pidfd_(pidfd) {}
  pid_t pid_;
  int pidfd_;
  std::optional<int> exit_code_;
};

}  // namespace weir::local
