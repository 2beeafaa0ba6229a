#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "runner/engine/engine.h"
#include "tests/temporary_folder.h"

namespace weir::engine {

inline api::Column Required(const std::string& name, const std::string& type) { return {.name = name, .type = type, .nullable = false}; }
inline api::Column Optional(const std::string& name, const std::string& type) { return {.name = name, .type = type}; }

// An engine over a volume store in a folder of its own.
class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    auto opened = storage::OpenStore({.name = "lake", .root = folder_.path()});
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    store_ = std::move(opened).value();
    auto made = MakeEngine({.memoryBytes = 1LL << 30, .threads = 2, .scratch = folder_ / "scratch"});
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    engine_ = std::move(made).value();
  }

  InputFile Put(const std::string& name, const std::string& bytes) {
    folder_.Write(name, bytes);
    return {store_, name};
  }

  Result<std::int64_t> Decode(const InputFile& file, const api::Format& format, const std::vector<api::Column>& columns,
                              const std::vector<api::Check>& checks = {}) {
    rejected_.clear();
    absent_.clear();
    undeclared_.clear();
    auto decoded = engine_->Decode(file, format, {columns, checks}, "decoded", [this](RejectedRow&& row) { rejected_.push_back(std::move(row)); });
    if (!decoded.ok()) return decoded.error();
    for (const AbsentColumn& column : decoded->absent)
      absent_.push_back(column.column + "<" + column.name + column.suggestion + (column.expected ? " as expected" : ""));
    for (const UndeclaredColumn& column : decoded->undeclared) undeclared_.push_back(column.name + column.suggestion);
    return decoded->rows;
  }

  // Writes a relation to `name`.
  WrittenFile Write(const std::string& relation, const std::string& name) {
    auto written = engine_->WriteParquet({.relation = relation, .store = store_, .path = name});
    EXPECT_TRUE(written.ok()) << (written.ok() ? "" : written.error().message);
    return written.ok() ? *written : WrittenFile{};
  }

  // The same into a file that nobody needs.
  WrittenFile Measure(const std::string& relation) { return Write(relation, "measured-" + std::to_string(++peeks_) + ".parquet"); }

  // A table with the rows of a SELECT over what is declared.
  void Table(const std::string& name, const std::vector<api::Column>& columns, const std::string& sql) {
    ASSERT_TRUE(engine_->Select(sql, columns, "rows of " + name).ok());
    Write("rows of " + name, name + ".parquet");
    ASSERT_TRUE(engine_->Attach(name, {{store_, name + ".parquet"}}, columns).ok());
  }

  std::vector<std::string> Rows(const std::string& sql) {
    const auto rows = engine_->Query(sql, 1000);
    EXPECT_TRUE(rows.ok()) << (rows.ok() ? "" : rows.error().message);
    std::vector<std::string> texts;
    if (rows.ok())
      for (const Json& row : *rows) texts.push_back(Dump(row));
    return texts;
  }

  // Rows of a relation that is no table: by way of a file.
  std::vector<std::string> RowsOf(const std::string& relation, const std::vector<api::Column>& columns) {
    const std::string file = "peek-" + std::to_string(++peeks_) + ".parquet";
    Write(relation, file);
    EXPECT_TRUE(engine_->Attach("peek", {{store_, file}}, columns).ok());
    return Rows("SELECT * FROM peek ORDER BY ALL");
  }

  test::TemporaryFolder folder_;
  std::shared_ptr<storage::ObjectStore> store_;
  std::unique_ptr<Engine> engine_;
  std::vector<RejectedRow> rejected_;
  std::vector<std::string> absent_;      // "column<name (did you mean ...?)"
  std::vector<std::string> undeclared_;  // "name (did you mean ...?)"
  int peeks_ = 0;
};

inline bool operator==(const RejectedRow& a, const RejectedRow& b) {
  return a.file == b.file && a.line == b.line && a.column == b.column && a.reason == b.reason && a.text == b.text;
}
inline void PrintTo(const RejectedRow& row, std::ostream* out) {
  *out << row.file << ":" << row.line << " [" << row.column << "] " << row.reason << ": " << row.text;
}

}  // namespace weir::engine
