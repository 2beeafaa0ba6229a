#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runner/engine/engine.h"
#include "runner/stages/tables/place.h"

namespace weir::stages {

// Where rows go that were quarantined: one JSON object a line, written as they come. No file is made when there are none.
// The first few rows of `input`, a file in its store, in such a file; none when that cannot be read. For messages.
std::vector<engine::RejectedRow> ExamplesIn(storage::ObjectStore& store, const std::string& path, const std::string& input);

class QuarantineFile {
 public:
  explicit QuarantineFile(Place& place) : place_(place) {}

  // Errors are kept for Close, since rows come from inside a query.
  void Add(const engine::RejectedRow& row);
  std::int64_t rows() const { return rows_; }
  // The first few rows since the newest call of this, for messages.
  std::vector<engine::RejectedRow> TakeExamples() { return std::exchange(examples_, {}); }
  std::string Path() const;  // "" while there are no rows
  // Makes the file durable. Before the commit whose ledger counts its rows.
  Status Close();

 private:
  Status Open();

  Place& place_;
  std::unique_ptr<storage::ObjectWriter> out_;
  Status status_;
  std::int64_t rows_ = 0;
  std::vector<engine::RejectedRow> examples_;
};

}  // namespace weir::stages
