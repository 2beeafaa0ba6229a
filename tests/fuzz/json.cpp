// JSON files: cutting them into records, and reading each.
#include <algorithm>

#include "crds/base/json.h"
#include "runner/formats/json/json_record.h"
#include "tests/fuzz/invariant.h"

using namespace weir;
using namespace weir::formats;

namespace {

// Gives its bytes in pieces.
class Pieces final : public ByteSource {
 public:
  Pieces(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
  Result<std::size_t> Read(char* out, std::size_t n) override {
    const std::size_t some = std::min({n, piece_, rest_.size()});
    std::copy_n(rest_.data(), some, out);
    rest_.remove_prefix(some);
    return some;
  }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

struct Reading {
  std::vector<std::string> texts;
  std::vector<std::int64_t> lines;
  std::vector<JsonProblem> problems;
  bool operator==(const Reading&) const = default;
};

bool HasExponentOrManyDigits(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i)
    if ((text[i] == 'e' || text[i] == 'E') && text[i - 1] >= '0' && text[i - 1] <= '9') return true;
  return text.size() > 300;
}

JsonProblem ReadRecord(JsonRecordReader& reader, const JsonRecord& record) {
  if (record.problem != JsonProblem::None) return record.problem;
  const JsonProblem problem = reader.Read(record.text);
  if (problem != JsonProblem::None) return problem;
  // nlohmann takes no number beyond a double.
  fuzz::Require(HasExponentOrManyDigits(record.text) || Json::accept(record.text), "a record without a problem is JSON");
  for (const auto& field : reader.Fields()) fuzz::Require(field.value.kind != JsonValue::Kind::Missing, "a field has a value");
  return problem;
}

Reading ReadAll(std::string_view text, std::size_t piece, std::size_t block_bytes) {
  Reading reading;
  Pieces source(text, piece);
  JsonBlocks blocks(source, block_bytes);
  JsonBlock block;
  JsonRecordReader reader;
  for (std::int64_t number = 0;; ++number) {
    const auto more = blocks.Next(block);
    fuzz::Require(more.ok(), "a text in memory can be read");
    if (!*more) return reading;
    fuzz::Require(block.number == number && !block.records.empty(), "blocks are numbered and hold something");
    for (const JsonRecord& record : block.records) {
      fuzz::Require(record.line >= (reading.lines.empty() ? 1 : reading.lines.back()), "lines ascend");
      reading.texts.emplace_back(record.text);
      reading.lines.push_back(record.line);
      reading.problems.push_back(ReadRecord(reader, record));
    }
  }
}

// One object that another parser takes is one row, or is refused for what JSON itself allows.
void CheckObject(std::string_view text, const Reading& reading) {
  if (text.find('\0') != std::string_view::npos) return;  // which the other parser takes for the end
  const Json other = Json::parse(text, nullptr, false);
  if (!other.is_object()) return;
  const std::vector<JsonProblem> allowed{JsonProblem::None, JsonProblem::DuplicateKey, JsonProblem::Nul, JsonProblem::TooDeep};
  fuzz::Require(reading.problems.size() == 1, "an object is one record");
  fuzz::Require(std::find(allowed.begin(), allowed.end(), reading.problems[0]) != allowed.end(), "an object is read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view text = fuzz::Text(data + 2, size - 2);
  const Reading whole = ReadAll(text, text.size() + 1, text.size() + 1);
  fuzz::Require(whole == ReadAll(text, 1U + data[0], 1U + data[1]), "pieces and blocks of any size have the same records");
  CheckObject(text, whole);
  return 0;
}
