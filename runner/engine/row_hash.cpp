#include "runner/engine/row_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace weir::engine {
namespace {

using duckdb::DictionaryVector;
using duckdb::FlatVector;
using duckdb::hugeint_t;
using duckdb::idx_t;
using duckdb::PhysicalType;
using duckdb::Vector;

static_assert(std::endian::native == std::endian::little, "records are hashed as they lie in memory");

constexpr std::uint64_t kSeed = 0;
constexpr std::size_t kBits = 64;
constexpr idx_t kLargestKept = 20'000;  // entries of a dictionary that are kept for the next chunk

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
std::uint64_t Bits(const duckdb::string_t& text) { return XXH64(text.GetData(), text.GetSize(), kSeed); }
std::uint64_t Bits(const hugeint_t& value) {
  const bool fits = value.upper == (static_cast<std::int64_t>(value.lower) < 0 ? -1 : 0);
  if (fits) return value.lower;
  const std::uint64_t both[]{value.lower, static_cast<std::uint64_t>(value.upper)};
  return XXH64(both, sizeof both, kSeed);
}

// Calls `use(row, value)` for each value that is none of NULL, and `null(row)` for the others.
template <typename T>
void ForEach(Vector& column, idx_t rows, const auto& use, const auto& null) {
  duckdb::UnifiedVectorFormat values;
  column.ToUnifiedFormat(rows, values);
  const T* data = duckdb::UnifiedVectorFormat::GetData<T>(values);
  for (idx_t row = 0; row < rows; ++row) {
    const idx_t at = values.sel->get_index(row);
    if (values.validity.RowIsValid(at))
      use(row, Bits(data[at]));
    else
      null(row);
  }
}

void ForEachBits(Vector& column, idx_t rows, const auto& use, const auto& null) {
  switch (column.GetType().InternalType()) {
    case PhysicalType::BOOL: return ForEach<bool>(column, rows, use, null);
    case PhysicalType::INT8: return ForEach<std::int8_t>(column, rows, use, null);
    case PhysicalType::INT16: return ForEach<std::int16_t>(column, rows, use, null);
    case PhysicalType::INT32: return ForEach<std::int32_t>(column, rows, use, null);
    case PhysicalType::INT64: return ForEach<std::int64_t>(column, rows, use, null);
    case PhysicalType::INT128: return ForEach<hugeint_t>(column, rows, use, null);
    case PhysicalType::FLOAT: return ForEach<float>(column, rows, use, null);
    case PhysicalType::DOUBLE: return ForEach<double>(column, rows, use, null);
    case PhysicalType::VARCHAR: return ForEach<duckdb::string_t>(column, rows, use, null);
    default: throw duckdb::InternalException("no content hash of a column of type %s", column.GetType().ToString());
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

void RowHash::Set(idx_t row, std::size_t place, Word word) {
  std::uint64_t* record = records_.data() + row * stride_;
  record[place] = word.bits;
  if (word.null) record[columns_ + place / kBits] |= std::uint64_t{1} << (place % kBits);
}

const std::vector<RowHash::Word>& RowHash::WordsOf(Vector& column, Dictionary& kept) {
  const std::string& id = DictionaryVector::DictionaryId(column);
  if (!id.empty() && id == kept.id) return kept.words;
  const idx_t entries = DictionaryVector::DictionarySize(column).GetIndex();
  kept = {id, std::vector<Word>(entries)};
  ForEachBits(
      DictionaryVector::Child(column), entries, [&kept](idx_t entry, std::uint64_t bits) { kept.words[entry].bits = bits; },
      [&kept](idx_t entry) { kept.words[entry].null = true; });
  return kept.words;
}

bool RowHash::LayReferences(Vector& column, std::size_t place, idx_t rows) {
  if (!RefersToTexts(column, rows)) return false;
  const std::vector<Word>& words = WordsOf(column, dictionaries_[place]);
  const auto& places = DictionaryVector::SelVector(column);
  for (idx_t row = 0; row < rows; ++row) Set(row, place, words[places.get_index(row)]);
  return true;
}

void RowHash::Lay(Vector& column, std::size_t place, idx_t rows) {
  if (LayReferences(column, place, rows)) return;
  std::uint64_t* words = records_.data() + place;
  ForEachBits(
      column, rows, [words, stride = stride_](idx_t row, std::uint64_t bits) { words[row * stride] = bits; },
      [this, place](idx_t row) { Set(row, place, {.bits = 0, .null = true}); });
}

HashSum RowHash::Of(duckdb::DataChunk& rows) {
  columns_ = rows.ColumnCount();
  stride_ = columns_ + (columns_ + kBits - 1) / kBits;
  dictionaries_.resize(columns_);
  records_.resize(rows.size() * stride_);
  for (idx_t row = 0; row < rows.size(); ++row) std::fill_n(records_.data() + row * stride_ + columns_, stride_ - columns_, 0);  // words are all written
  for (std::size_t i = 0; i < columns_; ++i) Lay(rows.data[i], i, rows.size());
  HashSum sum;
  for (idx_t row = 0; row < rows.size(); ++row) sum.Add(XXH64(records_.data() + row * stride_, stride_ * sizeof(std::uint64_t), kSeed));
  return sum;
}

}  // namespace weir::engine
