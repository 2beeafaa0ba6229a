#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "cli/screen/terminal.h"
#include "runner/storage/object_store.h"

namespace weir::cli {

// How much of long files was read, as one line on a terminal's stderr that is drawn over a few times a second and is gone
// afterwards; elsewhere nothing. Reads may be counted by several threads. Outlives the stores that it makes.
class ReadingProgress {
 public:
  explicit ReadingProgress(const Terminal& terminal) : terminal_(terminal) {}
  ~ReadingProgress() { Clear(); }
  ReadingProgress(const ReadingProgress&) = delete;
  ReadingProgress& operator=(const ReadingProgress&) = delete;

  // Files called `name` of so many bytes are read from now on, `times` over.
  void Begin(const std::string& name, std::int64_t bytes, int times);
  void Count(std::int64_t bytes);
  // The same store, whose reads are counted.
  std::shared_ptr<storage::ObjectStore> Counting(std::shared_ptr<storage::ObjectStore> store);

 private:
  void Clear();
  void Draw();

  const Terminal& terminal_;
  std::mutex mutex_;
  std::string name_;
  std::int64_t bytes_ = 0;
  std::int64_t read_ = 0;
  int times_ = 1;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace weir::cli
