#include "runner/storage/http/http_source.h"

#include "runner/storage/digest.h"
#include "runner/storage/paths.h"

namespace weir::storage {
namespace {

constexpr const char* kReason = "SourceUnavailable";

std::string Shown(const std::string& url) {
  const std::string shown = UrlWithoutQuery(url);
  return shown.size() == url.size() ? shown : shown + "?…";
}

std::string Authority(const std::string& url) {
  const auto start = url.find("://");
  if (start == std::string::npos) return {};
  return url.substr(start + 3, url.find_first_of("/?#", start + 3) - start - 3);
}

Status CheckUrl(const std::string& url) {
  const std::string authority = Authority(url);
  const bool web = url.starts_with("http://") || url.starts_with("https://");
  if (!web || authority.empty()) return Error{Fault::Invalid, kReason, "\"" + Shown(url) + "\" is not an http or https URL"};
  if (authority.find('@') != std::string::npos) {
    return Error{Fault::Invalid, kReason,
                 "the URL for host " + authority.substr(authority.rfind('@') + 1) + " holds a user name or password: keep credentials out of URLs"};
  }
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f)
      return Error{Fault::Invalid, kReason, "a URL for host " + authority + " has a space or control character: escape it as %XX"};
  }
  return Ok();
}

Error StatusError(long status, const std::string& url) {
  const std::string message = "GET " + Shown(url) + " was answered with status " + std::to_string(status);
  if (status == 404 || status == 410) return {Fault::Missing, kReason, message + ": there is no such file"};
  if (status == 401 || status == 403) return {Fault::Denied, "AccessDenied", message + ": the server requires credentials"};
  if (status >= 500 || status == 429 || status == 408) return {Fault::Transient, kReason, message};
  return {Fault::Invalid, kReason, message + ", not with a file"};
}

Error FailureError(const HttpReply& reply, const std::string& url, const FetchOptions& options) {
  const std::string message = "cannot fetch " + Shown(url) + ": ";
  switch (reply.failure) {
    case TransferFailure::SinkRefused: return reply.sink.error();
    case TransferFailure::TooLarge:
      return {Fault::Invalid, kReason, message + "it is larger than the limit of " + std::to_string(options.maxBytes) + " bytes (land.from.http.maxBytes)"};
    case TransferFailure::HeadTooLarge: return {Fault::Invalid, kReason, message + "the reply's headers are larger than 256 KiB"};
    case TransferFailure::UnclearLength:
      return {Fault::Invalid, kReason,
              message + "where the file ends is not sure: " + reply.detail + "; the server, or a proxy before it, has to be corrected"};
    case TransferFailure::UnknownCoding:
      return {Fault::Invalid, kReason, message + reply.detail + ", which nothing here can decode: let the server send the file as it is, or as gzip"};
    case TransferFailure::TooManyRedirects: return {Fault::Invalid, kReason, message + "more than " + std::to_string(options.redirects) + " redirects"};
    case TransferFailure::Blocked:
    case TransferFailure::BadUrl: return {Fault::Invalid, kReason, message + reply.detail};
    case TransferFailure::TimedOut:
      return {Fault::Transient, kReason, message + reply.detail + "; the whole may take " + Format(options.timeout) + " (land.from.http.timeout)"};
    default: return {Fault::Transient, kReason, message + reply.detail};
  }
}

}  // namespace

std::string UrlWithoutQuery(const std::string& url) { return url.substr(0, url.find_first_of("?#")); }

std::string FileNameOfUrl(const std::string& url) {
  const std::string plain = UrlWithoutQuery(url);
  if (plain.find('/', plain.find("://") + 3) == std::string::npos) return "download";
  const std::string name = PercentDecode(FileNameOf(plain));
  return CheckPath(name).ok() && name.find('/') == std::string::npos ? name : "download";
}

Result<FetchedFile> Fetch(const std::string& url, const std::function<Status(std::string_view)>& sink, const FetchOptions& options) {
  if (const Status usable = CheckUrl(url); !usable) return usable.error();
  Sha256 digest;
  HttpRequest request;
  request.url = url;
  request.headers = {"User-Agent: weirkeeper", "Accept: */*"};
  request.addresses = options.addresses;
  request.redirects = options.redirects;
  request.connectTimeout = options.connectTimeout;
  request.stallTimeout = options.stallTimeout;
  request.timeout = options.timeout;
  request.maxBytes = options.maxBytes;
  request.sink = [&](std::string_view piece) {
    digest.Update(piece);
    return sink(piece);
  };
  HttpTransfer transfer;
  const HttpReply reply = transfer.Perform(request);
  if (!reply.Arrived()) return FailureError(reply, url, options);
  if (reply.status != 200) return StatusError(reply.status, url);
  return FetchedFile{reply.bytes, digest.Hex()};
}

Result<FetchedFile> Fetch(const std::string& url, ObjectWriter& out, const FetchOptions& options) {
  return Fetch(
      url, [&out](std::string_view piece) { return out.Write(piece); }, options);
}

}  // namespace weir::storage
