#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

namespace weir::kube {

// The socket of one call of the HTTP library: counts the bytes that were read from it, and can shut it down. The library
// buffers the head of a reply, and each chunk, without a limit until it is complete; the kernel's counter shows how much
// was read. Owns no descriptor: a socket that was closed, even if its number was reused, counts as 0. Safe from any thread.
class Wire {
 public:
  // Starts a new call, which has no socket yet. Returns its number, which End takes, so that a late End of an earlier call
  // does nothing.
  std::uint64_t BeginCall();
  // The call uses `socket` from now on, new or from a pool. Bytes count from here. False after End.
  bool Use(int socket);
  // Bytes count from here.
  void CountAnew();
  // Since the last of the two; 0 before Use, and where the kernel does not count (Linux before 4.2).
  std::uint64_t Bytes() const;
  // Shuts the connection down, so that the library's thread reads its end; closing the descriptor would be a race with that
  // thread. Returns whether a connection was shut down; later calls return the same. True also for a call that is over.
  bool End(std::uint64_t call);
  bool Ended() const;

 private:
  mutable std::mutex mutex_;
  int socket_ = -1;
  std::uint64_t cookie_ = 0;  // identifies the socket: descriptor numbers are reused
  std::uint64_t from_ = 0;
  std::uint64_t call_ = 0;
  std::optional<bool> ended_;
};

}  // namespace weir::kube
