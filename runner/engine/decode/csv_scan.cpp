#include "runner/engine/decode/csv_scan.h"

#include <duckdb/execution/partition_info.hpp>
#include <duckdb/function/table_function.hpp>
#include <duckdb/main/extension/extension_loader.hpp>

#include "runner/engine/decode/csv_row.h"
#include "runner/formats/encoding/utf8.h"

namespace weir::engine {
namespace {

using duckdb::idx_t;
using formats::CsvBlockRecords;

struct ScanData final : duckdb::TableFunctionData {
  explicit ScanData(CsvScan& of) : scan(of) {}
  CsvScan& scan;
};

struct ScanState final : duckdb::GlobalTableFunctionState {
  explicit ScanState(CsvScan& of) : scan(of) {}
  idx_t MaxThreads() const override { return MAX_THREADS; }
  CsvScan& scan;
};

// What one thread works on. The block lives as long as the rows that were made of it are looked at.
struct BlockState final : duckdb::LocalTableFunctionState {
  formats::CsvBlock block;
  std::optional<CsvBlockRecords> records;
  bool ascii = true;
  formats::CsvValues values;
};

duckdb::unique_ptr<duckdb::FunctionData> Bind(duckdb::ClientContext&, duckdb::TableFunctionBindInput& input, duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<duckdb::string>& names) {
  auto& scan = *reinterpret_cast<CsvScan*>(input.inputs[0].GetValue<std::uint64_t>());
  DeclareScan(scan.rules, types, names);
  return duckdb::make_uniq<ScanData>(scan);
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> Start(duckdb::ClientContext&, duckdb::TableFunctionInitInput& input) {
  return duckdb::make_uniq<ScanState>(input.bind_data->Cast<ScanData>().scan);
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> StartThread(duckdb::ExecutionContext&, duckdb::TableFunctionInitInput&, duckdb::GlobalTableFunctionState*) {
  return duckdb::make_uniq<BlockState>();
}

bool NextBlock(CsvScan& scan, BlockState& state) {
  state.records.reset();
  {
    const std::lock_guard lock(scan.mutex);
    const auto there = scan.blocks.Next(state.block);
    if (!there.ok()) {
      scan.error = there.error();
      throw duckdb::IOException("%s", there.error().message);
    }
    if (!*there) return false;
  }
  state.ascii = formats::IsAscii(state.block.text);
  state.records.emplace(state.block, scan.blocks.Dialect(), scan.blocks.Ends(), scan.columns);
  return true;
}

// Rows of a record; several where its line has to be cut at lone CRs. False when the chunk has no room for all of them.
class RowWriter {
 public:
  RowWriter(CsvScan& scan, BlockState& state, duckdb::DataChunk& chunk) : state_(state), row_(scan, chunk), columns_(scan.columns) {}

  idx_t Rows() const { return rows_; }

  void Add(const CsvBlockRecords::Record& record, char delimiter) {
    const RecordText whole{record.text, record.line, state_.ascii};
    if (record.problem != formats::RecordProblem::None) return row_.Broken(rows_++, whole, record.problem, record.column);
    const auto& values = state_.values.Split(record.text, delimiter);
    if (values.size() == columns_) return row_.Write(rows_++, whole, values);
    const bool may_be_cut = !record.quoted && values.size() > columns_ && record.text.find('\r') != std::string_view::npos;
    const auto parts = may_be_cut ? formats::CsvValues::CutAtReturns(record.text, delimiter, columns_) : std::vector<std::string_view>{};
    if (parts.empty() || rows_ + parts.size() > STANDARD_VECTOR_SIZE) return row_.Miscounted(rows_++, whole, values.size());
    for (const std::string_view part : parts) row_.Write(rows_++, {part, record.line, state_.ascii}, state_.values.Split(part, delimiter));
  }

 private:
  BlockState& state_;
  CsvRow row_;
  std::size_t columns_;
  idx_t rows_ = 0;
};

void Scan(duckdb::ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& chunk) {
  CsvScan& scan = input.global_state->Cast<ScanState>().scan;
  auto& state = input.local_state->Cast<BlockState>();
  RowWriter rows(scan, state, chunk);
  CsvBlockRecords::Record record;
  while (rows.Rows() == 0) {
    if (!state.records && !NextBlock(scan, state)) break;
    while (rows.Rows() < STANDARD_VECTOR_SIZE) {
      if (!state.records->Next(record)) {
        if (rows.Rows() == 0) state.records.reset();
        break;
      }
      rows.Add(record, scan.blocks.Dialect().delimiter);
    }
  }
  chunk.SetCardinality(rows.Rows());
}

duckdb::OperatorPartitionData Partition(duckdb::ClientContext&, duckdb::TableFunctionGetPartitionInput& input) {
  return duckdb::OperatorPartitionData(static_cast<idx_t>(input.local_state->Cast<BlockState>().block.number));
}

}  // namespace

void RegisterCsvScan(duckdb::DatabaseInstance& database) {
  duckdb::TableFunction function(kCsvScan, {duckdb::LogicalType::UBIGINT}, Scan, Bind, Start, StartThread);
  function.get_partition_data = Partition;
  duckdb::ExtensionLoader(database, "weirkeeper").RegisterFunction(function);
}

}  // namespace weir::engine
