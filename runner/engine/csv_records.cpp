#include "runner/engine/csv_records.h"

#include <set>

namespace weir::engine {
namespace {

constexpr std::size_t kBuffer = 1 << 20;
constexpr std::size_t kLongestText = 16 << 10;

}  // namespace

bool CsvRecords::Refill() {
  buffer_.resize(kBuffer);
  const auto got = file_.Read(buffer_.data(), kBuffer);
  buffer_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  at_ = 0;
  return !buffer_.empty();
}

void CsvRecords::Keep(CsvRecord& record, char c) const {
  if (record.text.size() < kLongestText) record.text += c;
}

bool CsvRecords::Next(CsvRecord& record) {
  record = {offset_, line_, {}};
  bool quoted = false;
  bool at_start = true;  // of a value: only there does a quote open
  while (at_ < buffer_.size() || Refill()) {
    const char c = buffer_[at_++];
    ++offset_;
    if (c == '\n') ++line_;
    if (c == '\n' && !quoted) {
      if (!record.text.empty() && record.text.back() == '\r') record.text.pop_back();
      if (!record.text.empty() || empty_ == EmptyLines::Rows) return true;
      record = {offset_, line_, {}};
      at_start = true;
      continue;
    }
    Keep(record, c);
    if (c == '"') {
      if (quoted || at_start) quoted = !quoted;
      // A doubled quote inside a quoted value closes and opens again.
      at_start = !quoted;
    } else {
      at_start = !quoted && c == delimiter_;
    }
  }
  return !record.text.empty();
}

std::vector<std::string> CsvValues(const std::string& text, char delimiter) {
  std::vector<std::string> values(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"')
      values.back() += text[++i];
    else if (c == '"' && (quoted || values.back().empty()))
      quoted = !quoted;
    else if (c == delimiter && !quoted)
      values.emplace_back();
    else
      values.back() += c;
  }
  return values;
}

std::vector<std::string> DistinctNames(const std::vector<std::string>& header) {
  std::set<std::string> taken(header.begin(), header.end());
  std::set<std::string> given;
  std::vector<std::string> names;
  for (const std::string& title : header) {
    std::string name = title.empty() ? "column_" + std::to_string(names.size() + 1) : title;
    const bool first = !title.empty() && given.insert(title).second;
    for (int n = 2; !first && !taken.insert(name).second; ++n)
      name = (title.empty() ? "column_" + std::to_string(names.size() + 1) : title) + "_" + std::to_string(n);
    names.push_back(name);
  }
  return names;
}

}  // namespace weir::engine
