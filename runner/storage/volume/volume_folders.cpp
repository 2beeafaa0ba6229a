#include "runner/storage/volume/volume_folders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runner/storage/object_store.h"
#include "runner/storage/paths.h"

namespace weir::storage {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
// Without O_NONBLOCK a named pipe that somebody left in the volume would hold the runner for ever.
constexpr int kFileFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

bool IsLink(int parent, const std::string& name) {
  struct stat info {};
  return ::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
}

// Neither file nor folder: a socket cannot even be opened.
bool IsOther(int parent, const std::string& name) {
  struct stat info {};
  return ::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode) && !S_ISLNK(info.st_mode);
}

Error NotRegular(const std::string& path) {
  return {Fault::Data, "FileUnreadable", path + " is not a regular file, but a pipe, a socket or a device: only files can be read"};
}

Error LinkError(const std::string& path) {
  return {Fault::Invalid, "UnsafePath", path + " is or passes through a symbolic link, which stores do not follow: put the file itself there"};
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Error FileError(int code, const std::string& what) {
  const std::string message = what + ": " + std::strerror(code);
  switch (code) {
    case ENOENT:
    case ENOTDIR: return {Fault::Missing, "NotFound", message};
    case EEXIST: return {Fault::Conflict, "Exists", message};
    case EACCES:
    case EPERM:
    case EROFS: return {Fault::Denied, "AccessDenied", message};
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return {Fault::Exhausted, "DiskFull", message + "; make room or enlarge the volume"};
    case ELOOP:
    case ENAMETOOLONG: return {Fault::Invalid, "UnsafePath", message};
    default: return {Fault::Transient, "StoreUnavailable", message};
  }
}

Result<std::unique_ptr<VolumeFolders>> VolumeFolders::Open(const std::string& root, FileSystemCalls& calls) {
  if (root.empty() || root.front() != '/') return Error{Fault::Invalid, "UnsafePath", "root \"" + root + "\" of a volume store must be an absolute folder"};
  Descriptor handle(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.open()) {
    const std::string why = std::strerror(errno);
    return Error{Fault::Transient, "StoreUnavailable", "cannot open the volume's folder " + root + ": " + why + "; create it or mount the claim there"};
  }
  return std::unique_ptr<VolumeFolders>(new VolumeFolders(root, std::move(handle), calls));
}

Result<Descriptor> VolumeFolders::Step(int parent, const std::string& name, const std::string& path) const {
  Descriptor next(::openat(parent, name.c_str(), kFolderFlags));
  if (next.open()) return next;
  const int code = errno;
  if (IsLink(parent, name)) return LinkError(path);
  return FileError(code, "cannot open folder " + path);
}

Result<Descriptor> VolumeFolders::OpenFolder(const std::string& folder) const {
  Descriptor here(::openat(handle_.get(), ".", kFolderFlags));
  if (!here.open()) return FileError(errno, "cannot open folder " + root_);
  for (const std::string& part : SplitPath(folder)) {
    Result<Descriptor> next = Step(here.get(), part, folder);
    if (!next) return next;
    here = std::move(*next);
  }
  return here;
}

Result<Descriptor> VolumeFolders::OpenFile(const std::string& path) const {
  Result<Descriptor> folder = OpenFolder(FolderOf(path));
  if (!folder) return folder;
  const std::string name = FileNameOf(path);
  Descriptor file(::openat(folder->get(), name.c_str(), kFileFlags));
  if (!file.open()) {
    const int code = errno;
    if (IsLink(folder->get(), name)) return LinkError(path);
    if (IsOther(folder->get(), name)) return NotRegular(path);
    Error error = FileError(code, "cannot open " + path);
    if (error.fault == Fault::Denied) error.reason = kFileDenied;
    return error;
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return FileError(errno, "cannot inspect " + path);
  if (S_ISDIR(info.st_mode)) return Error{Fault::Missing, "NotFound", path + " is a folder, not a file"};
  if (!S_ISREG(info.st_mode)) return NotRegular(path);
  return file;
}

Status VolumeFolders::SyncOnce(int parent, const std::string& path) {
  {
    const std::lock_guard lock(mutex_);
    if (durable_.contains(path)) return Ok();
  }
  if (calls_.Sync(parent) != 0) return FileError(errno, "cannot create folder " + path + " durable");
  const std::lock_guard lock(mutex_);
  durable_.insert(path);
  return Ok();
}

Result<Descriptor> VolumeFolders::MakeFolders(const std::string& folder) {
  Result<Descriptor> here = OpenFolder("");
  std::string path;
  for (const std::string& part : SplitPath(folder)) {
    if (!here) return here;
    path = JoinPath(path, part);
    Result<Descriptor> next = Step(here->get(), part, path);
    if (!next && next.error().reason == "NotFound") {
      if (calls_.MakeFolder(here->get(), part.c_str()) != 0 && errno != EEXIST) return FileError(errno, "cannot create folder " + path);
      next = Step(here->get(), part, path);
    }
    if (!next) return next;
    if (const Status synced = SyncOnce(here->get(), path); !synced) return synced.error();
    here = std::move(next);
  }
  return here;
}

}  // namespace weir::storage
