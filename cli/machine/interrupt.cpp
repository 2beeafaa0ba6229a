#include "cli/machine/interrupt.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace weir::cli {
namespace {

std::atomic<int> count{0}, newest{SIGINT};
std::array<int, 2> wake{-1, -1};
constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};
std::array<struct sigaction, kSignals.size()> before;
struct sigaction pipe_before;

extern "C" void OnSignal(int signal) {
  const int saved = errno;
  newest = signal;
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
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &before[i]);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, &pipe_before);
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before[i], nullptr);
  sigaction(SIGPIPE, &pipe_before, nullptr);
  for (const int fd : wake) close(fd);
}

int Interrupt::Count() const { return count; }

std::string Interrupt::Name() const { return newest == SIGTERM ? "SIGTERM" : newest == SIGHUP ? "SIGHUP, as when its terminal is closed" : "Ctrl-C"; }

void Interrupt::Wait(Duration duration) const {
  pollfd readable{wake[0], POLLIN, 0};
  if (poll(&readable, 1, static_cast<int>(duration.ms)) <= 0) return;
  std::array<char, 16> bytes{};
  while (read(wake[0], bytes.data(), bytes.size()) > 0) {
  }
}

}  // namespace weir::cli
