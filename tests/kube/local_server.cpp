#include "tests/kube/local_server.h"

#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

// A stopped stream lives on in the library's pool threads for a moment; a program that ends in that moment is told to
// leak it, once, whatever the number of streams.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libcpprest\nleak:pplx::"; }

namespace weir::kube {

namespace {

// Of 127.0.0.1 and localhost, signed by itself, and its key.
const std::string kCertificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBpjCCAU2gAwIBAgIUSRw/lte7bvzxDYKMdsUhqXbS8ugwCgYIKoZIzj0EAwIw\n"
    "GjEYMBYGA1UEAwwPd2VpcmtlZXBlci10ZXN0MCAXDTI2MTIwMTA0MzAwNVoYDzIx\n"
    "MjYxMTA3MDQzMDA1WjAaMRgwFgYDVQQDDA93ZWlya2VlcGVyLXRlc3QwWTATBgcq\n"
    "hkjOPQIBBggqhkjOPQMBBwNCAATpmGn+0SW1TvZu+/nPCB1shvfGOCPxp28Tc0a9\n"
    "lRs1QqvEAnJADN7NUXiZd8aYhHsj5um2aeh10FU0Ed2No8CXo28wbTAdBgNVHQ4E\n"
    "FgQUpwZDO+75XjD2sIrbxJN/lR5fTp4wHwYDVR0jBBgwFoAUpwZDO+75XjD2sIrb\n"
    "xJN/lR5fTp4wDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzARhwR/AAABgglsb2Nh\n"
    "bGhvc3QwCgYIKoZIzj0EAwIDRwAwRAIgAzWBZiDepxp6m/19+K89Ndh9YreHWIcq\n"
    "IOvIPT6Pi7ICID4wwQ0jjI7Y9bgmqg+gFKfZgwP6Mthc73kUA98UiEhF\n"
    "-----END CERTIFICATE-----\n";
const std::string kKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAXefuoUiuQxyxaMn\n"
    "YNkdkgCPUAb5Hay+5UjqTeGUyK2hRANCAATpmGn+0SW1TvZu+/nPCB1shvfGOCPx\n"
    "p28Tc0a9lRs1QqvEAnJADN7NUXiZd8aYhHsj5um2aeh10FU0Ed2No8CX\n"
    "-----END PRIVATE KEY-----\n";

SSL_CTX* ServerContext() {
  static SSL_CTX* const context = [] {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    SSL_CTX* made = SSL_CTX_new(TLS_server_method());
    BIO* certificate = BIO_new_mem_buf(kCertificate.data(), static_cast<int>(kCertificate.size()));
    BIO* key = BIO_new_mem_buf(kKey.data(), static_cast<int>(kKey.size()));
    X509* x509 = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
    EVP_PKEY* pkey = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(made, x509);
    SSL_CTX_use_PrivateKey(made, pkey);
    X509_free(x509);
    EVP_PKEY_free(pkey);
    BIO_free(certificate);
    BIO_free(key);
    return made;
  }();
  return context;
}

}  // namespace

Connection::Connection(int socket, Security security) : socket_(socket) {
  if (security == Security::Plain) return;
  tls_ = SSL_new(ServerContext());
  SSL_set_fd(tls_, socket_);
  SSL_accept(tls_);
}

Connection::~Connection() {
  SSL_free(tls_);
  close(socket_);
}

long Connection::Read(char* to, std::size_t size) const { return tls_ != nullptr ? SSL_read(tls_, to, static_cast<int>(size)) : read(socket_, to, size); }

std::string Connection::ReadRequest() const {
  std::string text;
  char byte = 0;
  while (!text.ends_with("\r\n\r\n") && Read(&byte, 1) == 1) text.push_back(byte);
  return text;
}

bool Connection::Send(const std::string& bytes) const {
  const auto size = static_cast<ssize_t>(bytes.size());
  if (tls_ != nullptr) return bytes.empty() || SSL_write(tls_, bytes.data(), static_cast<int>(size)) == size;
  return send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == size;
}

void Connection::SendReply(const std::string& status, const std::string& headers, const std::string& body) const {
  Send("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
}

void Connection::Hold() const {
  char byte = 0;
  while (Read(&byte, 1) > 0) continue;
}

void Connection::Reset() const {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

LocalServer::LocalServer(std::function<void(const Connection&)> serve, Security security) : serve_(std::move(serve)), security_(security) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  listen(listener_, 16);
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] {
    for (int peer = accept(listener_, nullptr, nullptr); peer >= 0; peer = accept(listener_, nullptr, nullptr)) {
      ++connections_;
      {
        const std::lock_guard lock(mutex_);
        open_.insert(peer);
      }
      threads_.emplace_back([this, peer] { Serve(peer); });
    }
  });
}

void LocalServer::Serve(int peer) {
  const Connection connection(peer, security_);
  serve_(connection);
  const std::lock_guard lock(mutex_);
  open_.erase(peer);
}

LocalServer::~LocalServer() {
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    // A peer that has closed with a full buffer lets who sends to it wait for a minute.
    for (const int peer : open_) shutdown(peer, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
}

Access LocalServer::AccessToIt() const {
  Access access;
  access.server = (security_ == Security::Tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
  if (security_ == Security::Tls) access.authority.text = kCertificate;
  return access;
}

}  // namespace weir::kube
