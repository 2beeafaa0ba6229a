#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "runner/formats/encoding/byte_source.h"

struct z_stream_s;

namespace weir::formats {

// Whether bytes begin as gzip does.
bool LooksGzipped(std::string_view prefix);

// The text of a gzip file. Every member is verified to its end: header, CRC-32 and length; several members are read one
// after the other, zero bytes after the last one are padding. Whatever else is there, or is not, is Fault::Data with
// reason "FileUnreadable": who uses rows before the end was reached must be able to take them back.
std::unique_ptr<ByteSource> Gunzip(std::unique_ptr<ByteSource> compressed);

// Verifies members of gzip, one after the other, whose text is not needed: header, CRC-32 and length. Not for several threads at once.
class GzipMember {
 public:
  GzipMember();  // std::bad_alloc
  ~GzipMember();
  GzipMember(const GzipMember&) = delete;
  GzipMember& operator=(const GzipMember&) = delete;

  void Begin();  // another one
  // Takes its next bytes.
  void Take(std::string_view piece);
  // Whether it was sound, ended with the last byte taken, and has a text of `bytes`.
  bool IsWhole(std::int64_t bytes) const;

 private:
  std::unique_ptr<z_stream_s> stream_;
  bool ended_ = false;
  bool sound_ = true;
};

// Goes on with the CRC-32 of gzip, which other formats have too; begin with 0.
std::uint32_t Crc32(std::uint32_t crc, std::string_view bytes);

}  // namespace weir::formats
