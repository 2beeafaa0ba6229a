#include "runner/storage/volume/file_system_calls.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weir::storage {

int FileSystemCalls::MakeFolder(int folder, const char* name) { return ::mkdirat(folder, name, 0777); }

int FileSystemCalls::CreateFile(int folder, const char* name) { return ::openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444); }

ssize_t FileSystemCalls::Write(int file, const char* bytes, std::size_t n) { return ::write(file, bytes, n); }

int FileSystemCalls::Sync(int file_or_folder) { return ::fsync(file_or_folder); }

int FileSystemCalls::RenameIfAbsent(int folder, const char* from, const char* to) {
  return static_cast<int>(::syscall(SYS_renameat2, folder, from, folder, to, RENAME_NOREPLACE));
}

int FileSystemCalls::Link(int folder, const char* from, const char* to) { return ::linkat(folder, from, folder, to, 0); }

int FileSystemCalls::Remove(int folder, const char* name) { return ::unlinkat(folder, name, 0); }

}  // namespace weir::storage
