#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runner/formats/json/json_blocks.h"

namespace weir::formats {

// A value of a record as text: a number or word as it is written, a string without its escapes, an object or array without
// the blanks between its parts.
struct JsonValue {
  enum class Kind { Missing, Null, Boolean, Number, String, Nested };
  Kind kind = Kind::Missing;  // Missing: the record has no such key
  std::string_view text;
  bool rewritten = false;  // `text` is not part of the record
};

// Reads records by simdjson. A key is known by its TitleOf: two that are equal in that form are one key twice. Nothing of a record that is no valid JSON is
// used, also where only keys that nobody asked for are broken. A reader is one thread's; what it answers is valid until the next Read.
class JsonRecordReader {
 public:
  // Values are kept for these keys, which are distinct.
  explicit JsonRecordReader(std::vector<std::string> names);
  // Values are kept for every key.
  JsonRecordReader();
  ~JsonRecordReader();

  // `record` starts with '{', and kJsonPadding bytes behind it may be read. A pure function of its bytes.
  JsonProblem Read(std::string_view record);

  // Of the named keys, in their order.
  const std::vector<JsonValue>& Values() const;
  // Of every key, in the order of the record.
  struct Field {
    std::string name;  // TitleOf of the key
    JsonValue value;
    bool as_written = true;  // the key is the name
  };
  const std::vector<Field>& Fields() const;
  // Keys of records so far that nobody asked for, in no order; the oldest are forgotten when they are very many.
  std::vector<std::string> OtherKeys() const;
  // The key that has the problem; empty where that is not known.
  const std::string& Culprit() const;

 private:
  class Reading;
  std::unique_ptr<Reading> reading_;
};

}  // namespace weir::formats
