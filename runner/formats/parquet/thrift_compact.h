#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::formats {

// Thrift's compact protocol, as far as rewriting a few fields of a structure needs it. Any bytes may be given: what is
// malformed makes `ok` false, and every value read from then on 0 or empty.
class ThriftReader {
 public:
  explicit ThriftReader(std::string_view bytes) : bytes_(bytes) {}

  enum Type : std::uint8_t {
    Stop = 0,
    True = 1,
    False = 2,
    Byte = 3,
    I16 = 4,
    I32 = 5,
    I64 = 6,
    Double = 7,
    Binary = 8,
    List = 9,
    Set = 10,
    Map = 11,
    Struct = 12
  };

  struct Field {
    int id = 0;
    Type type = Stop;
  };
  // The next field of a structure whose last one had the number `last`; Stop at its end.
  Field NextField(int last);

  struct Items {
    std::uint64_t count = 0;
    Type type = Stop;
  };
  Items BeginList();

  std::int64_t Integer();
  std::string_view Bytes();
  // Passes a value of that type over; answers its bytes.
  std::string_view Skip(Type type, int depth = 0);

  bool ok() const { return ok_; }
  std::size_t position() const { return at_; }

 private:
  std::uint64_t Varint();
  std::uint8_t Next();
  void SkipItems(Type type, std::uint64_t count, int depth);

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

class ThriftWriter {
 public:
  void Field(int id, ThriftReader::Type type);
  void Integer(int id, std::int64_t value);  // a field of type i32
  void Bytes(int id, std::string_view value);
  void Raw(int id, ThriftReader::Type type, std::string_view value);
  void BeginList(int id, ThriftReader::Type type, std::uint64_t count);
  void Items(ThriftReader::Type type, std::uint64_t count);  // the head of a list that is no field
  void Append(std::string_view raw) { bytes_ += raw; }
  void End() { bytes_ += '\0'; }

  std::string Take() { return std::move(bytes_); }

 private:
  void Varint(std::uint64_t value);

  std::string bytes_;
  int last_ = 0;
};

}  // namespace weir::formats
