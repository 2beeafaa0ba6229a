#include "runner/storage/s3/s3_store.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "runner/storage/http/http_head.h"
#include "runner/storage/paths.h"
#include "runner/storage/s3/s3_client.h"
#include "runner/storage/s3/s3_upload.h"
#include "runner/storage/s3/s3_xml.h"

namespace weir::storage {
namespace {

constexpr std::int64_t kLargestRange = 8 << 20;
constexpr std::size_t kMostListed = 5'000'000;  // objects under one prefix: 1 GB of names
constexpr int kMostPages = 20'000;              // a page may be empty

std::int64_t NumberOf(std::string_view text) {
  std::int64_t number = -1;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() && end == text.data() + text.size() ? number : -1;
}

std::string HeaderOf(const HttpReply& reply, const std::string& name) {
  const auto it = reply.headers.find(name);
  return it == reply.headers.end() ? std::string() : it->second;
}

class S3Reader final : public ObjectReader {
 public:
  S3Reader(std::shared_ptr<S3Client> client, std::string key, std::int64_t size, std::string etag)
      : client_(std::move(client)), key_(std::move(key)), size_(size), etag_(std::move(etag)) {}
  std::int64_t Size() const override { return size_; }

  Status ReadAt(std::int64_t offset, char* out, std::int64_t n) override {
    if (n > 0 && (offset < 0 || offset > size_ - n)) {
      return Error{Fault::Data, "FileUnreadable", key_ + " (" + client_->Describe() + ") ends before byte " + std::to_string(offset + n)};
    }
    for (std::int64_t done = 0; done < n;) {
      const std::int64_t piece = std::min(kLargestRange, n - done);
      if (Status read = ReadPiece(offset + done, out + done, piece); !read) return read;
      done += piece;
    }
    return Ok();
  }

 private:
  Status ReadPiece(std::int64_t offset, char* out, std::int64_t n) {
    S3Request request{
        .key = key_, .headers = {{"range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + n - 1)}}, .maxBytes = n, .repeat = Repeat::Safe};
    // Objects never change; should somebody replace one all the same, no mixture is read.
    if (!etag_.empty()) request.headers["if-match"] = etag_;
    const auto reply = client_->Send(request);
    if (!reply && reply.error().reason == "Exists")
      return Error{Fault::Data, "FileUnreadable", key_ + " (" + client_->Describe() + ") was replaced while it was read"};
    if (!reply) return reply.error();
    const std::string range = HeaderOf(*reply, "content-range"), wanted = "bytes " + std::to_string(offset) + "-" + std::to_string(offset + n - 1) + "/";
    if (reply->status != 206 || static_cast<std::int64_t>(reply->body.size()) != n || !(range.empty() || range.starts_with(wanted))) {
      return Error{Fault::Transient, "StoreUnavailable", key_ + " (" + client_->Describe() + "): the store did not give the bytes that were asked for"};
    }
    std::memcpy(out, reply->body.data(), reply->body.size());
    return Ok();
  }

  const std::shared_ptr<S3Client> client_;
  const std::string key_;
  const std::int64_t size_;
  const std::string etag_;
};

class S3Store final : public ObjectStore {
 public:
  S3Store(std::string name, std::unique_ptr<S3Client> client, const S3Options& options)
      : name_(std::move(name)), client_(std::move(client)), options_(options) {}

  std::string Describe() const override { return "S3 store " + name_ + ", " + client_->Describe(); }
  std::string Location(const std::string& path) const override { return "s3://" + client_->bucket() + "/" + path; }

  Result<std::unique_ptr<ObjectReader>> Open(const std::string& path) override {
    const auto head = Head(path);
    if (!head) return head.error();
    const auto size = SizeOf(*head, path);
    if (!size) return size.error();
    return std::unique_ptr<ObjectReader>(std::make_unique<S3Reader>(client_, path, *size, HeaderOf(*head, "etag")));
  }

  Result<std::string> Get(const std::string& path, std::int64_t max_bytes) override {
    if (const Status safe = CheckReadable(path); !safe) return safe.error();
    auto reply = client_->Send({.key = path, .maxBytes = max_bytes, .repeat = Repeat::Safe});
    if (!reply) return reply.error();
    return std::move(reply->body);
  }

  Status PutIfAbsent(const std::string& path, std::string_view bytes) override {
    if (Status safe = CheckPath(path); !safe) return safe;
    return PutWhole(*client_, path, bytes);
  }

  Result<std::unique_ptr<ObjectWriter>> Create(const std::string& path) override {
    if (const Status safe = CheckPath(path); !safe) return safe.error();
    return MakeUpload(client_, path, options_);
  }

  Result<std::vector<StoredObject>> List(const std::string& prefix, const std::string& start_after) override {
    if (const Status safe = CheckFolder(prefix); !safe) return safe.error();
    S3Request request{.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", prefix.empty() || prefix.ends_with('/') ? prefix : prefix + "/"}},
                      .repeat = Repeat::Safe};
    if (!start_after.empty()) request.query["start-after"] = start_after;
    std::vector<StoredObject> found;
    for (int pages = 0;; ++pages) {
      if (pages == kMostPages || found.size() > kMostListed)
        return Error{Fault::Exhausted, "TooLarge",
                     Describe() + ": the list of " + prefix + " has more than " + std::to_string(kMostListed) + " objects, or no end"};
      const auto reply = client_->Send(request);
      if (!reply) return reply.error();
      if (XmlElements(reply->body, "ListBucketResult").empty())
        return Error{Fault::Transient, "StoreUnavailable",
                     Describe() + ": the reply to a list request is not an S3 list: " + Dump(Json(reply->body.substr(0, 60)))};
      if (const Status taken = TakePage(reply->body, found); !taken) return taken.error();
      if (XmlText(reply->body, "IsTruncated") != "true") break;
      request.query["continuation-token"] = XmlText(reply->body, "NextContinuationToken");
      if (request.query["continuation-token"].empty()) return Error{Fault::Transient, "StoreUnavailable", Describe() + ": a list ends in the middle"};
    }
    std::sort(found.begin(), found.end(), [](const StoredObject& a, const StoredObject& b) { return a.path < b.path; });
    return found;
  }

  Result<StoredObject> Stat(const std::string& path) override {
    const auto head = Head(path);
    if (!head) return head.error();
    const auto size = SizeOf(*head, path);
    if (!size) return size.error();
    return StoredObject{path, *size, ParseHttpTime(HeaderOf(*head, "last-modified"))};
  }

  Status Remove(const std::string& path) override {
    if (Status safe = CheckPath(path); !safe) return safe;
    const auto reply = client_->Send({.method = "DELETE", .key = path, .repeat = Repeat::Safe});
    return reply || reply.error().fault == Fault::Missing ? Ok() : Status(reply.error());
  }

 private:
  Result<std::int64_t> SizeOf(const HttpReply& head, const std::string& path) const {
    const std::int64_t size = NumberOf(HeaderOf(head, "content-length"));
    if (size >= 0) return size;
    return Error{Fault::Transient, "StoreUnavailable", path + " (" + client_->Describe() + "): the reply does not say how long the object is"};
  }

  Result<HttpReply> Head(const std::string& path) {
    if (const Status safe = CheckReadable(path); !safe) return safe.error();
    return client_->Send({.method = "HEAD", .key = path, .repeat = Repeat::Safe});
  }

  Status TakePage(std::string_view page, std::vector<StoredObject>& found) const {
    const bool escaped = XmlText(page, "EncodingType") == "url";
    for (const std::string_view contents : XmlElements(page, "Contents")) {
      std::string key = XmlText(contents, "Key");
      if (escaped) {
        std::replace(key.begin(), key.end(), '+', ' ');
        key = PercentDecode(key);
      }
      if (key.ends_with('/')) continue;  // what consoles make to show a folder
      const auto modified = ParseTime(XmlText(contents, "LastModified"));
      const std::int64_t size = NumberOf(XmlText(contents, "Size"));
      if (size < 0) return Error{Fault::Transient, "StoreUnavailable", Describe() + ": a list gives no usable size of " + key};
      found.push_back({key, size, modified ? *modified : Time{}});
    }
    return Ok();
  }

  const std::string name_;
  const std::shared_ptr<S3Client> client_;
  const S3Options options_;
};

}  // namespace

Result<std::shared_ptr<ObjectStore>> OpenS3(const api::TaskStore& store, const S3Options& options) {
  auto client = S3Client::Make(store);
  if (!client) return client.error();
  return std::shared_ptr<ObjectStore>(std::make_shared<S3Store>(store.name, std::move(*client), options));
}

}  // namespace weir::storage
