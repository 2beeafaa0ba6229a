#include "crds/api/check.h"

namespace weir::api {
namespace {

// The fields of the checks that can quarantine rows, each in `form` with % for its name.
std::vector<std::string> RowChecks(const std::string& form) {
  std::vector<std::string> all;
  CheckKinds::ForEach([&]<typename Kind>() {
    if (Kind::kScope == CheckScope::Row) all.push_back(std::string(form).replace(form.find('%'), 1, Kind::kField));
  });
  return all;
}

// "notNull, acceptedValues and range"
std::string NamesOfRowChecks() {
  const std::vector<std::string> names = RowChecks("%");
  return Joined({names.begin(), names.end() - 1}) + " and " + names.back();
}

}  // namespace

std::vector<ColumnUse> ListedColumns(std::string_view field, const std::vector<std::string>& columns) {
  std::vector<ColumnUse> uses;
  for (std::size_t i = 0; i < columns.size(); ++i) uses.push_back({std::string(field) + "[" + std::to_string(i) + "]", columns[i]});
  return uses;
}

const std::string& QuarantineNeedsRowCheck() {
  static const std::string message = "only " + NamesOfRowChecks() + " can quarantine rows; use Block or Warn";
  return message;
}

const std::string& QuarantineRule() {
  static const std::string rule = [] {
    std::string text = "!has(self.onFailure) || self.onFailure != 'Quarantine'";
    for (const std::string& test : RowChecks("has(self.%)")) text += " || " + test;
    return text;
  }();
  return rule;
}

const std::string& OnFailureDoc() {
  static const std::string doc =
      "Block refuses the commit, Quarantine quarantines the failing rows (" + NamesOfRowChecks() + " only), Warn records. Absent means Block.";
  return doc;
}

}  // namespace weir::api
