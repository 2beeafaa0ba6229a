#include "runner/storage/http/http_transfer.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "crds/base/file.h"
#include "crds/base/text.h"
#include "runner/storage/http/http_head.h"

namespace weir::storage {
namespace {

constexpr std::size_t kErrorBody = 64 << 10;
constexpr curl_off_t kMostIgnored = 1 << 20;  // of a redirect's body, which libcurl reads past
constexpr std::size_t kIdleHandles = 16;

struct Exchange {
  const HttpRequest& request;
  HttpReply& reply;
  CURL* handle;
  std::string blocked;
  HttpHead head = {};
  bool bodySuffices = false;  // the rest of an error's body is not waited for

  long Status() const {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }
};

bool IsBlockedV4(std::uint32_t address) {
  const bool link_local = (address >> 16) == 0xA9FE;  // 169.254/16
  // Where Alibaba, Oracle and Azure serve metadata outside of link-local.
  return link_local || address == 0x646464C8 || address == 0xC00000C0 || address == 0xA83F8110;
}

bool IsBlockedV6(const std::array<unsigned char, 16>& a) {
  static constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  static constexpr std::array<unsigned char, 12> kNat64{0, 0x64, 0xFF, 0x9B};
  static constexpr std::array<unsigned char, 16> kAwsMetadata{0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54};
  const bool holds_v4 = std::memcmp(a.data(), kMapped.data(), 12) == 0 || std::memcmp(a.data(), kNat64.data(), 12) == 0;
  if (holds_v4) return IsBlockedV4((std::uint32_t{a[12]} << 24) | (std::uint32_t{a[13]} << 16) | (std::uint32_t{a[14]} << 8) | a[15]);
  return (a[0] == 0xFE && (a[1] & 0xC0) == 0x80) || a == kAwsMetadata;  // fe80::/10
}

bool IsBlockedSocketAddress(const sockaddr* address, std::string& text) {
  char name[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, name, sizeof name);
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, name, sizeof name);
  }
  text = name;
  return IsBlockedAddress(text);
}

curl_socket_t OpenSocket(void* user, curlsocktype, curl_sockaddr* address) {
  auto* exchange = static_cast<Exchange*>(user);
  std::string text;
  if (exchange->request.addresses == Addresses::NotLinkLocal && IsBlockedSocketAddress(&address->addr, text)) {
    exchange->blocked = text;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Of an absolute URL, or of one that is relative to `base`, as it is connected to: numbers in any notation are IPv4 addresses.
std::string HostOf(const std::string& url, const std::string& base = "") {
  CURLU* parsed = curl_url();
  char* host = nullptr;
  const bool based = base.empty() || curl_url_set(parsed, CURLUPART_URL, base.c_str(), 0) == CURLUE_OK;
  std::string found;
  if (based && curl_url_set(parsed, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK && curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK) found = host;
  curl_free(host);
  curl_url_cleanup(parsed);
  if (found.starts_with('[') && found.ends_with(']')) found = found.substr(1, found.size() - 2);
  return found;
}

// What is connected to may be a proxy, which sees where we want to go and we do not: addresses in URLs are looked at as well.
bool LeadsToABlockedAddress(Exchange& exchange, const std::string& url, const std::string& base = "") {
  if (exchange.request.addresses != Addresses::NotLinkLocal) return false;
  const std::string host = HostOf(url, base);
  if (!IsBlockedAddress(host)) return false;
  exchange.blocked = host;
  return true;
}

bool HasBody(const Exchange& exchange) {
  const long status = exchange.Status();
  return exchange.request.method != "HEAD" && status >= 200 && status != 204 && status != 304;
}

// The bytes of a file are kept as they come, and those who read them know gzip only. These are the other codings of IANA's
// list; a word that is none of it, such as utf-8 or aws-chunked, is what people put there who mean something else, and says
// nothing about the bytes.
bool IsForeign(std::string_view coding) {
  constexpr std::array<std::string_view, 10> kForeign{"aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "pack200-gzip", "x-compress", "zstd"};
  return std::find(kForeign.begin(), kForeign.end(), coding) != kForeign.end();
}

// Of the header's list, in the order in which they were applied.
bool CanBeDecoded(const std::string& codings) {
  std::istringstream list(Lower(codings));
  for (std::string coding; std::getline(list, coding, ',');) {
    const std::size_t begin = std::min(coding.find_first_not_of(" \t"), coding.size());
    coding = coding.substr(begin, coding.find_last_not_of(" \t") + 1 - begin);
    if (IsForeign(coding)) return false;
  }
  return true;
}

// Once the head is there: what its body may not be read with.
bool CanBeRead(Exchange& exchange) {
  HttpReply& reply = exchange.reply;
  if (!HasBody(exchange)) return true;
  if (std::string fault = exchange.head.FaultOfLength(); !fault.empty()) {
    reply.failure = TransferFailure::UnclearLength;
    reply.detail = std::move(fault);
    return false;
  }
  const auto coding = exchange.head.Fields().find("content-encoding");
  if (!exchange.request.sink || exchange.Status() != exchange.request.sinkStatus || coding == exchange.head.Fields().end()) return true;
  if (CanBeDecoded(coding->second)) return true;
  reply.failure = TransferFailure::UnknownCoding;
  reply.detail = "its Content-Encoding is \"" + coding->second + "\"";
  return false;
}

std::size_t TakeHeader(char* data, std::size_t size, std::size_t n, void* user) {
  auto* exchange = static_cast<Exchange*>(user);
  HttpReply& reply = exchange->reply;
  const bool was_ended = exchange->head.Ended();
  if (!exchange->head.Take({data, size * n})) {
    reply.failure = TransferFailure::HeadTooLarge;
    return 0;
  }
  if (!was_ended && exchange->head.Ended() && !CanBeRead(*exchange)) return 0;
  const auto location = exchange->head.Fields().find("location");
  if (exchange->request.redirects == 0 || location == exchange->head.Fields().end()) return size * n;
  char* from = nullptr;
  curl_easy_getinfo(exchange->handle, CURLINFO_EFFECTIVE_URL, &from);
  return LeadsToABlockedAddress(*exchange, location->second, from != nullptr ? from : exchange->request.url) ? 0 : size * n;
}

// Zero for "stop", as libcurl has it.
std::size_t TakeBody(char* data, std::size_t size, std::size_t n, void* user) {
  auto* exchange = static_cast<Exchange*>(user);
  HttpReply& reply = exchange->reply;
  const std::string_view piece(data, size * n);
  const long status = exchange->Status();
  const bool wanted = status >= 200 && status <= 299 && (!exchange->request.sink || status == exchange->request.sinkStatus);
  if (!wanted) {
    reply.body += piece.substr(0, kErrorBody - std::min(kErrorBody, reply.body.size()));
    exchange->bodySuffices = reply.body.size() == kErrorBody;
    return exchange->bodySuffices ? 0 : piece.size();
  }
  reply.bytes += static_cast<std::int64_t>(piece.size());
  if (reply.bytes > exchange->request.maxBytes) {
    reply.failure = TransferFailure::TooLarge;
    return 0;
  }
  if (!exchange->request.sink) {
    reply.body += piece;
    return piece.size();
  }
  reply.sink = exchange->request.sink(piece);
  if (!reply.sink) reply.failure = TransferFailure::SinkRefused;
  return reply.sink ? piece.size() : 0;
}

int WatchProgress(void* user, curl_off_t, curl_off_t received, curl_off_t, curl_off_t) {
  auto* exchange = static_cast<Exchange*>(user);
  const long status = exchange->Status();
  if (status < 300 || status > 399 || received <= kMostIgnored) return 0;
  exchange->reply.failure = TransferFailure::TooLarge;
  return 1;
}

TransferFailure FailureOf(CURLcode code) {
  switch (code) {
    case CURLE_OK: return TransferFailure::None;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return TransferFailure::BadUrl;
    case CURLE_COULDNT_RESOLVE_HOST: return TransferFailure::NotResolved;
    case CURLE_COULDNT_CONNECT: return TransferFailure::NotConnected;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return TransferFailure::TlsRefused;
    case CURLE_OPERATION_TIMEDOUT: return TransferFailure::TimedOut;
    case CURLE_TOO_MANY_REDIRECTS: return TransferFailure::TooManyRedirects;
    case CURLE_WEIRD_SERVER_REPLY: return TransferFailure::UnclearLength;  // a Content-Length that libcurl itself cannot read
    default: return TransferFailure::Broken;
  }
}

void SetAddressing(CURL* h, Exchange& exchange) {
  const HttpRequest& request = exchange.request;
  curl_easy_setopt(h, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
  // A redirect may not lead from https to http.
  curl_easy_setopt(h, CURLOPT_REDIR_PROTOCOLS_STR, request.url.starts_with("https:") ? "https" : "http,https");
  curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, request.redirects > 0 ? 1L : 0L);
  curl_easy_setopt(h, CURLOPT_MAXREDIRS, static_cast<long>(request.redirects));
  curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
  curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, request.connection == Connection::Fresh ? 1L : 0L);
}

void SetAuthorities(CURL* h, const std::string& bundle) {
  if (const char* authorities = std::getenv("SSL_CERT_FILE")) curl_easy_setopt(h, CURLOPT_CAINFO, authorities);
  if (bundle.empty()) return;
  curl_blob blob{const_cast<char*>(bundle.data()), bundle.size(), CURL_BLOB_NOCOPY};
  curl_easy_setopt(h, CURLOPT_CAINFO_BLOB, &blob);
}

// The image's authorities and those of the Lake in one text; empty when the Lake has none.
Result<std::string> ReadAuthorities() {
  const char* bundle = std::getenv("WEIR_CA_BUNDLE");
  if (bundle == nullptr || *bundle == '\0') return std::string();
  const FileLimits limits{.maxBytes = 4 << 20};
  const Result<std::string> own = ReadBounded(bundle, limits);
  if (!own) return Error{own.error().fault, "FileUnreadable", "the CA bundle of the Lake: " + own.error().message};
  if (own->find("-----BEGIN CERTIFICATE-----") == std::string::npos)
    return Error{Fault::Invalid, "FileUnreadable", std::string("the CA bundle of the Lake, ") + bundle + ", has no certificate in PEM form"};
  const char* image = std::getenv("SSL_CERT_FILE");
  if (image == nullptr) image = curl_version_info(CURLVERSION_NOW)->cainfo;
  const Result<std::string> others = ReadBounded(image != nullptr ? image : "/etc/ssl/certs/ca-certificates.crt", limits);
  return others ? *others + "\n" + *own : *own;
}

void SetLimits(CURL* h, Exchange& exchange) {
  const HttpRequest& request = exchange.request;
  curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, WatchProgress);
  curl_easy_setopt(h, CURLOPT_XFERINFODATA, &exchange);
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(h, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connectTimeout.ms));
  curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(1, request.timeout.ms)));
  curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, static_cast<long>(std::max<std::int64_t>(1, request.stallTimeout.ms / 1000)));
}

void SetContent(CURL* h, Exchange& exchange, const curl_slist* headers) {
  const HttpRequest& request = exchange.request;
  curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
  if (request.method == "PUT" || request.method == "POST") {
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, request.body.data() != nullptr ? request.body.data() : "");
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, TakeHeader);
  curl_easy_setopt(h, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, TakeBody);
  curl_easy_setopt(h, CURLOPT_WRITEDATA, &exchange);
}

std::string Explain(CURLcode code, const char* detail) {
  std::string text = *detail != '\0' ? detail : curl_easy_strerror(code);
  if (code == CURLE_PEER_FAILED_VERIFICATION)
    text +=
        "; where an authority of your own signed the certificate, put its certificate into a ConfigMap and name it in spec.runner.caBundle of the Lake (in "
        "weir run: in the file that SSL_CERT_FILE names)";
  return text;
}

void Conclude(CURLcode code, const char* detail, Exchange& exchange) {
  HttpReply& reply = exchange.reply;
  long request_bytes = 0;
  curl_easy_getinfo(exchange.handle, CURLINFO_REQUEST_SIZE, &request_bytes);
  reply.status = exchange.Status();
  reply.headers = exchange.head.Fields();
  reply.sent = request_bytes > 0;
  if (code == CURLE_OK || exchange.bodySuffices || reply.failure != TransferFailure::None) return;
  reply.failure = exchange.blocked.empty() ? FailureOf(code) : TransferFailure::Blocked;
  // libcurl also calls it an unsupported protocol when what came back is no HTTP at all.
  if (code == CURLE_UNSUPPORTED_PROTOCOL && reply.sent && reply.status == 0) reply.failure = TransferFailure::Broken;
  reply.detail = exchange.blocked.empty() ? Explain(code, detail) : "address " + exchange.blocked + " is link-local or a cloud's metadata service";
}

}  // namespace

bool IsBlockedAddress(const std::string& address) {
  in_addr v4{};
  if (::inet_pton(AF_INET, address.c_str(), &v4) == 1) return IsBlockedV4(ntohl(v4.s_addr));
  std::array<unsigned char, 16> v6{};
  return ::inet_pton(AF_INET6, address.c_str(), v6.data()) == 1 && IsBlockedV6(v6);
}

struct HttpTransfer::Handle {
  CURL* easy = curl_easy_init();
  ~Handle() { curl_easy_cleanup(easy); }
};

HttpTransfer::HttpTransfer() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) std::abort();
  authorities_ = ReadAuthorities();
}

HttpTransfer::~HttpTransfer() = default;

std::unique_ptr<HttpTransfer::Handle> HttpTransfer::Take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<Handle>();
  auto handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

void HttpTransfer::Return(std::unique_ptr<Handle> handle) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kIdleHandles) idle_.push_back(std::move(handle));
}

HttpReply HttpTransfer::Perform(const HttpRequest& request) {
  HttpReply reply;
  if (!authorities_) {
    reply.failure = TransferFailure::TlsRefused;
    reply.detail = authorities_.error().message;
    return reply;
  }
  std::unique_ptr<Handle> handle = Take();
  CURL* h = handle->easy;
  Exchange exchange{.request = request, .reply = reply, .handle = h, .blocked = {}};
  char detail[CURL_ERROR_SIZE] = "";
  curl_slist* headers = nullptr;
  // "Expect: 100-continue" costs a round trip, and a form's content type is not ours.
  for (const char* none : {"Expect:", "Content-Type:"}) headers = curl_slist_append(headers, none);
  for (const std::string& header : request.headers) headers = curl_slist_append(headers, header.c_str());
  curl_easy_reset(h);
  curl_easy_setopt(h, CURLOPT_ERRORBUFFER, detail);
  SetAddressing(h, exchange);
  SetAuthorities(h, *authorities_);
  SetLimits(h, exchange);
  SetContent(h, exchange, headers);
  const CURLcode code = LeadsToABlockedAddress(exchange, request.url) ? CURLE_ABORTED_BY_CALLBACK : curl_easy_perform(h);
  Conclude(code, detail, exchange);
  curl_slist_free_all(headers);
  curl_easy_reset(h);
  Return(std::move(handle));
  return reply;
}

}  // namespace weir::storage
