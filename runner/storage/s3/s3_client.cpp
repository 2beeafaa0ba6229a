#include "runner/storage/s3/s3_client.h"

#include <chrono>
#include <thread>

#include "crds/base/file.h"
#include "runner/storage/digest.h"
#include "runner/storage/paths.h"
#include "runner/storage/s3/s3_xml.h"

namespace weir::storage {
namespace {

constexpr int kTries = 4;
constexpr std::int64_t kSlowestBytesPerSecond = 64 << 10;

// What a request and its reply may take at the slowest rate that is still of use.
Duration TimeoutOf(const S3Request& request) {
  return Duration::Seconds(60 + (static_cast<std::int64_t>(request.body.size()) + request.maxBytes) / kSlowestBytesPerSecond);
}

Error BadStore(const api::TaskStore& store, const std::string& what) { return {Fault::Invalid, "Invalid", "store " + store.name + ": " + what}; }

Result<std::string> ReadKey(const api::TaskStore& store, const char* name, bool required) {
  const auto file = ReadBounded(store.credentials + "/" + name, {.maxBytes = 16 << 10});
  if (!file && file.error().fault != Fault::Missing) return BadStore(store, "its credentials: " + file.error().message);
  std::string text = file ? *file : "";
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.pop_back();
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ') return BadStore(store, "the file " + std::string(name) + " of its credentials holds more than one line");
  }
  if (text.empty() && required)
    return BadStore(store, "no key in " + store.credentials + "/" + name + ": the Secret needs the keys accessKeyId and secretAccessKey");
  return text;
}

// Host and port as libcurl sends them: without a port that the scheme implies.
std::string HostOf(const std::string& endpoint) {
  std::string host = endpoint.substr(endpoint.find("://") + 3);
  const std::string implied = endpoint.starts_with("https:") ? ":443" : ":80";
  if (host.ends_with(implied)) host.resize(host.size() - implied.size());
  return host;
}

bool IsEndpoint(const std::string& endpoint) {
  if (!endpoint.starts_with("http://") && !endpoint.starts_with("https://")) return false;
  const std::string host = endpoint.substr(endpoint.find("://") + 3);
  return !host.empty() && host.find_first_of("/?#@ ") == std::string::npos;
}

bool IsBusy(long status) { return status == 429 || status >= 500; }
bool Changes(const S3Request& request) { return request.method == "PUT" || request.method == "POST"; }
bool IsConditional(const S3Request& request) { return request.headers.contains("if-none-match"); }

bool WorthAnotherTry(const S3Request& request, const HttpReply& reply) {
  // 409 means that a rival's conditional write is under way: nothing happened, and soon there is an answer.
  if (reply.Arrived() && reply.status == 409 && IsConditional(request)) return true;
  if (request.repeat == Repeat::Never) return false;
  switch (reply.failure) {
    case TransferFailure::None: return IsBusy(reply.status);
    case TransferFailure::NotResolved:
    case TransferFailure::NotConnected:
    case TransferFailure::TimedOut:
    case TransferFailure::UnclearLength:
    case TransferFailure::Broken: return true;
    default: return false;
  }
}

Error StatusError(long status, const std::string& code, const std::string& what) {
  if (code == "NoSuchBucket") return {Fault::Invalid, "BucketMissing", what + ": create the bucket or correct its name in the Lake"};
  if (code == "QuotaExceeded" || code == "StorageFull" || code == "XMinioStorageFull" || status == 507) return {Fault::Exhausted, "DiskFull", what};
  if (code == "AuthorizationHeaderMalformed" || (status >= 300 && status < 400))
    return {Fault::Invalid, "Invalid", what + ": endpoint or region of the store is not the bucket's"};
  switch (status) {
    case 404: return {Fault::Missing, "NotFound", what};
    case 412: return {Fault::Conflict, "Exists", what};
    case 401:
    case 403: return {Fault::Denied, "AccessDenied", what + ": check the keys in the Secret, their rights on the bucket and this machine's clock"};
    case 409:
    case 429: return {Fault::Transient, "StoreUnavailable", what};
    case 501: return {Fault::Invalid, "ConditionalWritesMissing", what + ": the store cannot write only if absent, which tables need"};
    default: break;
  }
  // A refusal of the store itself says its code; what has none comes from something in between.
  const bool passes = status >= 500 || code == "RequestTimeout" || code.empty();
  return {passes ? Fault::Transient : Fault::Bug, passes ? "StoreUnavailable" : "StoreRefused", what};
}

}  // namespace

S3Client::S3Client(std::string endpoint, std::string bucket, std::string region, S3Credentials credentials)
    : endpoint_(std::move(endpoint)), host_(HostOf(endpoint_)), bucket_(std::move(bucket)), region_(std::move(region)), credentials_(std::move(credentials)) {}

Result<std::unique_ptr<S3Client>> S3Client::Make(const api::TaskStore& store) {
  std::string endpoint = store.endpoint;
  if (endpoint.ends_with('/')) endpoint.pop_back();
  if (!IsEndpoint(endpoint)) return BadStore(store, "endpoint \"" + store.endpoint + "\" must be http://host[:port] or https://host[:port]");
  if (store.bucket.empty() || store.bucket.find('/') != std::string::npos || !CheckPath(store.bucket).ok())
    return BadStore(store, "bucket \"" + store.bucket + "\" is not a valid bucket name");
  S3Credentials credentials;
  for (const auto& [name, value, required] :
       {std::tuple{"accessKeyId", &credentials.accessKeyId, true}, std::tuple{"secretAccessKey", &credentials.secretAccessKey, true},
        std::tuple{"sessionToken", &credentials.sessionToken, false}}) {
    Result<std::string> key = ReadKey(store, name, required);
    if (!key) return key.error();
    *value = std::move(*key);
  }
  const std::string region = store.region.empty() ? "us-east-1" : store.region;
  return std::unique_ptr<S3Client>(new S3Client(endpoint, store.bucket, region, std::move(credentials)));
}

HttpReply S3Client::SendOnce(const S3Request& request, Duration timeout) {
  UnsignedRequest to_sign{request.method, host_,           "/" + bucket_ + (request.key.empty() ? "" : "/" + request.key),
                          request.query,  request.headers, Sha256Hex(request.body)};
  HttpRequest http;
  http.method = request.method;
  http.url = endpoint_ + EscapedPath(to_sign.path) + (request.query.empty() ? "" : "?" + EscapedQuery(request.query));
  http.headers = SignV4(to_sign, credentials_, region_, clock_.Now());
  http.body = request.body;
  http.timeout = timeout;
  http.maxBytes = request.maxBytes;
  http.connection = IsConditional(request) ? Connection::Fresh : Connection::Reused;
  return transfer_.Perform(http);
}

Result<HttpReply> S3Client::Send(const S3Request& request) {
  const Duration timeout = TimeoutOf(request);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout.ms);
  for (int tries = 1;; ++tries) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    HttpReply reply = SendOnce(request, Duration{left.count()});
    if (reply.Arrived() && reply.status >= 200 && reply.status < 300) return reply;
    if (tries == kTries || !WorthAnotherTry(request, reply) || std::chrono::steady_clock::now() >= end) return ErrorOf(request, reply);
    std::this_thread::sleep_for(std::chrono::milliseconds(50) * (1 << tries));
  }
}

Error S3Client::UnansweredError(const S3Request& request, const HttpReply& reply, const std::string& what) const {
  if (reply.failure == TransferFailure::TooLarge)
    return {Fault::Data, "TooLarge", what + ": it has more than the " + std::to_string(request.maxBytes) + " bytes expected"};
  const std::string message = what + ": " + reply.detail;
  if (reply.failure == TransferFailure::BadUrl) return {Fault::Invalid, "Invalid", message};
  return {Fault::Transient, Changes(request) && reply.sent ? "OutcomeUnknown" : "StoreUnavailable", message};
}

Error S3Client::ErrorOf(const S3Request& request, const HttpReply& reply) const {
  const std::string what = request.method + " " + (request.key.empty() ? "list" : request.key) + " (" + Describe() + ")";
  if (!reply.Arrived()) return UnansweredError(request, reply, what);
  const std::string code = XmlText(reply.body, "Code");
  const std::string said = XmlText(reply.body, "Message");
  Error error =
      StatusError(reply.status, code, what + ": status " + std::to_string(reply.status) + (code.empty() ? "" : " " + code) + (said.empty() ? "" : ", " + said));
  // A gateway may answer 5xx although the server behind it did the work.
  if (Changes(request) && reply.status >= 500 && error.fault == Fault::Transient) error.reason = "OutcomeUnknown";
  return error;
}

}  // namespace weir::storage
