#include "cli/screen/reading_progress.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "runner/storage/forwarding_store.h"

namespace weir::cli {
namespace {

constexpr std::chrono::milliseconds kBetween{300};

class CountedReader final : public storage::ObjectReader {
 public:
  CountedReader(std::unique_ptr<storage::ObjectReader> inner, ReadingProgress& progress) : inner_(std::move(inner)), progress_(progress) {}
  std::int64_t Size() const override { return inner_->Size(); }
  bool SmallReadsAreCheap() const override { return inner_->SmallReadsAreCheap(); }
  Status ReadAt(std::int64_t offset, char* out, std::int64_t n) override {
    progress_.Count(n);
    return inner_->ReadAt(offset, out, n);
  }

 private:
  const std::unique_ptr<storage::ObjectReader> inner_;
  ReadingProgress& progress_;
};

class CountingStore final : public storage::ForwardingStore {
 public:
  CountingStore(std::shared_ptr<storage::ObjectStore> inner, ReadingProgress& progress) : ForwardingStore(std::move(inner)), progress_(progress) {}
  Result<std::unique_ptr<storage::ObjectReader>> Open(const std::string& path) override {
    auto opened = inner().Open(path);
    if (!opened.ok()) return opened.error();
    return std::unique_ptr<storage::ObjectReader>(std::make_unique<CountedReader>(std::move(opened).value(), progress_));
  }

 private:
  ReadingProgress& progress_;
};

std::string Megabytes(std::int64_t bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", static_cast<double>(bytes) / 1e6);
  return text.data();
}

}  // namespace

void ReadingProgress::Begin(const std::string& name, std::int64_t bytes, int times) {
  const std::lock_guard lock(mutex_);
  name_ = name, bytes_ = bytes, times_ = times, read_ = 0;
}

void ReadingProgress::Count(std::int64_t bytes) {
  if (terminal_.errKind != Terminal::Kind::Tty) return;
  const std::lock_guard lock(mutex_);
  read_ += bytes;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < kBetween) return;
  last_ = now;
  Draw();
}

// What is read several times counts by the part of it that is done.
void ReadingProgress::Draw() {
  const std::string done = ": " + Megabytes(std::min(read_ / times_, bytes_)) + " of " + Megabytes(bytes_) + " MB";
  const std::size_t width = static_cast<std::size_t>(std::max(terminal_.width - 1, 1));
  const std::size_t room = width > done.size() + 8 ? width - done.size() - 8 : 1;
  terminal_.err << "\r\033[K" << Clip("reading " + Clip(OneLine(name_), room) + done, width) << std::flush;
  drawn_ = true;
}

void ReadingProgress::Clear() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(drawn_, false)) terminal_.err << "\r\033[K" << std::flush;
}

std::shared_ptr<storage::ObjectStore> ReadingProgress::Counting(std::shared_ptr<storage::ObjectStore> store) {
  return std::make_shared<CountingStore>(std::move(store), *this);
}

}  // namespace weir::cli
