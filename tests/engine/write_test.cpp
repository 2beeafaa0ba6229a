#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class WriteParquet : public EngineTest {
 protected:
  const std::vector<api::Column> columns_{Optional("i", "INTEGER"), Optional("s", "VARCHAR"),    Optional("d", "DECIMAL(10,2)"), Optional("x", "DOUBLE"),
                                          Optional("day", "DATE"),  Optional("at", "TIMESTAMP"), Optional("b", "BOOLEAN")};
  const std::string sql_ =
      "SELECT * FROM (VALUES (1, 'a', 1.25, 0.5::DOUBLE, DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00:00.000001', true), (NULL, 'b', 2.5, 1.5, DATE "
      "'2024-01-02', TIMESTAMP '2024-01-02 03:04:05.678901', false)) t(i, s, d, x, day, \"at\", b)";
};

TEST_F(WriteParquet, GivesDeltaStatistics) {
  ASSERT_TRUE(engine_->Select(sql_, columns_, "r").ok());
  const WrittenFile file = Write("r", "r.parquet");
  EXPECT_EQ(file.rows, 2);
  EXPECT_EQ(file.bytes, store_->Stat("r.parquet")->bytes);
  EXPECT_EQ(file.stats["numRecords"], 2);
  EXPECT_EQ(Dump(file.stats["minValues"]), R"({"at":"2024-01-01T00:00:00.000Z","b":false,"d":1.25,"day":"2024-01-01","i":1,"s":"a","x":0.5})");
  EXPECT_EQ(Dump(file.stats["maxValues"]), R"({"at":"2024-01-02T03:04:05.679Z","b":true,"d":2.5,"day":"2024-01-02","i":1,"s":"b","x":1.5})");
  EXPECT_EQ(Dump(file.stats["nullCount"]), R"({"at":0,"b":0,"d":0,"day":0,"i":1,"s":0,"x":0})");
}

TEST_F(WriteParquet, ReadsBackTheSame) {
  ASSERT_TRUE(engine_->Select(sql_, columns_, "r").ok());
  const WrittenFile file = Write("r", "r.parquet");
  ASSERT_TRUE(engine_->Attach("back", {{store_, "r.parquet"}}, columns_).ok());
  EXPECT_THAT(Rows("SELECT * FROM back ORDER BY s"),
              ElementsAre(R"({"at":"2024-01-01 00:00:00.000001","b":true,"d":1.25,"day":"2024-01-01","i":1,"s":"a","x":0.5})",
                          R"({"at":"2024-01-02 03:04:05.678901","b":false,"d":2.5,"day":"2024-01-02","i":null,"s":"b","x":1.5})"));
  ASSERT_TRUE(engine_->Select("SELECT * FROM back", columns_, "again").ok());
  EXPECT_EQ(Measure("again").contentHash, file.contentHash);
}

// The dictionary of a column would give back one of the two for both, by chance.
TEST_F(WriteParquet, ZerosAreWrittenWithoutASign) {
  const std::vector<api::Column> columns{Optional("n", "INTEGER"), Optional("x", "DOUBLE"), Optional("y", "FLOAT")};
  const std::string zero = "CASE n % 4 WHEN 0 THEN '-0' WHEN 1 THEN '0' WHEN 2 THEN '-1.5' END::";
  ASSERT_TRUE(engine_->Select("SELECT n, " + zero + "DOUBLE AS x, " + zero + "FLOAT AS y FROM range(5000) r(n)", columns, "r").ok());
  const WrittenFile file = Write("r", "r.parquet");
  ASSERT_TRUE(engine_->Attach("back", {{store_, "r.parquet"}}, columns).ok());
  EXPECT_THAT(
      Rows("SELECT DISTINCT n % 4 AS n, x::VARCHAR AS x, y::VARCHAR AS y FROM back ORDER BY ALL"),
      ElementsAre(R"({"n":0,"x":"0.0","y":"0.0"})", R"({"n":1,"x":"0.0","y":"0.0"})", R"({"n":2,"x":"-1.5","y":"-1.5"})", R"({"n":3,"x":null,"y":null})"));
  ASSERT_TRUE(engine_->Select("SELECT * FROM back", columns, "again").ok());
  EXPECT_EQ(Measure("again").contentHash, file.contentHash);
}

TEST_F(WriteParquet, AnExistingObjectIsNotOverwritten) {
  ASSERT_TRUE(engine_->Select(sql_, columns_, "r").ok());
  Write("r", "r.parquet");
  const auto again = engine_->WriteParquet({.relation = "r", .store = store_, .path = "r.parquet"});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().fault, Fault::Conflict);
  EXPECT_EQ(again.error().reason, "Exists");
}

TEST_F(WriteParquet, AQueryThatFailsLeavesNothingBehind) {
  ASSERT_TRUE(engine_->Select("SELECT CASE WHEN range < 999999 THEN range ELSE 5000000000 END AS a FROM range(1000000)", {Optional("a", "INTEGER")}, "r").ok());
  const auto written = engine_->WriteParquet({.relation = "r", .store = store_, .path = "r.parquet"});
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().fault, Fault::Data);
  EXPECT_TRUE(store_->List("")->empty());
}

// Readers such as pyarrow know the years 1 to 9999 and fail at the whole file, whatever row is asked for.
TEST_F(WriteParquet, ATimeThatOtherReadersCannotReadIsRefusedByColumnAndValue) {
  for (const std::string type : {"DATE", "TIMESTAMP", "TIMESTAMPTZ"}) {
    const std::vector<api::Column> columns{Optional("n", "BIGINT"), Optional("the day", type == "DATE" ? "DATE" : "TIMESTAMP")};
    const auto write = [&](const std::string& value) {
      const std::string sql = "SELECT range AS n, CASE WHEN range = 4000 THEN " + type + " '" + value + "' END AS \"the day\" FROM range(5000)";
      EXPECT_TRUE(engine_->Select(sql, columns, "r").ok()) << sql;
      return engine_->WriteParquet({.relation = "r", .store = store_, .path = type + value, .eventTime = "the day"});
    };
    for (const std::string value : {"infinity", "-infinity", "0044-03-15 (BC)", "0001-12-31 (BC)", "10000-01-01", "200000-01-01"}) {
      const auto written = write(value);
      ASSERT_FALSE(written.ok()) << type << value;
      EXPECT_EQ(written.error().fault, Fault::Data);
      EXPECT_EQ(written.error().reason, "BadInput");
      EXPECT_THAT(written.error().message, AllOf(HasSubstr("column \"the day\" has the value " + columns[1].type + " '" + value), HasSubstr("write NULL")));
    }
    for (const std::string value : {"0001-01-01", "9999-12-31", "1970-01-01", "2024-02-29"}) EXPECT_TRUE(write(value).ok()) << type << value;
  }
  EXPECT_EQ(store_->List("")->size(), 12U) << "only what can be read";
}

// What the message tells people to write keeps every value that can be kept.
TEST_F(WriteParquet, TheAdviceForSuchATimeCostsNoOther) {
  for (const std::string type : {"DATE", "TIMESTAMP"}) {
    const std::vector<api::Column> columns{Optional("t", type)};
    const std::string last = type == "DATE" ? "9999-12-31" : "9999-12-31 23:59:59.999999";
    const std::string values = "(SELECT unnest([" + type + " '0001-01-01', " + type + " '" + last + "', " + type + " 'infinity']) AS t)";
    ASSERT_TRUE(engine_->Select("SELECT t FROM " + values, columns, "r").ok());
    const auto refused = engine_->WriteParquet({.relation = "r", .store = store_, .path = "refused"});
    ASSERT_FALSE(refused.ok());
    const std::string& message = refused.error().message;
    const std::string advice = message.substr(message.find("CASE"), message.rfind("END") + 3 - message.find("CASE"));
    ASSERT_TRUE(engine_->Select("SELECT " + advice + " AS t FROM " + values, columns, "kept").ok()) << advice;
    EXPECT_EQ(RowsOf("kept", columns).size(), 3U);
    EXPECT_THAT(Rows("SELECT count(t) AS n FROM peek"), testing::ElementsAre(R"({"n":2})")) << advice;
  }
}

TEST_F(WriteParquet, TheLastInstantOfTheCalendarIsOneOfIt) {
  const std::vector<api::Column> columns{Optional("at", "TIMESTAMP")};
  ASSERT_TRUE(engine_->Select("SELECT TIMESTAMP '9999-12-31 23:59:59.999999' AS \"at\"", columns, "r").ok());
  EXPECT_TRUE(engine_->WriteParquet({.relation = "r", .store = store_, .path = "last"}).ok());
  ASSERT_TRUE(engine_->Select("SELECT make_date(5881580, 7, 10) AS \"at\"", {Optional("at", "DATE")}, "r").ok());
  EXPECT_FALSE(engine_->WriteParquet({.relation = "r", .store = store_, .path = "far", .eventTime = "at"}).ok());
}

class Facts : public EngineTest {};

TEST_F(Facts, TheNewestEventIsFoundInDatesAndInstants) {
  const std::vector<api::Column> columns{Optional("day", "DATE"), Optional("at", "TIMESTAMP")};
  ASSERT_TRUE(
      engine_->Select("SELECT unnest([DATE '2024-01-01', NULL, DATE '2024-02-01']) AS day, TIMESTAMP '2024-01-01 00:00:01' AS \"at\"", columns, "r").ok());
  const auto newest = [&](const std::string& column) {
    return engine_->WriteParquet({.relation = "r", .store = store_, .path = "by-" + column, .eventTime = column})->maxEventTime;
  };
  EXPECT_EQ(Format(*newest("day")), "2024-02-01T00:00:00Z");
  EXPECT_EQ(Format(*newest("at")), "2024-01-01T00:00:01Z");
  EXPECT_FALSE(newest(""));
}

TEST_F(Facts, RowsOfATableAreCounted) {
  Table("t", {Optional("a", "BIGINT")}, "SELECT range AS a FROM range(10)");
  EXPECT_EQ(*engine_->CountRows("t"), 10);
}

}  // namespace
}  // namespace weir::engine
