#include "operator/kube/http.h"

#include <cpprest/astreambuf.h>
#include <cpprest/http_client.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pplx/threadpool.h>
#include <sys/socket.h>

#include <boost/asio/ssl.hpp>
#include <mutex>

#include "operator/kube/api_status.h"
#include "operator/kube/inbox.h"
#include "operator/kube/tls.h"

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
  explicit InboxBuffer(std::shared_ptr<Inbox> inbox) : streambuf_state_manager<uint8_t>(std::ios_base::out), inbox_(std::move(inbox)) {}
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
};

void StartLibrary() {
  static std::once_flag once;
  std::call_once(once, [] {
    TrustNoSystemRoots();
    crossplat::threadpool::initialize_with_threads(kThreads);
  });
}

Result<TlsMaterial> ReadTls(const Access& access) {
  TlsMaterial material;
  for (const auto& [credential, pem] :
       {std::pair{&access.authority, &material.authority}, {&access.certificate, &material.certificate}, {&access.key, &material.key}}) {
    auto read = credential->Read();
    if (!read) return read.error();
    *pem = std::move(*read);
  }
  return material;
}

// The protocol of the address that the library tries first: it resolves the name by the same rules, and connects the socket
// that is open already. One of the wrong protocol reaches no address at all.
Tcp ProtocolTo(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return Tcp::v4();
  const bool six = found->ai_family == AF_INET6;
  freeaddrinfo(found);
  return six ? Tcp::v6() : Tcp::v4();
}

// Finds a dead peer in about 6 s instead of the kernel's two hours: a watch may be silent for a minute. Without delay,
// because the library writes head and body apart: the body would wait for the server to acknowledge the head.
void Tune(Tcp::socket& socket, const std::string& host) {
  boost::system::error_code ignored;
  if (!socket.is_open()) socket.open(ProtocolTo(host), ignored);
  socket.set_option(Tcp::no_delay(true), ignored);
  socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
  const int idle = 3, interval = 1, probes = 3;
  setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

rest::client::http_client_config Configuration(const Access& access, const Deadlines& deadlines) {
  rest::client::http_client_config config;
  config.set_timeout(std::chrono::milliseconds(deadlines.leg.ms));
  config.set_max_redirects(0);
  // Of a gzip stream with several members the library answers the first only, and says nothing.
  config.set_request_compressed_response(false);
  const bool tls = access.server.starts_with("https://");
  const std::string host = web::uri(access.server).host();
  config.set_nativehandle_options([tls, host](rest::client::native_handle handle) {
    Tune(tls ? static_cast<boost::asio::ssl::stream<Tcp::socket&>*>(handle)->next_layer() : *static_cast<Tcp::socket*>(handle), host);
  });
  config.set_ssl_context_callback([access](boost::asio::ssl::context& context) {
    const auto material = ReadTls(access);
    if (!material) throw CredentialFailure(material.error());
    if (const Status used = UseTls(context.native_handle(), *material); !used) throw CredentialFailure(used.error());
  });
  return config;
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
  pplx::cancellation_token_source cancel;
  std::string what;

  void Now() const {
    inbox->End(Transient("Stopped", what + ": stopped"));
    cancel.cancel();
  }
};

class RestClient final : public HttpClient {
 public:
  RestClient(Access access, Deadlines deadlines) : access_(std::move(access)), deadlines_(deadlines) { Reconnect(); }

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
    const auto inbox = std::make_shared<Inbox>();
    const pplx::cancellation_token_source cancel;
    if (const Status sent = Send(request, what, inbox, cancel.get_token()); !sent) return sent.error();
    const Abandonment abandonment{inbox, cancel, what};
    const auto on_stop = stop.OnStop([abandonment] { abandonment.Now(); });
    bool received = false;
    const std::shared_ptr<void> on_exit(nullptr, [&](void*) {
      if (!received) abandonment.Now();
    });
    auto reply = Receive(*inbox, take, what);
    received = reply.ok();
    // A pooled connection keeps showing the certificate that it began with.
    if (reply && reply->status == 401) Reconnect();
    return reply;
  }

  Status Send(const HttpRequest& request, const std::string& what, const std::shared_ptr<Inbox>& inbox, const pplx::cancellation_token& token) {
    const auto bearer = access_.token.Read();
    if (!bearer) return bearer.error();
    const auto began = SteadyClock::now();
    try {
      rest::http_request message{rest::method(Name(request.method))};
      message.set_request_uri(web::uri(request.target));
      message.headers().add("Accept", "application/json");
      message.headers().add("User-Agent", "weirkeeper");
      if (!bearer->empty()) message.headers().add("Authorization", "Bearer " + *bearer);
      if (!request.body.empty()) message.set_body(request.body, request.contentType);
      message.set_response_stream(concurrency::streams::streambuf<uint8_t>(std::make_shared<InboxBuffer>(inbox)).create_ostream());
      Client()
          ->request(message, token)
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

  Result<HttpReply> Receive(Inbox& inbox, const Take& take, const std::string& what) const {
    const auto now = SteadyClock::now();
    const Duration whole = deadlines_.whole.ms > 0 ? deadlines_.whole : Duration::Hours(24 * 365);
    const auto deadline = now + std::chrono::milliseconds(whole.ms);
    const Error late = Transient("Timeout", what + ": no answer in time");
    // A stream without an end must still begin in time.
    if (!inbox.AwaitHead(std::min(deadline, now + 3 * std::chrono::milliseconds(deadlines_.leg.ms)))) return late;
    if (inbox.ended_without_head()) return inbox.status().error();
    for (std::string bytes;; bytes.clear()) {
      switch (inbox.Take(bytes, deadline)) {
        case Inbox::Took::Late: return late;
        case Inbox::Took::End: return inbox.status() ? Result<HttpReply>(inbox.reply()) : inbox.status().error();
        case Inbox::Took::Bytes:
          if (!take(bytes, inbox.reply().status)) return Transient("TooLarge", what + ": the answer is larger than 64 MiB");
      }
    }
  }

  std::shared_ptr<rest::client::http_client> Client() {
    const std::lock_guard lock(mutex_);
    return client_;
  }

  void Reconnect() {
    auto fresh = std::make_shared<rest::client::http_client>(web::uri(access_.server), Configuration(access_, deadlines_));
    const std::lock_guard lock(mutex_);
    client_ = std::move(fresh);
  }

  const Access access_;
  const Deadlines deadlines_;
  std::mutex mutex_;
  std::shared_ptr<rest::client::http_client> client_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> ConnectHttp(const Access& access, const Deadlines& deadlines) {
  StartLibrary();
  if (const auto token = access.token.Read(); !token) return token.error();
  if (access.server.starts_with("https://")) {
    const auto material = ReadTls(access);
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
