#include "runner/engine/decode/csv_row.h"

#include "runner/formats/encoding/utf8.h"

namespace weir::engine {
namespace {

using duckdb::idx_t;
using formats::ValueType;

const char* ReasonOf(formats::RecordProblem problem) {
  switch (problem) {
    case formats::RecordProblem::TextAfterQuote: return "has text after a closing quote";
    case formats::RecordProblem::TooLong: return "is longer than 16 MB";
    default: return "has a quote that is not closed";
  }
}

}  // namespace

bool CsvRow::IsMissing(const formats::CsvValue& value, ValueType type) const {
  if (value.quoted && IsText(type)) return false;
  const std::string_view text = IsText(type) ? value.text : formats::Trimmed(value.text);
  for (const std::string& missing : scan_.nullTexts)
    if (text == missing) return true;
  return false;
}

void CsvRow::Write(idx_t row, const RecordText& record, const std::vector<formats::CsvValue>& values) {
  if (!record.ascii && formats::ValidUtf8(record.text) < record.text.size()) {
    std::size_t column = 0;
    while (column + 1 < values.size() && formats::ValidUtf8(values[column].text) == values[column].text.size()) ++column;
    return row_.Refuse(row, record, scan_.names[column], "is not " + scan_.encoding);
  }
  if (record.text.find('\0') != std::string_view::npos) {
    std::size_t column = 0;
    while (column + 1 < values.size() && values[column].text.find('\0') == std::string_view::npos) ++column;
    return row_.Refuse(row, record, scan_.names[column], "has the character U+0000");
  }
  for (std::size_t i = 0; i < scan_.rules.targets.size(); ++i) {
    const ScanTarget& target = scan_.rules.targets[i];
    if (target.absent) {
      if (!row_.WriteMissing(row, i, record)) return;
      continue;
    }
    const formats::CsvValue& value = values[target.place];
    const auto lifetime = value.rewritten ? ScanRow::Text::Passes : ScanRow::Text::Stays;
    const bool fits = IsMissing(value, target.type.type) ? row_.WriteMissing(row, i, record) : row_.Write(row, i, record, value.text, lifetime);
    if (!fits) return;
  }
  row_.Accept(row, record);
}

void CsvRow::Broken(idx_t row, const RecordText& record, formats::RecordProblem problem, std::size_t column) {
  const bool known = problem != formats::RecordProblem::TooLong && column < scan_.names.size();
  row_.Refuse(row, record, known ? scan_.names[column] : "", ReasonOf(problem));
}

void CsvRow::Miscounted(idx_t row, const RecordText& record, std::size_t values) {
  if (values < scan_.columns) return row_.Refuse(row, record, scan_.names[values], "has too few values");
  row_.Refuse(row, record, "", "has too many values");
}

}  // namespace weir::engine
