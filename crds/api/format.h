#pragma once

#include "crds/api/condition.h"
#include "crds/api/describe/choice.h"
#include "crds/api/describe/words.h"

namespace weir::api {

#define WEIR_ENCODINGS(row) row(Utf8, "UTF-8") row(Utf16Le, "UTF-16LE") row(Utf16Be, "UTF-16BE") row(Latin1, "ISO-8859-1") row(Windows1252, "Windows-1252")
WEIR_ENUM_SPELT(Encoding, WEIR_ENCODINGS);
#undef WEIR_ENCODINGS

// One ASCII byte that is neither '"' nor a line end.
inline constexpr std::string_view kDelimiterPattern = "^[\\x01-\\x09\\x0b\\x0c\\x0e-\\x1f !#-~]$";
// The directives that runner/formats/values/instant.h reads.
inline constexpr std::string_view kTimestampFormatPattern = "^([^%]|%-?[ymdjHIMS]|%[YfpbBaAzZ%])*$";

// Those of a dateFormat.
inline constexpr std::string_view kDateFormatPattern = "^([^%]|%-?[ymd]|%[YbB%])*$";

// Said alike by the API server and by operator/plan.
inline constexpr std::string_view kCommentIsDelimiter =
    "begins with the delimiter: each row with an empty first value would count as a comment and be lost. Use another text, or leave comment out";
inline constexpr std::string_view kTimestampFormatWithoutDay = "gives no day: it needs the year (%Y or %y) and the day of it (%m or %b or %B with %d, or %j)";
inline constexpr std::string_view kDateFormatNotOneDay = "must have the year (%Y or %y), the month (%m, %b or %B) and the day (%d) exactly once each";

struct CsvFormat {
  static constexpr std::string_view kField = "csv";
  static constexpr std::string_view kDoc = "Delimited text, also gzipped.";
  std::string delimiter = ",";
  std::optional<bool> header;  // absent means true
  std::string nullText;
  std::vector<std::string> nullTexts;  // beside nullText
  std::string timestampFormat;
  std::string dateFormat;
  std::optional<std::int64_t> skipLines;
  std::string comment;
  std::optional<Encoding> encoding;  // absent: what a byte order mark says, else UTF-8
  bool operator==(const CsvFormat&) const = default;
};
void Describe(auto&& field, Of<CsvFormat> auto& self) {
  field("delimiter", self.delimiter,
        Rules{.doc = "The ASCII character between values; not a quote, which is always \", or a line end.",
              .minLength = 1,
              .maxLength = 1,
              .pattern = kDelimiterPattern,
              .change = Change::NewRevision});
  field("header", self.header,
        Rules{.doc = "Whether the first line after skipLines and comments names the columns. Absent means true.", .change = Change::NewRevision});
  field("nullText", self.nullText,
        Rules{.doc = "String that means a missing value. Absent means the empty value. A quoted value in a VARCHAR or BLOB column is never missing.",
              .maxLength = 32,
              .change = Change::NewRevision});
  field("nullTexts", self.nullTexts,
        Rules{.doc = "More strings that mean a missing value, besides nullText.", .maxLength = 32, .maxItems = 32, .change = Change::NewRevision});
  field("timestampFormat", self.timestampFormat,
        Rules{.doc = "strptime format of TIMESTAMP columns. Absent means ISO 8601.",
              .maxLength = 64,
              .pattern = kTimestampFormatPattern,
              .change = Change::NewRevision});
  field("dateFormat", self.dateFormat,
        Rules{.doc = "Layout of the values of DATE columns, as for strptime. Absent means ISO 8601, YYYY-MM-DD.",
              .maxLength = 64,
              .pattern = kDateFormatPattern,
              .change = Change::NewRevision});
  field("skipLines", self.skipLines,
        Rules{.doc = "Lines at the start of each file that are not part of the table. Absent means none.",
              .min = 0,
              .max = 1'000'000,
              .change = Change::NewRevision});
  field("comment", self.comment,
        Rules{.doc = "Lines that start with this string are not part of the table. Absent means that there are no comments.",
              .maxLength = 8,
              .pattern = "^([!#-~]*)$",
              .change = Change::NewRevision});
  field.Rule({.rule = "!has(self.comment) || self.comment == '' || !self.comment.startsWith(has(self.delimiter) ? self.delimiter : ',')",
              .message = kCommentIsDelimiter,
              .fieldPath = ".comment"});
  // Directives are found from the start on: %% is none, whatever comes behind it.
  field.Rule({.rule = "!has(self.timestampFormat) || self.timestampFormat == '' || (self.timestampFormat.matches('^([^%]|%[^-]|%-.)*%-?[Yy]') && "
                      "(self.timestampFormat.matches('^([^%]|%[^-]|%-.)*%-?j') || (self.timestampFormat.matches('^([^%]|%[^-]|%-.)*%-?[mbB]') && "
                      "self.timestampFormat.matches('^([^%]|%[^-]|%-.)*%-?d'))))",
              .message = kTimestampFormatWithoutDay,
              .fieldPath = ".timestampFormat"});
  // Three directives, and one of each kind among them.
  field.Rule({.rule = "!has(self.dateFormat) || self.dateFormat == '' || (self.dateFormat.matches('^([^%]|%%)*(%-?[^%-]([^%]|%%)*){3}$') && "
                      "self.dateFormat.matches('^([^%]|%[^-]|%-.)*%-?[Yy]') && self.dateFormat.matches('^([^%]|%[^-]|%-.)*%-?[mbB]') && "
                      "self.dateFormat.matches('^([^%]|%[^-]|%-.)*%-?d'))",
              .message = kDateFormatNotOneDay,
              .fieldPath = ".dateFormat"});
  field("encoding", self.encoding,
        Rules{.doc = "Encoding of the files. Absent means the one of a byte order mark, else UTF-8.", .change = Change::NewRevision});
}

struct ParquetFormat {
  static constexpr std::string_view kField = "parquet";
  static constexpr std::string_view kDoc = "Apache Parquet.";
  bool operator==(const ParquetFormat&) const = default;
};
void Describe(auto&&, Of<ParquetFormat> auto&) {}

struct JsonFormat {  // newline-delimited or one array
  static constexpr std::string_view kField = "json";
  static constexpr std::string_view kDoc = "JSON objects, one per line, or one array of them.";
  bool operator==(const JsonFormat&) const = default;
};
void Describe(auto&&, Of<JsonFormat> auto&) {}

using Format = Choice<CsvFormat, ParquetFormat, JsonFormat>;

}  // namespace weir::api
