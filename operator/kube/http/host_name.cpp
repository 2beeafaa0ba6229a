#include "operator/kube/http/host_name.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace weir::kube {
namespace {

using SteadyClock = std::chrono::steady_clock;

// How often a waiting call sees that it was stopped.
constexpr std::chrono::milliseconds kGlance{20};
// A connection that is open needs no DNS, and a name seldom changes its protocol.
constexpr std::chrono::seconds kPatienceWithAnOldAnswer{1};

Result<HostName::Protocol> Ask(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (const int failed = getaddrinfo(host.c_str(), nullptr, &hints, &found); failed != 0) {
    return Error{Fault::Transient, "ConnectionFailed",
                 "the name " + host + " has no address: " + gai_strerror(failed) + " (is the server's name right, and is there a DNS?)"};
  }
  const auto protocol = found->ai_family == AF_INET6 ? HostName::Protocol::IPv6 : HostName::Protocol::IPv4;
  freeaddrinfo(found);
  return protocol;
}

bool IsIPv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

}  // namespace

struct HostName::State {
  explicit State(std::string name) : host(std::move(name)), is_address(IsIPv4(host)) {}
  const std::string host;
  const bool is_address;
  std::mutex mutex;
  std::condition_variable answered;
  bool asking = false;
  bool fresh = false;             // nothing has failed since it was known
  std::optional<Protocol> known;  // by the last look-up that found it
  std::optional<Error> failure;   // of the last look-up
};

HostName::HostName(std::string host) : state_(std::make_shared<State>(std::move(host))) {}

void HostName::LookUp(const std::shared_ptr<State>& state) {
  const auto answer = Ask(state->host);
  const std::lock_guard lock(state->mutex);
  state->asking = false;
  if (answer) {
    state->known = *answer;
    state->fresh = true;
  } else {
    state->failure = answer.error();
  }
  state->answered.notify_all();
}

void HostName::Begin() {
  state_->failure.reset();
  try {
    std::thread([state = state_] { LookUp(state); }).detach();
    state_->asking = true;
  } catch (const std::system_error& e) {
    state_->failure = Error{Fault::Transient, "ConnectionFailed", std::string("no thread for a look-up of ") + state_->host + ": " + e.what()};
  }
}

Result<HostName::Protocol> HostName::FirstProtocol(SteadyClock::time_point deadline, const StopToken& stop) {
  if (state_->is_address) return Protocol::IPv4;
  std::unique_lock lock(state_->mutex);
  if (state_->known && state_->fresh) return *state_->known;
  if (!state_->asking) Begin();
  const auto asked = SteadyClock::now();
  const auto last = state_->known ? asked + std::min<SteadyClock::duration>(kPatienceWithAnOldAnswer, (deadline - asked) / 4) : deadline;
  for (auto now = SteadyClock::now(); state_->asking && now < last; now = SteadyClock::now()) {
    if (stop.Stopped()) return Error{Fault::Transient, "Stopped", "stopped"};
    state_->answered.wait_until(lock, std::min(last, now + kGlance));
  }
  if (state_->known) return *state_->known;
  if (state_->failure) return *state_->failure;
  return Error{Fault::Transient, "Timeout", "the name " + state_->host + " was not resolved in time (does the DNS answer?)"};
}

HostName::Protocol HostName::Known() const {
  const std::lock_guard lock(state_->mutex);
  return state_->known.value_or(Protocol::IPv4);
}

void HostName::MarkStale() {
  const std::lock_guard lock(state_->mutex);
  state_->fresh = false;
}

}  // namespace weir::kube
