#include "runner/storage/s3/sigv4.h"

#include <cctype>

#include "runner/storage/digest.h"
#include "runner/storage/paths.h"

namespace weir::storage {
namespace {

// 20260102T030405Z
std::string BasicTime(Time now) {
  std::string text;
  for (const char c : Format(now)) {
    if (c != '-' && c != ':') text += c;
  }
  return text;
}

struct Canonical {
  std::string headers;  // "name:value\n" each
  std::string names;    // "a;b;c"
};

Canonical CanonicalHeaders(const std::map<std::string, std::string>& headers) {
  Canonical canonical;
  for (const auto& [name, value] : headers) {
    canonical.headers += name + ":" + value + "\n";
    canonical.names += (canonical.names.empty() ? "" : ";") + name;
  }
  return canonical;
}

}  // namespace

std::string EscapedPath(const std::string& path) { return PercentEncode(path, "/"); }

std::string EscapedQuery(const std::map<std::string, std::string>& query) {
  std::string text;
  for (const auto& [name, value] : query) text += (text.empty() ? "" : "&") + PercentEncode(name) + "=" + PercentEncode(value);
  return text;
}

std::vector<std::string> SignV4(const UnsignedRequest& request, const S3Credentials& credentials, const std::string& region, Time now) {
  const std::string time = BasicTime(now);
  const std::string date = time.substr(0, 8);
  std::map<std::string, std::string> headers = request.headers;
  headers["host"] = request.host;
  headers["x-amz-content-sha256"] = request.bodySha256;
  headers["x-amz-date"] = time;
  if (!credentials.sessionToken.empty()) headers["x-amz-security-token"] = credentials.sessionToken;
  const Canonical canonical = CanonicalHeaders(headers);
  const std::string canonical_request = request.method + "\n" + EscapedPath(request.path) + "\n" + EscapedQuery(request.query) + "\n" + canonical.headers +
                                        "\n" + canonical.names + "\n" + request.bodySha256;
  const std::string scope = date + "/" + region + "/s3/aws4_request";
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + Sha256Hex(canonical_request);
  const std::string key = HmacSha256(HmacSha256(HmacSha256(HmacSha256("AWS4" + credentials.secretAccessKey, date), region), "s3"), "aws4_request");
  headers.erase("host");
  headers["authorization"] = "AWS4-HMAC-SHA256 Credential=" + credentials.accessKeyId + "/" + scope + ",SignedHeaders=" + canonical.names +
                             ",Signature=" + ToHex(HmacSha256(key, to_sign));
  std::vector<std::string> lines;
  for (const auto& [name, value] : headers) lines.push_back(name + ": " + value);
  return lines;
}

}  // namespace weir::storage
