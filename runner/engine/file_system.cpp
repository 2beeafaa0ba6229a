#include "runner/engine/file_system.h"

#include <algorithm>
#include <cstring>

namespace weir::engine {
namespace {

// Of "a/b/data.csv.gz" the ".csv.gz" by which DuckDB knows the compression.
std::string Extension(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  const bool zipped = name.ends_with(".gz");
  if (zipped) name.resize(name.size() - 3);
  const auto dot = name.rfind('.');
  std::string extension = dot == std::string::npos ? "" : name.substr(dot);
  for (char& c : extension)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.') c = '_';
  return extension + (zipped ? ".gz" : "");
}

// A file that a log names and the store lacks will not come back by waiting.
Result<std::unique_ptr<storage::ObjectReader>> OpenInput(const InputFile& file) {
  auto reader = file.store->Open(file.path);
  if (!file.bytes) return reader;
  const std::string what = NameInStore(file);
  if (!reader.ok() && reader.error().fault == Fault::Missing) return Error{Fault::Data, "FileUnreadable", what + " is gone, and the table's log names it"};
  if (reader.ok() && (*reader)->Size() != *file.bytes)
    return Error{Fault::Data, "FileUnreadable",
                 what + " has " + std::to_string((*reader)->Size()) + " bytes instead of the " + std::to_string(*file.bytes) + " that were committed"};
  return reader;
}

// Only the bytes of a file say where in it the engine reads.
Error PointsOutside(const std::string& file, duckdb::idx_t size) {
  return {Fault::Data, "FileUnreadable",
          file + " is damaged: it points to bytes behind its end, at byte " + std::to_string(size) + ". Write or deliver it again"};
}

// An object up to `from`, then other bytes.
class TailedReader final : public storage::ObjectReader {
 public:
  TailedReader(std::unique_ptr<storage::ObjectReader> object, std::int64_t from, std::shared_ptr<const std::string> tail)
      : object_(std::move(object)), from_(from), tail_(std::move(tail)) {}

  std::int64_t Size() const override { return from_ + static_cast<std::int64_t>(tail_->size()); }
  bool SmallReadsAreCheap() const override { return object_->SmallReadsAreCheap(); }

  Status ReadAt(std::int64_t offset, char* out, std::int64_t n) override {
    if (offset < 0 || n < 0 || offset + n > Size()) return Error{Fault::Bug, "InternalError", "a read beyond the end of an object"};
    const std::int64_t front = std::clamp<std::int64_t>(from_ - offset, 0, n);
    if (front > 0)
      if (Status done = object_->ReadAt(offset, out, front); !done.ok()) return done;
    if (n > front) std::memcpy(out + front, tail_->data() + (offset + front - from_), static_cast<std::size_t>(n - front));
    return Ok();
  }

 private:
  std::unique_ptr<storage::ObjectReader> object_;
  std::int64_t from_;
  std::shared_ptr<const std::string> tail_;
};

}  // namespace

class ObjectHandle final : public duckdb::FileHandle {
 public:
  ObjectHandle(ObjectFileSystem& fs, const std::string& name, duckdb::FileOpenFlags open_flags) : FileHandle(fs, name, open_flags), files(fs) {}
  ~ObjectHandle() override = default;

  void Close() override {
    if (!output || closed) return;
    closed = true;
    const Status done = output->writer->Close();
    if (!done.ok()) files.Throw(done.error());
  }

  ObjectFileSystem& files;
  std::unique_ptr<storage::ObjectReader> reader;
  std::string named;  // an input, for people
  ObjectFileSystem::Output* output = nullptr;
  duckdb::idx_t position = 0;
  bool closed = false;
};

std::string NameInStore(const InputFile& file) { return file.path + " in " + file.store->Describe(); }

std::string ObjectFileSystem::AddInput(const InputFile& file) {
  const std::lock_guard lock(mutex_);
  std::string name = std::string(kScheme) + std::to_string(next_++) + Extension(file.path);
  inputs_[name] = file;
  return name;
}

std::string ObjectFileSystem::AddWithTail(const std::string& name, std::int64_t from, std::string tail) {
  const std::lock_guard lock(mutex_);
  std::string tailed = std::string(kScheme) + std::to_string(next_++) + Extension(name);
  inputs_[tailed] = inputs_[name];
  tails_[tailed] = {from, std::make_shared<const std::string>(std::move(tail))};
  return tailed;
}

void ObjectFileSystem::ForgetInput(const std::string& name) {
  const std::lock_guard lock(mutex_);
  inputs_.erase(name);
  tails_.erase(name);
}

Result<std::unique_ptr<storage::ObjectReader>> ObjectFileSystem::OpenRegistered(const std::string& name) {
  std::unique_lock lock(mutex_);
  const InputFile input = inputs_.at(name);
  const auto found = tails_.find(name);
  const Tail tail = found == tails_.end() ? Tail{} : found->second;
  lock.unlock();
  auto reader = OpenInput(input);
  if (!reader.ok() || !tail.bytes) return reader;
  return std::unique_ptr<storage::ObjectReader>(std::make_unique<TailedReader>(std::move(reader).value(), tail.from, tail.bytes));
}

Result<std::unique_ptr<storage::ObjectReader>> ObjectFileSystem::OpenObject(const std::string& name) {
  if (!FileExists(name, nullptr)) return Error{Fault::Bug, "InternalError", name + " is not an input of this task"};
  return OpenRegistered(name);
}

std::string ObjectFileSystem::AddOutput(std::unique_ptr<storage::ObjectWriter> out) {
  const std::lock_guard lock(mutex_);
  std::string name = std::string(kScheme) + std::to_string(next_++) + ".parquet";
  outputs_[name].writer = std::move(out);
  return name;
}

std::optional<Error> ObjectFileSystem::TakeError() {
  const std::lock_guard lock(mutex_);
  return std::exchange(error_, std::nullopt);
}

std::int64_t ObjectFileSystem::BytesWritten(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = outputs_.find(path);
  return found == outputs_.end() ? 0 : found->second.bytes;
}

void ObjectFileSystem::Forget(const std::string& path) {
  const std::lock_guard lock(mutex_);
  outputs_.erase(path);
}

void ObjectFileSystem::Throw(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = error;
  }
  throw duckdb::IOException("%s", error.message);
}

bool ObjectFileSystem::CanHandleFile(const std::string& path) { return path.starts_with(kScheme); }

duckdb::unique_ptr<duckdb::FileHandle> ObjectFileSystem::OpenFile(const std::string& path, duckdb::FileOpenFlags flags,
                                                                  duckdb::optional_ptr<duckdb::FileOpener>) {
  auto handle = duckdb::make_uniq<ObjectHandle>(*this, path, flags);
  std::unique_lock lock(mutex_);
  if (flags.OpenForWriting()) {
    const auto found = outputs_.find(path);
    if (found == outputs_.end()) throw duckdb::PermissionException("%s is not an output of this task", path);
    handle->output = &found->second;
    return handle;
  }
  const auto found = inputs_.find(path);
  if (found == inputs_.end()) {
    if (flags.ReturnNullIfNotExists()) return nullptr;
    throw duckdb::PermissionException("%s is not an input of this task", path);
  }
  handle->named = found->second.bytes ? NameInStore(found->second) : found->second.path;
  lock.unlock();
  auto reader = OpenRegistered(path);
  if (!reader.ok()) Throw(reader.error());
  handle->reader = std::move(reader).value();
  return handle;
}

void ObjectFileSystem::Read(duckdb::FileHandle& handle, void* buffer, int64_t bytes, duckdb::idx_t location) {
  auto& file = handle.Cast<ObjectHandle>();
  if (!file.reader) throw duckdb::IOException("%s is open for writing only", file.path);
  const auto size = static_cast<duckdb::idx_t>(file.reader->Size());
  if (location > size || static_cast<duckdb::idx_t>(bytes) > size - location) Throw(PointsOutside(file.named, size));
  const Status done = file.reader->ReadAt(static_cast<std::int64_t>(location), static_cast<char*>(buffer), bytes);
  if (!done.ok()) Throw(done.error());
}

int64_t ObjectFileSystem::Read(duckdb::FileHandle& handle, void* buffer, int64_t bytes) {
  auto& file = handle.Cast<ObjectHandle>();
  const std::int64_t left = GetFileSize(handle) - static_cast<std::int64_t>(file.position);
  const std::int64_t wanted = std::min<std::int64_t>(bytes, std::max<std::int64_t>(left, 0));
  if (wanted > 0) Read(handle, buffer, wanted, file.position);
  file.position += static_cast<duckdb::idx_t>(wanted);
  return wanted;
}

void ObjectFileSystem::Write(duckdb::FileHandle& handle, void* buffer, int64_t bytes, duckdb::idx_t location) {
  if (location != handle.Cast<ObjectHandle>().position) throw duckdb::NotImplementedException("objects are written from front to back");
  Write(handle, buffer, bytes);
}

int64_t ObjectFileSystem::Write(duckdb::FileHandle& handle, void* buffer, int64_t bytes) {
  auto& file = handle.Cast<ObjectHandle>();
  if (!file.output || file.closed) throw duckdb::IOException("%s is not open for writing", file.path);
  const Status done = file.output->writer->Write({static_cast<const char*>(buffer), static_cast<std::size_t>(bytes)});
  if (!done.ok()) Throw(done.error());
  file.position += static_cast<duckdb::idx_t>(bytes);
  const std::lock_guard lock(mutex_);
  file.output->bytes += bytes;
  return bytes;
}

bool ObjectFileSystem::OnDiskFile(duckdb::FileHandle& handle) {
  const auto& file = handle.Cast<ObjectHandle>();
  return file.reader && file.reader->SmallReadsAreCheap();
}

int64_t ObjectFileSystem::GetFileSize(duckdb::FileHandle& handle) {
  auto& file = handle.Cast<ObjectHandle>();
  return file.reader ? file.reader->Size() : static_cast<int64_t>(file.position);
}

void ObjectFileSystem::Seek(duckdb::FileHandle& handle, duckdb::idx_t location) { handle.Cast<ObjectHandle>().position = location; }

duckdb::idx_t ObjectFileSystem::SeekPosition(duckdb::FileHandle& handle) { return handle.Cast<ObjectHandle>().position; }

bool ObjectFileSystem::FileExists(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener>) {
  const std::lock_guard lock(mutex_);
  return inputs_.contains(path);
}

void ObjectFileSystem::RemoveFile(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener>) {
  throw duckdb::PermissionException("%s cannot be removed from SQL", path);
}

duckdb::vector<duckdb::OpenFileInfo> ObjectFileSystem::Glob(const std::string& path, duckdb::FileOpener*) {
  duckdb::vector<duckdb::OpenFileInfo> found;
  if (FileExists(path, nullptr)) found.emplace_back(path);
  return found;
}

}  // namespace weir::engine
