#include "runner/formats/encoding/gunzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace weir::formats {
namespace {

constexpr std::size_t kBuffer = 256 << 10;
constexpr std::size_t kScratch = 32 << 10;
constexpr int kGzipOnly = 15 + 16;  // zlib then verifies CRC-32 and length of each member

Error Broken(const std::string& what) { return {Fault::Data, "FileUnreadable", "the gzip file " + what + "; deliver it again"}; }

class GunzipSource final : public ByteSource {
 public:
  explicit GunzipSource(std::unique_ptr<ByteSource> compressed) : compressed_(std::move(compressed)) {}
  ~GunzipSource() override {
    if (open_) inflateEnd(&stream_);
  }
  GunzipSource(const GunzipSource&) = delete;
  GunzipSource& operator=(const GunzipSource&) = delete;

  Result<std::size_t> Read(char* out, std::size_t n) override {
    while (!done_) {
      if (stream_.avail_in == 0)
        if (Status filled = Refill(); !filled.ok()) return filled.error();
      if (!open_) {
        if (Status begun = BeginMember(); !begun.ok()) return begun.error();
        continue;
      }
      const auto got = Inflate(out, n);
      if (!got.ok() || *got > 0) return got;
    }
    return std::size_t{0};
  }

 private:
  Status Refill() {
    const auto got = compressed_->Read(buffer_.data(), buffer_.size());
    if (!got.ok()) return got.error();
    ended_ = *got == 0;
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_in = static_cast<uInt>(*got);
    return Ok();
  }

  // Between members: padding, the next member, or the end.
  Status BeginMember() {
    if (ended_) {
      done_ = true;
      if (members_ == 0) return Broken("is empty");
      return Ok();
    }
    while (members_ > 0 && stream_.avail_in > 0 && *stream_.next_in == 0) {
      padded_ = true;
      ++stream_.next_in;
      --stream_.avail_in;
    }
    if (stream_.avail_in == 0) return Ok();
    if (padded_ || *stream_.next_in != 0x1F) return Broken("has other bytes after the end of member " + std::to_string(members_));
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) return Error{Fault::Exhausted, "OutOfMemory", "no memory to decompress; raise resources.memory"};
    open_ = true;
    ++members_;
    return Ok();
  }

  Result<std::size_t> Inflate(char* out, std::size_t n) {
    if (ended_) return Broken("breaks off in member " + std::to_string(members_));
    const auto room = static_cast<uInt>(std::min<std::size_t>(n, std::numeric_limits<uInt>::max()));
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = room;
    const int answer = inflate(&stream_, Z_NO_FLUSH);
    const std::size_t got = room - stream_.avail_out;
    if (answer == Z_STREAM_END) {
      inflateEnd(&stream_);
      open_ = false;
      return got;
    }
    if (answer == Z_OK || answer == Z_BUF_ERROR) return got;
    return Broken("is damaged in member " + std::to_string(members_) + (stream_.msg != nullptr ? std::string(" (") + stream_.msg + ")" : ""));
  }

  std::unique_ptr<ByteSource> compressed_;
  std::string buffer_ = std::string(kBuffer, '\0');
  z_stream stream_{};
  int members_ = 0;
  bool open_ = false;
  bool padded_ = false;
  bool ended_ = false;  // of the compressed bytes
  bool done_ = false;
};

}  // namespace

bool LooksGzipped(std::string_view prefix) { return prefix.starts_with("\x1F\x8B"); }

GzipMember::GzipMember() : stream_(std::make_unique<z_stream_s>()) {
  if (inflateInit2(stream_.get(), kGzipOnly) != Z_OK) throw std::bad_alloc();
}

GzipMember::~GzipMember() { inflateEnd(stream_.get()); }

void GzipMember::Begin() {
  sound_ = inflateReset(stream_.get()) == Z_OK;
  ended_ = false;
}

void GzipMember::Take(std::string_view piece) {
  std::array<Bytef, kScratch> text;
  stream_->next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(piece.data()));
  stream_->avail_in = static_cast<uInt>(piece.size());
  while (sound_ && stream_->avail_in > 0) {
    stream_->next_out = text.data();
    stream_->avail_out = static_cast<uInt>(text.size());
    const int answer = ended_ ? Z_DATA_ERROR : inflate(stream_.get(), Z_NO_FLUSH);
    sound_ = answer == Z_OK || answer == Z_STREAM_END;
    ended_ = answer == Z_STREAM_END;
  }
}

bool GzipMember::IsWhole(std::int64_t bytes) const { return sound_ && ended_ && bytes >= 0 && stream_->total_out == static_cast<uLong>(bytes); }

std::uint32_t Crc32(std::uint32_t crc, std::string_view bytes) {
  return static_cast<std::uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::unique_ptr<ByteSource> Gunzip(std::unique_ptr<ByteSource> compressed) { return std::make_unique<GunzipSource>(std::move(compressed)); }

}  // namespace weir::formats
