// kubeconfig files.
#include <sys/mman.h>
#include <unistd.h>

#include "operator/kube/auth.h"
#include "tests/fuzz/invariant.h"

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("kubeconfig", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  fuzz::Require(::ftruncate(file, 0) == 0 && ::pwrite(file, data, size, 0) == static_cast<ssize_t>(size), "the file can be written");
  const fuzz::PeakMemory memory;
  const auto access = kube::FromKubeconfig({path, ""});
  fuzz::Require(memory.Bytes() <= (2 << 20) + 600 * size, "memory is linear in the file");
  if (!access) {
    fuzz::RequireReadable(access.error().message);
    fuzz::Require(access.error().fault == Fault::Invalid && access.error().reason == "BadKubeconfig", "a bad file is the user's to fix");
    return 0;
  }
  fuzz::Require(kube::CheckAccess(*access, "it").ok(), "a server can be reached as it is given");
  fuzz::Require(access->server.starts_with("https://") || !access->token.Given(), "no token is sent without TLS");
  return 0;
}
