#include "runner/engine/row_hash.h"

#include <duckdb/common/vector_operations/vector_operations.hpp>

namespace weir::engine {
namespace {

using duckdb::DictionaryVector;
using duckdb::FlatVector;
using duckdb::hash_t;
using duckdb::idx_t;
using duckdb::Vector;

// As in DuckDB's vector_hash.cpp, which does not export it; a test compares with SQL's hash().
hash_t Combine(hash_t left, hash_t right) {
  left ^= left >> 32;
  left *= 0xd6e8feb86659fd93U;
  return left ^ right;
}

constexpr idx_t kLargestKept = 20'000;  // texts; the same bound as in DuckDB's aggregation

bool RefersToTexts(const Vector& column, idx_t rows) {
  if (column.GetVectorType() != duckdb::VectorType::DICTIONARY_VECTOR || !DictionaryVector::CanCacheHashes(column)) return false;
  if (DictionaryVector::Child(column).GetVectorType() != duckdb::VectorType::FLAT_VECTOR) return false;
  const idx_t texts = DictionaryVector::DictionarySize(column).GetIndex();
  const bool comes_again = !DictionaryVector::DictionaryId(column).empty();
  return texts <= rows || (comes_again && texts <= kLargestKept);
}

// Calls `use(row, hash)`.
void ForEachReference(Vector& column, idx_t rows, const auto& use) {
  const auto* of_texts = FlatVector::GetData<hash_t>(DictionaryVector::GetCachedHashes(column));
  const auto& places = DictionaryVector::SelVector(column);
  for (idx_t row = 0; row < rows; ++row) use(row, of_texts[places.get_index(row)]);
}

void HashFirst(Vector& column, Vector& hashes, idx_t rows) {
  if (!RefersToTexts(column, rows)) return duckdb::VectorOperations::Hash(column, hashes, rows);
  auto* to = FlatVector::GetData<hash_t>(hashes);
  ForEachReference(column, rows, [to](idx_t row, hash_t hash) { to[row] = hash; });
}

void HashNext(Vector& column, Vector& hashes, idx_t rows) {
  if (!RefersToTexts(column, rows)) return duckdb::VectorOperations::CombineHash(hashes, column, rows);
  hashes.Flatten(rows);  // all columns so far may have been constants
  auto* to = FlatVector::GetData<hash_t>(hashes);
  ForEachReference(column, rows, [to](idx_t row, hash_t hash) { to[row] = Combine(to[row], hash); });
}

}  // namespace

ContentHash HashOfRows(duckdb::DataChunk& rows) {
  Vector hashes(duckdb::LogicalType::HASH);
  HashFirst(rows.data[0], hashes, rows.size());
  for (idx_t i = 1; i < rows.ColumnCount(); ++i) HashNext(rows.data[i], hashes, rows.size());
  hashes.Flatten(rows.size());
  const auto* of_rows = FlatVector::GetData<hash_t>(hashes);
  ContentHash sum;
  for (idx_t row = 0; row < rows.size(); ++row) sum.Add(of_rows[row]);
  return sum;
}

}  // namespace weir::engine
