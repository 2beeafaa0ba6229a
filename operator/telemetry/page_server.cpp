#include "operator/telemetry/page_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <thread>

namespace weir::telemetry {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;

constexpr int kMostConnections = 64;
constexpr std::size_t kLargestRequest = 8 * 1024;
constexpr std::chrono::seconds kPatience{5};

Page PageFor(const Pages& pages, const http::request<http::empty_body>& request) {
  if (request.method() != http::verb::get) return {405, "text/plain; charset=utf-8", "only GET is answered\n"};
  const std::string target(request.target());
  const auto found = pages.find(target.substr(0, target.find('?')));
  if (found != pages.end()) return found->second();
  std::string known = "there are";
  for (const auto& [path, page] : pages) known += " " + path;
  return {404, "text/plain; charset=utf-8", known + "\n"};
}

// One connection: read, answer, again. Counted by `open` for as long as it lives.
class Session final : public std::enable_shared_from_this<Session> {
 public:
  Session(Tcp::socket socket, const Pages& pages, int& open) : stream_(std::move(socket)), pages_(pages), open_(open) { ++open_; }
  ~Session() { --open_; }

  void Read() {
    parser_.emplace();
    parser_->header_limit(kLargestRequest);
    parser_->body_limit(kLargestRequest);
    stream_.expires_after(kPatience);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->Answer();
    });
  }

 private:
  void Answer() {
    const auto request = parser_->release();
    Page page = PageFor(pages_, request);
    response_ = {};
    response_.result(static_cast<unsigned>(page.status));
    response_.version(request.version());
    response_.set(http::field::content_type, page.contentType);
    response_.keep_alive(request.keep_alive());
    response_.body() = std::move(page.body);
    response_.prepare_payload();
    stream_.expires_after(kPatience);
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error && self->response_.keep_alive()) self->Read();
    });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kLargestRequest + 1024};
  std::optional<http::request_parser<http::empty_body>> parser_;
  http::response<http::string_body> response_;
  const Pages& pages_;
  int& open_;
};

Page List(const std::vector<std::string>& problems) {
  if (problems.empty()) return {200, "text/plain; charset=utf-8", "ok\n"};
  Page page{503, "text/plain; charset=utf-8", ""};
  for (const std::string& problem : problems) page.body += problem + "\n";
  return page;
}

}  // namespace

namespace {

void ListenAt(Tcp::acceptor& acceptor, const Tcp::endpoint& endpoint) {
  acceptor.open(endpoint.protocol());
  if (endpoint.address() == asio::ip::address_v6::any()) acceptor.set_option(asio::ip::v6_only(false));
  acceptor.set_option(asio::socket_base::reuse_address(true));
  acceptor.bind(endpoint);
  acceptor.listen();
}

// Kernels may have no IPv6, or have it switched off.
Tcp::acceptor Listen(asio::io_context& context, const Tcp::endpoint& endpoint) {
  Tcp::acceptor acceptor(context);
  try {
    ListenAt(acceptor, endpoint);
  } catch (const boost::system::system_error& e) {
    if (endpoint.address() != asio::ip::address_v6::any() || e.code() == asio::error::address_in_use) throw;
    beast::error_code ignored;
    acceptor.close(ignored);
    ListenAt(acceptor, {asio::ip::address_v4::any(), endpoint.port()});
  }
  return acceptor;
}

}  // namespace

class PageServer::Core {
 public:
  Core(const Tcp::endpoint& endpoint, Pages pages) : pages_(std::move(pages)), acceptor_(Listen(context_, endpoint)) {
    Accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~Core() {
    context_.stop();
    thread_.join();
  }
  int port() const { return acceptor_.local_endpoint().port(); }

 private:
  void Accept() {
    acceptor_.async_accept([this](beast::error_code error, Tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return AcceptLater();
      if (open_ < kMostConnections) std::make_shared<Session>(std::move(socket), pages_, open_)->Read();
      Accept();
    });
  }
  // Without a free descriptor accepting fails at once, again and again.
  void AcceptLater() {
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([this](beast::error_code error) {
      if (!error) Accept();
    });
  }

  const Pages pages_;
  int open_ = 0;  // of the one thread; outlives the sessions, which die with the context
  asio::io_context context_{1};
  Tcp::acceptor acceptor_;
  asio::steady_timer pause_{context_};
  std::thread thread_;
};

PageServer::PageServer(std::shared_ptr<Core> core) : core_(std::move(core)) {}
PageServer::~PageServer() = default;
int PageServer::port() const { return core_->port(); }

Result<std::unique_ptr<PageServer>> PageServer::Start(const PageAddress& address, Pages pages) {
  try {
    const Tcp::endpoint endpoint(asio::ip::make_address(address.host), static_cast<unsigned short>(address.port));
    return std::unique_ptr<PageServer>(new PageServer(std::make_shared<Core>(endpoint, std::move(pages))));
  } catch (const std::exception& e) {
    return Error{Fault::Invalid, "BadAddress", "cannot listen on " + address.host + ":" + std::to_string(address.port) + ": " + e.what()};
  }
}

Pages HealthPages(const Health& health) {
  return {{"/healthz", [&health] { return List(health.Stuck(std::chrono::steady_clock::now())); }}, {"/readyz", [&health] { return List(health.Awaited()); }}};
}

Pages MetricsPages(const Metrics& metrics) {
  return {{"/metrics", [&metrics] { return Page{200, "text/plain; version=0.0.4; charset=utf-8", metrics.Render()}; }}};
}

}  // namespace weir::telemetry
