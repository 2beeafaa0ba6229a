#include "operator/kube/http/http.h"

#include <cpprest/astreambuf.h>
#include <cpprest/http_client.h>
#include <netinet/tcp.h>
#include <pplx/threadpool.h>
#include <sys/socket.h>

#include <boost/asio/ssl.hpp>
#include <mutex>

#include "operator/kube/api_status.h"
#include "operator/kube/http/host_name.h"
#include "operator/kube/http/inbox.h"
#include "operator/kube/http/pool.h"
#include "operator/kube/http/tls.h"
#include "operator/kube/http/wire.h"

namespace weir::kube {

const char* Name(Method method) {
  switch (method) {
    case Method::Get: return "GET";
    case Method::Post: return "POST";
    case Method::Patch: return "PATCH";
    case Method::Delete: return "DELETE";
  }
  return "";
}

namespace {

namespace rest = web::http;
using Tcp = boost::asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kLargestBody = 64 * 1024 * 1024;
// Of what the library keeps: a head, and each chunk, until it is whole. An API server may send a page of a list as one
// chunk: RestCluster asks for smaller pages then.
constexpr std::uint64_t kMostKept = 17 * 1024 * 1024;
// How long a call waits before it looks at what was read for it: while nothing comes, and while something does.
constexpr std::chrono::milliseconds kCalm{50};
constexpr std::chrono::milliseconds kBusy{10};
constexpr int kThreads = 4;

Error Transient(std::string reason, std::string message) { return {Fault::Transient, std::move(reason), std::move(message)}; }

// Carries an Error of ours through the library.
struct CredentialFailure : std::runtime_error {
  explicit CredentialFailure(Error e) : std::runtime_error(e.message), error(std::move(e)) {}
  Error error;
};

// Gives the body to the inbox. The library's own in-memory buffers cost 40 times the CPU and ten times the memory, and
// its read_line loses the pace of a busy watch.
class InboxBuffer final : public concurrency::streams::details::streambuf_state_manager<uint8_t> {
 public:
  InboxBuffer(std::shared_ptr<Inbox> inbox, std::shared_ptr<void> line)
      : streambuf_state_manager<uint8_t>(std::ios_base::out), inbox_(std::move(inbox)), line_(std::move(line)) {}
  bool can_seek() const override { return false; }
  bool has_size() const override { return false; }
  size_t buffer_size(std::ios_base::openmode) const override { return 0; }
  void set_buffer_size(size_t, std::ios_base::openmode) override {}
  size_t in_avail() const override { return 0; }
  pos_type getpos(std::ios_base::openmode) const override { return pos_type(-1); }
  pos_type seekpos(pos_type, std::ios_base::openmode) override { return pos_type(-1); }
  pos_type seekoff(off_type, std::ios_base::seekdir, std::ios_base::openmode) override { return pos_type(-1); }
  bool acquire(uint8_t*& data, size_t& size) override { return data = nullptr, size = 0, false; }
  void release(uint8_t*, size_t) override {}

 protected:
  // An unfinished task keeps the library from reading on.
  pplx::task<size_t> _putn(const uint8_t* bytes, size_t size) override {
    pplx::task_completion_event<size_t> room;
    if (inbox_->Put({reinterpret_cast<const char*>(bytes), size}, [room, size] { room.set(size); })) return pplx::task_from_result<size_t>(size);
    return pplx::create_task(room);
  }
  pplx::task<size_t> _putn(const uint8_t* bytes, size_t size, bool) override { return _putn(bytes, size); }
  pplx::task<int_type> _putc(uint8_t byte) override {
    return _putn(&byte, 1).then([byte](size_t) { return static_cast<int_type>(byte); });
  }
  pplx::task<int_type> _bumpc() override { return Eof(); }
  int_type _sbumpc() override { return traits::eof(); }
  pplx::task<int_type> _getc() override { return Eof(); }
  int_type _sgetc() override { return traits::eof(); }
  pplx::task<int_type> _nextc() override { return Eof(); }
  pplx::task<int_type> _ungetc() override { return Eof(); }
  pplx::task<size_t> _getn(uint8_t*, size_t) override { return pplx::task_from_result<size_t>(0); }
  size_t _scopy(uint8_t*, size_t) override { return 0; }
  pplx::task<bool> _sync() override { return pplx::task_from_result(true); }
  uint8_t* _alloc(size_t) override { return nullptr; }
  void _commit(size_t) override {}

 private:
  static pplx::task<int_type> Eof() { return pplx::task_from_result<int_type>(traits::eof()); }
  std::shared_ptr<Inbox> inbox_;
  std::shared_ptr<void> line_;  // until the library lets go of the request
};

void StartLibrary() {
  static std::once_flag once;
  std::call_once(once, [] {
    TrustNoSystemRoots();
    crossplat::threadpool::initialize_with_threads(kThreads);
  });
}

Result<TlsMaterial> ReadTls(const Access& access, Duration wait) {
  TlsMaterial material;
  for (const auto& [credential, pem] :
       {std::pair{&access.authority, &material.authority}, {&access.certificate, &material.certificate}, {&access.key, &material.key}}) {
    auto read = credential->Read(wait);
    if (!read) return read.error();
    *pem = std::move(*read);
  }
  return material;
}

// Finds a dead peer in about 6 s instead of the kernel's two hours: a watch may be silent for a minute. Without delay,
// because the library writes head and body apart: the body would wait for the server to acknowledge the head.
//
// The library connects the socket that is open already: one of the wrong protocol reaches no address at all.
void Tune(Tcp::socket& socket, const HostName& host) {
  boost::system::error_code ignored;
  if (!socket.is_open()) socket.open(host.Known() == HostName::Protocol::IPv6 ? Tcp::v6() : Tcp::v4(), ignored);
  socket.set_option(Tcp::no_delay(true), ignored);
  socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
  const int idle = 3, interval = 1, probes = 3;
  setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

// A client of the library that one call uses at a time, so that what its sockets read was read for this call.
struct Line {
  std::shared_ptr<Wire> wire;
  rest::client::http_client client;
};

rest::client::http_client_config Configuration(const Access& access, const Deadlines& deadlines, const std::shared_ptr<HostName>& host,
                                               const std::shared_ptr<Wire>& wire) {
  rest::client::http_client_config config;
  config.set_timeout(std::chrono::milliseconds(deadlines.leg.ms));
  config.set_max_redirects(0);
  // Of a gzip stream with several members the library answers the first only, and says nothing.
  config.set_request_compressed_response(false);
  const bool tls = access.server.starts_with("https://");
  // Called before each sending of a request, and before a new socket is connected.
  config.set_nativehandle_options([tls, host, wire](rest::client::native_handle handle) {
    Tcp::socket& socket = tls ? static_cast<boost::asio::ssl::stream<Tcp::socket&>*>(handle)->next_layer() : *static_cast<Tcp::socket*>(handle);
    Tune(socket, *host);
    // Else the library would send a request again whose connection was shut down because nobody waits for it.
    if (!wire->Use(socket.native_handle())) throw std::runtime_error("the call was cancelled");
  });
  config.set_ssl_context_callback([access, leg = deadlines.leg](boost::asio::ssl::context& context) {
    const auto material = ReadTls(access, leg);
    if (!material) throw CredentialFailure(material.error());
    if (const Status used = UseTls(context.native_handle(), *material); !used) throw CredentialFailure(used.error());
  });
  return config;
}

std::unique_ptr<Line> OpenLine(const Access& access, const Deadlines& deadlines, const std::shared_ptr<HostName>& host) {
  auto wire = std::make_shared<Wire>();
  const auto configuration = Configuration(access, deadlines, host, wire);
  return std::unique_ptr<Line>(new Line{std::move(wire), {web::uri(access.server), configuration}});
}

Error Failure(const std::string& what, const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const CredentialFailure& e) {
    return e.error;
  } catch (const rest::http_exception& e) {
    const std::string message = what + ": " + e.what();
    const int code = e.error_code().value();
    if (code == ETIMEDOUT) return Transient("Timeout", what + ": no answer in time");
    // The library reports a refused connection as host unreachable.
    if (code == ECONNREFUSED || code == EHOSTUNREACH) return Transient("ConnectionRefused", message + " (is the API server up?)");
    if (code == ECONNRESET || code == ECONNABORTED || code == EPIPE) return Transient("ConnectionReset", message);
    if (code == ECANCELED) return Transient("Stopped", what + ": stopped");
    if (message.find("SSL handshake") != std::string::npos) {
      return Transient("ConnectionFailed", message + " (the server's certificate must come from the certificate authority given and name the host)");
    }
    if (message.find("resolving address") != std::string::npos)
      return Transient("ConnectionFailed", message + " (is the server's name right, and is there a DNS?)");
    return Transient("ConnectionFailed", message);
  } catch (const std::exception& e) {
    return Transient("ConnectionFailed", what + ": " + e.what());
  } catch (...) {
    return Transient("ConnectionFailed", what + ": failed");
  }
}

HttpReply HeadOf(const rest::http_response& response, SteadyClock::time_point began) {
  HttpReply reply;
  reply.status = response.status_code();
  reply.headSeconds = std::chrono::duration<double>(SteadyClock::now() - began).count();
  const auto& headers = response.headers();
  if (const auto found = headers.find("Warning"); found != headers.end()) reply.warning = found->second;
  if (const auto found = headers.find("Retry-After"); found != headers.end()) reply.retryAfterSeconds = ReadRetryAfter(found->second);
  return reply;
}

// Ends a request that nobody waits for any more: it failed, it was stopped, or the sink threw.
struct Abandonment {
  std::shared_ptr<Inbox> inbox;
  std::shared_ptr<Wire> wire;
  std::uint64_t call = 0;  // of the wire, which the next call may have by now
  pplx::cancellation_token_source cancel;
  std::string what;

  void Now() const {
    inbox->End(Transient("Stopped", what + ": stopped"));
    // Cancelling closes the connection, also under a thread that reads from it.
    if (!wire->End(call)) cancel.cancel();
  }
};

// The instants by which a reply must begin and end. One without an end must still begin in time.
struct Limits {
  Limits(const Deadlines& deadlines, SteadyClock::time_point now)
      : end(now + std::chrono::milliseconds((deadlines.whole.ms > 0 ? deadlines.whole : Duration::Hours(24 * 365)).ms)),
        head(std::min(end, now + 3 * std::chrono::milliseconds(deadlines.leg.ms))) {}
  SteadyClock::time_point end;
  SteadyClock::time_point head;
};

// Looks at what was read for a call: soon again while something comes.
class Watcher {
 public:
  explicit Watcher(Wire& wire) : wire_(wire) {}
  SteadyClock::time_point Next(SteadyClock::time_point deadline) {
    const bool first = std::exchange(first_, false);
    const std::uint64_t before = std::exchange(bytes_, wire_.Bytes());
    return std::min(deadline, SteadyClock::now() + (first || bytes_ > before ? kBusy : kCalm));
  }
  bool TooMuch() const { return wire_.Bytes() > kMostKept; }
  void Delivered() {
    wire_.CountAnew();
    bytes_ = 0;
    first_ = true;
  }

 private:
  Wire& wire_;
  bool first_ = true;
  std::uint64_t bytes_ = 0;
};

class RestClient final : public HttpClient {
 public:
  RestClient(Access access, Deadlines deadlines)
      : access_(std::move(access)),
        deadlines_(deadlines),
        host_(std::make_shared<HostName>(web::uri(access_.server).host())),
        lines_(std::make_shared<Pool<Line>>([access = access_, deadlines, host = host_] { return OpenLine(access, deadlines, host); },
                                            [](const Line& line) { return !line.wire->Ended(); })) {
    lines_->Take();  // throws where the address is not a URL
  }

  Result<HttpReply> Call(const HttpRequest& request, const StopToken& stop) override {
    std::string body;
    auto reply = Exchange(
        request, [&](std::string_view bytes, int) { return body.append(bytes).size() <= kLargestBody; }, stop);
    if (reply) reply->body = std::move(body);
    return reply;
  }

  Result<HttpReply> Stream(const HttpRequest& request, const std::function<void(std::string_view)>& sink, const StopToken& stop) override {
    std::string body;
    const auto take = [&](std::string_view bytes, int status) {
      if (status != 200) return body.append(bytes).size() <= kLargestBody;
      sink(bytes);
      return true;
    };
    auto reply = Exchange(request, take, stop);
    if (reply) reply->body = std::move(body);
    return reply;
  }

 private:
  using Take = std::function<bool(std::string_view bytes, int status)>;

  Result<HttpReply> Exchange(const HttpRequest& request, const Take& take, const StopToken& stop) {
    const std::string what = std::string(Name(request.method)) + " " + access_.server + request.target.substr(0, request.target.find('?'));
    const auto now = SteadyClock::now();
    const Limits limits(deadlines_, now);
    const auto inbox = std::make_shared<Inbox>();
    const pplx::cancellation_token_source cancel;
    const auto line = lines_->Take();
    const Abandonment abandonment{inbox, line->wire, line->wire->BeginCall(), cancel, what};
    const auto on_stop = stop.OnStop([abandonment] { abandonment.Now(); });
    bool received = false;
    const std::shared_ptr<void> on_exit(nullptr, [&](void*) {
      if (!received) abandonment.Now();
    });
    if (const auto known = host_->FirstProtocol(std::min(limits.head, now + std::chrono::milliseconds(deadlines_.leg.ms)), stop); !known)
      return Error{known.error().fault, known.error().reason, what + ": " + known.error().message};
    if (const Status sent = Send(request, what, line, inbox, cancel.get_token()); !sent) return sent.error();
    auto reply = Receive(*inbox, *line->wire, take, what, limits);
    received = reply.ok();
    if (!received) host_->MarkStale();
    // A pooled connection keeps showing the certificate that it began with. Of an interim reply the library takes nothing
    // but the status, and would read the real one as the answer to the next request.
    if (reply && (reply->status == 401 || reply->status < 200)) lines_->Renew();
    return reply;
  }

  Status Send(const HttpRequest& request, const std::string& what, const std::shared_ptr<Line>& line, const std::shared_ptr<Inbox>& inbox,
              const pplx::cancellation_token& token) {
    const auto bearer = access_.token.Read(deadlines_.leg);
    if (!bearer) return bearer.error();
    const auto began = SteadyClock::now();
    try {
      rest::http_request message{rest::method(Name(request.method))};
      message.set_request_uri(web::uri(request.target));
      message.headers().add("Accept", "application/json");
      message.headers().add("User-Agent", "weirkeeper");
      if (!bearer->empty()) message.headers().add("Authorization", "Bearer " + *bearer);
      if (!request.body.empty()) message.set_body(request.body, request.contentType);
      message.set_response_stream(concurrency::streams::streambuf<uint8_t>(std::make_shared<InboxBuffer>(inbox, line)).create_ostream());
      line->client.request(message, token)
          .then([inbox, began](const rest::http_response& response) {
            inbox->Head(HeadOf(response, began));
            return response.content_ready();
          })
          .then([inbox, what](const pplx::task<rest::http_response>& done) {
            try {
              done.get();
              inbox->End(Ok());
            } catch (...) {
              inbox->End(Failure(what, std::current_exception()));
            }
          });
    } catch (...) {
      return Failure(what, std::current_exception());
    }
    return Ok();
  }

  Result<HttpReply> Receive(Inbox& inbox, Wire& wire, const Take& take, const std::string& what, const Limits& limits) const {
    const Error late = Transient("Timeout", what + ": no answer in time");
    const Error endless = Transient("TooLarge", what + ": 17 MiB came without the end of a head or a chunk of the answer (is this the API server?)");
    Watcher watcher(wire);
    while (!inbox.AwaitHead(watcher.Next(limits.head))) {
      if (SteadyClock::now() >= limits.head) return late;
      if (watcher.TooMuch()) return endless;
    }
    if (inbox.ended_without_head()) return inbox.status().error();
    for (std::string bytes;; bytes.clear()) {
      switch (inbox.Take(bytes, watcher.Next(limits.end))) {
        case Inbox::Took::Late:
          if (SteadyClock::now() >= limits.end) return late;
          if (watcher.TooMuch()) return endless;
          break;
        case Inbox::Took::End: return inbox.status() ? Result<HttpReply>(inbox.reply()) : inbox.status().error();
        case Inbox::Took::Bytes:
          if (!take(bytes, inbox.reply().status)) return Transient("TooLarge", what + ": the answer is larger than 64 MiB");
          watcher.Delivered();
      }
    }
  }

  const Access access_;
  const Deadlines deadlines_;
  const std::shared_ptr<HostName> host_;
  const std::shared_ptr<Pool<Line>> lines_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> ConnectHttp(const Access& access, const Deadlines& deadlines) {
  PrepareTls();
  StartLibrary();
  if (const auto token = access.token.Read(deadlines.leg); !token) return token.error();
  if (access.server.starts_with("https://")) {
    const auto material = ReadTls(access, deadlines.leg);
    if (!material) return material.error();
    if (const Status usable = CheckTls(*material); !usable) return usable.error();
  }
  try {
    return std::unique_ptr<HttpClient>(std::make_unique<RestClient>(access, deadlines));
  } catch (const std::exception& e) {
    return Error{Fault::Invalid, "BadKubeconfig", "server \"" + access.server + "\": " + e.what()};
  }
}

}  // namespace weir::kube
