#pragma once

#include <duckdb.hpp>
#include <duckdb/common/file_system.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "runner/engine/engine.h"

namespace weir::engine {

inline constexpr std::string_view kScheme = "weir://";

std::string NameInStore(const InputFile& file);  // for people

// DuckDB's only way to files: objects that were registered before, each under a made-up path "weir://<n><extension>".
// SQL cannot name an object that is not registered, whatever text it holds. Reads are ranged, writes strictly from front
// to back. What a store answered is kept (`TakeError`), because DuckDB's exceptions carry only text. Thread-safe.
class ObjectFileSystem final : public duckdb::FileSystem {
 public:
  std::string AddInput(const InputFile& file);
  // A registered input with other bytes from `from` on, under a name of its own.
  std::string AddWithTail(const std::string& name, std::int64_t from, std::string tail);
  void ForgetInput(const std::string& name);
  // A registered input past DuckDB. Errors are the store's.
  Result<std::unique_ptr<storage::ObjectReader>> OpenObject(const std::string& name);
  // Opened once for writing; `Close` of the file closes the writer.
  std::string AddOutput(std::unique_ptr<storage::ObjectWriter> out);
  std::optional<Error> TakeError();
  std::int64_t BytesWritten(const std::string& path);
  // Drops an output that was never closed, so that nothing of it remains.
  void Forget(const std::string& path);

  std::string GetName() const override { return "ObjectFileSystem"; }
  bool CanHandleFile(const std::string& path) override;
  std::string PathSeparator(const std::string&) override { return "/"; }
  bool IsPathAbsolute(const std::string&) override { return true; }
  bool CanSeek() override { return true; }
  // Decides whether DuckDB fetches whole columns ahead, into memory.
  bool OnDiskFile(duckdb::FileHandle& handle) override;
  duckdb::unique_ptr<duckdb::FileHandle> OpenFile(const std::string& path, duckdb::FileOpenFlags flags,
                                                  duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  void Read(duckdb::FileHandle& handle, void* buffer, int64_t bytes, duckdb::idx_t location) override;
  int64_t Read(duckdb::FileHandle& handle, void* buffer, int64_t bytes) override;
  void Write(duckdb::FileHandle& handle, void* buffer, int64_t bytes, duckdb::idx_t location) override;
  int64_t Write(duckdb::FileHandle& handle, void* buffer, int64_t bytes) override;
  int64_t GetFileSize(duckdb::FileHandle& handle) override;
  duckdb::timestamp_t GetLastModifiedTime(duckdb::FileHandle&) override { return duckdb::timestamp_t(0); }
  std::string GetVersionTag(duckdb::FileHandle&) override { return "immutable"; }
  duckdb::FileType GetFileType(duckdb::FileHandle&) override { return duckdb::FileType::FILE_TYPE_REGULAR; }
  void FileSync(duckdb::FileHandle&) override {}
  void Seek(duckdb::FileHandle& handle, duckdb::idx_t location) override;
  duckdb::idx_t SeekPosition(duckdb::FileHandle& handle) override;
  bool FileExists(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  bool DirectoryExists(const std::string&, duckdb::optional_ptr<duckdb::FileOpener>) override { return false; }
  void RemoveFile(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  // A path here is a name, never a pattern.
  duckdb::vector<duckdb::OpenFileInfo> Glob(const std::string& path, duckdb::FileOpener* opener) override;

 private:
  struct Output {
    std::unique_ptr<storage::ObjectWriter> writer;
    std::int64_t bytes = 0;
  };
  struct Tail {
    std::int64_t from = 0;
    std::shared_ptr<const std::string> bytes;
  };
  friend class ObjectHandle;

  [[noreturn]] void Throw(const Error& error);
  Result<std::unique_ptr<storage::ObjectReader>> OpenRegistered(const std::string& name);

  std::mutex mutex_;
  std::int64_t next_ = 0;
  std::map<std::string, InputFile> inputs_;
  std::map<std::string, Tail> tails_;  // of inputs that have one
  std::map<std::string, Output> outputs_;
  std::optional<Error> error_;
};

}  // namespace weir::engine
