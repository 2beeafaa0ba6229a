#pragma once

#include "crds/api/port.h"

namespace weir::api {

struct FilesTarget {
  static constexpr std::string_view kField = "files";
  static constexpr std::string_view kDoc = "A folder of a store.";
  std::string store;
  std::string path;
  bool operator==(const FilesTarget&) const = default;
};
void Describe(auto&& field, Of<FilesTarget> auto& self) {
  field("store", self.store, Rules{.doc = "Store of the Lake that gets the files.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
  field("path", self.path,
        Rules{.doc = "Folder in the store. It belongs to the pipeline that exports to it first, and is in no zone of the Lake.",
              .required = true,
              .maxLength = 512,
              .pattern = "^([A-Za-z0-9_][-A-Za-z0-9_.]*)(/[A-Za-z0-9_][-A-Za-z0-9_.]*)*$"});
}
using ExportTarget = Choice<FilesTarget>;

// Texts that no value of a number, a time or a BOOLEAN has, so that none of them becomes a missing one.
inline constexpr std::string_view kExportNullPattern = "^(NULL|null|NA|N/A|None)?$";
inline constexpr std::string_view kExportDelimiterPattern = "^[,;|\\x09]$";

struct CsvExport {
  static constexpr std::string_view kField = "csv";
  static constexpr std::string_view kDoc = "Delimited text in UTF-8 by RFC 4180, with a header line. Every VARCHAR value is in double quotation marks.";
  std::string delimiter = ",";
  std::string nullText;
  bool operator==(const CsvExport&) const = default;
};
void Describe(auto&& field, Of<CsvExport> auto& self) {
  field("delimiter", self.delimiter,
        Rules{.doc = "The character between values: a comma, a semicolon, a vertical bar or a tab.",
              .minLength = 1,
              .maxLength = 1,
              .pattern = kExportDelimiterPattern});
  field("nullText", self.nullText,
        Rules{.doc = "Text of a missing value, without quotation marks: NULL, null, NA, N/A or None. Absent means the empty value.",
              .maxLength = 4,
              .pattern = kExportNullPattern});
}

struct ParquetExport {
  static constexpr std::string_view kField = "parquet";
  static constexpr std::string_view kDoc = "One Apache Parquet file, compressed with Zstandard.";
  bool operator==(const ParquetExport&) const = default;
};
void Describe(auto&&, Of<ParquetExport> auto&) {}

using ExportFormat = Choice<CsvExport, ParquetExport>;

struct ExportStage {
  static constexpr std::string_view kField = "export";
  static constexpr std::string_view kDoc = "Write a version of a table as one file, for programs that read no tables.";
  std::string from;
  std::string view;
  ExportTarget to;
  ExportFormat format;
  bool operator==(const ExportStage&) const = default;
};
inline Ports PortsOf(const ExportStage& stage) {
  return {Reads("from", stage.from, {Zone::Processed, Zone::Curated}, "rows of tables are exported; files of Landing and RawHistory are files already"),
          ReadsView("view", stage.view)};
}
void Describe(auto&& field, Of<ExportStage> auto& self) {
  field("from", self.from, Rules{.doc = "Dataset of tables whose newest version is exported.", .maxLength = 63, .pattern = kObjectNamePattern});
  field("view", self.view, Rules{.doc = "View whose newest version is exported.", .maxLength = 63, .pattern = kObjectNamePattern});
  field("to", self.to, Rules{.doc = "Where the files go. A file is never changed and never removed.", .required = true});
  field("format", self.format, Rules{.doc = "How the files are written.", .required = true});
  field.OneOf({"from", "view"});
}

}  // namespace weir::api
