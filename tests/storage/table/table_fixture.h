#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "runner/storage/table/table_log.h"
#include "runner/storage/volume/volume_store.h"
#include "tests/temporary_folder.h"

namespace weir::storage {

// A clock that stands still.
class FixedClock final : public Clock {
 public:
  Time Now() const override { return Time::FromSeconds(1'700'000'000); }
};
inline const FixedClock kFixedClock;

inline api::Attempt AttemptOf(const std::string& run, int attempt, std::int64_t run_epoch = 1'000'000) {
  return {.pipeline = "p",
          .run = run,
          .runUid = "uid-" + run,
          .revision = "p-1",
          .image = "img",
          .stage = "load",
          .attempt = attempt,
          .epoch = run_epoch + attempt};
}

inline TableSchema OneColumn() { return {.columns = {{.name = "id", .type = "BIGINT"}}}; }

inline DataFile FileOf(const std::string& path, std::int64_t rows = 1) {
  return {.path = path, .bytes = 10 * rows, .rows = rows, .modified = Time::FromSeconds(1'600'000'000)};
}

inline TableChange Adding(const std::string& path, std::int64_t rows = 1) {
  return {.schema = OneColumn(), .add = {FileOf(path, rows)}, .facts = {{"rows", rows}}};
}

inline std::string EntryName(std::int64_t version) {
  std::string digits = std::to_string(version);
  return "t/_delta_log/" + std::string(20 - digits.size(), '0') + digits + ".json";
}

// One table `t` on a volume of its own.
class TableTest : public testing::Test {
 protected:
  TableLog Log(LogKind kind = LogKind::Delta) { return {store_, "t", kind, &kFixedClock}; }
  TableState Now() {
    auto state = Log().Load();
    EXPECT_TRUE(state.ok()) << (state.ok() ? "" : state.error().message);
    return state.ok() ? *state : TableState{};
  }

  test::TemporaryFolder folder_;
  std::shared_ptr<ObjectStore> store_ = *OpenVolume("lake", folder_.path());
};

}  // namespace weir::storage
