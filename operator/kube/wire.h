#pragma once

#include <cstdint>
#include <mutex>

namespace weir::kube {

// How many bytes the HTTP library has read from the socket of one call. It keeps the head of a reply until it is whole,
// and so each chunk, in a buffer that has no limit, and shows neither; the kernel counts what it took. Owns no descriptor:
// a socket that was closed meanwhile, also when another file has its number now, counts as 0. Safe from any thread.
class Wire {
 public:
  // A new call: there is no socket yet.
  void Leave();
  // The call uses `socket` from now on, new or from a pool. Bytes count from here.
  void Use(int socket);
  // Bytes count from here.
  void CountAnew();
  // Since the last of the two; 0 before Use, and where the kernel does not count (Linux before 4.2).
  std::uint64_t Bytes() const;

 private:
  mutable std::mutex mutex_;
  int socket_ = -1;
  std::uint64_t cookie_ = 0;  // which socket it is: a number of a descriptor is given again
  std::uint64_t from_ = 0;
};

}  // namespace weir::kube
