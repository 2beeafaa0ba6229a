#include "runner/formats/parquet/thrift_compact.h"

namespace weir::formats {
namespace {

constexpr int kDeepest = 64;
constexpr std::uint64_t kLongForm = 15;  // of a list's length

std::int64_t FromZigzag(std::uint64_t value) { return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1); }
std::uint64_t ToZigzag(std::int64_t value) { return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63); }

}  // namespace

std::uint8_t ThriftReader::Next() {
  if (at_ >= bytes_.size()) ok_ = false;
  return ok_ ? static_cast<std::uint8_t>(bytes_[at_++]) : 0;
}

std::uint64_t ThriftReader::Varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = Next();
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return ok_ ? value : 0;
  }
  ok_ = false;
  return 0;
}

ThriftReader::Field ThriftReader::NextField(int last) {
  const std::uint8_t head = Next();
  const auto type = static_cast<Type>(head & 15);
  if (!ok_ || type == Stop) return {};
  const int delta = head >> 4;
  const std::int64_t id = delta > 0 ? last + delta : FromZigzag(Varint());
  if (id < 1 || id > 0x7FFF || type > Struct) ok_ = false;
  return ok_ ? Field{static_cast<int>(id), type} : Field{};
}

ThriftReader::Items ThriftReader::BeginList() {
  const std::uint8_t head = Next();
  Items items{static_cast<std::uint64_t>(head >> 4), static_cast<Type>(head & 15)};
  if (items.count == kLongForm) items.count = Varint();
  if (items.count > bytes_.size() - at_) ok_ = false;  // each item takes a byte at least
  return ok_ ? items : Items{};
}

std::int64_t ThriftReader::Integer() { return FromZigzag(Varint()); }

std::string_view ThriftReader::Bytes() {
  const std::uint64_t size = Varint();
  if (size > bytes_.size() - at_) ok_ = false;
  if (!ok_) return {};
  at_ += size;
  return bytes_.substr(at_ - size, size);
}

void ThriftReader::SkipItems(Type type, std::uint64_t count, int depth) {
  for (std::uint64_t i = 0; ok_ && i < count; ++i) {
    if (type == True || type == False)
      Next();
    else
      Skip(type, depth + 1);
  }
}

std::string_view ThriftReader::Skip(Type type, int depth) {
  const std::size_t from = at_;
  if (depth > kDeepest) ok_ = false;
  if (!ok_) return {};
  switch (type) {
    case True:
    case False: break;
    case Byte: Next(); break;
    case I16:
    case I32:
    case I64: Varint(); break;
    case Double:
      if (bytes_.size() - at_ < 8) ok_ = false;
      at_ += ok_ ? 8 : 0;
      break;
    case Binary: Bytes(); break;
    case List:
    case Set: {
      const Items items = BeginList();
      SkipItems(items.type, items.count, depth);
      break;
    }
    case Map: {
      const std::uint64_t count = Varint();
      const std::uint8_t types = count > 0 ? Next() : 0;
      for (std::uint64_t i = 0; ok_ && i < count; ++i) {
        SkipItems(static_cast<Type>(types >> 4), 1, depth);
        SkipItems(static_cast<Type>(types & 15), 1, depth);
      }
      break;
    }
    case Struct: {
      Field field;
      while (ok_ && (field = NextField(field.id)).type != Stop) Skip(field.type, depth + 1);
      break;
    }
    default: ok_ = false;
  }
  return ok_ ? bytes_.substr(from, at_ - from) : std::string_view();
}

void ThriftWriter::Varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
  bytes_ += static_cast<char>(value);
}

void ThriftWriter::Field(int id, ThriftReader::Type type) {
  const int delta = id - last_;
  if (delta >= 1 && delta <= 15) {
    bytes_ += static_cast<char>((delta << 4) | type);
  } else {
    bytes_ += static_cast<char>(type);
    Varint(ToZigzag(id));
  }
  last_ = id;
}

void ThriftWriter::Integer(int id, std::int64_t value) {
  Field(id, ThriftReader::I32);
  Varint(ToZigzag(value));
}

void ThriftWriter::Bytes(int id, std::string_view value) {
  Field(id, ThriftReader::Binary);
  Varint(value.size());
  bytes_ += value;
}

void ThriftWriter::Raw(int id, ThriftReader::Type type, std::string_view value) {
  Field(id, type);
  bytes_ += value;
}

void ThriftWriter::BeginList(int id, ThriftReader::Type type, std::uint64_t count) {
  Field(id, ThriftReader::List);
  Items(type, count);
}

void ThriftWriter::Items(ThriftReader::Type type, std::uint64_t count) {
  if (count < kLongForm) {
    bytes_ += static_cast<char>((count << 4) | type);
    return;
  }
  bytes_ += static_cast<char>((kLongForm << 4) | type);
  Varint(count);
}

}  // namespace weir::formats
