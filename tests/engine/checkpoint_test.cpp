#include "runner/engine/parquet/checkpoint_file.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "runner/storage/forwarding_store.h"
#include "tests/engine/checkpoint_fixture.h"

namespace weir::engine {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class Watched final : public storage::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<std::string> Get(const std::string& path, std::int64_t max_bytes) override { return ++gets, ForwardingStore::Get(path, max_bytes); }
  Result<std::unique_ptr<storage::ObjectWriter>> Create(const std::string& path) override {
    if (isFull) return Error{Fault::Exhausted, "DiskFull", "no room"};
    return ForwardingStore::Create(path);
  }
  int gets = 0;
  bool isFull = false;
};

// Histories as tables have them: files come and go, attempts claim, schemas widen, and others write too.
TEST_F(CheckpointTest, AnyVersionIsTheSameFromACheckpointAndFromTheFirstEntry) {
  for (const LogKind kind : {LogKind::Delta, LogKind::Files}) {
    std::filesystem::remove_all(folder_ / "t");
    std::mt19937 random(20261202);
    const auto below = [&random](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
    const std::vector<std::string> texts{"", "a b%.csv", "\"quoted\"", "line\nend", "k\u00f6ln", "back\\slash", "{}", "null", std::string(300, 'x')};
    TableLog log = Checkpointed(kind);
    for (int i = 0; i < 64; ++i) {
      TableChange change = Adding("part/" + std::to_string(i) + "/" + texts[1 + below(2)] + ".parquet", static_cast<std::int64_t>(below(5)));
      if (kind == LogKind::Files) change.schema = {.columns = {}, .provider = "csv"};
      if (below(2) == 0) change.add[0].stats = {{"numRecords", change.add[0].rows}, {"minValues", {{"id", -1}}}, {"nullCount", {{"id", 0}}}};
      for (std::size_t tag = below(4); tag > 0; --tag) change.add[0].tags["tag" + std::to_string(tag)] = texts[below(texts.size())];
      if (kind == LogKind::Delta && i > 40) change.schema.columns.push_back({.name = "n", .type = "DECIMAL(10,2)"});
      const auto now = log.Load();
      ASSERT_TRUE(now.ok()) << now.error().message;
      for (const auto& [path, file] : now->files)
        if (below(8) == 0) change.remove.push_back(path);
      change.facts = {{"contentHash", "h" + std::to_string(i)}, {"owner", "default/Dataset/t"}};
      if (below(4) == 0) change.facts["contract"] = {{"version", i}, {"text", texts[below(texts.size())]}};
      const int attempt = 1 + static_cast<int>(below(2));
      const api::Attempt committer = AttemptOf("r" + std::to_string(i), attempt, 1'000 * (i + 1));
      ASSERT_TRUE(log.Claim(committer, change.schema).ok());
      if (below(10) == 0) continue;  // killed
      const auto committed = log.Commit(committer, change);
      ASSERT_TRUE(committed.ok()) << committed.error().message;
    }
    const auto newest = Log(kind).Load();
    ASSERT_TRUE(newest.ok());
    ASSERT_GT(newest->version, 50);
    for (std::int64_t version = 0; version <= newest->version; version += 3) {
      const auto replayed = Log(kind).Load(version), begun = Checkpointed(kind).Load(version);
      ASSERT_TRUE(replayed.ok() && begun.ok()) << version << (begun.ok() ? "" : begun.error().message);
      EXPECT_EQ(TextOf(*begun), TextOf(*replayed)) << version;
    }
    EXPECT_EQ(TextOf(Checkpointed(kind).Load().value()), TextOf(*newest));
  }
}

TEST_F(CheckpointTest, ALookAtALongLogReadsNoMoreThanTheNewestEntries) {
  Grow(64);
  const auto watched = std::make_shared<Watched>(store_);
  const auto state = TableLog(watched, "t", LogKind::Delta, &storage::kFixedClock, files_.get()).Load();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->version, 64);
  EXPECT_THAT(state->files, SizeIs(65));
  EXPECT_EQ(watched->gets, 1 + 1 + 4) << "the hint, the entry that the checkpoint was made with, and those behind it";
}

TEST_F(CheckpointTest, OfALogWhoseFirstEntriesAreCleanedUpTheRestIsReadAndWritten) {
  Grow(24);
  const std::string whole = TextOf(Log().Load().value());
  RemoveEntriesBefore(20);
  EXPECT_EQ(TextOf(Checkpointed().Load().value()), whole);
  EXPECT_THAT(Checkpointed().Load(7).error().message, HasSubstr("version 7 was cleaned up; the oldest that can be read is 10"));
  EXPECT_TRUE(Checkpointed().Load(20).ok());
  EXPECT_TRUE(Checkpointed().Load(10).ok()) << "by its checkpoint";
  EXPECT_EQ(Checkpointed().Load(15).error().reason, "LogCorrupt") << "it has a checkpoint before it, and not all entries behind that";
  EXPECT_EQ(Log().Load().error().reason, "LogCorrupt") << "for who reads no checkpoints";
  const auto again = Checkpointed().Commit(AttemptOf("r24", 1, 25'000), Adding("part/24.parquet"));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_TRUE(again->alreadyCommitted);
  EXPECT_EQ(again->version, 24);
  const auto cleaned = Checkpointed().FindCommitted(AttemptOf("r3", 1, 4'000));
  EXPECT_THAT(cleaned.error().message, HasSubstr("has committed, and the entry of the log that says what was cleaned up"));
  EXPECT_EQ(Checkpointed().Commit(AttemptOf("r25", 1, 26'000), Adding("part/25.parquet"))->version, 25);
}

TEST_F(CheckpointTest, WhatStatusKnowsIsHeldAgainstVersionsBeforeTheCheckpointToo) {
  TableLog log = Checkpointed();
  for (int i = 0; i <= 12; ++i) {
    TableChange change = Adding("part/" + std::to_string(i) + ".parquet");
    change.facts = {{"contentHash", "h" + std::to_string(i)}};
    ASSERT_TRUE(log.Commit(AttemptOf("r" + std::to_string(i), 1, 1'000 * (i + 1)), change).ok());
  }
  for (int version = 0; version <= 12; ++version) {
    TableLog right = Checkpointed(), wrong = Checkpointed();
    right.Expect({version, 0, "h" + std::to_string(version), ""});
    wrong.Expect({version, 0, "h99", ""});
    EXPECT_TRUE(right.Load().ok()) << version;
    EXPECT_EQ(wrong.Load().error().reason, "LogLost") << version;
  }
  TableLog ahead = Checkpointed();
  ahead.Expect({13, 0, "h13", ""});
  EXPECT_EQ(ahead.Load().error().reason, "LogLost");
  RemoveEntriesBefore(10);
  TableLog cleaned = Checkpointed();
  cleaned.Expect({4, 0, "h4", ""});
  EXPECT_TRUE(cleaned.Load().ok()) << "what was cleaned up cannot differ";
}

TEST_F(CheckpointTest, OfAnotherEngineAreReadWhereTheLogDoesNotBeginAtItsFirstEntry) {
  Grow(24);
  RewriteAsOther(10);
  RewriteAsOther(20);
  const TableState whole = Log().Load().value();
  EXPECT_EQ(TextOf(Checkpointed().Load().value()), TextOf(whole)) << "replayed";
  RemoveEntriesBefore(20);
  const auto cleaned = Checkpointed().Load();
  ASSERT_TRUE(cleaned.ok()) << cleaned.error().message;
  EXPECT_EQ(cleaned->files, whole.files);
  EXPECT_EQ(cleaned->transactions, whole.transactions);
  EXPECT_EQ(cleaned->commitInfo, whole.commitInfo);
  RemoveEntriesBefore(25);
  TableLog alone_log = Checkpointed();
  alone_log.Expect({20, 0, "h20", ""});
  const auto alone = alone_log.Load();
  ASSERT_TRUE(alone.ok()) << alone.error().message;
  EXPECT_EQ(alone->version, 20);
  EXPECT_THAT(alone->files, SizeIs(21));
  EXPECT_TRUE(Checkpointed().Commit(AttemptOf("r30", 1, 30'000), Adding("part/30.parquet")).ok());
}

TEST_F(CheckpointTest, KeepWhatOtherEnginesLookFor) {
  Grow(5);
  std::ofstream(folder_ / storage::EntryName(6)) << R"({"commitInfo":{"operation":"WRITE"}}
{"txn":{"appId":"query","version":7}}
{"add":{"path":"part/uncounted.parquet","size":10,"modificationTime":1,"partitionValues":{},"stats":"{}"}}
)";
  TableLog log(store_, "t", LogKind::Delta, &storage::kFixedClock), checkpointed = Checkpointed();
  constexpr int kNewest = 1020;
  for (int i = 7; i <= kNewest; ++i)
    ASSERT_TRUE((i < kNewest ? log : checkpointed)
                    .Commit(AttemptOf("r" + std::to_string(i), 1, 1'000 * (i + 1)), Adding("part/" + std::to_string(i) + ".parquet"))
                    .ok())
        << i;
  ASSERT_TRUE(std::filesystem::exists(folder_ / ("t/_delta_log/" + std::string(16, '0') + "1020.checkpoint.parquet")));
  RemoveEntriesBefore(kNewest);
  const auto state = Checkpointed().Load();
  ASSERT_TRUE(state.ok()) << state.error().message;
  EXPECT_EQ(state->transactions.at("query"), 7) << "it would write its batch again";
  EXPECT_FALSE(state->files.at("part/uncounted.parquet").stats.contains("numRecords")) << "nobody counted them";
}

TEST_F(CheckpointTest, AreNotWrittenWhereTheyWouldLoseThePropertiesOfATable) {
  Grow(5);
  std::ifstream first(folder_ / storage::EntryName(0));
  std::string line, metadata;
  while (std::getline(first, line))
    if (line.starts_with("{\"metaData\"")) metadata = line;
  for (const auto& [member, value] : std::map<std::string, Json>{{"configuration", {{"delta.appendOnly", "true"}}}, {"name", "t"}, {"description", "of t"}}) {
    auto action = ParseJson(metadata).value();
    action["metaData"][member] = value;
    std::filesystem::remove_all(folder_ / "t");
    Grow(5);
    std::ofstream(folder_ / storage::EntryName(6)) << Dump(action) << "\n";
    TableLog log = Checkpointed();
    for (int i = 7; i <= 12; ++i)
      ASSERT_TRUE(log.Commit(AttemptOf("r" + std::to_string(i), 1, 1'000 * (i + 1)), Adding("part/" + std::to_string(i) + ".parquet")).ok());
    EXPECT_FALSE(std::filesystem::exists(CheckpointOf(10))) << member;
    EXPECT_EQ(Checkpointed().Load()->version, 12);
    const Json others = Checkpointed().Load()->otherMetadata;
    EXPECT_EQ(others[member], value);
    TableChange wider = Adding("part/13.parquet");
    wider.schema.columns.push_back({.name = "n", .type = "BIGINT"});
    ASSERT_TRUE(log.Commit(AttemptOf("r13", 1, 14'000), wider).ok());
    EXPECT_EQ(Checkpointed().Load()->otherMetadata, others) << "a schema of ours keeps them";
  }
}

TEST_F(CheckpointTest, ThatAreDamagedLoseNothingWhileTheEntriesAreThere) {
  Grow(24);
  const std::string whole = TextOf(Log().Load().value());
  const std::string path = CheckpointOf(20);
  for (const char* damage : {"", "no Parquet", "PAR1"}) {
    std::ofstream(path, std::ios::trunc) << damage;
    EXPECT_EQ(TextOf(Checkpointed().Load().value()), whole) << damage;
  }
  std::filesystem::remove(path);
  EXPECT_EQ(TextOf(Checkpointed().Load().value()), whole) << "the hint names one that is gone";
  RemoveEntriesBefore(20);
  std::ofstream(path, std::ios::trunc) << "no Parquet";
  std::ofstream(CheckpointOf(10), std::ios::trunc) << "no Parquet";
  const auto lost = Checkpointed().Load();
  EXPECT_EQ(lost.error().reason, "LogCorrupt");
  EXPECT_THAT(lost.error().message, AllOf(HasSubstr("checkpoint t/_delta_log/00000000000000000020.checkpoint.parquet: "),
                                          Not(HasSubstr(".parquet: checkpoint ")), HasSubstr("restore t/_delta_log from a backup"), Not(HasSubstr("weir://"))));
}

TEST_F(CheckpointTest, AHintMaySayAnything) {
  Grow(12);
  const std::string whole = TextOf(Log().Load().value());
  for (const char* hint : {"", "{", "[]", "{\"version\": -1}", "{\"version\": 11}", "{\"version\": \"10\"}", "{\"version\": 9223372036854775807}"}) {
    std::ofstream(folder_ / "t/_delta_log/_last_checkpoint", std::ios::trunc) << hint;
    const auto state = Checkpointed().Load();
    ASSERT_TRUE(state.ok()) << hint << state.error().message;
    EXPECT_EQ(TextOf(*state), whole) << hint;
  }
}

TEST_F(CheckpointTest, ThatCannotBeWrittenStopNoCommit) {
  const auto watched = std::make_shared<Watched>(store_);
  watched->isFull = true;
  TableLog log(watched, "t", LogKind::Delta, &storage::kFixedClock, files_.get());
  for (int i = 0; i <= 12; ++i)
    ASSERT_TRUE(log.Commit(AttemptOf("r" + std::to_string(i), 1, 1'000 * (i + 1)), Adding("part/" + std::to_string(i) + ".parquet")).ok());
  EXPECT_FALSE(std::filesystem::exists(CheckpointOf(10)));
  EXPECT_EQ(TextOf(Checkpointed().Load().value()), TextOf(Log().Load().value()));
}

TEST_F(CheckpointTest, ForgetWhatIsOldAndNothingElse) {
  MovingClock clock;
  constexpr int kNewest = 1020;
  for (const LogKind kind : {LogKind::Delta, LogKind::Files}) {
    std::filesystem::remove_all(folder_ / "t");
    TableLog log(store_, "t", kind, &clock), checkpointed(store_, "t", kind, &clock, files_.get());
    for (int i = 0; i <= kNewest; ++i) {
      TableChange change = Adding("part/" + std::to_string(i) + ".parquet");
      if (i > 0) change.remove = {"part/" + std::to_string(i - 1) + ".parquet"};
      ASSERT_TRUE((i < kNewest ? log : checkpointed).Commit(AttemptOf("r" + std::to_string(i), 1, 1'000 * (i + 1)), change).ok());
      clock.now = clock.now + Duration::Hours(1);
    }
    const auto state = Checkpointed(kind).Load();
    ASSERT_TRUE(state.ok());
    EXPECT_EQ(state->version, kNewest);
    EXPECT_THAT(state->files, SizeIs(1));
    EXPECT_THAT(state->tombstones, SizeIs(kind == LogKind::Delta ? 7 * 24 + 1 : kNewest));
    EXPECT_THAT(state->transactions, SizeIs(1 + 1001));
    EXPECT_TRUE(state->transactions.contains("weirkeeper/uid-r20/load"));
    EXPECT_EQ(Checkpointed(kind).Commit(AttemptOf("r5", 9, 6'000), Adding("part/again.parquet")).error().fault, Fault::Fenced) << "it is not committed twice";
  }
}

TEST_F(CheckpointTest, OldOnesGo) {
  Grow(130);
  int kept = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder_ / "t/_delta_log"))
    kept += file.path().filename().string().ends_with(".checkpoint.parquet") ? 1 : 0;
  EXPECT_EQ(kept, 10);
}

}  // namespace
}  // namespace weir::engine
