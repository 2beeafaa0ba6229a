#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/formats/csv/csv_record.h"
#include "runner/formats/encoding/byte_source.h"
#include "runner/formats/json/json_extent.h"
#include "runner/formats/json/json_resync.h"

namespace weir::formats {

// Why a record of a JSON file is no row. Those from NotUtf8 on are found by JsonRecordReader.
enum class JsonProblem {
  None,
  NotAnObject,
  Broken,
  BreaksOff,
  TextAfter,       // other text on the line, behind the object
  NoComma,         // between this element of an array and the one before
  ElementMissing,  // behind the last comma of an array
  NotClosed,       // the file ends inside of an array, behind a whole element
  TooDeep,
  TooLong,
  NotUtf8,
  NoCharacter,  // an escape such as \ud83d alone, or \q
  Nul,          // in a text: most readers end there
  NotAValue,    // such as NaN or 01
  DuplicateKey,
  TooManyKeys
};

// For people: "is not a JSON object".
std::string Explain(JsonProblem problem);

inline constexpr std::size_t kJsonPadding = 64;  // bytes behind a record without a problem, that may be read

// What becomes a row, or is quarantined.
struct JsonRecord {
  std::string_view text;  // of a broken record its first 16 KiB
  std::int64_t line = 0;  // of the file, from 1, on which it starts
  JsonProblem problem = JsonProblem::None;
};

// A piece of a file that holds whole records, which refer to it.
struct JsonBlock {
  JsonBlock() = default;
  JsonBlock(const JsonBlock&) = delete;
  JsonBlock& operator=(const JsonBlock&) = delete;

  std::vector<JsonRecord> records;
  std::int64_t number = 0;  // from 0
  std::string text;
  std::deque<std::string> broken;  // texts of records with a problem
};

// Cuts a JSON text (UTF-8, without byte order mark) into records, each with its true line: objects one after the other,
// however they are laid out over lines, or the elements of an array. Memory: one block and one record, at most kLongestRecord.
//
// Of broken text no more than one record is lost. Outside of an array that is the rest of the line, and of an object over
// several lines its further lines: those that are indented or begin with '"', '}', ']' or ','. In an array the next record
// starts where the next element does, by the brackets, or by a line that begins as the broken element did.
class JsonBlocks {
 public:
  JsonBlocks(ByteSource& source, std::size_t block_bytes) : source_(source), block_bytes_(block_bytes) {}

  // False at the end. Each call is one thread's at a time. Errors are the source's.
  Result<bool> Next(JsonBlock& block);

 private:
  enum class Place { Start, Top, Element, AfterElement };
  enum class Step { Found, Moved, NeedMore, Ended };
  struct Span {
    std::size_t at = 0;
    std::size_t bytes = 0;
    std::int64_t line = 0;
  };

  Status Fill(std::size_t bytes);
  void SkipSpace();
  Step Advance(JsonBlock& block);
  Step Begin(JsonBlock& block);
  Step Top(JsonBlock& block);
  Step AfterObject(JsonBlock& block, std::size_t bytes);
  Step Stray(JsonBlock& block, std::size_t from, JsonProblem problem);
  Step Element(JsonBlock& block);
  Step AfterElement();
  Step End(JsonBlock& block);
  Step Lose(JsonProblem problem, const JsonExtent& extent);
  Step Resume(JsonBlock& block);
  Step Move(std::size_t bytes, Place place);
  Step AddGood(JsonBlock& block, std::size_t bytes);
  void AddBroken(JsonBlock& block, std::int64_t line, JsonProblem problem, std::string_view text);
  void Give(JsonBlock& block);
  void Drop();
  std::int64_t LineAt(std::size_t at);
  std::string_view Rest() const { return std::string_view(text_).substr(at_); }

  ByteSource& source_;
  std::string buffer_ = std::string(128 << 10, '\0');
  const std::size_t block_bytes_;
  std::string text_;  // read, not yet given
  std::size_t at_ = 0;
  bool ended_ = false;
  Place place_ = Place::Start;
  LineEnds ends_ = LineEnds::Lf;
  bool objects_ = false;    // outside of arrays: what follows is no array
  bool comma_ = true;       // before the element
  bool fresh_line_ = true;  // only blanks are on the line so far,
  std::size_t indent_ = 0;  // so many
  std::int64_t elements_ = 0;
  std::int64_t array_line_ = 0;
  std::optional<std::int64_t> empty_array_;  // its line: a stray text if anything follows
  std::optional<JsonResync> resync_;
  JsonRecord lost_;  // whose end is looked for
  std::string lost_text_;
  std::int64_t line_ = 1;  // of the byte at counted_
  std::size_t counted_ = 0;
  std::vector<Span> good_;
  std::int64_t next_block_ = 0;
};

}  // namespace weir::formats
