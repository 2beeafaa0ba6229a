#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "runner/formats/json/json_record.h"

namespace weir::formats {

class JsonInference;

// In SQL of notes: the table of the Dataset, whose name is not known yet. Who shows the note puts it there.
inline constexpr std::string_view kTableMark = "<TABLE>";

// Where the first member of a value is that is an object or a list, of JSON path: "$.\"city\"", "$[0]". "$" where its name would need
// quotes.
std::string FirstMember(std::string_view value);
std::string MemberPath(std::string_view key);  // of an object: "$.\"city\""
// For people, of a column (by its name in SQL) whose values are objects or lists: that they are text, and how SQL reads `member`.
std::string NestedNote(const std::string& column, const std::string& member);

// Lists of JSON objects in the values of one key, or one level below it: {"data":[{...},{...}]}, {"response":{"results":[...]}}.
// One thread.
class JsonLists {
 public:
  JsonLists();
  JsonLists(JsonLists&&) noexcept;
  JsonLists& operator=(JsonLists&&) noexcept;
  ~JsonLists();

  // A value that is an object or a list, as text.
  void Add(std::string_view value);
  // For people, of a key that has more such objects than there are rows, or of the only row: how many, and the SQL that makes rows
  // of them, with their keys as columns; `column` is its name in SQL. Else empty.
  std::string Note(const std::string& column, std::int64_t rows) const;

 private:
  struct List {
    std::int64_t records = 0;
    std::unique_ptr<JsonInference> keys;
  };
  void AddList(const std::string& path, std::string_view text);

  std::map<std::string, List> lists_;  // by the path in the value, of JSON path
};

}  // namespace weir::formats
