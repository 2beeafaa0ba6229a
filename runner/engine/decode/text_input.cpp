#include "runner/engine/decode/text_input.h"

#include <algorithm>
#include <cstring>

namespace weir::engine {
namespace {

constexpr std::size_t kFar = 8 << 20;  // fetched at once from a store where each read costs a round trip

class ObjectBytes final : public formats::ByteSource {
 public:
  explicit ObjectBytes(std::unique_ptr<storage::ObjectReader> reader) : reader_(std::move(reader)) {}

  Result<std::size_t> Read(char* out, std::size_t n) override {
    if (reader_->SmallReadsAreCheap()) return Fetch(out, n);
    if (taken_ == ahead_.size()) {
      ahead_.resize(kFar);
      const auto got = Fetch(ahead_.data(), kFar);
      ahead_.resize(got.ok() ? *got : 0);
      taken_ = 0;
      if (!got.ok()) return got;
    }
    const std::size_t some = std::min(n, ahead_.size() - taken_);
    std::memcpy(out, ahead_.data() + taken_, some);
    taken_ += some;
    return some;
  }

 private:
  Result<std::size_t> Fetch(char* out, std::size_t n) {
    const auto some = std::min<std::int64_t>(static_cast<std::int64_t>(n), reader_->Size() - at_);
    if (some <= 0) return std::size_t{0};
    if (Status done = reader_->ReadAt(at_, out, some); !done.ok()) return done.error();
    at_ += some;
    return static_cast<std::size_t>(some);
  }

  std::unique_ptr<storage::ObjectReader> reader_;
  std::int64_t at_ = 0;
  std::string ahead_;
  std::size_t taken_ = 0;
};

}  // namespace

Error OfFile(Error error, const std::string& path) {
  if (error.reason == "FileUnreadable" && error.fault == Fault::Data) error.message = path + " cannot be read: " + error.message;
  return error;
}

Result<std::unique_ptr<formats::ByteSource>> OpenBytes(Session& session, const std::string& name) {
  auto reader = session.Files().OpenObject(name);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<formats::ByteSource>(std::make_unique<ObjectBytes>(std::move(reader).value()));
}

Result<formats::OpenedText> OpenText(Session& session, const std::string& name, const std::string& path, std::optional<api::Encoding> declared,
                                     formats::Undeclared undeclared) {
  auto bytes = OpenBytes(session, name);
  if (!bytes.ok()) return bytes.error();
  auto opened = formats::OpenText(std::move(bytes).value(), path, declared, undeclared);
  if (!opened.ok()) return OfFile(opened.error(), path);
  return opened;
}

}  // namespace weir::engine
