#include "crds/base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace weir {
namespace {

using SteadyClock = std::chrono::steady_clock;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Error Unreadable(const std::string& path) { return {Fault::Missing, "FileUnreadable", path + " cannot be read: " + std::strerror(errno)}; }

bool IsPipe(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

// Whether there is something to read, or the end.
bool Await(int fd, SteadyClock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - SteadyClock::now()).count();
  pollfd polled{fd, POLLIN, 0};
  return left > 0 && (::poll(&polled, 1, static_cast<int>(std::min<std::int64_t>(left, 1'000'000))) > 0 || errno == EINTR);
}

}  // namespace

Result<std::string> ReadBounded(const std::string& path, const FileLimits& limits) {
  // Not blocking: opening a pipe would wait for its writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return Unreadable(path);
  const auto end = SteadyClock::now() + std::chrono::milliseconds(limits.wait.ms);
  const auto silent = [&] { return Error{Fault::Transient, "Timeout", path + " gave no end within " + Format(limits.wait) + ": its writer is silent"}; };
  // A pipe that no writer has opened yet would read as one that ended.
  if (IsPipe(file.get()) && !Await(file.get(), end)) return silent();
  std::string text;
  char buffer[16 << 10];
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer, sizeof buffer);
    if (n == 0) return text;
    if (n > 0) {
      text.append(buffer, static_cast<std::size_t>(n));
      if (text.size() > limits.maxBytes)
        return Error{Fault::Exhausted, "TooLarge", path + " is larger than " + std::to_string(limits.maxBytes) + " bytes: is it the right file?"};
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return Unreadable(path);
    if (!Await(file.get(), end)) return silent();
  }
}

}  // namespace weir
