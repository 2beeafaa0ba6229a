#pragma once

#include <map>
#include <memory>
#include <string>

#include "runner/storage/digest.h"
#include "runner/storage/forwarding_store.h"

namespace weir::stages {

// A store whose new files are hashed on their way. Not thread-safe.
class HashingStore : public storage::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  Result<std::unique_ptr<storage::ObjectWriter>> Create(const std::string& path) override {
    auto out = inner().Create(path);
    if (!out.ok()) return out;
    return std::unique_ptr<storage::ObjectWriter>(std::make_unique<Writer>(*this, path, std::move(out).value()));
  }
  // Of a file that was closed; empty for others.
  std::string Sha256Of(const std::string& path) const {
    const auto found = hashes_.find(path);
    return found == hashes_.end() ? "" : found->second;
  }

 protected:
  // Ends a file whose bytes have this SHA-256.
  virtual Status CloseFile(const std::string&, storage::ObjectWriter& out, const std::string&) { return out.Close(); }

 private:
  class Writer final : public storage::ObjectWriter {
   public:
    Writer(HashingStore& store, std::string path, std::unique_ptr<storage::ObjectWriter> out) : store_(store), path_(std::move(path)), out_(std::move(out)) {}
    Status Write(std::string_view bytes) override {
      digest_.Update(bytes);
      return out_->Write(bytes);
    }
    Status Close() override {
      std::string sha256 = digest_.Hex();
      const Status closed = store_.CloseFile(path_, *out_, sha256);
      if (closed.ok()) store_.hashes_[path_] = std::move(sha256);
      return closed;
    }

   private:
    HashingStore& store_;
    const std::string path_;
    const std::unique_ptr<storage::ObjectWriter> out_;
    storage::Sha256 digest_;
  };

  std::map<std::string, std::string> hashes_;
};

}  // namespace weir::stages
