#pragma once

#include <map>
#include <memory>
#include <string>

#include "runner/storage/digest.h"
#include "runner/storage/forwarding_store.h"

namespace weir::stages {

// A store whose new files are hashed on their way. Not thread-safe.
class HashingStore final : public storage::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  Result<std::unique_ptr<storage::ObjectWriter>> Create(const std::string& path) override {
    auto out = inner().Create(path);
    if (!out.ok()) return out;
    return std::unique_ptr<storage::ObjectWriter>(std::make_unique<Writer>(std::move(out).value(), hashes_[path]));
  }
  // Of a file that was closed; empty for others.
  std::string Sha256Of(const std::string& path) const {
    const auto found = hashes_.find(path);
    return found == hashes_.end() ? "" : found->second;
  }

 private:
  class Writer final : public storage::ObjectWriter {
   public:
    Writer(std::unique_ptr<storage::ObjectWriter> out, std::string& hash) : out_(std::move(out)), hash_(hash) {}
    Status Write(std::string_view bytes) override {
      digest_.Update(bytes);
      return out_->Write(bytes);
    }
    Status Close() override {
      const Status closed = out_->Close();
      if (closed.ok()) hash_ = digest_.Hex();
      return closed;
    }

   private:
    const std::unique_ptr<storage::ObjectWriter> out_;
    std::string& hash_;
    storage::Sha256 digest_;
  };

  std::map<std::string, std::string> hashes_;
};

}  // namespace weir::stages
