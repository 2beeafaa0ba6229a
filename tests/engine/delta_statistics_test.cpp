// Statistics of the table log: readers of other systems leave files out by them, so a wrong bound loses rows in silence.
#include <random>

#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::HasSubstr;

struct Kind {
  const char* type;
  const char* compared;             // as which type a bound and the values are compared
  std::vector<const char*> values;  // SQL literals, edges first
};

const Kind kKinds[] = {
    {"TINYINT", "TINYINT", {"-128", "127", "0", "-1", "5"}},
    {"SMALLINT", "SMALLINT", {"-32768", "32767", "0", "7"}},
    {"INTEGER", "INTEGER", {"-2147483648", "2147483647", "0", "42"}},
    {"BIGINT", "BIGINT", {"-9223372036854775808", "9223372036854775807", "9007199254740993", "-9007199254740993", "0"}},
    {"FLOAT", "DOUBLE", {"'0.1'", "'-0.1'", "'3.4028235e38'", "'1e-45'", "'16777217'", "'inf'", "'-inf'", "'nan'", "'0'", "'-0'", "'0.3'"}},
    {"DOUBLE",
     "DOUBLE",
     {"'0.1'", "'1e308'", "'-1e308'", "'5e-324'", "'inf'", "'-inf'", "'nan'", "'0'", "'-0'", "'9007199254740993'", "'0.30000000000000004'"}},
    {"DECIMAL(4,2)", "DECIMAL(38,10)", {"-99.99", "99.99", "0", "1.15", "0.01"}},
    {"DECIMAL(38,10)",
     "DECIMAL(38,10)",
     {"-9999999999999999999999999999.9999999999", "12345678901234567.89", "1234567890.12345", "0.0000000001", "1000000000000000000000000", "0", "-1.5"}},
    {"DECIMAL(18,0)", "DECIMAL(38,10)", {"999999999999999999", "999999999999999", "-1000000000000000", "0", "3"}},
    {"VARCHAR",
     "VARCHAR",
     {"''", "'a'", "chr(0)", "'a' || chr(0)", "'\"\\ \n'", "chr(1114111)", "repeat('z', 256)", "repeat('z', 257)", "repeat('é', 200)", "chr(65533)", "'Z'"}},
    {"DATE", "DATE", {"'9999-12-31'", "'0001-01-01'", "'10000-01-01'", "'0001-12-31 (BC)'", "'infinity'", "'-infinity'", "'2024-02-29'", "'1969-12-31'"}},
    {"TIMESTAMP",
     "TIMESTAMP",
     {"'9999-12-31 23:59:59.999999'", "'9999-12-31 23:59:59.999'", "'9999-12-31 23:59:59'", "'10000-01-01'", "'0001-01-01'",
      "'0001-12-31 (BC) 23:59:59.999999'", "'1969-12-31 23:59:59.999999'", "'1969-12-31 23:59:59.9985'", "'1970-01-01'", "'2024-06-01 00:00:00.5'",
      "'2024-06-01 00:00:00.0000001'"}},
    {"BOOLEAN", "BOOLEAN", {"true", "false"}},
    {"BLOB", "BLOB", {"'\\xFF'::BLOB", "''::BLOB", "'a'::BLOB"}},
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.type; }

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

class DeltaBounds : public EngineTest, public testing::WithParamInterface<Kind> {
 protected:
  std::string Values() {
    const auto& all = GetParam().values;
    std::string list = "NULL";
    const auto count = std::uniform_int_distribution<int>(0, 4)(random_);
    for (int i = 0; i < count; ++i) list += std::string(", ") + all[std::uniform_int_distribution<std::size_t>(0, all.size() - 1)(random_)];
    return list;
  }

  // How many of the written values are beyond the bound, by DuckDB's own reading of its text.
  void ExpectHolds(const Json& bound, const char* beyond) {
    const std::string text = bound.is_string() ? bound.get<std::string>() : Dump(bound);
    // A text with NUL has no literal.
    if (text.find('\0') != std::string::npos) return;
    const std::string type = GetParam().compared;
    EXPECT_EQ(Rows("SELECT count(*) AS n FROM t WHERE v::" + type + " " + beyond + " CAST(" + Quoted(text) + " AS " + type + ")").front(), R"({"n":0})")
        << beyond << " " << text;
  }

  std::mt19937 random_{20261130};
};

TEST_P(DeltaBounds, HoldForEveryValueOfRandomColumns) {
  const std::vector<api::Column> columns{Optional("v", GetParam().type)};
  int bounds = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string values = Values();
    ASSERT_TRUE(engine_->Select("SELECT unnest([" + values + "]::" + GetParam().type + "[]) AS v", columns, "r").ok()) << values;
    const std::string file = "r" + std::to_string(round) + ".parquet";
    auto written = engine_->WriteParquet({.relation = "r", .store = store_, .path = file});
    if (!written.ok()) {
      EXPECT_THAT(written.error().message, HasSubstr("the years 1 to 9999"));
      continue;
    }
    ASSERT_TRUE(engine_->Attach("t", {{store_, file}}, columns).ok());
    SCOPED_TRACE(values + " gave " + Dump(written->stats));
    for (const auto& [side, beyond] : {std::pair{"minValues", "<"}, std::pair{"maxValues", ">"}}) {
      const Json& bound = At(At(written->stats, side), "v");
      if (bound.is_null()) continue;
      ++bounds;
      ExpectHolds(bound, beyond);
    }
    EXPECT_EQ(written->stats["numRecords"], written->rows);
    EXPECT_EQ(Rows("SELECT count(*) FILTER (WHERE v IS NULL) AS n FROM t").front(), "{\"n\":" + Dump(written->stats["nullCount"]["v"]) + "}");
  }
  EXPECT_EQ(bounds > 5, std::string(GetParam().type) != "BLOB") << bounds;
}

INSTANTIATE_TEST_SUITE_P(OfEachType, DeltaBounds, testing::ValuesIn(kKinds), [](const auto& test) {
  std::string name = test.param.type;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

class DeltaStatistics : public EngineTest {
 protected:
  // "least .. most" as they are written.
  std::string Bounds(const std::string& type, const std::string& values) {
    const std::vector<api::Column> columns{Optional("v", type)};
    EXPECT_TRUE(engine_->Select("SELECT unnest([" + values + "]::" + type + "[]) AS v", columns, "r").ok()) << values;
    const Json stats = Measure("r").stats;
    const auto bound = [&stats](const char* side) { return stats.contains(side) && stats[side].contains("v") ? Dump(stats[side]["v"]) : "none"; };
    return bound("minValues") + " .. " + bound("maxValues");
  }
};

TEST_F(DeltaStatistics, LeaveOutWhatCannotBeWrittenExactlyAndOnlyThat) {
  EXPECT_EQ(Bounds("TIMESTAMP", "'2024-05-01 10:00:00', '9999-12-31 23:59:59.999999'"), R"("2024-05-01T10:00:00.000Z" .. "9999-12-31T23:59:59.999999Z")");
  EXPECT_EQ(Bounds("TIMESTAMP", "'9999-12-31 23:59:59', '2024-06-01 00:00:00.000001'"), R"("2024-06-01T00:00:00.000Z" .. "9999-12-31T23:59:59.000Z")");
  EXPECT_EQ(Bounds("TIMESTAMP", "'1969-12-31 23:59:59.999999'"), R"("1969-12-31T23:59:59.999Z" .. "1970-01-01T00:00:00.000Z")");
  EXPECT_EQ(Bounds("DATE", "'0001-01-01', '9999-12-31'"), R"("0001-01-01" .. "9999-12-31")");
  EXPECT_EQ(Bounds("DECIMAL(38,19)", "0.1234567890123456789, 12.5"), "0.123456789012345 .. 12.5");
  EXPECT_EQ(Bounds("DECIMAL(38,15)", "-41.130472200000003, 41.130472200000003"), "-41.1304722000001 .. 41.1304722000001");
  EXPECT_EQ(Bounds("DECIMAL(38,10)", "0.0000000001, 0.0000000002"), "0.0 .. 0.0001");  // 1e-10
  EXPECT_EQ(Bounds("DECIMAL(38,10)", "-0.0000000001, 0.99999999999"), "-0.0001 .. 1.0");
  EXPECT_EQ(Bounds("DECIMAL(38,10)", "-123456789012345678.5, 123456789012345678.5"), "-123456789012345679 .. 123456789012345679");
  EXPECT_EQ(Bounds("DECIMAL(38,10)", "1, 1234567890123456789"), "none .. none");
  EXPECT_EQ(Bounds("DECIMAL(38,10)", "-0.5, 1234567890.12345"), "-0.5 .. 1234567890.12345");
  EXPECT_EQ(Bounds("DECIMAL(18,0)", "-12345678901234567, 123456789012345678"), "-12345678901234567 .. 123456789012345678");
  EXPECT_EQ(Bounds("DECIMAL(17,2)", "1.00, 999999999999999.99"), "none .. none");
  EXPECT_EQ(Bounds("DECIMAL(18,0)", "1, 999999999999999999"), "none .. none") << "as a double it is 10^18";
  EXPECT_EQ(Bounds("DECIMAL(16,16)", "0.5, 0.9999999999999999"), "none .. none");
  EXPECT_EQ(Bounds("DECIMAL(15,2)", "-9999999999999.99, 9999999999999.99"), "-9999999999999.99 .. 9999999999999.99");
  EXPECT_EQ(Bounds("FLOAT", "'0.1', 'inf'"), "none .. none");
  EXPECT_EQ(Bounds("FLOAT", "0.1"), "0.10000000149011612 .. 0.10000000149011612");
  EXPECT_EQ(Bounds("DOUBLE", "'0', '-0.0'"), "-0.0 .. 0.0");
  EXPECT_EQ(Bounds("DOUBLE", "'1', 'nan'"), "none .. none");
  EXPECT_EQ(Bounds("BIGINT", "-9007199254740993, 9007199254740993"), "-9007199254740993 .. 9007199254740993");
  EXPECT_EQ(Bounds("VARCHAR", "'a', '\"'"), R"("\"" .. "a")");
  EXPECT_EQ(Bounds("VARCHAR", "'a', repeat('é', 5000)"), "\"\" .. \"\xF4\x8F\xBF\xBF\"");
  EXPECT_EQ(Bounds("VARCHAR", "repeat(chr(1114111), 5000)"), "none .. none");
  EXPECT_EQ(Bounds("BOOLEAN", "true, NULL"), "true .. true");
  EXPECT_EQ(Bounds("BLOB", "'a'::BLOB"), "none .. none");
}

// A reader that takes the bound for a double must find a value of the column's type.
TEST_F(DeltaStatistics, OfDecimalsAreValuesOfTheirTypeWhateverItsSize) {
  for (int width = 1; width <= 38; ++width) {
    for (int scale = 0; scale <= width; scale += width < 8 ? 1 : 3) {
      std::string most = std::string(static_cast<std::size_t>(width - scale), '9');
      if (scale > 0) most += "." + std::string(static_cast<std::size_t>(scale), '9');
      const std::string type = "DECIMAL(" + std::to_string(width) + "," + std::to_string(scale) + ")";
      ASSERT_TRUE(engine_->Select("SELECT unnest(['" + most + "', '-" + most + "', '0']::" + type + "[]) AS v", {Optional("v", type)}, "r").ok()) << type;
      const Json stats = Measure("r").stats;
      EXPECT_EQ(stats.contains("maxValues"), width <= 15) << type << ": a double keeps 15 digits";
      if (!stats.contains("maxValues")) continue;
      for (const char* side : {"minValues", "maxValues"})
        EXPECT_LT(std::abs(At(stats[side], "v").get<double>()), std::pow(10.0, width - scale)) << type << Dump(stats);
    }
  }
}

// deltalake 1.6 loses rows of files with bounds for some of their columns only.
TEST_F(DeltaStatistics, HaveBoundsOfAllColumnsWithValuesOrOfNone) {
  const std::vector<api::Column> columns{Optional("n", "INTEGER"), Optional("x", "DOUBLE"), Optional("b", "BOOLEAN"), Optional("z", "BLOB"),
                                         Optional("none", "DATE")};
  for (const auto& [x, names] : {std::pair{"1.5", R"(["b","n","x"])"}, std::pair{"'nan'::DOUBLE", "null"}}) {
    ASSERT_TRUE(engine_->Select(std::string("SELECT 1 AS n, ") + x + "::DOUBLE AS x, true AS b, 'z'::BLOB AS z, NULL::DATE AS none", columns, "r").ok());
    const Json stats = Measure("r").stats;
    for (const char* side : {"minValues", "maxValues"}) {
      Json found;
      if (stats.contains(side))
        for (const auto& [name, bound] : stats[side].items()) found.push_back(name);
      EXPECT_EQ(Dump(found), names) << Dump(stats);
    }
    EXPECT_EQ(Dump(stats["nullCount"]), R"({"b":0,"n":0,"none":1,"x":0,"z":0})");
  }
}

TEST_F(DeltaStatistics, AreOfAllRowGroupsOfAFile) {
  const std::vector<api::Column> columns{Optional("n", "INTEGER"), Optional("t", "VARCHAR"), Optional("d", "DECIMAL(12,2)"), Optional("x", "DOUBLE"),
                                         Optional("day", "DATE")};
  ASSERT_TRUE(engine_
                  ->Select("SELECT abs(200000 - i)::INTEGER AS n, lpad(abs(200000 - i)::VARCHAR, 6, '0') AS t, (abs(200000 - i) / 4)::DECIMAL(12,2) AS d, "
                           "(200000 - i) / 2 AS x, DATE '2000-01-01' + abs(200000 - i)::INTEGER % 9999 AS day FROM range(400001) r(i)",
                           columns, "r")
                  .ok());
  const Json stats = Measure("r").stats;
  EXPECT_EQ(Dump(stats["minValues"]), R"({"d":0.0,"day":"2000-01-01","n":0,"t":"000000","x":-100000.0})");
  EXPECT_EQ(Dump(stats["maxValues"]), R"({"d":50000.0,"day":"2027-05-17","n":200000,"t":"200000","x":100000.0})");
}

}  // namespace
}  // namespace weir::engine
