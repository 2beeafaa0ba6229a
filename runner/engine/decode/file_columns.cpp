#include "runner/engine/decode/file_columns.h"

#include <algorithm>

#include "crds/api/describe/read.h"
#include "crds/base/text.h"

namespace weir::engine {
namespace {

constexpr std::size_t kLongestName = 128;
constexpr std::size_t kShortestMeant = 3;
constexpr std::size_t kMostCompared = 1000;  // of more names none is looked for: each costs as much as there are others
constexpr std::size_t kMostUndeclared = 200;

// As people mean it: the same but for upper case, else near. Names that no message may hold are none.
std::string Nearest(const std::string& name, const std::vector<std::string>& others) {
  if (others.size() > kMostCompared) return "";
  std::vector<std::string_view> legible;
  for (const std::string& other : others) {
    if (other.empty() || other.size() > kLongestName || OneLine(other) != other) continue;
    if (Lower(other) == Lower(name)) return " (did you mean " + other + "?)";
    legible.push_back(other);
  }
  if (name.size() < kShortestMeant) return "";  // a word of two letters is near to every other one
  return api::Suggest(name, legible);
}

bool MayBeAbsent(const api::Column& column, AbsentMeans means) {
  if (column.whenAbsent) return *column.whenAbsent == api::WhenAbsent::SetNull;
  return means == AbsentMeans::Null;
}

// A column that the file does not have, and the nearest of those that nobody reads.
struct Lack {
  const api::Column* column;
  std::string suggestion;
};

std::vector<std::string> NamesIn(const std::vector<Lack>& lacks) {
  std::vector<std::string> names;
  for (const auto& [column, suggestion] : lacks) names.push_back(ShownName(NameInFile(*column)) + suggestion);
  return names;
}

// What to declare for older files; a column that must have a value cannot be filled with NULL.
std::string ForOlderFiles(const std::vector<Lack>& missing) {
  std::vector<std::string> nullable;
  for (const auto& [column, suggestion] : missing)
    if (column->IsNullable()) nullable.push_back(column->name);
  if (nullable.empty()) return "If older files do not have a column, declare it without nullable: false and with whenAbsent: SetNull";
  return "If older files do not have it, declare whenAbsent: SetNull for " + ListOfNames(nullable);
}

Error Missing(const std::string& path, const std::vector<Lack>& missing, const std::vector<std::string>& in_file) {
  return {Fault::Data, "FileUnreadable",
          path + " is missing these columns: " + ListOfNames(NamesIn(missing)) + " (found: " + ListOfNames(in_file) + "). " + ForOlderFiles(missing) +
              "; if it is there under another name, correct the file, its delimiter, or the column's sourceName"};
}

// Of another kind than the files that the columns were declared for: whenAbsent would make rows of NULL of it.
Error OfAnotherKind(const std::string& path, const std::vector<Lack>& lacking, const std::vector<std::string>& in_file) {
  return {Fault::Data, "FileUnreadable",
          path + " has none of the declared columns: " + ListOfNames(NamesIn(lacking)) + " (found: " + ListOfNames(in_file) +
              "). Is it another kind of file? If not, correct the file, its delimiter, or the columns' sourceName"};
}

}  // namespace

std::string ShownName(const std::string& name) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  const bool seen = !name.empty() && !blank(name.front()) && !blank(name.back());
  return seen ? Cut(OneLine(name), kLongestName) : Quoted(name, kLongestName);
}

std::string ListOfNames(const std::vector<std::string>& names) {
  constexpr std::size_t kLongestList = 400;
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (list.size() > kLongestList) return list + " and " + std::to_string(names.size() - i) + " more";
    if (i > 0) list += ", ";
    list += ShownName(names[i]);
  }
  return list;
}

Result<ColumnDifference> CompareColumns(const std::string& path, const std::vector<api::Column>& declared, const std::vector<std::string>& in_file,
                                        AbsentMeans means) {
  const std::set<std::string_view> there(in_file.begin(), in_file.end());
  std::set<std::string_view> wanted;
  for (const api::Column& column : declared) wanted.insert(NameInFile(column));
  std::vector<std::string> spare;  // of the file, nobody's
  for (const std::string& name : in_file)
    if (!wanted.contains(name)) spare.push_back(name);

  ColumnDifference difference;
  std::vector<Lack> lacking, missing;
  std::vector<std::string> lacked;
  bool foreseen = false;
  for (const api::Column& column : declared) {
    foreseen = foreseen || column.whenAbsent == api::WhenAbsent::SetNull;
    const std::string& name = NameInFile(column);
    if (there.contains(name)) continue;
    lacked.push_back(name);
    lacking.push_back({&column, Nearest(name, spare)});
    if (!MayBeAbsent(column, means)) missing.push_back(lacking.back());
    difference.absent.push_back({column.name, name, lacking.back().suggestion, column.whenAbsent.has_value()});
  }
  if ((foreseen || !missing.empty()) && lacking.size() == declared.size()) return OfAnotherKind(path, lacking, in_file);
  if (!missing.empty()) return Missing(path, missing, in_file);
  spare.resize(std::min(spare.size(), kMostUndeclared));
  for (const std::string& name : spare) difference.undeclared.push_back({name, Nearest(name, lacked)});
  return difference;
}

}  // namespace weir::engine
