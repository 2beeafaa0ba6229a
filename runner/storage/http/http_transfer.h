#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "crds/base/result.h"
#include "crds/base/time.h"

namespace weir::storage {

// Which addresses a request may reach, looked at after names were resolved and again after each redirect. NotLinkLocal
// leaves out link-local ones and those where clouds answer with credentials; loopback stays, as a pod has nothing there.
enum class Addresses { Any, NotLinkLocal };

// A connection that was used before may have died, and libcurl then sends a request again without a word; a write that
// must not overwrite itself wants a new one.
enum class Connection { Reused, Fresh };

struct HttpRequest {
  std::string method = "GET";
  std::string url;                   // http or https
  std::vector<std::string> headers;  // "name: value"
  std::string_view body;             // must live until Perform answers
  Addresses addresses = Addresses::Any;
  Connection connection = Connection::Reused;
  int redirects = 0;
  Duration connectTimeout = Duration::Seconds(10);
  Duration stallTimeout = Duration::Seconds(60);  // without a single byte
  Duration timeout = Duration::Minutes(10);       // of the whole exchange, redirects included
  std::int64_t maxBytes = 64 << 20;               // of the body of a 2xx reply
  std::function<Status(std::string_view)> sink;   // gets the body of a reply with `sinkStatus`, piece by piece
  long sinkStatus = 200;
};

enum class TransferFailure {
  None,
  BadUrl,
  NotResolved,
  NotConnected,
  Blocked,
  TlsRefused,
  TimedOut,
  Broken,
  TooManyRedirects,
  TooLarge,
  HeadTooLarge,
  UnclearLength,  // where the body ends is not sure
  UnknownCoding,  // of the body, with a sink
  SinkRefused
};

struct HttpReply {
  TransferFailure failure = TransferFailure::None;
  std::string detail;  // of the failure, for people
  bool sent = false;   // whether the other side may have got the request
  long status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; of the last reply
  std::string body;                            // what the sink did not get; of an error the first 64 KiB
  std::int64_t bytes = 0;                      // of the body of a 2xx reply
  Status sink;                                 // what the sink said when it refused
  bool Arrived() const { return failure == TransferFailure::None; }
};

// The only user of libcurl. Every exchange is bounded in time and bytes: headers to 256 KiB, the body of an error or of
// another success than was asked for to 64 KiB (the rest is not awaited), a redirect's body to 1 MiB, others to `maxBytes`.
// A reply whose lengths contradict each other is refused before its body is read, and so is, where there is a sink, one with a
// Content-Encoding other than identity and gzip. Keeps connections for reuse. The proxies of the environment are used
// (http_proxy, https_proxy, no_proxy): a proxy resolves names out of our sight, so that of its addresses only those are
// refused that URLs hold. SSL_CERT_FILE names the authorities to trust, where it is set, WEIR_CA_BUNDLE others to trust as
// well; the latter is read once. Thread-safe.
class HttpTransfer {
 public:
  HttpTransfer();
  ~HttpTransfer();
  HttpReply Perform(const HttpRequest& request);

 private:
  struct Handle;
  std::unique_ptr<Handle> Take();
  void Return(std::unique_ptr<Handle> handle);
  Result<std::string> authorities_ = std::string();  // PEM; empty: those that libcurl takes by itself
  std::mutex mutex_;
  std::vector<std::unique_ptr<Handle>> idle_;
};

// Whether an IPv4 or IPv6 address in text form is one that Addresses::NotLinkLocal refuses.
bool IsBlockedAddress(const std::string& address);

}  // namespace weir::storage
