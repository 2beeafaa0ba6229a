#pragma once

#include <map>
#include <string>
#include <vector>

#include "crds/base/time.h"

namespace weir::storage {

struct S3Credentials {
  std::string accessKeyId;
  std::string secretAccessKey;
  std::string sessionToken;  // of temporary credentials, else empty
};

struct UnsignedRequest {
  std::string method;
  std::string host;                            // as it stands in the Host header
  std::string path;                            // not escaped, from the first slash: /bucket/key
  std::map<std::string, std::string> query;    // not escaped
  std::map<std::string, std::string> headers;  // names in lower case
  std::string bodySha256;                      // of the body, hex
};

// AWS Signature Version 4 for S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html): every
// header to send besides Host, "name: value", among them x-amz-date, x-amz-content-sha256 and authorization.
std::vector<std::string> SignV4(const UnsignedRequest& request, const S3Credentials& credentials, const std::string& region, Time now);

// Escaped as the signature wants them, and as they must be sent.
std::string EscapedPath(const std::string& path);
std::string EscapedQuery(const std::map<std::string, std::string>& query);

}  // namespace weir::storage
