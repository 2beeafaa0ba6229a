#include <algorithm>
#include <duckdb.hpp>

#include "runner/engine/decode/decode.h"
#include "runner/engine/decode/json_scan.h"
#include "runner/engine/decode/scanned_rows.h"
#include "runner/engine/decode/text_input.h"
#include "runner/engine/sql/sql.h"

namespace weir::engine {
namespace {

constexpr std::size_t kBlock = 2 << 20;

// Two columns may come from one key.
Result<std::vector<ScanTarget>> FindKeys(const DecodeRequest& request, std::vector<std::string>& keys) {
  std::vector<ScanTarget> targets;
  for (const api::Column& column : request.rules.columns) {
    const auto type = formats::ParseColumnType(column.type);
    if (!type) return Error{Fault::Invalid, "Invalid", "column " + column.name + ": " + column.type + " is not a column type"};
    auto key = std::find(keys.begin(), keys.end(), NameInFile(column));
    if (key == keys.end()) key = keys.insert(keys.end(), NameInFile(column));
    targets.push_back({static_cast<std::size_t>(key - keys.begin()), *type, column.type, column.name, column.IsNullable()});
  }
  return targets;
}

// A file that holds no object at all is no JSON file.
Status CheckReadable(const DecodeRequest& request, const JsonScan& scan) {
  if (scan.objects > 0) return Ok();
  auto first = request.session.Run("SELECT line, reason FROM " + Quote(request.RowsTable()) + " ORDER BY rowid LIMIT 1");
  if (!first.ok()) return first.error();
  if (first.value()->RowCount() == 0) return Ok();
  return Error{Fault::Data, "FileUnreadable",
               request.path + " cannot be read as JSON: it has no JSON object; line " + first.value()->GetValue(0, 0).ToString() + ": " +
                   first.value()->GetValue(1, 0).ToString() + ". Deliver it again, or declare its format"};
}

// A file without any good record says nothing about keys.
Result<ColumnDifference> CompareKeys(const DecodeRequest& request, const JsonScan& scan) {
  if (scan.records == 0) return ColumnDifference{};
  std::vector<std::string> there(scan.others.begin(), scan.others.end());
  for (std::size_t i = 0; i < scan.keys.size(); ++i)
    if (scan.found[i]) there.push_back(scan.keys[i]);
  return CompareColumns(request.path, request.rules.columns, there, AbsentMeans::Null);
}

}  // namespace

Result<DecodedFile> DecodeJson(const DecodeRequest& request) {
  auto opened = OpenText(request.session, request.name, request.path, std::nullopt, formats::Undeclared::GuessUnicode);
  if (!opened.ok()) return opened.error();
  std::vector<std::string> keys;
  auto targets = FindKeys(request, keys);
  if (!targets.ok()) return targets.error();
  formats::JsonBlocks blocks(*opened->text, kBlock);
  JsonScan scan{.blocks = blocks,
                .keys = std::move(keys),
                .rules = {.targets = std::move(targets).value(), .keepTexts = !request.rules.checks.empty(), .undecoded = opened->MayHold()}};
  if (Status made = MakeScannedRows(request, ScanCall(kJsonScan, &scan), scan.error); !made.ok()) return made.error();
  if (Status readable = CheckReadable(request, scan); !readable.ok()) return readable.error();
  auto difference = CompareKeys(request, scan);
  if (!difference.ok()) return difference.error();
  const auto rows = ReportScannedRows(request);
  if (!rows.ok()) return rows.error();
  return DecodedFile{*rows, std::move(difference->absent), std::move(difference->undeclared)};
}

}  // namespace weir::engine
