#include <map>
#include <set>

#include "runner/engine/csv_records.h"
#include "runner/engine/decode.h"
#include "runner/engine/sql.h"

namespace weir::engine {
namespace {

// A record that DuckDB could not take apart.
struct BrokenRecord {
  std::int64_t offset = 0;
  std::int64_t line = 0;
  std::string column;
  std::string reason;
  std::string text;
};

char Delimiter(const DecodeRequest& request) { return request.format.csv->delimiter.empty() ? ',' : request.format.csv->delimiter[0]; }

duckdb::unique_ptr<duckdb::FileHandle> OpenText(const DecodeRequest& request) {
  return request.session.AllFiles().OpenFile(request.name, duckdb::FileFlags::FILE_FLAGS_READ | duckdb::FileCompressionType::AUTO_DETECT);
}

// Names of the file's columns, in order. Without a header they are the declared ones.
Result<std::vector<std::string>> FileColumns(const DecodeRequest& request) try {
  std::vector<std::string> names;
  if (!request.format.csv->header.value_or(true)) {
    for (const api::Column& column : request.rules.columns) names.push_back(NameInFile(column));
    return names;
  }
  auto file = OpenText(request);
  CsvRecord header;
  if (!CsvRecords(*file, Delimiter(request), EmptyLines::Skipped).Next(header))
    return Error{Fault::Data, "FileUnreadable", request.path + " is empty; a first line with column names is declared"};
  if (header.text.starts_with("\xEF\xBB\xBF")) header.text.erase(0, 3);
  return CsvValues(header.text, Delimiter(request));
} catch (const std::exception& error) {
  return Unreadable(request, request.session.Explain(error));
}

// Another format or encoding shows in the first line, and is not shown to people.
std::string Told(const std::vector<std::string>& names) {
  const std::string all = JoinSql(names);
  const bool text = std::none_of(all.begin(), all.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; });
  return text && duckdb::Value::StringIsValid(all) ? "names " + all : "is no text, so it is no delimited file in UTF-8";
}

// Which column of the file a declared one is. One of several with one name in the header is taken only where all of them
// are declared: else nobody knows which was meant.
class Header {
 public:
  Header(const DecodeRequest& request, const std::vector<std::string>& titles) : titles_(titles), names_(DistinctNames(titles)) {
    for (const api::Column& column : request.rules.columns) declared_.insert(NameInFile(column));
  }

  // The place, or what is wrong.
  Result<std::size_t> Find(const std::string& name) const {
    const auto at = static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
    if (at == names_.size()) return Error{Fault::Data, "FileUnreadable", name};
    for (std::size_t i = 0; i < titles_.size(); ++i)
      if (!titles_[at].empty() && titles_[i] == titles_[at] && !declared_.contains(names_[i])) return Error{Fault::Data, "FileUnreadable", name + " (twice)"};
    return at;
  }

 private:
  const std::vector<std::string>& titles_;
  const std::vector<std::string> names_;
  std::set<std::string> declared_;
};

Result<std::vector<SourcedColumn>> FindColumns(const DecodeRequest& request, const std::vector<std::string>& names) {
  const Header header(request, names);
  std::vector<SourcedColumn> found;
  std::string problems;
  for (const api::Column& column : request.rules.columns) {
    const auto place = header.Find(NameInFile(column));
    if (!place.ok()) problems += (problems.empty() ? "" : ", ") + place.error().message;
    const std::size_t index = place.ok() ? *place : 0;
    const std::string n = std::to_string(found.size());
    found.push_back({&column, "f" + std::to_string(index), FromText("s" + n, column.type, request.format.csv->timestampFormat)});
  }
  if (problems.empty()) return found;
  return Error{
      Fault::Data, "FileUnreadable",
      request.path + " has not exactly one column for: " + problems + "; its first line " + Told(names) + ". Correct the file, or the columns' sourceName"};
}

std::string Scan(const DecodeRequest& request, std::size_t columns, const std::string& rejects) {
  std::vector<std::string> types;
  for (std::size_t i = 0; i < columns; ++i) types.push_back("'f" + std::to_string(i) + "': 'VARCHAR'");
  const api::CsvFormat& csv = *request.format.csv;
  return "read_csv(" + Literal(request.name) + ", columns = {" + JoinSql(types) + "}, auto_detect = false, delim = " + Literal(csv.delimiter) +
         ", quote = '\"', escape = '\"', header = " + (csv.header.value_or(true) ? "true" : "false") + ", nullstr = " + Literal(csv.nullText) +
         ", hive_partitioning = false, store_rejects = true, rejects_limit = 0, rejects_table = " + Literal(rejects) +
         ", rejects_scan = " + Literal(rejects + "_scans") + ")";
}

std::string ReasonOf(const std::string& type) {
  static const std::map<std::string, std::string> kReasons{{"MISSING COLUMNS", "has too few values"},
                                                           {"TOO MANY COLUMNS", "has too many values"},
                                                           {"UNQUOTED VALUE", "has a quote that is not closed"},
                                                           {"LINE SIZE OVER MAXIMUM", "is longer than 2 MB"},
                                                           {"INVALID ENCODING", "is not UTF-8"}};
  const auto found = kReasons.find(type);
  return found == kReasons.end() ? "cannot be taken apart" : found->second;
}

Result<std::vector<BrokenRecord>> FindBroken(const DecodeRequest& request, const std::vector<std::string>& names, const std::string& rejects) {
  std::vector<BrokenRecord> broken;
  const auto add = [&](const std::vector<duckdb::Value>& row) -> Status {
    const std::string column = row[2].IsNull() ? "" : names[std::stoul(row[2].ToString().substr(1))];  // "f<n>"
    broken.push_back(
        {row[0].GetValue<std::int64_t>(), row[1].GetValue<std::int64_t>(), column, ReasonOf(row[3].ToString()), row[4].IsNull() ? "" : row[4].ToString()});
    return Ok();
  };
  // One record may have several errors; the first of its line counts.
  Status done = request.session.ForEach("SELECT line_byte_position, line, column_name, error_type::VARCHAR, csv_line FROM " + Quote(rejects) +
                                            " QUALIFY row_number() OVER (PARTITION BY line_byte_position ORDER BY column_idx) = 1 ORDER BY 1",
                                        add);
  if (!done.ok()) return done.error();
  return broken;
}

// DuckDB counts bytes from 1, or from 0 after "\r\n"; records are two bytes apart at least.
bool StartsAt(const CsvRecord& record, std::int64_t reported) { return record.offset == reported || record.offset + 1 == reported; }

enum class Pass { Compare, Report };

// Goes through the text beside what DuckDB said of it. DuckDB counts records where a person counts lines, and tells
// nothing of rows that it took apart well: both come from the text. Answers whether the two agree on the records.
bool Walk(const DecodeRequest& request, std::size_t columns, const std::vector<BrokenRecord>& broken, const std::vector<Misfit>& misfits,
          std::int64_t good_records, Pass pass) {
  auto file = OpenText(request);
  CsvRecords records(*file, Delimiter(request), columns == 1 ? EmptyLines::Rows : EmptyLines::Skipped);
  CsvRecord record;
  if (request.format.csv->header.value_or(true) && !records.Next(record)) return false;
  auto next_broken = broken.begin();
  auto next_misfit = misfits.begin();
  std::int64_t position = 0;
  while (records.Next(record)) {
    if (next_broken != broken.end() && StartsAt(record, next_broken->offset)) {
      if (pass == Pass::Report) request.rejected({request.path, record.line, next_broken->column, next_broken->reason, record.text});
      ++next_broken;
      continue;
    }
    if (next_misfit != misfits.end() && next_misfit->position == position) {
      if (pass == Pass::Report) request.rejected({request.path, record.line, next_misfit->column, next_misfit->reason, record.text});
      ++next_misfit;
    }
    ++position;
  }
  return next_broken == broken.end() && next_misfit == misfits.end() && position == good_records;
}

// When quotes are so broken that lines cannot be told: what DuckDB knows, and the values instead of the text.
Status ReportWithoutLines(const DecodeRequest& request, const std::vector<BrokenRecord>& broken, const std::vector<Misfit>& misfits) {
  for (const BrokenRecord& record : broken) request.rejected({request.path, record.line, record.column, record.reason, record.text});
  auto next = misfits.begin();
  return request.session.ForEach("SELECT to_json(r) FROM " + Quote(request.RowsTable()) + " r WHERE \" bad\" IS NOT NULL ORDER BY rowid",
                                 [&](const std::vector<duckdb::Value>& row) -> Status {
                                   request.rejected({request.path, 0, next->column, next->reason, row[0].ToString()});
                                   ++next;
                                   return Ok();
                                 });
}

Status Report(const DecodeRequest& request, std::size_t columns, const std::vector<BrokenRecord>& broken, const std::vector<Misfit>& misfits,
              std::int64_t good_records) try {
  if (broken.empty() && misfits.empty()) return Ok();
  if (!Walk(request, columns, broken, misfits, good_records, Pass::Compare)) return ReportWithoutLines(request, broken, misfits);
  Walk(request, columns, broken, misfits, good_records, Pass::Report);
  return Ok();
} catch (const std::exception& error) {
  return Unreadable(request, request.session.Explain(error));
}

}  // namespace

Result<std::int64_t> DecodeCsv(const DecodeRequest& request) {
  const auto names = FileColumns(request);
  if (!names.ok()) return names.error();
  const auto columns = FindColumns(request, *names);
  if (!columns.ok()) return columns.error();
  const std::string rejects = "weir_rejects";
  Status made = MakeRows(request, *columns, Scan(request, names->size(), rejects));
  if (!made.ok()) return made.error();

  const auto broken = FindBroken(request, *names, rejects);
  if (!broken.ok()) return broken.error();
  const auto misfits = FindMisfits(request);
  if (!misfits.ok()) return misfits.error();
  const auto records = request.session.Number("SELECT count(*) FROM " + Quote(request.RowsTable()));
  if (!records.ok()) return records.error();
  Status reported = Report(request, names->size(), *broken, *misfits, *records);
  if (!reported.ok()) return reported.error();
  for (const std::string& table : {rejects, rejects + "_scans"})
    if (Status gone = request.session.Execute("DROP TABLE " + Quote(table)); !gone.ok()) return gone.error();
  return *records + static_cast<std::int64_t>(broken->size());
}

}  // namespace weir::engine
