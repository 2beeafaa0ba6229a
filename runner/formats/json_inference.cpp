#include "runner/formats/json_inference.h"

#include <algorithm>
#include <unordered_map>

#include "runner/formats/column_facts.h"
#include "runner/formats/json_record.h"
#include "runner/formats/value.h"

namespace weir::formats {
namespace {

constexpr std::size_t kBlock = 2 << 20;

Error Unreadable(const std::string& what) { return {Fault::Data, "FileUnreadable", what}; }

// The values of one key.
struct KeyFacts {
  std::string name;
  ColumnFacts facts;
  bool bare = false;  // some are numbers, true or false, not strings
};

class Inference {
 public:
  explicit Inference(std::size_t most_columns) : most_columns_(most_columns) {}

  Status Read(ByteSource& text) {
    JsonBlocks blocks(text, kBlock);
    JsonBlock block;
    JsonRecordReader reader;
    while (true) {
      const auto more = blocks.Next(block);
      if (!more.ok()) return more.error();
      if (!*more) return Ok();
      for (const JsonRecord& record : block.records) {
        const JsonProblem problem = record.problem == JsonProblem::None ? reader.Read(record.text) : record.problem;
        if (problem == JsonProblem::None || problem == JsonProblem::DuplicateKey) ++objects_;
        if (problem != JsonProblem::None && fault_.empty()) fault_ = "line " + std::to_string(record.line) + ": " + Explain(problem);
        if (problem == JsonProblem::None) Observe(reader.Fields(), record.line);
        if (keys_.size() > most_columns_) return Ok();
      }
    }
  }

  Result<InferredJson> Declare() {
    if (objects_ == 0) return Unreadable(fault_.empty() ? "it has no rows" : "it has no JSON object; " + fault_);
    if (keys_.size() > most_columns_)
      return Unreadable("its objects have more than " + std::to_string(most_columns_) + " keys, but a Dataset takes " + std::to_string(most_columns_) +
                        " columns; declare those that you need by hand: others are left out when it is decoded");
    if (keys_.empty()) return Unreadable(fault_.empty() ? "its JSON objects have no keys that could be columns" : "none of its rows can be read; " + fault_);
    InferredJson inferred;
    for (const KeyFacts& key : keys_) inferred.columns.push_back({key.name, Judge(key, inferred.notes)});
    if (!unnamed_.empty()) inferred.notes.push_back(unnamed_);
    return inferred;
  }

 private:
  void Observe(const std::vector<JsonRecordReader::Field>& fields, std::int64_t line) {
    for (const auto& [name, value] : fields) {
      if (name.empty() || std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; })) {
        if (unnamed_.empty()) unnamed_ = "line " + std::to_string(line) + " has a key without a name or with control characters, which is left out";
        continue;
      }
      const auto [at, added] = places_.try_emplace(name, keys_.size());
      if (added) keys_.push_back({name, {}, false});
      KeyFacts& key = keys_[at->second];
      if (value.kind == JsonValue::Kind::Number) key.facts.ObserveNumber(value.text);
      if (value.kind == JsonValue::Kind::Boolean || value.kind == JsonValue::Kind::String || value.kind == JsonValue::Kind::Nested)
        key.facts.ObserveText(value.text);
      key.bare = key.bare || value.kind == JsonValue::Kind::Number || value.kind == JsonValue::Kind::Boolean;
    }
  }

  // Numbers in quotes were made texts by who wrote the file.
  static std::string Judge(const KeyFacts& key, std::vector<std::string>& notes) {
    const std::string of = "column " + key.name + ": ";
    const std::string type = key.facts.Type();
    if (key.facts.Present() == 0) {
      notes.push_back(of + "no value in the file; text until you know better");
    } else if (!key.bare && type != "VARCHAR" && type != "DATE" && type != "TIMESTAMP") {
      notes.push_back(of + "its values are in quotes, so they are text; declare " + type + " to read them as that");
      return "VARCHAR";
    } else if (key.facts.HasDigitsBeyondDouble() && type == "DOUBLE") {
      notes.push_back(of + "some values have more digits than a DOUBLE keeps; declare DECIMAL(p,s) to keep them");
    }
    return type;
  }

  const std::size_t most_columns_;
  std::vector<KeyFacts> keys_;
  std::unordered_map<std::string, std::size_t> places_;
  std::int64_t objects_ = 0;
  std::string fault_;    // of the first record that is no row
  std::string unnamed_;  // the note on keys that no column can have
};

}  // namespace

Result<InferredJson> InferJson(OpenedText file, std::size_t most_columns) {
  Inference inference(most_columns);
  if (Status read = inference.Read(*file.text); !read.ok()) return read.error();
  return inference.Declare();
}

}  // namespace weir::formats
