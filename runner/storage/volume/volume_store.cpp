#include "runner/storage/volume/volume_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "runner/storage/paths.h"
#include "runner/storage/volume/volume_folders.h"

namespace weir::storage {
namespace {

Time ModifiedOf(const struct stat& info) { return Time{info.st_mtim.tv_sec * 1'000'000LL + info.st_mtim.tv_nsec / 1000}; }

constexpr off64_t kWriteback = 1 << 20;  // bytes; a row group of a few columns

// Unique among processes that share the volume: the pid alone is not, over pods and over reboots.
std::string TemporaryName() {
  static std::atomic<unsigned> counter{0};
  struct timespec now {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::string(kTemporaryPrefix) + std::to_string(::getpid()) + "-" + std::to_string(now.tv_sec) + "-" + std::to_string(now.tv_nsec) + "-" +
         std::to_string(counter++);
}

class VolumeReader final : public ObjectReader {
 public:
  VolumeReader(Descriptor file, std::int64_t size, std::string what) : file_(std::move(file)), size_(size), what_(std::move(what)) {}
  std::int64_t Size() const override { return size_; }
  bool SmallReadsAreCheap() const override { return true; }

  Status ReadAt(std::int64_t offset, char* out, std::int64_t n) override {
    while (n > 0) {
      const ssize_t got = ::pread(file_.get(), out, static_cast<std::size_t>(n), offset);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return FileError(errno, "cannot read " + what_);
      if (got == 0) return Error{Fault::Data, "FileUnreadable", what_ + " ends before byte " + std::to_string(offset + n)};
      out += got;
      offset += got;
      n -= got;
    }
    return Ok();
  }

 private:
  const Descriptor file_;
  const std::int64_t size_;
  const std::string what_;
};

class VolumeWriter final : public ObjectWriter {
 public:
  VolumeWriter(FileSystemCalls& calls, Descriptor folder, std::string temporary, Descriptor file, std::string name, std::string what)
      : calls_(calls), folder_(std::move(folder)), temporary_(std::move(temporary)), file_(std::move(file)), name_(std::move(name)), what_(std::move(what)) {}
  ~VolumeWriter() override { Discard(); }

  Status Write(std::string_view bytes) override {
    if (!file_.open()) return Error{Fault::Bug, "WriterClosed", "write to " + what_ + " after its end"};
    while (!bytes.empty()) {
      const ssize_t wrote = calls_.Write(file_.get(), bytes.data(), bytes.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return Fail(errno, "cannot write ");
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
      written_ += wrote;
    }
    if (written_ - on_the_way_ >= kWriteback) SendOnTheWay();
    return Ok();
  }

  Status Close() override {
    if (!file_.open()) return Error{Fault::Bug, "WriterClosed", "second end of " + what_};
    if (calls_.Sync(file_.get()) != 0) return Fail(errno, "cannot create durable ");
    if (const int code = Publish(); code != 0) return Fail(code, "cannot create ");
    file_ = Descriptor();
    if (calls_.Sync(folder_.get()) == 0) return Ok();
    // It is visible and may yet vanish in a power cut: not for us to call done, nor to take away from a reader.
    return Error{Fault::Transient, "OutcomeUnknown", FileError(errno, "cannot create durable the folder of " + what_).message};
  }

 private:
  int Publish() {
    if (calls_.RenameIfAbsent(folder_.get(), temporary_.c_str(), name_.c_str()) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) return errno;
    if (calls_.Link(folder_.get(), temporary_.c_str(), name_.c_str()) != 0) return errno;
    calls_.Remove(folder_.get(), temporary_.c_str());
    return 0;
  }
  // The disk works while the next rows are computed, so that Close finds little left to wait for. A wish: whether it is
  // granted, or the file system knows it at all, is no matter.
  void SendOnTheWay() {
    ::sync_file_range(file_.get(), on_the_way_, written_ - on_the_way_, SYNC_FILE_RANGE_WRITE);
    on_the_way_ = written_;
  }
  Error Fail(int code, const char* doing) {
    Discard();
    return FileError(code, doing + what_);
  }
  void Discard() {
    if (file_.open()) calls_.Remove(folder_.get(), temporary_.c_str());
    file_ = Descriptor();
  }

  FileSystemCalls& calls_;
  const Descriptor folder_;
  const std::string temporary_;
  Descriptor file_;  // open: not ended yet, the temporary exists
  const std::string name_;
  const std::string what_;
  off64_t written_ = 0;
  off64_t on_the_way_ = 0;  // of these, sent to the disk
};

class VolumeStore final : public ObjectStore {
 public:
  VolumeStore(std::string name, std::unique_ptr<VolumeFolders> folders, FileSystemCalls& calls)
      : name_(std::move(name)), folders_(std::move(folders)), calls_(calls) {}

  std::string Describe() const override { return "volume " + name_ + " at " + folders_->root(); }
  std::string Location(const std::string& path) const override { return "file://" + JoinPath(folders_->root(), path); }

  Result<std::unique_ptr<ObjectReader>> Open(const std::string& path) override {
    struct stat info {};
    Result<Descriptor> file = OpenExisting(path, info);
    if (!file) return file.error();
    return std::unique_ptr<ObjectReader>(std::make_unique<VolumeReader>(std::move(*file), info.st_size, What(path)));
  }

  Result<std::string> Get(const std::string& path, std::int64_t max_bytes) override {
    auto reader = Open(path);
    if (!reader) return reader.error();
    if ((*reader)->Size() > max_bytes) {
      return Error{Fault::Data, "TooLarge",
                   What(path) + " has " + std::to_string((*reader)->Size()) + " bytes, more than the " + std::to_string(max_bytes) + " expected"};
    }
    std::string bytes(static_cast<std::size_t>((*reader)->Size()), '\0');
    const Status read = (*reader)->ReadAt(0, bytes.data(), (*reader)->Size());
    if (!read) return read.error();
    return bytes;
  }

  Status PutIfAbsent(const std::string& path, std::string_view bytes) override {
    auto writer = Create(path);
    if (!writer) return writer.error();
    if (Status written = (*writer)->Write(bytes); !written) return written;
    return (*writer)->Close();
  }

  Result<std::unique_ptr<ObjectWriter>> Create(const std::string& path) override {
    if (const Status safe = CheckPath(path); !safe) return safe.error();
    Result<Descriptor> folder = folders_->MakeFolders(FolderOf(path));
    if (!folder) return Named(folder.error(), path);
    const std::string temporary = TemporaryName();
    Descriptor file(calls_.CreateFile(folder->get(), temporary.c_str()));
    if (!file.open()) return FileError(errno, "cannot create " + What(path));
    return std::unique_ptr<ObjectWriter>(std::make_unique<VolumeWriter>(calls_, std::move(*folder), temporary, std::move(file), FileNameOf(path), What(path)));
  }

  Result<std::vector<StoredObject>> List(const std::string& prefix, const std::string& start_after) override {
    if (const Status safe = CheckFolder(prefix); !safe) return safe.error();
    const std::string folder = prefix.ends_with('/') ? prefix.substr(0, prefix.size() - 1) : prefix;
    std::vector<StoredObject> found;
    Result<Descriptor> handle = folders_->OpenFolder(folder);
    if (!handle && handle.error().fault == Fault::Missing) return found;
    if (!handle) return Named(handle.error(), folder);
    if (const Status walked = Walk(std::move(*handle), folder, start_after, found); !walked) return Named(walked.error(), folder);
    std::sort(found.begin(), found.end(), [](const StoredObject& a, const StoredObject& b) { return a.path < b.path; });
    return found;
  }

  Result<StoredObject> Stat(const std::string& path) override {
    struct stat info {};
    const Result<Descriptor> file = OpenExisting(path, info);
    if (!file) return file.error();
    return StoredObject{path, info.st_size, ModifiedOf(info)};
  }

  Status Remove(const std::string& path) override {
    if (const Status safe = CheckPath(path); !safe) return safe;
    const Result<Descriptor> folder = folders_->OpenFolder(FolderOf(path));
    if (!folder) return folder.error().fault == Fault::Missing ? Ok() : Status(Named(folder.error(), path));
    if (calls_.Remove(folder->get(), FileNameOf(path).c_str()) != 0 && errno != ENOENT) return FileError(errno, "cannot remove " + What(path));
    return Ok();
  }

  Status Settle(const std::string& path) override {
    if (const Status safe = CheckPath(path); !safe) return safe;
    const Result<Descriptor> folder = folders_->MakeFolders(FolderOf(path));
    if (!folder) return Named(folder.error(), path);
    return calls_.Sync(folder->get()) == 0 ? Ok() : Status(FileError(errno, "cannot create durable the folder of " + What(path)));
  }

 private:
  std::string What(const std::string& path) const { return path + " (" + Describe() + ")"; }
  Error Named(Error error, const std::string& path) const {
    error.message = What(path) + ": " + error.message;
    return error;
  }

  Result<Descriptor> OpenExisting(const std::string& path, struct stat& info) const {
    if (const Status safe = CheckReadable(path); !safe) return safe.error();
    Result<Descriptor> file = folders_->OpenFile(path);
    if (!file) return Named(file.error(), path);
    if (::fstat(file->get(), &info) != 0) return FileError(errno, "cannot inspect " + What(path));
    return file;
  }

  // What is neither file nor folder is listed too, with 0 bytes, and so is a folder that may not be read: reading it then says
  // why it cannot be, where leaving it out would lose it without a word. It keeps nobody from what is beside it, such as
  // lost+found of a volume.
  Status Walk(Descriptor handle, const std::string& folder, const std::string& start_after, std::vector<StoredObject>& found) const {
    const int copy = ::dup(handle.get());
    DIR* entries = copy < 0 ? nullptr : ::fdopendir(copy);
    if (entries == nullptr) return FileError(errno, "cannot list " + folder);
    const std::unique_ptr<DIR, int (*)(DIR*)> closer(entries, ::closedir);
    for (errno = 0; const struct dirent* entry = ::readdir(entries); errno = 0) {
      const std::string name = entry->d_name;
      if (name == "." || name == ".." || name.starts_with(kTemporaryPrefix)) continue;
      const std::string path = JoinPath(folder, name);
      if (entry->d_type == DT_REG && path <= start_after) continue;  // a log of many versions is listed for its newest
      if (Status visited = Visit(handle, name, path, start_after, found); !visited) return visited;
    }
    return errno == 0 ? Ok() : Status(FileError(errno, "cannot list " + folder));
  }

  Status Visit(const Descriptor& parent, const std::string& name, const std::string& path, const std::string& start_after,
               std::vector<StoredObject>& found) const {
    struct stat info {};
    if (::fstatat(parent.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      return errno == ENOENT ? Ok() : Status(FileError(errno, "cannot inspect " + path));
    if (!S_ISDIR(info.st_mode)) {
      if (path > start_after) found.push_back({path, S_ISREG(info.st_mode) ? info.st_size : 0, ModifiedOf(info)});
      return Ok();
    }
    Descriptor folder(::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder.open() && (errno == EACCES || errno == EPERM)) {
      if (path > start_after) found.push_back({path, 0, ModifiedOf(info)});
      return Ok();
    }
    if (!folder.open()) return errno == ENOENT ? Ok() : Status(FileError(errno, "cannot open folder " + path));
    return Walk(std::move(folder), path, start_after, found);
  }

  const std::string name_;
  const std::unique_ptr<VolumeFolders> folders_;
  FileSystemCalls& calls_;
};

}  // namespace

Result<std::shared_ptr<ObjectStore>> OpenVolume(const std::string& name, const std::string& root, FileSystemCalls* calls) {
  static FileSystemCalls real;
  FileSystemCalls& chosen = calls != nullptr ? *calls : real;
  auto folders = VolumeFolders::Open(root, chosen);
  if (!folders) {
    Error error = folders.error();
    error.message = "volume " + name + ": " + error.message;
    return error;
  }
  return std::shared_ptr<ObjectStore>(std::make_shared<VolumeStore>(name, std::move(*folders), chosen));
}

}  // namespace weir::storage
