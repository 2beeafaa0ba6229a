#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runner/engine/decode/file_columns.h"
#include "runner/engine/session.h"

namespace weir::engine {

// One file to decode into the relation `into`. All three formats do the same: every value of the file is tried as the
// declared type within one scan, rows in file order, and each row gets in the column " bad" which column or check failed
// first and why, or NULL. The relation is a view on the rows that are good; the bad ones are looked up by their position.
struct DecodeRequest {
  Session& session;
  std::string name;  // of the file for DuckDB
  std::string path;  // of the file for people
  const api::Format& format;
  const RowRules& rules;
  std::string into;
  const std::function<void(RejectedRow&&)>& rejected;

  std::string RowsTable() const { return into + " rows"; }
};

// Fault::Data with reason "FileUnreadable" when the file as a whole is not what was declared; faults of the store as they
// came.
Result<DecodedFile> DecodeCsv(const DecodeRequest& request, const api::CsvFormat& csv);
Result<DecodedFile> DecodeJson(const DecodeRequest& request);
Result<DecodedFile> DecodeParquet(const DecodeRequest& request);

// Where a declared column comes from in one file.
struct SourcedColumn {
  const api::Column* column = nullptr;
  std::string source;      // SQL expression of the value as it is in the file
  std::string value;       // the same as the declared type, NULL where it does not fit
  std::string shown = {};  // SQL of the text that a message shows, and of the reason where a VARCHAR is declared; absent for the text of a cast
};

// A row that did not fit: its position among the rows that were scanned, from 0, and why.
struct Misfit {
  std::int64_t position = 0;
  std::string column;
  std::string reason;
};

// Makes the table of rows and the view on the good ones.
Status MakeRows(const DecodeRequest& request, const std::vector<SourcedColumn>& columns, const std::string& from);
Result<std::vector<Misfit>> FindMisfits(const DecodeRequest& request);

// What a scan answered, said of the file: unless the store or a limit is at fault, the file is unreadable.
Error Unreadable(const DecodeRequest& request, const Error& error);

}  // namespace weir::engine
