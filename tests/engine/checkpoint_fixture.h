#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "runner/engine/parquet/checkpoint_file.h"
#include "runner/engine/session.h"
#include "runner/storage/table/delta_actions.h"
#include "tests/storage/table/table_fixture.h"

namespace weir::engine {

using storage::Adding;
using storage::AttemptOf;
using storage::LogKind;
using storage::TableChange;
using storage::TableLog;
using storage::TableState;

// All that a state holds.
inline std::string TextOf(const TableState& state) {
  std::string text = std::to_string(state.version) + "\n";
  for (const Json& action : storage::EncodeState(state)) text += Dump(action) + "\n";
  return text;
}

class MovingClock final : public Clock {
 public:
  Time Now() const override { return now; }
  Time now = storage::kFixedClock.Now();
};

class CheckpointTest : public storage::TableTest {
 protected:
  TableLog Checkpointed(LogKind kind = LogKind::Delta) { return {store_, "t", kind, &storage::kFixedClock, files_.get()}; }
  // Versions 0 to `newest`, each with one file more.
  void Grow(int newest) {
    TableLog log = Checkpointed();
    for (int i = 0; i <= newest; ++i)
      ASSERT_TRUE(log.Commit(AttemptOf("r" + std::to_string(i), 1, 1'000 * (i + 1)), Adding("part/" + std::to_string(i) + ".parquet")).ok()) << i;
  }
  std::string CheckpointOf(int version) const { return folder_ / ("t/_delta_log/" + std::string(18, '0') + std::to_string(version) + ".checkpoint.parquet"); }
  void RemoveEntriesBefore(int version) const {
    for (int i = 0; i < version; ++i) std::filesystem::remove(folder_ / storage::EntryName(i));
  }
  // `select` is SQL up to FROM, `where` what follows it.
  void Rewrite(int version, const std::string& select, const std::string& where = "") const {
    auto database = duckdb::DuckDB(nullptr);
    duckdb::Connection connection(database);
    const std::string path = CheckpointOf(version);
    const auto copied = connection.Query("COPY (" + select + " FROM '" + path + "' " + where + ") TO '" + path + ".new' (FORMAT parquet)");
    ASSERT_FALSE(copied->HasError()) << copied->GetError();
    std::filesystem::rename(path + ".new", path);
  }
  // As another engine has it: without what is ours.
  void RewriteAsOther(int version, const std::string& metadata = "\"metaData\"", const std::string& protocol = "protocol") const {
    Rewrite(version,
            "SELECT struct_pack(appId := txn.\"appId\", version := txn.version) AS txn, \"add\", remove, " + metadata + " AS \"metaData\", " + protocol +
                " AS protocol",
            "WHERE weirkeeper IS NULL");
  }
  // As releases wrote them that kept no version in it.
  void ForgetItsVersion(int version) const { Rewrite(version, "SELECT * REPLACE (json_merge_patch(weirkeeper, '{\"version\":null}')::VARCHAR AS weirkeeper)"); }

  std::unique_ptr<storage::CheckpointFiles> files_ = MakeCheckpointFiles();
};

}  // namespace weir::engine
