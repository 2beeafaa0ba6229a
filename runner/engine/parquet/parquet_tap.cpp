#include "runner/engine/parquet/parquet_tap.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/copy_function_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/schema_catalog_entry.hpp>
#include <duckdb/execution/execution_context.hpp>
#include <duckdb/main/extension/extension_loader.hpp>

#include "runner/engine/sql/sql.h"
#include "runner/engine/values/row_hash.h"

namespace weir::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::UnifiedVectorFormat;
using duckdb::Vector;

constexpr const char* kStateName = "weir_parquet_tap";

duckdb::CopyFunction PlainParquet(duckdb::DatabaseInstance& database) {
  const auto transaction = duckdb::CatalogTransaction::GetSystemTransaction(database);
  auto& schema = duckdb::Catalog::GetSystemCatalog(database).GetSchema(transaction, DEFAULT_SCHEMA);
  return schema.GetEntry(transaction, duckdb::CatalogType::COPY_FUNCTION_ENTRY, "parquet")->Cast<duckdb::CopyFunctionCatalogEntry>().function;
}

template <typename T>
const T* ValuesOf(Vector& vector, duckdb::idx_t rows, UnifiedVectorFormat& format) {
  vector.ToUnifiedFormat(rows, format);
  return UnifiedVectorFormat::GetData<T>(format);
}

// Calls `use(value)` for each value that is there.
template <typename T>
void ForEachValue(Vector& vector, duckdb::idx_t rows, const auto& use) {
  UnifiedVectorFormat format;
  const T* values = ValuesOf<T>(vector, rows, format);
  for (duckdb::idx_t row = 0; row < rows; ++row) {
    const auto place = format.sel->get_index(row);
    if (format.validity.RowIsValid(place)) use(values[place]);
  }
}

std::int64_t CountTrue(Vector& flags, duckdb::idx_t rows) {
  std::int64_t count = 0;
  ForEachValue<bool>(flags, rows, [&count](bool flag) { count += flag ? 1 : 0; });
  return count;
}

constexpr std::int32_t kFirstDay = -719'162;  // 0001-01-01
constexpr std::int32_t kLastDay = 2'932'896;  // 9999-12-31

bool IsOfTheCalendar(duckdb::date_t day) { return day.days >= kFirstDay && day.days <= kLastDay; }
bool IsOfTheCalendar(duckdb::timestamp_t time) {
  constexpr std::int64_t kDay = duckdb::Interval::MICROS_PER_DAY;
  return time.value >= kFirstDay * kDay && time.value < (kLastDay + 1) * kDay;
}
std::string TextOf(duckdb::date_t day) { return "DATE '" + duckdb::Date::ToString(day) + "'"; }
std::string TextOf(duckdb::timestamp_t time) { return "TIMESTAMP '" + duckdb::Timestamp::ToString(time) + "'"; }

constexpr const char* kDays = "DATE '0001-01-01' AND DATE '9999-12-31'";
constexpr const char* kTimes = "TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'";
const char* CalendarOf(duckdb::date_t) { return kDays; }
const char* CalendarOf(duckdb::timestamp_t) { return kTimes; }

template <typename T>
[[noreturn]] void RefuseTime(const std::string& column, T time) {
  const std::string name = Quote(column);
  throw duckdb::OutOfRangeException(
      "column " + name + " has the value " + TextOf(time) +
      ", which other readers of the table cannot read: it holds the years 1 to 9999; write NULL or a time of these years, such as CASE WHEN " + name +
      " BETWEEN " + CalendarOf(time) + " THEN " + name + " END");
}

// Looks at whole columns first, without a branch a row: nearly none has such a value, and those of NULL rows are chance.
template <typename T>
void RequireCalendar(Vector& times, duckdb::idx_t rows, const std::string& column) {
  UnifiedVectorFormat format;
  const auto* values = ValuesOf<T>(times, rows, format);
  bool suspect = false;
  for (duckdb::idx_t row = 0; row < rows; ++row) suspect |= !IsOfTheCalendar(values[format.sel->get_index(row)]);
  if (!suspect) return;
  ForEachValue<T>(times, rows, [&column](T time) {
    if (!IsOfTheCalendar(time)) RefuseTime(column, time);
  });
}

bool IsTopmost(const duckdb::string_t& text) { return (text.GetSize() >= 4) & (std::memcmp(text.GetPrefix(), "\xF4\x8F\xBF\xBF", 4) == 0); }

// Whether a text begins with U+10FFFF: only such a text is greater than that character alone. Looks as RequireCalendar does.
bool HasTopmost(Vector& texts, duckdb::idx_t rows) {
  UnifiedVectorFormat format;
  const auto* values = ValuesOf<duckdb::string_t>(texts, rows, format);
  bool suspect = false;
  for (duckdb::idx_t row = 0; row < rows; ++row) suspect |= IsTopmost(values[format.sel->get_index(row)]);
  bool topmost = false;
  if (suspect) ForEachValue<duckdb::string_t>(texts, rows, [&topmost](const duckdb::string_t& text) { topmost |= IsTopmost(text); });
  return topmost;
}

template <typename T>
bool HasNegativeZero(const T* values, const duckdb::SelectionVector& places, duckdb::idx_t rows) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  constexpr Bits kNegativeZero = std::bit_cast<Bits>(T{-0.0});
  bool found = false;
  if (!places.IsSet()) {
    for (duckdb::idx_t row = 0; row < rows; ++row) found |= std::bit_cast<Bits>(values[row]) == kNegativeZero;
  } else {
    for (duckdb::idx_t row = 0; row < rows; ++row) found |= std::bit_cast<Bits>(values[places.get_index_unsafe(row)]) == kNegativeZero;
  }
  return found;
}

// The writer's dictionary takes -0 and 0 for one value, whichever came first: all zeros are written as 0, as they are hashed.
template <typename T>
void PassReals(Vector& from, duckdb::idx_t rows, Vector& to) {
  UnifiedVectorFormat format;
  const T* values = ValuesOf<T>(from, rows, format);
  if (!HasNegativeZero(values, *format.sel, rows)) return to.Reference(from);
  Vector plain(from.GetType(), rows);
  auto* written = duckdb::FlatVector::GetData<T>(plain);
  for (duckdb::idx_t row = 0; row < rows; ++row) {
    const auto place = format.sel->get_index(row);
    if (!format.validity.RowIsValid(place)) duckdb::FlatVector::SetNull(plain, row, true);
    written[row] = values[place] == 0 ? 0 : values[place];
  }
  to.Reference(plain);
}

// Of times of the calendar.
EventTimes EventsOf(Vector& times, duckdb::idx_t rows, const std::optional<Time>& until) {
  EventTimes events;
  const auto note = [&events, &until](std::int64_t us) { events.Note(Time{us}, until); };
  if (times.GetType().id() == LogicalTypeId::DATE) {
    ForEachValue<duckdb::date_t>(times, rows, [&note](duckdb::date_t day) { note(day.days * duckdb::Interval::MICROS_PER_DAY); });
  } else {
    ForEachValue<duckdb::timestamp_t>(times, rows, [&note](duckdb::timestamp_t time) { note(time.value); });
  }
  return events;
}

}  // namespace

// Shared by the threads of one COPY.
class TapState final : public duckdb::ClientContextState {
 public:
  TapState(duckdb::CopyFunction plain_parquet, TapRequest the_request) : parquet(std::move(plain_parquet)), request(std::move(the_request)) {}

  void Add(const Tapped& share) {
    const std::lock_guard lock(mutex_);
    tapped_.Add(share);
  }
  Tapped Sum() {
    const std::lock_guard lock(mutex_);
    return tapped_;
  }
  void Quarantine(std::size_t condition, std::string row) {
    const std::lock_guard lock(mutex_);
    request.quarantine(condition, std::move(row));
  }

  const duckdb::CopyFunction parquet;
  const TapRequest request;

 private:
  std::mutex mutex_;
  Tapped tapped_;
};

namespace {

TapState& StateOf(duckdb::ClientContext& context) {
  const auto state = context.registered_state->Get<TapState>(kStateName);
  if (!state) throw duckdb::InternalException("a COPY to %s without its tap", kTappedParquet);
  return *state;
}

// What one thread has seen.
class Share final : public duckdb::LocalFunctionData {
 public:
  Share(TapState& tap, duckdb::unique_ptr<duckdb::LocalFunctionData> writing) : writing_(std::move(writing)), tap_(tap) {
    tapped_.failures.resize(tap.request.quarantines.size());
    tapped_.topmostTexts.resize(tap.request.columns.size());
  }

  // The rows of `chunk` that go into the file, as the writer takes them, after they have been looked at.
  duckdb::DataChunk& Take(duckdb::DataChunk& chunk);
  duckdb::LocalFunctionData& Writing() { return *writing_; }
  void Finish() { tap_.Add(tapped_); }

 private:
  void Lay(const duckdb::vector<LogicalType>& types);
  void Quarantine();
  void Pass(std::size_t column);

  duckdb::unique_ptr<duckdb::LocalFunctionData> writing_;
  TapState& tap_;
  Tapped tapped_;
  RowHash hash_;
  duckdb::DataChunk rows_;
  duckdb::DataChunk file_;
};

LogicalType TypeInFile(const LogicalType& type) { return type.id() == LogicalTypeId::TIMESTAMP ? LogicalType(LogicalTypeId::TIMESTAMP_TZ) : type; }

duckdb::vector<LogicalType> TypesInFile(const TapRequest& request, const duckdb::vector<LogicalType>& types) {
  duckdb::vector<LogicalType> in_file;
  for (std::size_t i = 0; i < request.columns.size(); ++i) in_file.push_back(TypeInFile(types[i]));
  return in_file;
}

duckdb::DataChunk& Share::Take(duckdb::DataChunk& chunk) {
  if (rows_.ColumnCount() == 0) Lay(chunk.GetTypes());
  rows_.Reference(chunk);
  Quarantine();
  const auto& quarantines = tap_.request.quarantines;
  for (std::size_t i = 0; i < quarantines.size(); ++i)
    if (!quarantines[i]) tapped_.failures[i] += CountTrue(rows_.data[tap_.request.columns.size() + i], rows_.size());
  for (std::size_t i = 0; i < tap_.request.columns.size(); ++i) Pass(i);
  file_.SetCardinality(rows_.size());
  tapped_.content.Add(hash_.Of(file_));
  tapped_.rows += static_cast<std::int64_t>(file_.size());
  return file_;
}

void Share::Lay(const duckdb::vector<LogicalType>& types) {
  rows_.InitializeEmpty(types);
  file_.InitializeEmpty(TypesInFile(tap_.request, types));
}

// Takes the rows that fail a condition of that kind out of `rows_`; each is given to the first that it fails.
void Share::Quarantine() {
  const auto& quarantines = tap_.request.quarantines;
  std::int64_t failing = 0;
  for (std::size_t i = 0; i < quarantines.size(); ++i)
    if (quarantines[i]) failing += CountTrue(rows_.data[tap_.request.columns.size() + i], rows_.size());
  if (failing == 0) return;

  duckdb::SelectionVector kept(rows_.size());
  duckdb::idx_t count = 0;
  for (duckdb::idx_t row = 0; row < rows_.size(); ++row) {
    const auto fails = [&](std::size_t condition) {
      const duckdb::Value flag = rows_.GetValue(tap_.request.columns.size() + condition, row);
      return quarantines[condition] && !flag.IsNull() && flag.GetValue<bool>();
    };
    std::size_t first = 0;
    while (first < quarantines.size() && !fails(first)) ++first;
    if (first == quarantines.size()) {
      kept.set_index(count++, row);
      continue;
    }
    ++tapped_.failures[first];
    tap_.Quarantine(first, rows_.GetValue(rows_.ColumnCount() - 1, row).ToString());
  }
  rows_.Slice(kept, count);
}

// Hands one column of `rows_` on to `file_`.
void Share::Pass(std::size_t column) {
  Vector& from = rows_.data[column];
  const std::string& name = tap_.request.columns[column];
  if (from.GetType().id() == LogicalTypeId::DATE) RequireCalendar<duckdb::date_t>(from, rows_.size(), name);
  if (from.GetType().id() == LogicalTypeId::TIMESTAMP) RequireCalendar<duckdb::timestamp_t>(from, rows_.size(), name);
  if (tap_.request.eventTime == column) tapped_.events.Add(EventsOf(from, rows_.size(), tap_.request.eventsUntil));
  if (from.GetType().id() == LogicalTypeId::VARCHAR && HasTopmost(from, rows_.size())) tapped_.topmostTexts[column] = true;
  switch (from.GetType().id()) {
    case LogicalTypeId::TIMESTAMP: return file_.data[column].Reinterpret(from);
    case LogicalTypeId::FLOAT: return PassReals<float>(from, rows_.size(), file_.data[column]);
    case LogicalTypeId::DOUBLE: return PassReals<double>(from, rows_.size(), file_.data[column]);
    default: file_.data[column].Reference(from);
  }
}

duckdb::unique_ptr<duckdb::FunctionData> Bind(duckdb::ClientContext& context, duckdb::CopyFunctionBindInput& input, const duckdb::vector<std::string>& names,
                                              const duckdb::vector<LogicalType>& types) {
  const TapState& tap = StateOf(context);
  duckdb::vector<std::string> in_file(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(tap.request.columns.size()));
  return tap.parquet.copy_to_bind(context, input, in_file, TypesInFile(tap.request, types));
}

duckdb::unique_ptr<duckdb::LocalFunctionData> StartThread(duckdb::ExecutionContext& context, duckdb::FunctionData& bound) {
  TapState& tap = StateOf(context.client);
  return duckdb::make_uniq<Share>(tap, tap.parquet.copy_to_initialize_local(context, bound));
}

void Sink(duckdb::ExecutionContext& context, duckdb::FunctionData& bound, duckdb::GlobalFunctionData& file, duckdb::LocalFunctionData& local,
          duckdb::DataChunk& chunk) {
  auto& share = local.Cast<Share>();
  duckdb::DataChunk& rows = share.Take(chunk);
  if (rows.size() > 0) StateOf(context.client).parquet.copy_to_sink(context, bound, file, share.Writing(), rows);
}

void FinishThread(duckdb::ExecutionContext& context, duckdb::FunctionData& bound, duckdb::GlobalFunctionData& file, duckdb::LocalFunctionData& local) {
  auto& share = local.Cast<Share>();
  StateOf(context.client).parquet.copy_to_combine(context, bound, file, share.Writing());
  share.Finish();
}

// Batches would go past the sink.
duckdb::CopyFunctionExecutionMode InParallel(bool, bool) { return duckdb::CopyFunctionExecutionMode::PARALLEL_COPY_TO_FILE; }

}  // namespace

void EventTimes::Note(Time time, const std::optional<Time>& until) {
  const bool is_ahead = until && time > *until;
  std::optional<Time>& largest = is_ahead ? furthest : newest;
  ahead += is_ahead ? 1 : 0;
  if (is_ahead) nearest = std::min(nearest.value_or(time), time);
  largest = std::max(largest.value_or(time), time);
  oldest = std::min(oldest.value_or(time), time);
}

void EventTimes::Add(const EventTimes& other) {
  ahead += other.ahead;
  if (other.oldest) oldest = std::min(oldest.value_or(*other.oldest), *other.oldest);
  if (other.newest) newest = std::max(newest.value_or(*other.newest), *other.newest);
  if (other.nearest) nearest = std::min(nearest.value_or(*other.nearest), *other.nearest);
  if (other.furthest) furthest = std::max(furthest.value_or(*other.furthest), *other.furthest);
}

void Tapped::Add(const Tapped& other) {
  rows += other.rows;
  content.Add(other.content);
  events.Add(other.events);
  topmostTexts.resize(std::max(topmostTexts.size(), other.topmostTexts.size()));
  for (std::size_t i = 0; i < other.topmostTexts.size(); ++i) topmostTexts[i] = topmostTexts[i] || other.topmostTexts[i];
  failures.resize(std::max(failures.size(), other.failures.size()));
  for (std::size_t i = 0; i < other.failures.size(); ++i) failures[i] += other.failures[i];
}

void RegisterTappedParquet(duckdb::DatabaseInstance& database) {
  duckdb::CopyFunction tapped = PlainParquet(database);
  tapped.name = kTappedParquet;
  tapped.copy_to_bind = Bind;
  tapped.copy_to_initialize_local = StartThread;
  tapped.copy_to_sink = Sink;
  tapped.copy_to_combine = FinishThread;
  tapped.execution_mode = InParallel;
  tapped.prepare_batch = nullptr;
  tapped.flush_batch = nullptr;
  duckdb::ExtensionLoader(database, "weirkeeper").RegisterFunction(std::move(tapped));
}

ParquetTap::ParquetTap(duckdb::Connection& connection, TapRequest request)
    : connection_(connection), state_(duckdb::make_shared_ptr<TapState>(PlainParquet(*connection.context->db), std::move(request))) {
  connection_.context->registered_state->Insert(kStateName, state_);
}

ParquetTap::~ParquetTap() { connection_.context->registered_state->Remove(kStateName); }

Tapped ParquetTap::Taken() const { return state_->Sum(); }

}  // namespace weir::engine
