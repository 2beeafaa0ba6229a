#include "runner/storage/s3/s3_upload.h"

#include <unistd.h>

#include <atomic>
#include <random>

#include "runner/storage/s3/s3_xml.h"

namespace weir::storage {
namespace {

constexpr std::size_t kMostParts = 10'000;
constexpr const char* kTokenHeader = "x-amz-meta-weirkeeper-writer";

// Tells our object from a rival's when the reply to the write got lost.
std::string NewToken() {
  static std::atomic<unsigned> counter{0};
  std::random_device random;
  return std::to_string(random()) + "-" + std::to_string(random()) + "-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
}

// What became of a write with `token` to which no answer came.
Status ReadBack(S3Client& client, const std::string& key, const std::string& token, const Error& unanswered) {
  const auto there = client.Send({.method = "HEAD", .key = key, .repeat = Repeat::Safe});
  if (!there) return unanswered;
  const auto writer = there->headers.find(kTokenHeader);
  if (writer != there->headers.end() && writer->second == token) return Ok();
  return Error{Fault::Conflict, "Exists", key + " (" + client.Describe() + ") was written by another"};
}

class Upload final : public ObjectWriter {
 public:
  Upload(std::shared_ptr<S3Client> client, std::string key, const S3Options& options)
      : client_(std::move(client)), key_(std::move(key)), part_bytes_(static_cast<std::size_t>(options.partBytes)), token_(NewToken()) {}
  ~Upload() override { Abort(); }

  Status Write(std::string_view bytes) override {
    if (ended_) return Error{Fault::Bug, "WriterClosed", "write to " + key_ + " after its end"};
    // Pages that are never touched cost nothing, and the buffer never moves.
    if (buffer_.capacity() < part_bytes_ && buffer_.size() + bytes.size() > (1 << 16)) buffer_.reserve(part_bytes_);
    while (!bytes.empty()) {
      const std::size_t n = std::min(bytes.size(), part_bytes_ - buffer_.size());
      buffer_.append(bytes.substr(0, n));
      bytes.remove_prefix(n);
      if (buffer_.size() < part_bytes_) continue;
      if (Status sent = SendPart(); !sent) return sent;
    }
    return Ok();
  }

  Status Close() override {
    if (ended_) return Error{Fault::Bug, "WriterClosed", "second end of " + key_};
    if (upload_.empty()) {
      ended_ = true;
      return PutWhole(*client_, key_, buffer_);
    }
    if (!buffer_.empty()) {
      if (Status sent = SendPart(); !sent) return sent;
    }
    return Complete();
  }

 private:
  Status Start() {
    const auto reply = client_->Send({.method = "POST", .key = key_, .query = {{"uploads", ""}}, .headers = {{kTokenHeader, token_}}});
    if (!reply) return Ended(reply.error());
    upload_ = XmlText(reply->body, "UploadId");
    if (upload_.empty()) return Ended({Fault::Transient, "StoreUnavailable", key_ + " (" + client_->Describe() + "): the store began an upload without an id"});
    return Ok();
  }

  Status SendPart() {
    if (etags_.size() == kMostParts)
      return Ended(
          {Fault::Exhausted, "TooLarge", key_ + " is larger than " + std::to_string(kMostParts) + " parts of " + std::to_string(part_bytes_) + " bytes"});
    if (upload_.empty()) {
      if (Status started = Start(); !started) return started;
    }
    const std::map<std::string, std::string> query{{"partNumber", std::to_string(etags_.size() + 1)}, {"uploadId", upload_}};
    const auto reply = client_->Send({.method = "PUT", .key = key_, .query = query, .body = buffer_, .repeat = Repeat::Safe});
    if (!reply) return Ended(AsUnavailable(reply.error()));
    const auto etag = reply->headers.find("etag");
    if (etag == reply->headers.end())
      return Ended({Fault::Transient, "StoreUnavailable", key_ + " (" + client_->Describe() + "): a part was taken without ETag"});
    etags_.push_back(etag->second);
    buffer_.clear();
    return Ok();
  }

  Status Complete() {
    std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (std::size_t i = 0; i < etags_.size(); ++i)
      body += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" + XmlEscape(etags_[i]) + "</ETag></Part>";
    body += "</CompleteMultipartUpload>";
    const auto reply = client_->Send({.method = "POST", .key = key_, .query = {{"uploadId", upload_}}, .headers = {{"if-none-match", "*"}}, .body = body});
    // The store may find out after it said 200 that it cannot.
    if (reply && XmlText(reply->body, "ETag").empty())
      return ReadBackUpload({Fault::Transient, "OutcomeUnknown", key_ + " (" + client_->Describe() + "): " + XmlText(reply->body, "Code")});
    if (!reply && reply.error().reason == "OutcomeUnknown") return ReadBackUpload(reply.error());
    if (!reply) return Ended(reply.error());
    ended_ = true;
    upload_.clear();
    return Ok();
  }

  Status ReadBackUpload(const Error& unanswered) {
    const Status found = ReadBack(*client_, key_, token_, unanswered);
    ended_ = true;
    // While the end of the upload may still be under way, nothing is taken back.
    if (found.ok() || found.error().reason == "OutcomeUnknown") upload_.clear();
    return found;
  }

  // A part that may or may not have arrived is not visible: nothing happened.
  static Error AsUnavailable(Error error) {
    if (error.reason == "OutcomeUnknown") error.reason = "StoreUnavailable";
    return error;
  }

  Error Ended(Error error) {
    ended_ = true;
    Abort();
    return AsUnavailable(std::move(error));
  }

  void Abort() {
    if (upload_.empty()) return;
    (void)client_->Send({.method = "DELETE", .key = key_, .query = {{"uploadId", upload_}}});
    upload_.clear();
  }

  const std::shared_ptr<S3Client> client_;
  const std::string key_;
  const std::size_t part_bytes_;
  const std::string token_;
  std::string buffer_;
  std::string upload_;  // id while parts wait for the end
  std::vector<std::string> etags_;
  bool ended_ = false;
};

}  // namespace

Status PutWhole(S3Client& client, const std::string& key, std::string_view bytes) {
  const std::string token = NewToken();
  const auto reply = client.Send({.method = "PUT", .key = key, .headers = {{"if-none-match", "*"}, {kTokenHeader, token}}, .body = bytes});
  if (reply) return Ok();
  return reply.error().reason == "OutcomeUnknown" ? ReadBack(client, key, token, reply.error()) : Status(reply.error());
}

std::unique_ptr<ObjectWriter> MakeUpload(std::shared_ptr<S3Client> client, std::string key, const S3Options& options) {
  return std::make_unique<Upload>(std::move(client), std::move(key), options);
}

}  // namespace weir::storage
