#include "cli/interrupt.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace weir::cli {
namespace {

std::atomic<int> count{0};
std::array<int, 2> wake{-1, -1};
struct sigaction old_interrupt, old_terminate;

extern "C" void OnSignal(int) {
  const int saved = errno;
  count.fetch_add(1);
  const char byte = 1;
  static_cast<void>(!write(wake[1], &byte, 1));
  errno = saved;
}

}  // namespace

Interrupt::Interrupt() {
  count = 0;
  if (pipe2(wake.data(), O_CLOEXEC | O_NONBLOCK) != 0) wake = {-1, -1};
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, &old_interrupt);
  sigaction(SIGTERM, &action, &old_terminate);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &old_interrupt, nullptr);
  sigaction(SIGTERM, &old_terminate, nullptr);
  for (const int fd : wake) close(fd);
}

int Interrupt::Count() const { return count; }

void Interrupt::Wait(Duration duration) const {
  pollfd readable{wake[0], POLLIN, 0};
  if (poll(&readable, 1, static_cast<int>(duration.ms)) <= 0) return;
  std::array<char, 16> bytes{};
  while (read(wake[0], bytes.data(), bytes.size()) > 0) {
  }
}

}  // namespace weir::cli
