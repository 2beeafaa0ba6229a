#pragma once

#include <sys/types.h>

#include <cstddef>

namespace weir::storage {

// Every call by which a volume store changes a file system, as the kernel has it (-1 and errno on failure), so that a
// test can stop the process, or fail, at any one of them. The base class is the real thing; stateless, any thread.
class FileSystemCalls {
 public:
  virtual ~FileSystemCalls() = default;
  virtual int MakeFolder(int folder, const char* name);
  virtual int CreateFile(int folder, const char* name);  // must not exist; a descriptor for writing a file that nobody may write later
  virtual ssize_t Write(int file, const char* bytes, std::size_t n);
  virtual int Sync(int file_or_folder);
  // Renames within the folder, EEXIST when `to` exists; EINVAL or ENOSYS where the file system has no such rename.
  virtual int RenameIfAbsent(int folder, const char* from, const char* to);
  virtual int Link(int folder, const char* from, const char* to);
  virtual int Remove(int folder, const char* name);
};

}  // namespace weir::storage
