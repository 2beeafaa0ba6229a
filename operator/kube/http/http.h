#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "crds/base/result.h"
#include "crds/base/time.h"
#include "operator/kube/auth.h"
#include "operator/kube/cluster_api.h"

namespace weir::kube {

enum class Method { Get, Post, Patch, Delete };
const char* Name(Method method);

struct HttpRequest {
  Method method = Method::Get;
  std::string target;  // path and query, percent-encoded, after the server's own path
  std::string contentType;
  std::string body;
};

struct HttpReply {
  int status = 0;
  std::string body;     // all of it, except what Stream gave to its sink
  std::string warning;  // the Warning header as it came
  int retryAfterSeconds = 0;
  double headSeconds = 0;  // from the call to the status line
};

// Timeouts of a call. Ordinary calls: a leg 10 s, whole 30 s. Calls that write: longer than the 30 s limit of an admission
// webhook. Watches: a leg 100 s (bookmarks are sent about every 60 s), no limit for the whole. The lease's client: 3 s and 5 s.
struct Deadlines {
  Duration leg;    // between two signs of progress: connected, TLS handshake, headers, each piece of the body
  Duration whole;  // 0 = none

  static Deadlines OfCalls() { return {Duration::Seconds(10), Duration::Seconds(30)}; }
  static Deadlines OfWrites() { return {Duration::Seconds(35), Duration::Seconds(65)}; }
  static Deadlines OfWatches() { return {Duration::Seconds(100), {}}; }
  static Deadlines OfLease() { return {Duration::Seconds(3), Duration::Seconds(5)}; }
};

// HTTP to one server, with a pool of connections of its own. Any status line is a reply. Errors are Fault::Transient with
// reason Timeout, ConnectionRefused, ConnectionFailed, ConnectionReset, Stopped or TooLarge (a body over 64 MiB; 17 MiB without the
// end of a head or a chunk), or what reading a credential failed with. Blocks; safe from any thread; the destructor may run while calls of other threads fail.
//
// A request may reach the server twice when a pooled connection is closed before the status line: every POST must contain
// the object's name, so that the second one fails with AlreadyExists.
//
// The library's buffers for heads and chunks are unbounded for a call that connects to another address than the first of its name.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Result<HttpReply> Call(const HttpRequest& request, const StopToken& stop) = 0;
  // Gives the body of a 200 to `sink` piece by piece as it arrives, on the calling thread; a slow sink slows the server.
  virtual Result<HttpReply> Stream(const HttpRequest& request, const std::function<void(std::string_view)>& sink, const StopToken& stop) = 0;
};

// The first call in a process starts the HTTP library's threads (4) and TrustNoSystemRoots: make it before other threads
// are started. Fails as CheckTls and Credential::Read do.
Result<std::unique_ptr<HttpClient>> ConnectHttp(const Access& access, const Deadlines& deadlines);

}  // namespace weir::kube
