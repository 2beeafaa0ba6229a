#include "runner/formats/json/json_lists.h"

#include <algorithm>

#include "crds/base/count.h"
#include "runner/formats/columns/sql_names.h"
#include "runner/formats/json/json_inference.h"

namespace weir::formats {
namespace {

constexpr std::size_t kMostKeys = 500;
constexpr std::size_t kMostShown = 20;

// A list whose first element is an object.
bool IsListOfObjects(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  if (text.empty() || text[0] != '[') return false;
  const std::size_t first = text.find_first_not_of(kSpace, 1);
  return first != std::string_view::npos && text[first] == '{';
}

// Keys with quotes have other names in a path.
bool IsPlainKey(std::string_view key) { return !key.empty() && key.find_first_of("\"'\\") == std::string_view::npos; }

std::string InPath(std::string_view key) { return ".\"" + std::string(key) + "\""; }

std::string ColumnsOf(const InferredJson& inferred) {
  std::string columns;
  std::size_t shown = 0;
  for (const InferredColumn& column : inferred.columns) {
    if (!IsPlainKey(column.title) || shown++ >= kMostShown) continue;
    const std::string text = "json_extract_string(record, '$" + InPath(column.title) + "')";
    columns +=
        (columns.empty() ? "" : ", ") + (column.type == "VARCHAR" ? text : "CAST(" + text + " AS " + column.type + ")") + " AS " + SqlQuoted(column.name);
  }
  return columns;
}

template <typename Taker>
void ForEachMember(std::string_view value, const Taker& take) {
  if (!value.starts_with('{')) return;
  JsonRecordReader reader;
  std::string padded(value);
  padded.append(kJsonPadding, ' ');
  if (reader.Read(std::string_view(padded).substr(0, value.size())) != JsonProblem::None) return;
  for (const JsonRecordReader::Field& member : reader.Fields()) take(member);
}

}  // namespace

JsonLists::JsonLists() = default;
JsonLists::JsonLists(JsonLists&&) noexcept = default;
JsonLists& JsonLists::operator=(JsonLists&&) noexcept = default;
JsonLists::~JsonLists() = default;

std::string MemberPath(std::string_view key) { return "$" + (IsPlainKey(key) ? InPath(key) : std::string()); }

std::string NestedNote(const std::string& column, const std::string& member) {
  return "nested values are JSON text; SQL reads a member as in json_extract_string(" + SqlQuoted(column) + ", '" + member + "')";
}

std::string FirstMember(std::string_view value) {
  if (value.starts_with('[')) return "$[0]";
  std::string first = "$";
  ForEachMember(value, [&first](const JsonRecordReader::Field& member) {
    if (first == "$" && member.as_written) first = MemberPath(member.name);
  });
  return first;
}

void JsonLists::Add(std::string_view value) {
  if (IsListOfObjects(value)) return AddList("", value);
  ForEachMember(value, [this](const JsonRecordReader::Field& member) {
    const auto& [name, inner, as_written] = member;
    if (as_written && inner.kind == JsonValue::Kind::Nested && IsPlainKey(name) && IsListOfObjects(inner.text)) AddList(InPath(name), inner.text);
  });
}

void JsonLists::AddList(const std::string& path, std::string_view text) {
  List& list = lists_[path];
  if (!list.keys) list.keys = std::make_unique<JsonInference>(kMostKeys, JsonInference::Lists::Ignore);
  OpenedText opened;
  opened.text = std::make_unique<PrefixedSource>(std::string(text));
  const Status added = list.keys->Add(std::move(opened), "");
  if (added.ok()) list.records = list.keys->Objects();
}

std::string JsonLists::Note(const std::string& column, std::int64_t rows) const {
  const auto most = std::max_element(lists_.begin(), lists_.end(), [](const auto& a, const auto& b) { return a.second.records < b.second.records; });
  if (most == lists_.end() || most->second.records == 0 || (rows > 1 && most->second.records < 2 * rows)) return "";
  const auto inferred = most->second.keys->Declare();
  const std::string columns = inferred.ok() ? ColumnsOf(*inferred) : "";
  if (columns.empty()) return "";
  return "it holds " + Counted(most->second.records, "record") + " as JSON text in " + Counted(rows, "row") +
         "; make rows of them in the SQL of the View: SELECT " + columns + " FROM (SELECT unnest(json_extract(" + SqlQuoted(column) + ", '$" + most->first +
         "[*]')) AS record FROM " + std::string(kTableMark) + ")" + (inferred->columns.size() > kMostShown ? "; the other keys are read in the same way" : "");
}

}  // namespace weir::formats
