#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

namespace weir::kube {

// The socket of one call under the HTTP library: how many bytes were read from it, and its end. The library keeps the head of a reply until it is whole,
// and so each chunk, in a buffer that has no limit, and shows neither; the kernel counts what it took. Owns no descriptor:
// a socket that was closed meanwhile, also when another file has its number now, counts as 0. Safe from any thread.
class Wire {
 public:
  // A new call: there is no socket yet. Answers its number, by which alone it is ended: who was told late to end an earlier
  // call does nothing.
  std::uint64_t BeginCall();
  // The call uses `socket` from now on, new or from a pool. Bytes count from here. False after End.
  bool Use(int socket);
  // Bytes count from here.
  void CountAnew();
  // Since the last of the two; 0 before Use, and where the kernel does not count (Linux before 4.2).
  std::uint64_t Bytes() const;
  // Whether a connection was shut down: who reads from it sees its end, in a thread of his own. Closing it under him instead
  // would be a race that the library loses. Once; later calls return the same. True as well for a call that is over.
  bool End(std::uint64_t call);
  bool Ended() const;

 private:
  mutable std::mutex mutex_;
  int socket_ = -1;
  std::uint64_t cookie_ = 0;  // which socket it is: a number of a descriptor is given again
  std::uint64_t from_ = 0;
  std::uint64_t call_ = 0;
  std::optional<bool> ended_;
};

}  // namespace weir::kube
