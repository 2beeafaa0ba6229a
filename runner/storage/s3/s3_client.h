#pragma once

#include <map>
#include <string>
#include <string_view>

#include "crds/api/protocol/stage_task.h"
#include "runner/storage/http/http_transfer.h"
#include "runner/storage/s3/sigv4.h"

namespace weir::storage {

// Whether a request may be made again when no usable answer came: those that change nothing, or nothing more the second
// time. A few quick tries; longer waits are the operator's.
enum class Repeat { Never, Safe };

struct S3Request {
  std::string method = "GET";
  std::string key;  // "" for the bucket itself
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string_view body;
  std::int64_t maxBytes = 64 << 20;  // of the reply; with the size of `body` it bounds the time of all tries together
  Repeat repeat = Repeat::Never;
};

// One bucket, addressed by path (`endpoint/bucket/key`), which every S3 server understands. Signs, sends, and turns
// everything but success into an Error that names endpoint, bucket, key and cause. Thread-safe.
class S3Client {
 public:
  // Reads the key files of the task's store. Fault::Invalid for an endpoint or credentials that cannot be used.
  static Result<std::unique_ptr<S3Client>> Make(const api::TaskStore& store);

  // Faults: Missing; Conflict "Exists" (412); Denied; Invalid "BucketMissing", "ConditionalWritesMissing"; Exhausted
  // "DiskFull"; Data "TooLarge"; Transient "StoreUnavailable" when the request had no effect, "OutcomeUnknown" when a
  // PUT or POST may have had one.
  Result<HttpReply> Send(const S3Request& request);

  std::string Describe() const { return "bucket " + bucket_ + " at " + endpoint_; }
  const std::string& bucket() const { return bucket_; }

 private:
  S3Client(std::string endpoint, std::string bucket, std::string region, S3Credentials credentials);
  HttpReply SendOnce(const S3Request& request, Duration timeout);
  Error ErrorOf(const S3Request& request, const HttpReply& reply) const;
  Error UnansweredError(const S3Request& request, const HttpReply& reply, const std::string& what) const;

  const std::string endpoint_;
  const std::string host_;
  const std::string bucket_;
  const std::string region_;
  const S3Credentials credentials_;
  const SystemClock clock_;
  HttpTransfer transfer_;
};

}  // namespace weir::storage
