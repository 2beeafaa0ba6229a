#pragma once

#include <cstddef>
#include <string_view>

#include "runner/formats/csv/csv_record.h"
#include "runner/formats/json/json_extent.h"

namespace weir::formats {

// Finds where reading goes on behind a broken record, of which the text is fed in pieces from its first byte on. It rather
// loses more text of a broken record than taking an object inside of it for a record.
class JsonResync {
 public:
  struct Start {
    bool in_array = false;
    std::size_t indent = 0;  // blanks at the start of the record's line
    bool first = true;       // the record is what follows them
    LineEnds ends = LineEnds::Lf;
  };
  JsonResync(const Start& start, const JsonExtent& extent);

  enum class Next { Unknown, Record, AfterElement };
  struct Answer {
    std::size_t bytes = 0;  // of the piece that belong to the broken record
    Next next = Next::Unknown;
  };
  // Unknown: feed what follows these bytes, with more text. Of a piece that is the last one everything is taken.
  Answer Feed(std::string_view piece, More more);

 private:
  Answer FeedLines(std::string_view piece, More more);
  Answer FeedElement(std::string_view piece);
  bool Continues(char c, std::size_t indent);
  bool IsLineEnd(char c) const { return c == '\n' || (c == '\r' && start_.ends == LineEnds::Cr); }
  bool EndsElement(char c);
  void EndLine();

  const Start start_;
  const std::size_t fault_;  // offset in the record from which on brackets are counted
  std::size_t taken_ = 0;
  std::size_t depth_;
  bool in_string_;
  bool escaped_ = false;
  bool at_line_start_ = false;
  std::size_t lines_ = 0;       // that ended
  std::size_t blanks_ = 0;      // at the start of the line
  std::size_t characters_ = 0;  // of the line, without blanks
  char last_ = ' ';             // of them
  bool bare_ = false;           // the first line is '{' alone
  bool flat_ = false;           // and the next one is not indented: nor are objects inside of it
  bool last_line_ = false;      // nothing of the record is behind this line
};

}  // namespace weir::formats
