#include "runner/engine/file_columns.h"

#include <algorithm>

#include "crds/api/read.h"
#include "crds/base/text.h"

namespace weir::engine {
namespace {

constexpr std::size_t kLongestList = 400;  // characters of column names that a message shows
constexpr std::size_t kLongestName = 128;
constexpr std::size_t kShortestMeant = 3;

std::string Folded(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// As people mean it: the same but for upper case, else near. Names that no message may hold are none.
std::string Nearest(const std::string& name, const std::vector<std::string>& others) {
  std::vector<std::string_view> legible;
  for (const std::string& other : others) {
    if (other.empty() || other.size() > kLongestName || OneLine(other) != other) continue;
    if (Folded(other) == Folded(name)) return " (did you mean " + other + "?)";
    legible.push_back(other);
  }
  if (name.size() < kShortestMeant) return "";  // a word of two letters is near to every other one
  return api::Suggest(name, legible);
}

std::string Listed(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (list.size() > kLongestList) return list + " and " + std::to_string(names.size() - i) + " more";
    if (i > 0) list += ", ";
    list += Cut(OneLine(names[i]), kLongestName);
  }
  return list;
}

bool MayBeAbsent(const api::Column& column, AbsentMeans means) {
  if (column.whenAbsent) return *column.whenAbsent == api::WhenAbsent::SetNull;
  return means == AbsentMeans::Null;
}

// What to declare for older files; a column that must have a value cannot be filled with NULL.
std::string ForOlderFiles(const std::vector<const api::Column*>& missing) {
  std::vector<std::string> nullable;
  for (const api::Column* column : missing)
    if (column->IsNullable()) nullable.push_back(column->name);
  if (nullable.empty()) return "If older files do not have a column, declare it without nullable: false and with whenAbsent: SetNull";
  return "If older files do not have it, declare whenAbsent: SetNull for " + Listed(nullable);
}

Error Missing(const std::string& path, const std::vector<const api::Column*>& missing, const std::vector<std::string>& spare,
              const std::vector<std::string>& in_file) {
  std::vector<std::string> named;
  for (const api::Column* column : missing) named.push_back(NameInFile(*column) + Nearest(NameInFile(*column), spare));
  return {Fault::Data, "FileUnreadable",
          path + " is missing these columns: " + Listed(named) + " (found: " + Listed(in_file) + "). " + ForOlderFiles(missing) +
              "; if it is there under another name, correct the file, its delimiter, or the column's sourceName"};
}

}  // namespace

Result<ColumnDifference> CompareColumns(const std::string& path, const std::vector<api::Column>& declared, const std::vector<std::string>& in_file,
                                        AbsentMeans means) {
  const std::set<std::string> there(in_file.begin(), in_file.end());
  std::set<std::string> wanted;
  for (const api::Column& column : declared) wanted.insert(NameInFile(column));
  std::vector<std::string> spare;  // of the file, nobody's
  for (const std::string& name : in_file)
    if (!wanted.contains(name)) spare.push_back(name);

  ColumnDifference difference;
  std::vector<const api::Column*> missing, all;
  std::vector<std::string> lacking;
  bool foreseen = true;
  for (const api::Column& column : declared) {
    all.push_back(&column);
    foreseen = foreseen && column.whenAbsent == api::WhenAbsent::SetNull;
    const std::string& name = NameInFile(column);
    if (there.contains(name)) continue;
    lacking.push_back(name);
    if (!MayBeAbsent(column, means)) missing.push_back(&column);
    difference.absent.push_back({column.name, name, Nearest(name, spare), column.whenAbsent.has_value()});
  }
  // Of another kind than the files that the columns were declared for.
  if (foreseen && lacking.size() == declared.size()) missing = all;
  if (!missing.empty()) return Missing(path, missing, spare, in_file);
  for (const std::string& name : spare) difference.undeclared.push_back({name, Nearest(name, lacking)});
  return difference;
}

}  // namespace weir::engine
