#include "runner/stages/decoding/quarantine.h"

#include <algorithm>

#include "crds/api/protocol/attempt.h"
#include "runner/stages/tables/names.h"
#include "runner/storage/object_lines.h"

namespace weir::stages {
namespace {

constexpr std::size_t kExamples = 3;

}  // namespace

std::vector<engine::RejectedRow> ExamplesIn(storage::ObjectStore& store, const std::string& path, const std::string& input) {
  std::vector<engine::RejectedRow> examples;
  const auto file = store.Open(path);
  if (!file.ok()) return examples;
  // What could be read until an error is enough: they only illustrate a message.
  static_cast<void>(storage::ForEachLine(**file, [&](const std::string& line) -> Result<storage::Lines> {
    const auto row = ParseJson(line);
    if (row.ok() && Text(*row, "file") == input)
      examples.push_back({input, Integer(*row, "line"), Text(*row, "column"), Text(*row, "reason"), Text(*row, "text")});
    return examples.size() < kExamples ? storage::Lines::Next : storage::Lines::Enough;
  }));
  return examples;
}

std::string QuarantineFile::Path() const {
  if (rows_ == 0) return "";
  return api::QuarantinePath(place_.task.outcomePath, AttemptOf(place_.task));
}

Status QuarantineFile::Open() {
  auto store = place_.Store(place_.task.outcomeStore);
  if (!store.ok()) return store.error();
  // Only this attempt has the path, and what it counted before was not committed.
  if (Status removed = (*store)->Remove(Path()); !removed.ok()) return removed;
  auto out = (*store)->Create(Path());
  if (!out.ok()) return out.error();
  out_ = std::move(out).value();
  return Ok();
}

void QuarantineFile::Add(const engine::RejectedRow& row) {
  ++rows_;
  if (examples_.size() < kExamples) examples_.push_back(row);
  if (!status_.ok()) return;
  if (!out_) status_ = Open();
  if (!status_.ok()) return;
  const Json json{{"file", row.file}, {"line", row.line}, {"column", row.column}, {"reason", row.reason}, {"text", row.text}};
  status_ = out_->Write(Dump(json) + "\n");
}

Status QuarantineFile::Close() {
  if (!status_.ok() || !out_) return status_;
  status_ = out_->Close();
  out_.reset();
  // The same attempt wrote the same rows before it was asked again.
  if (!status_.ok() && status_.error().reason == "Exists") status_ = Ok();
  return status_;
}

}  // namespace weir::stages
