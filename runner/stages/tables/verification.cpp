#include "runner/stages/tables/verification.h"

#include <cstring>
#include <map>

#include "runner/stages/files/copy_file.h"
#include "runner/stages/files/file_zone.h"
#include "runner/storage/table/file_digest.h"

namespace weir::stages {
namespace {

constexpr std::int64_t kKeptInMemory = 32 << 20;
constexpr const char* kTagWritten = "written";  // by the store's clock, Unix microseconds

class MemoryReader final : public storage::ObjectReader {
 public:
  explicit MemoryReader(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
  std::int64_t Size() const override { return static_cast<std::int64_t>(bytes_->size()); }
  bool SmallReadsAreCheap() const override { return true; }
  Status ReadAt(std::int64_t offset, char* out, std::int64_t n) override {
    if (offset < 0 || n < 0 || offset + n > Size()) return Error{Fault::Data, "FileUnreadable", "read beyond the end of a file"};
    std::memcpy(out, bytes_->data() + offset, static_cast<std::size_t>(n));
    return Ok();
  }

 private:
  const std::shared_ptr<const std::string> bytes_;
};

class Collector final : public storage::ObjectWriter {
 public:
  Status Write(std::string_view bytes) override {
    collected += bytes;
    return Ok();
  }
  Status Close() override { return Ok(); }
  std::string collected;
};

// Gives one file of another store, once its bytes are found to be the right ones.
class VerifyingStore final : public storage::ForwardingStore {
 public:
  VerifyingStore(const PlacedTable& zone, std::string sha256) : ForwardingStore(zone.store), zone_(zone), sha256_(std::move(sha256)) {}

  Result<std::unique_ptr<storage::ObjectReader>> Open(const std::string& path) override {
    if (!verified_)
      if (Status right = Verify(path); !right.ok()) return right.error();
    if (bytes_) return std::unique_ptr<storage::ObjectReader>(std::make_unique<MemoryReader>(bytes_));
    return inner().Open(path);
  }

 private:
  Status Verify(const std::string& path) {
    const auto there = inner().Stat(path);
    if (!there.ok()) return there.error().fault == Fault::Missing ? Gone(path) : there.error();
    Collector memory;
    const auto copied = there->bytes <= kKeptInMemory ? CopyInto(inner(), path, memory) : HashFile(inner(), path);
    if (!copied.ok()) return copied.error();
    if (copied->sha256 != sha256_) {
      zone_.NoteDamage();
      Error error = storage::ContentMismatch("accepted", path + " in " + Describe(), copied->sha256, sha256_);
      error.message += "; nothing of it was used. Restore the file, or exclude it";
      return error;
    }
    if (there->bytes <= kKeptInMemory) bytes_ = std::make_shared<const std::string>(std::move(memory.collected));
    verified_ = true;
    return Ok();
  }
  Error Gone(const std::string& path) const {
    zone_.NoteDamage();
    return {Fault::Data, "FileUnreadable",
            path + " in " + Describe() + " is gone, and the log names it with SHA-256 " + sha256_ + ". Restore the file, or exclude it"};
  }

  const PlacedTable zone_;
  const std::string sha256_;
  bool verified_ = false;
  std::shared_ptr<const std::string> bytes_;
};

// What DuckDB's errors of reading are told as; a conversion or a missing column is not among them.
bool MayBeAFile(const Error& error) { return error.reason == "StoreUnavailable" || error.reason == "SqlInvalid" || error.reason == "InternalError"; }

}  // namespace

Result<storage::TableState> LoadZone(const PlacedTable& zone) {
  auto state = zone.log->Load();
  if (!state.ok()) return state;
  const std::string recorded = Text(state->Facts(), "contentHash"), found = ContentHashOf(*state);
  if (recorded.empty() || recorded == found) return state;
  return Error{Fault::Data, "LogCorrupt",
               "table " + zone.table->path + " (" + zone.store->Describe() + "): its files add up to the content hash " + found +
                   ", its newest commit recorded " + recorded + ": restore the log from a backup"};
}

engine::InputFile Verified(const PlacedTable& zone, const storage::DataFile& file) {
  const std::string sha256 = Tag(file, kTagSha256);
  if (sha256.empty()) return {zone.store, zone.PathOf(file.path), file.bytes};
  return {std::make_shared<VerifyingStore>(zone, sha256), zone.PathOf(file.path)};
}

std::vector<engine::InputFile> InputsOf(const PlacedTable& table, const storage::TableState& state) {
  std::vector<engine::InputFile> inputs;
  for (const auto& [path, file] : state.files) {
    inputs.push_back({table.store, table.PathOf(path), file.bytes});
    if (file.stats.contains("numRecords")) inputs.back().rows = file.rows;
  }
  return inputs;
}

void TagHash(const PlacedTable& table, const HashingStore& written, storage::DataFile& file) {
  file.tags[storage::kTagFileSha256] = written.Sha256Of(table.PathOf(file.path));
}

Status TagWritten(const PlacedTable& table, const HashingStore& written, storage::DataFile& file) {
  const auto there = table.store->Stat(table.PathOf(file.path));
  if (!there.ok()) return there.error();
  TagHash(table, written, file);
  file.tags[kTagWritten] = std::to_string(there->modified.us);
  return Ok();
}

Result<std::string> Sha256Now(const PlacedTable& table, const storage::DataFile& file) {
  const std::string path = table.PathOf(file.path);
  const auto there = table.store->Stat(path);
  if (!there.ok()) return there.error();
  if (there->bytes == file.bytes && std::to_string(there->modified.us) == Tag(file, kTagWritten)) return Tag(file, storage::kTagFileSha256);
  const auto hashed = HashFile(*table.store, path);
  if (!hashed.ok()) return hashed.error();
  return hashed->sha256;
}

Status CheckWritten(const PlacedTable& table, const storage::DataFile& file, engine::Engine& engine) {
  engine::InputFile input{table.store, table.PathOf(file.path), file.bytes, file.rows};
  if (Status whole = engine.CheckFile(input); !whole.ok()) return whole;
  const std::string sha256 = Tag(file, storage::kTagFileSha256);
  if (sha256.empty()) return Ok();
  const auto now = Sha256Now(table, file);
  if (!now.ok()) return now.error();
  if (*now == sha256) return Ok();
  return storage::ContentMismatch("written", input.path + " in " + table.store->Describe(), *now, sha256);
}

Error Diagnosed(Error error, const std::vector<std::pair<const PlacedTable*, const storage::TableState*>>& read) {
  for (const auto& [table, state] : read)
    if (error.message.find(table->PathOf("")) != std::string::npos) return WithRemedy(std::move(error), *table);
  if (!MayBeAFile(error)) return error;
  for (const auto& [table, state] : read) {
    for (const auto& [path, file] : state->files) {
      const std::string sha256 = Tag(file, storage::kTagFileSha256);
      if (sha256.empty()) continue;
      const auto hashed = HashFile(*table->store, table->PathOf(path));
      if (!hashed.ok()) return error;
      if (hashed->sha256 != sha256)
        return WithRemedy(storage::ContentMismatch("written", table->PathOf(path) + " in " + table->store->Describe(), hashed->sha256, sha256), *table);
    }
  }
  return error;
}

Error WithRemedy(Error error, const PlacedTable& table) {
  if (error.reason == "FileUnreadable") table.NoteDamage();
  return storage::WithRemedy(std::move(error), std::string(api::Word(table.table->kind)) + " " + table.table->name);
}

}  // namespace weir::stages
