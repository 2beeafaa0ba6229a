#include "runner/engine/decode/json_scan.h"

#include <duckdb/execution/partition_info.hpp>
#include <duckdb/function/table_function.hpp>
#include <duckdb/main/extension/extension_loader.hpp>
#include <utility>

#include "crds/base/text.h"
#include "runner/formats/json/json_record.h"

namespace weir::engine {
namespace {

using duckdb::idx_t;
using formats::JsonProblem;
using formats::JsonValue;
using formats::ValueType;

constexpr std::size_t kMostOthers = 1000;
constexpr std::size_t kLongestOther = 256;  // bytes

struct ScanData final : duckdb::TableFunctionData {
  explicit ScanData(JsonScan& of) : scan(of) {}
  JsonScan& scan;
};

struct ScanState final : duckdb::GlobalTableFunctionState {
  explicit ScanState(JsonScan& of) : scan(of) {}
  idx_t MaxThreads() const override { return MAX_THREADS; }
  JsonScan& scan;
};

// What one thread works on. The block lives as long as the rows that were made of it are looked at.
struct BlockState final : duckdb::LocalTableFunctionState {
  explicit BlockState(const JsonScan& scan) : reader(scan.keys), found(scan.keys.size()) {}
  formats::JsonBlock block;
  std::size_t next = 0;  // of the block's records
  formats::JsonRecordReader reader;
  std::int64_t records = 0;
  std::vector<char> found;  // by key
};

duckdb::unique_ptr<duckdb::FunctionData> Bind(duckdb::ClientContext&, duckdb::TableFunctionBindInput& input, duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<duckdb::string>& names) {
  auto& scan = *reinterpret_cast<JsonScan*>(input.inputs[0].GetValue<std::uint64_t>());
  DeclareScan(scan.rules, types, names);
  return duckdb::make_uniq<ScanData>(scan);
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> Start(duckdb::ClientContext&, duckdb::TableFunctionInitInput& input) {
  return duckdb::make_uniq<ScanState>(input.bind_data->Cast<ScanData>().scan);
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> StartThread(duckdb::ExecutionContext&, duckdb::TableFunctionInitInput&,
                                                                duckdb::GlobalTableFunctionState* state) {
  return duckdb::make_uniq<BlockState>(state->Cast<ScanState>().scan);
}

// What a thread saw, once it has no more blocks.
void Merge(JsonScan& scan, BlockState& state) {
  scan.records += std::exchange(state.records, 0);
  scan.found.resize(scan.keys.size());
  for (std::size_t i = 0; i < state.found.size(); ++i) scan.found[i] = scan.found[i] || state.found[i] != 0;
  for (const std::string& key : state.reader.OtherKeys()) {
    if (scan.others.size() >= kMostOthers) return;
    if (key.size() <= kLongestOther && OneLine(key) == key) scan.others.insert(key);
  }
}

bool NextBlock(JsonScan& scan, BlockState& state) {
  const std::lock_guard lock(scan.mutex);
  const auto there = scan.blocks.Next(state.block);
  if (!there.ok()) {
    scan.error = there.error();
    throw duckdb::IOException("%s", there.error().message);
  }
  state.next = 0;
  if (!*there) Merge(scan, state);
  return *there;
}

// Numbers, dates and truths are never empty: an empty text is a missing value.
bool IsMissing(const JsonValue& value, ValueType type) {
  if (value.kind == JsonValue::Kind::Missing || value.kind == JsonValue::Kind::Null) return true;
  return value.kind == JsonValue::Kind::String && !IsText(type) && formats::Trimmed(value.text).empty();
}

class RowWriter {
 public:
  RowWriter(JsonScan& scan, BlockState& state, duckdb::DataChunk& chunk) : scan_(scan), state_(state), row_(scan.rules, chunk) {}

  void Add(idx_t row, const formats::JsonRecord& record) {
    const RecordText text{record.text, record.line};
    if (record.problem != JsonProblem::None) return row_.Refuse(row, text, "", formats::Explain(record.problem));
    const JsonProblem problem = state_.reader.Read(record.text);
    if (problem == JsonProblem::None || problem == JsonProblem::DuplicateKey) ++objects_;
    if (problem == JsonProblem::None) return Write(row, text);
    row_.Refuse(row, text, ColumnOf(state_.reader.Culprit()), ReasonOf(problem, state_.reader.Culprit()));
  }

  std::int64_t Objects() const { return objects_; }

 private:
  void Write(idx_t row, const RecordText& record) {
    ++state_.records;
    for (std::size_t i = 0; i < state_.found.size(); ++i) state_.found[i] |= static_cast<char>(state_.reader.Values()[i].kind != JsonValue::Kind::Missing);
    for (std::size_t i = 0; i < scan_.rules.targets.size(); ++i) {
      const ScanTarget& target = scan_.rules.targets[i];
      const JsonValue& value = state_.reader.Values()[target.place];
      const auto lifetime = value.rewritten ? ScanRow::Text::Passes : ScanRow::Text::Stays;
      const bool fits = IsMissing(value, target.type.type) ? row_.WriteMissing(row, i, record) : row_.Write(row, i, record, value.text, lifetime);
      if (!fits) return;
    }
    row_.Accept(row, record);
  }

  std::string ColumnOf(const std::string& key) const {
    for (const ScanTarget& target : scan_.rules.targets)
      if (scan_.keys[target.place] == key) return target.name;
    return "";
  }

  static std::string ReasonOf(JsonProblem problem, const std::string& key) {
    return problem == JsonProblem::DuplicateKey ? "has the key " + formats::Shown(key) + " twice" : formats::Explain(problem);
  }

  JsonScan& scan_;
  BlockState& state_;
  ScanRow row_;
  std::int64_t objects_ = 0;
};

void Scan(duckdb::ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& chunk) {
  JsonScan& scan = input.global_state->Cast<ScanState>().scan;
  auto& state = input.local_state->Cast<BlockState>();
  idx_t rows = 0;
  while (state.next == state.block.records.size())
    if (!NextBlock(scan, state)) return chunk.SetCardinality(0);
  RowWriter writer(scan, state, chunk);
  while (rows < STANDARD_VECTOR_SIZE && state.next < state.block.records.size()) writer.Add(rows++, state.block.records[state.next++]);
  scan.objects += writer.Objects();
  chunk.SetCardinality(rows);
}

duckdb::OperatorPartitionData Partition(duckdb::ClientContext&, duckdb::TableFunctionGetPartitionInput& input) {
  return duckdb::OperatorPartitionData(static_cast<idx_t>(input.local_state->Cast<BlockState>().block.number));
}

}  // namespace

void RegisterJsonScan(duckdb::DatabaseInstance& database) {
  duckdb::TableFunction function(kJsonScan, {duckdb::LogicalType::UBIGINT}, Scan, Bind, Start, StartThread);
  function.get_partition_data = Partition;
  duckdb::ExtensionLoader(database, "weirkeeper").RegisterFunction(function);
}

}  // namespace weir::engine
