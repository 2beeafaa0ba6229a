#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/engine/checkpoint_fixture.h"

// Which checkpoints a log begins with. A checkpoint is a file beside the log, and anybody can put one there.

namespace weir::engine {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class CheckpointTrust : public CheckpointTest {
 protected:
  // A table of 25 versions, of which each odd one removes what the one before added.
  void Make(const std::string& prefix = "part/", int epochs = 1'000'000, Duration later = Duration::Seconds(0)) {
    std::filesystem::remove_all(folder_ / "t");
    MovingClock clock;
    clock.now = clock.now + later;
    TableLog log(store_, "t", LogKind::Delta, &clock, files_.get());
    for (int i = 0; i <= 24; ++i) {
      TableChange change = Adding(prefix + std::to_string(i) + ".parquet");
      if (i % 2 == 1) change.remove = {prefix + std::to_string(i - 1) + ".parquet"};
      ASSERT_TRUE(log.Commit(AttemptOf("r" + std::to_string(i), 1, epochs + 1'000 * (i + 1)), change).ok()) << i;
    }
  }
  // That the checkpoint which `put` leaves as that of version 20 is passed over while the entries are there, and else named with `why`.
  void PassedOverOrNamed(const std::string& why, const std::function<void()>& put) {
    SCOPED_TRACE(why);
    Make();
    const std::string whole = TextOf(Log().Load().value());
    put();
    const auto passed = Checkpointed().Load();
    ASSERT_TRUE(passed.ok()) << passed.error().message;
    EXPECT_EQ(TextOf(*passed), whole);
    EXPECT_THAT(Checkpointed().Load(30).error().message, HasSubstr("has no version 30; the newest is 24"));
    std::filesystem::remove(CheckpointOf(10));
    RemoveEntriesBefore(15);
    const auto lost = Checkpointed().Load();
    ASSERT_FALSE(lost.ok()) << lost->files.size();
    EXPECT_EQ(lost.error().reason, "LogCorrupt");
    EXPECT_THAT(lost.error().message,
                AllOf(HasSubstr("table t ("), HasSubstr("00020.checkpoint.parquet: " + why),
                      HasSubstr("do not reach version 24: restore t/_delta_log from a backup, or remove that checkpoint where it does not belong")));
  }
  void Put(const std::string& path) const { std::filesystem::copy_file(path, CheckpointOf(20), std::filesystem::copy_options::overwrite_existing); }
  std::string Kept(const std::string& name) const {
    std::filesystem::copy_file(CheckpointOf(20), folder_ / name);
    return folder_ / name;
  }
};

TEST_F(CheckpointTrust, OneOfAnotherTableIsPassedOverOrNamed) {
  Make("other/");
  const std::string files = Kept("files");
  Make("part/", 5'000'000);
  const std::string writers = Kept("writers");
  Make("part/", 1'000'000, Duration::Hours(1));
  const std::string time = Kept("time");
  for (const std::string& other : {files, writers, time}) PassedOverOrNamed("it is not of version 20 of this table", [&] { Put(other); });
}

TEST_F(CheckpointTrust, OneOfAnotherVersionIsPassedOverOrNamed) {
  PassedOverOrNamed("it is of version 10", [this] { Put(CheckpointOf(10)); });
  PassedOverOrNamed("it is not of version 20 of this table", [this] {
    Put(CheckpointOf(10));
    RewriteAsOther(20);
  });
  PassedOverOrNamed("it is not of version 20 of this table", [this] {
    Put(CheckpointOf(10));
    ForgetItsVersion(20);
  });
}

TEST_F(CheckpointTrust, OneThatLostAFileIsPassedOverOrNamed) {
  PassedOverOrNamed("it has 10 rows and 100 bytes in 10 files, and the commit of its version recorded 11 rows and 110 bytes in 11 files",
                    [this] { Rewrite(20, "SELECT *", "WHERE \"add\" IS NULL OR \"add\".path <> 'part/3.parquet'"); });
}

TEST_F(CheckpointTrust, OneOfAnOlderReleaseHasNoVersionAndIsBelieved) {
  Make();
  const std::string whole = TextOf(Log().Load().value());
  ForgetItsVersion(20);
  RemoveEntriesBefore(21);
  EXPECT_EQ(TextOf(Checkpointed().Load().value()), whole);
}

TEST_F(CheckpointTrust, OneBeyondAGapIsUsedWhoeverWroteIt) {
  Make();
  const auto files = Log().Load()->files;
  RewriteAsOther(20);
  for (const int first_left : {20, 25}) {
    RemoveEntriesBefore(first_left);
    const auto state = Checkpointed().Load();
    ASSERT_TRUE(state.ok()) << state.error().message;
    EXPECT_THAT(state->files, SizeIs(first_left == 20 ? files.size() : 11)) << "the older one of ours reaches no version behind it";
  }
}

TEST_F(CheckpointTrust, WhatAnotherEngineSetStaysWhereOnlyItsCheckpointHasIt) {
  Make();
  RewriteAsOther(20, R"(CASE WHEN "metaData" IS NULL THEN NULL ELSE struct_update("metaData", configuration := MAP {'delta.appendOnly': 'false'}) END)");
  std::filesystem::remove(CheckpointOf(10));
  RemoveEntriesBefore(20);
  const auto read = Checkpointed().Load();
  ASSERT_TRUE(read.ok()) << read.error().message;
  const Json others = read->otherMetadata;
  EXPECT_EQ(others, (Json{{"configuration", {{"delta.appendOnly", "false"}}}}));
  TableLog log = Checkpointed();
  for (int i = 25; i <= 32; ++i) {
    TableChange wider = Adding("part/" + std::to_string(i) + ".parquet");
    wider.schema.columns.push_back({.name = "n", .type = "BIGINT"});
    ASSERT_TRUE(log.Commit(AttemptOf("r" + std::to_string(i), 1, 1'000'000 + 1'000 * (i + 1)), wider).ok());
  }
  EXPECT_EQ(Checkpointed().Load()->otherMetadata, others);
  EXPECT_FALSE(std::filesystem::exists(CheckpointOf(30))) << "its readers would lose them";
}

TEST_F(CheckpointTrust, OneOfAProtocolThatIsNotReadIsNotToBeRemoved) {
  Make();
  RewriteAsOther(20, "\"metaData\"", R"(CASE WHEN protocol IS NULL THEN NULL ELSE struct_update(protocol, minReaderVersion := 3) END)");
  std::filesystem::remove(CheckpointOf(10));
  RemoveEntriesBefore(20);
  const auto read = Checkpointed().Load();
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().reason, "LogUnsupported");
  EXPECT_THAT(read.error().message, AllOf(HasSubstr("table t ("), HasSubstr("00020.checkpoint.parquet"), Not(HasSubstr("remove"))));
}

// The entry of a version is there before its checkpoint: one that is ahead of the log is a copy, or the log has lost its end.
TEST_F(CheckpointTrust, OnesAheadOfTheEntriesAreNotBelieved) {
  const auto refused = [this](const std::string& what, int version = 38) {
    for (const bool hinted : {false, true}) {
      std::ofstream(folder_ / "t/_delta_log/_last_checkpoint", std::ios::trunc) << (hinted ? R"({"version":38,"size":9})" : R"({"version":20,"size":9})");
      const auto state = Checkpointed().Load();
      ASSERT_FALSE(state.ok()) << what << " at version " << state->version << " of " << state->files.size() << " files";
      EXPECT_EQ(state.error().reason, "LogCorrupt");
      EXPECT_THAT(state.error().message, AllOf(HasSubstr("000" + std::to_string(version) + ".checkpoint.parquet: "),
                                               HasSubstr("remove that checkpoint where it does not belong to the table")));
      EXPECT_FALSE(Checkpointed().Commit(AttemptOf("new", 1, 99'000), Adding("part/new.parquet")).ok());
    }
  };
  Grow(38);
  std::filesystem::create_directories(folder_ / "kept");
  std::filesystem::copy(folder_ / "t", folder_ / "kept", std::filesystem::copy_options::recursive);
  const auto back = [this] {
    std::filesystem::remove_all(folder_ / "t");
    std::filesystem::copy(folder_ / "kept", folder_ / "t", std::filesystem::copy_options::recursive);
    for (int i = 29; i <= 38; ++i) std::filesystem::remove(folder_ / storage::EntryName(i));
  };
  back();
  refused("its own, where the end of the log is lost", 30);
  std::filesystem::remove(CheckpointOf(30));
  std::filesystem::copy_file(CheckpointOf(20), CheckpointOf(38));
  refused("a copy of 20");
  RemoveEntriesBefore(20);
  refused("a copy of 20 where the first entries were cleaned up");
  back();
  std::filesystem::remove(CheckpointOf(30));
  std::filesystem::copy_file(CheckpointOf(20), CheckpointOf(38));
  RewriteAsOther(38);
  refused("a copy in the name of another engine");
}

}  // namespace
}  // namespace weir::engine
