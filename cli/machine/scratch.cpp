#include "cli/machine/scratch.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/machine/folder_name.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

// Both are names that nobody else gives: what is found by them is removed.
constexpr const char* kPrefix = "weir-scratch-";
constexpr const char* kTemplate = "weir-scratch-XXXXXX";
constexpr const char* kLock = "/.weir-scratch-lock";
constexpr int kTries = 10;

bool IsOurFolder(const fs::path& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::geteuid();
}

// Of folders whose process is gone. One that is being made loses its lock to us at most before it has it, and is then made
// under another name.
void RemoveAbandoned(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator at(parent, error), end; !error && at != end; at.increment(error)) {
    if (!at->path().filename().string().starts_with(kPrefix) || !IsOurFolder(at->path())) continue;
    const int lock = ::open((at->path().string() + kLock).c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (lock < 0) continue;
    std::error_code ignored;
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) fs::remove_all(at->path(), ignored);
    ::close(lock);
  }
}

// The lock of a new folder; -1 when somebody took it for abandoned.
int Locked(const std::string& path) {
  const int lock = ::open((path + kLock).c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  struct stat held {};
  if (lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) == 0 && ::fstat(lock, &held) == 0 && held.st_nlink > 0) return lock;
  if (lock >= 0) ::close(lock);
  return -1;
}

}  // namespace

Result<Scratch> Scratch::Make() {
  std::error_code error;
  const fs::path parent = fs::absolute(fs::temp_directory_path(error));
  if (error) return Error{Fault::Exhausted, "NoTemporaryFolder", "TMPDIR names no folder: " + error.message() + "; set it to a folder that can be written"};
  if (Status named = CheckFolderName(parent.string(), "temporary files (TMPDIR)"); !named) return named.error();
  RemoveAbandoned(parent);
  std::string path;
  for (int tries = 0; tries < kTries; ++tries) {
    path = (parent / kTemplate).string();
    if (mkdtemp(path.data()) == nullptr) break;
    if (const int lock = Locked(path); lock >= 0) return Scratch(path, lock);
  }
  return Error{Fault::Exhausted, "DiskFull",
               "cannot create a temporary folder " + path + ": " + std::strerror(errno) + "; set TMPDIR to a folder that can be written"};
}

Scratch::~Scratch() {
  std::error_code error;
  if (!path_.empty()) fs::remove_all(path_, error);
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace weir::cli
