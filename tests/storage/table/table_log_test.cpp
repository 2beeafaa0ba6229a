#include <gmock/gmock.h>

#include <filesystem>

#include "runner/storage/forwarding_store.h"
#include "tests/storage/table/table_fixture.h"

namespace weir::storage {
namespace {

using TableLogTest = TableTest;

TEST_F(TableLogTest, ATableWithoutLogIsVersionMinusOneWithNoFiles) {
  const auto state = Log().Load();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->version, -1);
  EXPECT_TRUE(state->files.empty());
}

TEST_F(TableLogTest, CommitsAreReadBackWithEverythingTheySaid) {
  TableChange change = Adding("part/run-1/load-1/0.parquet", 3);
  change.add[0].stats = {{"numRecords", 3}, {"minValues", {{"id", 1}}}, {"maxValues", {{"id", 9}}}, {"nullCount", {{"id", 0}}}};
  change.add[0].tags = {{"sha256", "ab"}, {"source", "a b%.csv"}};
  change.facts = {{"contentHash", "h"}, {"ledger", {{"in", 3}}}};
  const auto result = Log().Commit(AttemptOf("r1", 1), change);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->version, 0);
  EXPECT_FALSE(result->alreadyCommitted);
  const TableState state = Now();
  EXPECT_EQ(state.files.at("part/run-1/load-1/0.parquet"), change.add[0]);
  EXPECT_EQ(state.Facts(), change.facts);
  EXPECT_EQ(state.Rows(), 3);
  EXPECT_EQ(state.Bytes(), 30);
  EXPECT_EQ(state.Epoch(), 1'000'001);
  EXPECT_EQ(state.provider, "parquet");
  EXPECT_EQ(state.schemaString, R"({"fields":[{"metadata":{},"name":"id","nullable":true,"type":"long"}],"type":"struct"})");
}

TEST_F(TableLogTest, RemovedFilesStayKnownWithTheirTags) {
  TableChange first = Adding("a.csv", 2);
  first.add[0].tags = {{"sha256", "ab"}};
  ASSERT_TRUE(Log().Commit(AttemptOf("r1", 1), first).ok());
  TableChange second = Adding("b.csv");
  second.remove = {"a.csv"};
  ASSERT_TRUE(Log().Commit(AttemptOf("r2", 1, 2'000'000), second).ok());
  const TableState state = Now();
  EXPECT_EQ(state.files.size(), 1u);
  EXPECT_EQ(state.tombstones.at("a.csv").tags.at("sha256"), "ab");
  EXPECT_EQ(state.tombstones.at("a.csv").rows, 2);
  const auto earlier = Log().Load(0);
  ASSERT_TRUE(earlier.ok());
  EXPECT_TRUE(earlier->files.contains("a.csv"));
  EXPECT_TRUE(earlier->tombstones.empty());
}

class LaterClock final : public Clock {
 public:
  Time Now() const override { return kFixedClock.Now() + Duration::Millis(1); }
};

// Its versions start again, so a reader who remembers the old one must see that it is another.
TEST_F(TableLogTest, MadeAnewIsAnotherTableAndStaysItWhenItsSchemaChanges) {
  ASSERT_TRUE(Log().Commit(AttemptOf("r1", 1), Adding("a.parquet")).ok());
  const std::string old = Now().metadataId;
  std::filesystem::remove_all(folder_ / "t");
  const LaterClock later;
  TableLog anew(store_, "t", LogKind::Delta, &later);
  ASSERT_TRUE(anew.Commit(AttemptOf("r2", 1, 2'000'000), Adding("a.parquet")).ok());
  const std::string id = Now().metadataId;
  EXPECT_NE(id, old);
  TableChange wider = Adding("b.parquet");
  wider.schema.columns.push_back({.name = "n", .type = "BIGINT"});
  ASSERT_TRUE(Log().Commit(AttemptOf("r3", 1, 3'000'000), wider).ok());
  EXPECT_EQ(Now().metadataId, id);
}

// Writes down what is asked of a log.
class Watched final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<std::string> Get(const std::string& path, std::int64_t max_bytes) override {
    asked.push_back("get " + path);
    return ForwardingStore::Get(path, max_bytes);
  }
  Result<std::vector<StoredObject>> List(const std::string& prefix, const std::string& start_after) override {
    asked.push_back("list " + prefix);
    return ForwardingStore::List(prefix, start_after);
  }
  std::vector<std::string> asked;
};

TEST_F(TableLogTest, ASecondLookReadsOnlyWhatWasCommittedSince) {
  ASSERT_TRUE(Log().Commit(AttemptOf("run-1", 1), Adding("a.parquet")).ok());
  ASSERT_TRUE(Log().Commit(AttemptOf("run-2", 1), Adding("b.parquet")).ok());
  const auto watched = std::make_shared<Watched>(store_);
  TableLog log(watched, "t", LogKind::Delta, &kFixedClock);
  ASSERT_TRUE(log.Load().ok());
  EXPECT_THAT(watched->asked, testing::ElementsAre("list t/_delta_log", "get " + EntryName(0), "get " + EntryName(1)));

  watched->asked.clear();
  ASSERT_TRUE(log.Load().ok());
  EXPECT_THAT(watched->asked, testing::ElementsAre("get " + EntryName(2)));

  watched->asked.clear();
  ASSERT_TRUE(Log().Commit(AttemptOf("run-3", 1), Adding("c.parquet")).ok());
  const auto newest = log.Load();
  ASSERT_TRUE(newest.ok());
  EXPECT_EQ(newest->files.size(), 3U);
  EXPECT_THAT(watched->asked, testing::ElementsAre("get " + EntryName(2), "get " + EntryName(3)));
}

TEST_F(TableLogTest, AVersionThatDoesNotExistIsMissing) {
  ASSERT_TRUE(Log().Commit(AttemptOf("r1", 1), Adding("a")).ok());
  EXPECT_EQ(Log().Load(1).error().fault, Fault::Missing);
  EXPECT_EQ(Log().Load(-1).error().fault, Fault::Missing);
}

TEST_F(TableLogTest, ASchemaChangeKeepsTheIdOfTheTable) {
  ASSERT_TRUE(Log().Commit(AttemptOf("r1", 1), Adding("a")).ok());
  const TableState before = Now();
  TableChange wider = Adding("b");
  wider.schema.columns.push_back({.name = "price", .type = "DECIMAL(10,2)", .nullable = false, .description = "what it costs", .unit = "EUR"});
  ASSERT_TRUE(Log().Commit(AttemptOf("r2", 1, 2'000'000), wider).ok());
  const TableState after = Now();
  EXPECT_EQ(after.metadataId, before.metadataId);
  EXPECT_EQ(after.created, before.created);
  EXPECT_THAT(after.schemaString,
              testing::HasSubstr(R"x({"metadata":{"comment":"what it costs","unit":"EUR"},"name":"price","nullable":false,"type":"decimal(10,2)"})x"));
}

TEST_F(TableLogTest, AnUnchangedSchemaIsNotWrittenAgain) {
  ASSERT_TRUE(Log().Commit(AttemptOf("r1", 1), Adding("a")).ok());
  ASSERT_TRUE(Log().Commit(AttemptOf("r2", 1, 2'000'000), Adding("b")).ok());
  EXPECT_THAT(folder_.Read(EntryName(0)), testing::HasSubstr("metaData"));
  EXPECT_THAT(folder_.Read(EntryName(1)), testing::Not(testing::HasSubstr("metaData")));
}

TEST_F(TableLogTest, AColumnTypeThatTablesLackIsInvalid) {
  TableChange change = Adding("a");
  change.schema.columns[0].type = "HUGEINT";
  const auto result = Log().Commit(AttemptOf("r1", 1), change);
  EXPECT_EQ(result.error().fault, Fault::Invalid);
  EXPECT_THAT(result.error().message, testing::HasSubstr("column id has the type HUGEINT"));
  EXPECT_EQ(Now().version, -1);
}

// Delta readers refuse a table without columns.
TEST_F(TableLogTest, ATableWithoutColumnsIsNeverMade) {
  TableChange change = Adding("a");
  change.schema.columns.clear();
  EXPECT_EQ(Log().Commit(AttemptOf("r1", 1), change).error().fault, Fault::Invalid);
  EXPECT_EQ(Log().Claim(AttemptOf("r1", 2), {}).error().fault, Fault::Invalid);
  EXPECT_EQ(Now().version, -1);
}

TEST_F(TableLogTest, LogsOfFilesLieWhereNoDeltaReaderLooks) {
  TableChange change{.schema = {.provider = "csv"}, .add = {{.path = "file_land_timestamp=5/a_5.csv", .bytes = 7}}};
  ASSERT_TRUE(Log(LogKind::Files).Commit(AttemptOf("r1", 1), change).ok());
  const auto state = Log(LogKind::Files).Load();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->provider, "csv");
  EXPECT_EQ(state->files.at("file_land_timestamp=5/a_5.csv"), change.add[0]);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "t/_delta_log"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "t/_weirkeeper_log/00000000000000000000.json"));
}

TEST_F(TableLogTest, AFileToRemoveThatIsGoneIsAConflict) {
  ASSERT_TRUE(Log().Commit(AttemptOf("r1", 1), Adding("a")).ok());
  TableChange change = Adding("b");
  change.remove = {"never"};
  const auto result = Log().Commit(AttemptOf("r2", 1, 2'000'000), change);
  EXPECT_EQ(result.error().fault, Fault::Conflict);
  EXPECT_EQ(result.error().reason, "CommitConflict");
  EXPECT_EQ(Now().version, 0);
}

TEST_F(TableLogTest, AFileThatIsThereAlreadyCannotBeAdded) {
  ASSERT_TRUE(Log().Commit(AttemptOf("r1", 1), Adding("a")).ok());
  EXPECT_EQ(Log().Commit(AttemptOf("r2", 1, 2'000'000), Adding("a")).error().reason, "CommitConflict");
}

TEST_F(TableLogTest, APathOutsideTheTableIsNeverCommitted) {
  EXPECT_EQ(Log().Commit(AttemptOf("r1", 1), Adding("../other/a")).error().reason, "UnsafePath");
  EXPECT_EQ(Now().version, -1);
}

TEST_F(TableLogTest, ACommitOfNothingStillRecordsItsFacts) {
  const TableChange nothing{.schema = OneColumn(), .facts = {{"dataAsOf", "x"}}};
  ASSERT_TRUE(Log().Commit(AttemptOf("r1", 1), nothing).ok());
  EXPECT_EQ(Now().Facts(), nothing.facts);
}

struct Damage {
  const char* name;
  std::string entry;
  const char* reason;
  const char* says;
};

class DamagedLogTest : public TableTest, public testing::WithParamInterface<Damage> {};

TEST_P(DamagedLogTest, IsRefusedWithTheEntryAndTheReason) {
  ASSERT_TRUE(Log().Commit(AttemptOf("r1", 1), Adding("a")).ok());
  folder_.Write(EntryName(1), GetParam().entry);
  const auto state = Log().Load();
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.error().fault, Fault::Data);
  EXPECT_EQ(state.error().reason, GetParam().reason);
  EXPECT_THAT(state.error().message, testing::HasSubstr("00000000000000000001.json"));
  EXPECT_THAT(state.error().message, testing::HasSubstr(GetParam().says));
  EXPECT_EQ(Log().Commit(AttemptOf("r2", 1, 2'000'000), Adding("b")).error().reason, GetParam().reason);
  EXPECT_TRUE(Log().Load(0).ok()) << "versions before the damage stay readable";
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, DamagedLogTest,
    testing::Values(Damage{"Empty", "", "LogCorrupt", "is empty"}, Damage{"Truncated", "{\"commitInfo\":{}}\n{\"add\":{\"path\":\"b\"", "LogCorrupt", "line 2"},
                    Damage{"Text", "hello\n", "LogCorrupt", "line 1"}, Damage{"NoObject", "[1]\n", "LogCorrupt", "not an object"},
                    Damage{"DuplicateKey", "{\"add\":{\"path\":\"b\",\"path\":\"c\"}}\n", "LogCorrupt", "twice"},
                    Damage{"NegativeSize", "{\"add\":{\"path\":\"b\",\"size\":-1}}\n", "LogCorrupt", "size is -1"},
                    Damage{"AbsurdSize", "{\"add\":{\"path\":\"b\",\"size\":9223372036854775807}}\n", "LogCorrupt", "size is 9223372036854775807"},
                    Damage{"NoPath", "{\"add\":{\"size\":1}}\n", "LogCorrupt", "without path"},
                    Damage{"BadTxn", "{\"txn\":{\"appId\":\"x\"}}\n", "LogCorrupt", "txn"},
                    Damage{"Escape", "{\"add\":{\"path\":\"../../b\"}}\n", "LogUnsupported", "outside"},
                    Damage{"Absolute", "{\"add\":{\"path\":\"s3%3A//b/x\"}}\n", "LogUnsupported", "outside"},
                    Damage{"Protocol", "{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7}}\n", "LogUnsupported", "reader 3, writer 7"},
                    Damage{"Partitions", "{\"metaData\":{\"id\":\"i\",\"schemaString\":\"{}\",\"partitionColumns\":[\"a\"]}}\n", "LogUnsupported",
                           "partitioned"}),
    [](const auto& instance) { return instance.param.name; });

TEST_F(TableLogTest, AGapInTheLogIsCorrupt) {
  for (int run = 1; run <= 3; ++run)
    ASSERT_TRUE(Log().Commit(AttemptOf("r" + std::to_string(run), 1, run * 1'000'000), Adding("f" + std::to_string(run))).ok());
  std::filesystem::remove(folder_ / EntryName(1));
  const auto state = Log().Load();
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.error().reason, "LogCorrupt");
  EXPECT_THAT(state.error().message, testing::HasSubstr("00000000000000000001.json of the log is missing"));
}

TEST_F(TableLogTest, ALogWithoutMetadataIsCorrupt) {
  folder_.Write(EntryName(0), "{\"commitInfo\":{}}\n");
  EXPECT_EQ(Log().Load().error().reason, "LogCorrupt");
}

TEST_F(TableLogTest, OtherFilesInTheLogFolderAreLeftAlone) {
  ASSERT_TRUE(Log().Commit(AttemptOf("r1", 1), Adding("a")).ok());
  for (const char* name :
       {"_last_checkpoint", "00000000000000000000.crc", "00000000000000000007.checkpoint.parquet", ".weir-tmp-1-2", "_commits/00000000000000000009.json"}) {
    folder_.Write(std::string("t/_delta_log/") + name, "?");
  }
  EXPECT_EQ(Now().version, 0);
}

TEST_F(TableLogTest, CommitsOfOtherEnginesAreUnderstood) {
  ASSERT_TRUE(Log().Commit(AttemptOf("r1", 1), Adding("a", 4)).ok());
  folder_.Write(EntryName(1),
                "{\"remove\":{\"path\":\"a\",\"deletionTimestamp\":1,\"dataChange\":true}}\n{\"add\":{\"path\":\"x%20y\",\"partitionValues\":{},\"size\":5,"
                "\"modificationTime\":1,\"dataChange\":true,\"stats\":\"{\\\"numRecords\\\":2}\"}}\n{\"somethingNew\":{}}\n");
  const TableState state = Now();
  EXPECT_EQ(state.files.at("x y").rows, 2);
  EXPECT_EQ(state.tombstones.at("a").rows, 4);
  EXPECT_TRUE(state.Facts().is_null());
}

}  // namespace
}  // namespace weir::storage
