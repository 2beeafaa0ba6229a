#include "runner/engine/values/row_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <climits>
#include <cmath>
#include <cstring>
#include <limits>

namespace weir::engine {
namespace {

using duckdb::DictionaryVector;
using duckdb::FlatVector;
using duckdb::hugeint_t;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::PhysicalType;
using duckdb::Vector;

static_assert(std::endian::native == std::endian::little, "records are hashed as they lie in memory");

constexpr std::size_t kBits = 64;
constexpr idx_t kBlock = 256;                // rows that are laid out at a time: their records stay in the nearest cache
constexpr std::uint32_t kLongestInWord = 7;  // bytes of a text that is stored in its word
constexpr idx_t kLargestKept = 20'000;       // entries of a dictionary that are kept for the next chunk

std::uint64_t Bits(bool value) { return value ? 1 : 0; }
template <std::signed_integral T>
std::uint64_t Bits(T value) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}
std::uint64_t Bits(double value) {
  if (std::isnan(value)) return std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
  return std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);  // of both zeros, the one without a sign
}
std::uint64_t Bits(float value) { return Bits(static_cast<double>(value)); }
std::uint64_t Bits(const duckdb::string_t& text) {
  const std::uint64_t size = text.GetSize();
  if (size > kLongestInWord) return XXH3_64bits(text.GetData(), size);
  static_assert(duckdb::string_t::INLINE_LENGTH >= sizeof size, "the bytes behind a short text are zeros, and eight may be read");
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text.GetPrefix(), sizeof bytes);
  return bytes | size << (kLongestInWord * CHAR_BIT);
}
std::uint64_t Bits(const hugeint_t& value) {
  const bool fits = value.upper == (static_cast<std::int64_t>(value.lower) < 0 ? -1 : 0);
  if (fits) return value.lower;
  const std::uint64_t both[]{value.lower, static_cast<std::uint64_t>(value.upper)};
  return XXH3_64bits(both, sizeof both);
}

struct Block {
  idx_t first = 0;
  idx_t end = 0;
};

// Calls `use(row, bits)` for each value that is not NULL, and `null(row)` for each NULL.
template <typename T>
void ForEach(const duckdb::UnifiedVectorFormat& values, Block rows, const auto& use, const auto& null) {
  const T* data = duckdb::UnifiedVectorFormat::GetData<T>(values);
  if (values.validity.AllValid()) {
    for (idx_t row = rows.first; row < rows.end; ++row) use(row, Bits(data[values.sel->get_index(row)]));
    return;
  }
  for (idx_t row = rows.first; row < rows.end; ++row) {
    const idx_t at = values.sel->get_index(row);
    if (values.validity.RowIsValid(at))
      use(row, Bits(data[at]));
    else
      null(row);
  }
}

void ForEachBits(const LogicalType& type, const duckdb::UnifiedVectorFormat& values, Block rows, const auto& use, const auto& null) {
  switch (type.InternalType()) {
    case PhysicalType::BOOL: return ForEach<bool>(values, rows, use, null);
    case PhysicalType::INT8: return ForEach<std::int8_t>(values, rows, use, null);
    case PhysicalType::INT16: return ForEach<std::int16_t>(values, rows, use, null);
    case PhysicalType::INT32: return ForEach<std::int32_t>(values, rows, use, null);
    case PhysicalType::INT64: return ForEach<std::int64_t>(values, rows, use, null);
    case PhysicalType::INT128: return ForEach<hugeint_t>(values, rows, use, null);
    case PhysicalType::FLOAT: return ForEach<float>(values, rows, use, null);
    case PhysicalType::DOUBLE: return ForEach<double>(values, rows, use, null);
    case PhysicalType::VARCHAR: return ForEach<duckdb::string_t>(values, rows, use, null);
    default: throw duckdb::InternalException("no content hash of a column of type %s", type.ToString());
  }
}

bool RefersToTexts(const Vector& column, idx_t rows) {
  if (column.GetVectorType() != duckdb::VectorType::DICTIONARY_VECTOR || column.GetType().InternalType() != PhysicalType::VARCHAR) return false;
  if (DictionaryVector::Child(column).GetVectorType() != duckdb::VectorType::FLAT_VECTOR) return false;
  const auto entries = DictionaryVector::DictionarySize(column);
  if (!entries.IsValid()) return false;
  const bool comes_again = !DictionaryVector::DictionaryId(column).empty();
  return entries.GetIndex() <= rows || (comes_again && entries.GetIndex() <= kLargestKept);
}

}  // namespace

// Of one column of a chunk: the words of its values, or where they come again and again those of its dictionary.
struct RowHash::Column {
  LogicalType type;
  duckdb::UnifiedVectorFormat values;
  const std::vector<Word>* words = nullptr;
};

void RowHash::Set(std::uint64_t* record, std::size_t place, Word word) const {
  record[place] = word.bits;
  if (word.null) record[columns_ + place / kBits] |= std::uint64_t{1} << (place % kBits);
}

const std::vector<RowHash::Word>& RowHash::WordsOf(Vector& column, Dictionary& kept) {
  const std::string& id = DictionaryVector::DictionaryId(column);
  if (!id.empty() && id == kept.id) return kept.words;
  const idx_t entries = DictionaryVector::DictionarySize(column).GetIndex();
  kept = {id, std::vector<Word>(entries)};
  duckdb::UnifiedVectorFormat values;
  DictionaryVector::Child(column).ToUnifiedFormat(entries, values);
  ForEachBits(
      column.GetType(), values, {0, entries}, [&kept](idx_t entry, std::uint64_t bits) { kept.words[entry].bits = bits; },
      [&kept](idx_t entry) { kept.words[entry].null = true; });
  return kept.words;
}

void RowHash::Lay(const Column& column, std::size_t place, idx_t first, idx_t end) {
  std::uint64_t* records = records_.data();
  if (column.words != nullptr) {
    for (idx_t row = first; row < end; ++row) Set(records + (row - first) * stride_, place, (*column.words)[column.values.sel->get_index(row)]);
    return;
  }
  ForEachBits(
      column.type, column.values, {first, end},
      [words = records + place, first, stride = stride_](idx_t row, std::uint64_t bits) { words[(row - first) * stride] = bits; },
      [this, records, place, first](idx_t row) { Set(records + (row - first) * stride_, place, {.bits = 0, .null = true}); });
}

HashSum RowHash::Of(duckdb::DataChunk& rows) {
  columns_ = rows.ColumnCount();
  stride_ = columns_ + (columns_ + kBits - 1) / kBits;
  dictionaries_.resize(columns_);
  records_.resize(kBlock * stride_);
  std::vector<Column> columns(columns_);
  for (std::size_t i = 0; i < columns_; ++i) {
    Vector& column = rows.data[i];
    columns[i].type = column.GetType();
    column.ToUnifiedFormat(rows.size(), columns[i].values);
    if (RefersToTexts(column, rows.size())) columns[i].words = &WordsOf(column, dictionaries_[i]);
  }
  HashSum sum;
  for (idx_t first = 0; first < rows.size(); first += kBlock) {
    const idx_t end = std::min(first + kBlock, rows.size());
    const std::uint64_t* records = records_.data();
    for (idx_t row = 0; row < end - first; ++row) std::fill_n(records_.data() + row * stride_ + columns_, stride_ - columns_, 0);  // words are all written
    for (std::size_t i = 0; i < columns_; ++i) Lay(columns[i], i, first, end);
    for (idx_t row = 0; row < end - first; ++row) sum.Add(XXH3_64bits(records + row * stride_, stride_ * sizeof(std::uint64_t)));
  }
  return sum;
}

}  // namespace weir::engine
