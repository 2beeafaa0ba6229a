#include "runner/formats/json/json_inference.h"

#include <algorithm>

#include "runner/formats/columns/sql_names.h"
#include "runner/formats/values/value.h"

namespace weir::formats {
namespace {

constexpr std::size_t kBlock = 2 << 20;
constexpr std::int64_t kFewRows = 100;  // of a file that may be a list in a wrapper

Error Unreadable(const std::string& what) { return {Fault::Data, "FileUnreadable", what}; }

}  // namespace

Status JsonInference::Add(OpenedText file, std::string_view name) {
  files_.Add(name);
  JsonBlocks blocks(*file.text, kBlock);
  JsonBlock block;
  JsonRecordReader reader;
  while (true) {
    const auto more = blocks.Next(block);
    if (!more.ok()) return more.error();
    if (!*more) return Ok();
    for (const JsonRecord& record : block.records) {
      const ValuePlace place{record.line, files_.Count() - 1};
      const JsonProblem problem = record.problem == JsonProblem::None ? reader.Read(record.text) : record.problem;
      if (problem == JsonProblem::None || problem == JsonProblem::DuplicateKey) ++objects_;
      if (problem != JsonProblem::None && fault_.empty()) fault_ = files_.At(place) + ": " + Explain(problem);
      if (problem == JsonProblem::None) Observe(reader.Fields(), place);
      if (keys_.size() > most_columns_) return Ok();
    }
  }
}

Result<InferredJson> JsonInference::Declare() const {
  if (objects_ == 0) return Unreadable(fault_.empty() ? "it has no rows" : "it has no JSON object; " + fault_);
  if (keys_.size() > most_columns_)
    return Unreadable("its objects have more than " + std::to_string(most_columns_) + " keys, but a Dataset takes " + std::to_string(most_columns_) +
                      " columns; declare those that you need by hand: others are left out when it is decoded");
  if (keys_.empty()) return Unreadable(fault_.empty() ? "its JSON objects have no keys that could be columns" : "none of its rows can be read; " + fault_);
  InferredJson inferred;
  std::vector<std::string> titles;
  for (const KeyFacts& key : keys_) titles.push_back(key.name);
  const std::vector<std::string> in_sql = SqlNames(titles);
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const KeyFacts& key = keys_[i];
    inferred.columns.push_back({key.name, Judge(key, in_sql[i], inferred.notes), in_sql[i], key.facts.Present() > 0});
  }
  if (!unnamed_.empty()) inferred.notes.push_back(unnamed_);
  return inferred;
}

void JsonInference::Observe(const std::vector<JsonRecordReader::Field>& fields, ValuePlace place) {
  for (const auto& [name, value, as_written] : fields) {
    if (!as_written && lists_ == Lists::Ignore) continue;  // a path of SQL has keys as they are written
    if (name.empty() || std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; })) {
      if (unnamed_.empty()) unnamed_ = files_.At(place) + " has a key without a name or with control characters, which is left out";
      continue;
    }
    const auto [at, added] = places_.try_emplace(name, keys_.size());
    if (added) keys_.push_back({.name = name, .facts = {}, .member = {}, .lists = {}});
    KeyFacts& key = keys_[at->second];
    if (value.kind == JsonValue::Kind::Number) key.facts.ObserveNumber(value.text, place);
    if (value.kind == JsonValue::Kind::Boolean || value.kind == JsonValue::Kind::String || value.kind == JsonValue::Kind::Nested)
      key.facts.ObserveText(value.text, place);
    if (value.kind == JsonValue::Kind::Nested && lists_ == Lists::Note && objects_ <= kFewRows) key.lists.Add(value.text);
    if (value.kind == JsonValue::Kind::Nested && key.member.empty()) key.member = FirstMember(value.text);
    key.bare = key.bare || value.kind == JsonValue::Kind::Number || value.kind == JsonValue::Kind::Boolean;
  }
}

// Numbers in quotes were made texts by who wrote the file.
std::string JsonInference::Judge(const KeyFacts& key, const std::string& in_sql, std::vector<std::string>& notes) const {
  const std::string of = "column " + key.name + ": ";
  const std::string type = key.facts.Type();
  if (!key.bare && key.facts.Present() > 0 && type != "VARCHAR" && type != "DATE" && type != "TIMESTAMP") {
    notes.push_back(of + "its values are in quotes, so they are text; declare " + type + " to read them as that");
    return "VARCHAR";
  }
  const std::string list = objects_ <= kFewRows ? key.lists.Note(in_sql, objects_) : "";
  if (!list.empty())
    notes.push_back(of + list);
  else if (!key.member.empty())
    notes.push_back(of + NestedNote(in_sql, key.member));
  if (const std::string note = TypeNote(key.facts, in_sql, files_); !note.empty()) notes.push_back(of + note);
  return type;
}

}  // namespace weir::formats
