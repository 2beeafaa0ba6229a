#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "crds/base/result.h"
#include "runner/storage/volume/file_system_calls.h"

namespace weir::storage {

// Owns one file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// An errno as the store contract says it; `what` starts the message: "volume lake at /data: cannot write a/b.csv".
Error FileError(int code, const std::string& what);

// The folders of one volume. Every path is walked from the root part by part and no symbolic link is followed, so that
// nothing outside can be reached whatever others put into the volume meanwhile. Thread-safe.
class VolumeFolders {
 public:
  // `calls` must outlive this. Fault::Transient, reason "StoreUnavailable", when the root is not there.
  static Result<std::unique_ptr<VolumeFolders>> Open(const std::string& root, FileSystemCalls& calls);

  // For reading; Fault::Missing when it is not there. "" is the root.
  Result<Descriptor> OpenFolder(const std::string& folder) const;
  // Refuses what is not a regular file: Fault::Data. Fault::Denied has the reason kFileDenied where it is the file alone that may
  // not be read.
  Result<Descriptor> OpenFile(const std::string& path) const;
  // Makes what is missing, and makes each folder durable in its parent once, also when another process made it and may
  // have died before it did so.
  Result<Descriptor> MakeFolders(const std::string& folder);

  const std::string& root() const { return root_; }

 private:
  VolumeFolders(std::string root, Descriptor handle, FileSystemCalls& calls) : root_(std::move(root)), handle_(std::move(handle)), calls_(calls) {}
  Result<Descriptor> Step(int parent, const std::string& name, const std::string& path) const;
  Status SyncOnce(int parent, const std::string& path);

  const std::string root_;
  const Descriptor handle_;
  FileSystemCalls& calls_;
  std::mutex mutex_;
  std::set<std::string> durable_;  // folders whose entry in the parent was synced after it was seen
};

}  // namespace weir::storage
