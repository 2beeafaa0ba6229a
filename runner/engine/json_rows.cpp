#include "runner/engine/decode.h"
#include "runner/engine/sql.h"

namespace weir::engine {
namespace {

constexpr std::string_view kLongestObject = "16777216";  // bytes of one line or one object

// '/' and '~' mean something in a JSON pointer.
std::string Pointer(const std::string& name) {
  std::string pointer = "/";
  for (const char c : name) pointer += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
  return pointer;
}

// A file that starts with '[' is one array; everything else is read as one object a line.
Result<bool> IsArray(const DecodeRequest& request) try {
  auto file = request.session.AllFiles().OpenFile(request.name, duckdb::FileFlags::FILE_FLAGS_READ | duckdb::FileCompressionType::AUTO_DETECT);
  char c = ' ';
  while (file->Read(&c, 1) == 1)
    if (std::isspace(static_cast<unsigned char>(c)) == 0) return c == '[';
  return false;
} catch (const std::exception& error) {
  return Unreadable(request, request.session.Explain(error));
}

std::vector<SourcedColumn> Columns(const DecodeRequest& request) {
  std::vector<SourcedColumn> columns;
  for (const api::Column& column : request.rules.columns) {
    const std::string n = std::to_string(columns.size());
    columns.push_back(
        {&column, "CASE WHEN json_valid(j) THEN json_extract_string(j, " + Literal(Pointer(NameInFile(column))) + ") END", FromText("s" + n, column.type, "")});
  }
  return columns;
}

std::string LinesScan(const DecodeRequest& request, const std::string& rejects) {
  return "(SELECT j FROM read_csv(" + Literal(request.name) +
         ", columns = {'j': 'VARCHAR'}, auto_detect = false, delim = '', quote = '', escape = '', header = false, hive_partitioning = false, max_line_size = " +
         std::string(kLongestObject) + ", store_rejects = true, rejects_limit = 0, rejects_table = " + Literal(rejects) +
         ", rejects_scan = " + Literal(rejects + "_scans") + "))";
}

std::string ArrayScan(const DecodeRequest& request) {
  return "(SELECT json::VARCHAR AS j FROM read_json_objects(" + Literal(request.name) +
         ", format = 'array', hive_partitioning = false, maximum_object_size = " + std::string(kLongestObject) + "))";
}

struct BrokenLine {
  std::int64_t line = 0;
  std::string reason;
  std::string text;
};

Result<std::vector<BrokenLine>> FindBrokenLines(const DecodeRequest& request, const std::string& rejects) {
  std::vector<BrokenLine> lines;
  const auto add = [&](const std::vector<duckdb::Value>& row) -> Status {
    lines.push_back({row[0].GetValue<std::int64_t>(), row[1].ToString() == "INVALID ENCODING" ? "is not UTF-8" : "is longer than 16 MB",
                     row[2].IsNull() ? "" : row[2].ToString()});
    return Ok();
  };
  Status done =
      request.session.ForEach("SELECT line, any_value(error_type::VARCHAR), any_value(csv_line) FROM " + Quote(rejects) + " GROUP BY line ORDER BY line", add);
  if (!done.ok()) return done.error();
  return lines;
}

// Gives the bad rows in order with their texts, which are read again: only bad rows need them.
Status Report(const DecodeRequest& request, const std::string& scan, const std::vector<BrokenLine>& broken, const std::vector<Misfit>& misfits) {
  for (const BrokenLine& line : broken) request.rejected({request.path, line.line, "", line.reason, line.text});
  if (misfits.empty()) return Ok();
  std::int64_t position = 0;
  auto next = misfits.begin();
  auto skipped = broken.begin();
  std::int64_t shift = 1;
  return request.session.ForEach("SELECT j FROM " + scan, [&](const std::vector<duckdb::Value>& row) -> Status {
    while (skipped != broken.end() && skipped->line <= position + shift) ++shift, ++skipped;
    if (next != misfits.end() && next->position == position) {
      request.rejected({request.path, position + shift, next->column, next->reason, row[0].IsNull() ? "" : row[0].ToString().substr(0, 16 << 10)});
      ++next;
    }
    ++position;
    return Ok();
  });
}

}  // namespace

Result<std::int64_t> DecodeJson(const DecodeRequest& request) {
  const auto array = IsArray(request);
  if (!array.ok()) return array.error();
  const std::string rejects = "weir_rejects";
  const std::string scan = *array ? ArrayScan(request) : LinesScan(request, rejects);
  Status made = MakeRows(request, Columns(request), scan, {"j", "WHEN j IS NULL THEN -2 WHEN NOT json_valid(j) OR json_type(j) <> 'OBJECT' THEN -1"});
  if (!made.ok()) return made.error();

  // Empty lines are no rows; they stood in the table only so that positions are lines.
  const std::string rows = Quote(request.RowsTable());
  const auto misfits = FindMisfits(request);
  if (!misfits.ok()) return misfits.error();
  const auto count = request.session.Number("SELECT count(*) FROM " + rows + " WHERE \" bad\" IS DISTINCT FROM -2");
  if (!count.ok()) return count.error();
  if (*array) {
    Status reported = Report(request, scan, {}, *misfits);
    if (!reported.ok()) return reported.error();
    return *count;
  }
  const auto broken = FindBrokenLines(request, rejects);
  if (!broken.ok()) return broken.error();
  for (const std::string& table : {rejects, rejects + "_scans"})
    if (Status gone = request.session.Execute("DROP TABLE " + Quote(table)); !gone.ok()) return gone.error();
  Status reported = Report(request, LinesScan(request, rejects + "_again"), *broken, *misfits);
  if (!reported.ok()) return reported.error();
  return *count + static_cast<std::int64_t>(broken->size());
}

}  // namespace weir::engine
