#pragma once

#include <cstdint>
#include <duckdb.hpp>
#include <string>
#include <vector>

#include "runner/engine/values/content_hash.h"

namespace weir::engine {

// The content of chunks of rows of one list of columns, by the rule of docs/reference/content-hash.md: each row is laid out
// as one record of 64-bit words, and XXH3 of the record is its hash. For one thread. Texts that come as references into a
// dictionary, which is how Parquet files have them, are hashed once a dictionary and not once a row.
class RowHash {
 public:
  // The types are those of columns of a table (api::Column); another one is a bug and throws duckdb::InternalException.
  HashSum Of(duckdb::DataChunk& rows);

 private:
  // Of one entry of a dictionary, or of one value.
  struct Word {
    std::uint64_t bits = 0;
    bool null = false;
  };
  struct Dictionary {
    std::string id;
    std::vector<Word> words;
  };

  struct Column;

  void Lay(const Column& column, std::size_t place, duckdb::idx_t first, duckdb::idx_t end);
  const std::vector<Word>& WordsOf(duckdb::Vector& column, Dictionary& kept);
  void Set(std::uint64_t* record, std::size_t place, Word word) const;

  std::size_t columns_ = 0;
  std::size_t stride_ = 0;                // words of a record
  std::vector<std::uint64_t> records_;    // of the rows of one block
  std::vector<Dictionary> dictionaries_;  // the last one of each column
};

}  // namespace weir::engine
