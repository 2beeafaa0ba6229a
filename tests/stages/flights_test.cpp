#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

// Three million flights from the supplier's file to a published view, against one query over that very file.
class Flights : public StageTest {
 protected:
  Flights() {
    tables_.clear();
    Add({.name = "flights-landing", .zone = api::Zone::Landing, .format = api::ParquetFormat{}});
    Add({.name = "flights-raw", .zone = api::Zone::RawHistory, .format = api::ParquetFormat{}});
    Add({.name = "flights",
         .zone = api::Zone::Processed,
         .columns = {Required("flown", "TIMESTAMP", "date"), Required("delay", "INTEGER"), Required("distance", "INTEGER"), Required("origin", "VARCHAR"),
                     Required("destination", "VARCHAR")},
         .eventTime = "flown"});
    Add({.name = "airports-landing", .zone = api::Zone::Landing, .format = api::CsvFormat{}});
    Add({.name = "airports-raw", .zone = api::Zone::RawHistory, .format = api::CsvFormat{}});
    Add({.name = "airports",
         .zone = api::Zone::Processed,
         .columns = {Required("iata", "VARCHAR"), Optional("city", "VARCHAR"), Optional("state", "VARCHAR"), Required("latitude", "DOUBLE")},
         .keys = {api::Key{{"iata"}}}});
    Add({.name = "daily", .zone = api::Zone::Curated, .columns = kDaily, .keys = {api::Key{{"day", "state"}}}});
    Add({.kind = api::TargetKind::View, .name = "state-delays", .zone = api::Zone::Views, .columns = kDaily, .keys = {api::Key{{"day", "state"}}}});
    for (const char* name : {"flights-3m.parquet", "airports.csv"})
      std::filesystem::copy(std::string(WEIR_FLIGHTS_DIR) + "/" + name, folder_ / (std::string("source/") + name));
  }
  static api::Column Required(const std::string& name, const std::string& type, const std::string& source = "") {
    return {.name = name, .type = type, .nullable = false, .sourceName = source};
  }

  api::StageTask Make(api::TaskKind kind, const std::string& stage, const std::string& from, const std::string& into, const std::string& sql = "") {
    api::StageTask task = Task(kind, stage);
    task.from = from;
    task.into = into;
    task.sql = sql;
    if (kind == api::TaskKind::Land) task.source = api::FilesSource{"source", from};
    return task;
  }

  const std::vector<api::Column> kDaily{Required("day", "DATE"), Required("state", "VARCHAR"), Required("flights", "BIGINT"), Required("delay", "BIGINT")};
};

TEST_F(Flights, FromTheFileToTheViewNoRowIsLostAndTheFiguresAgree) {
  for (const std::string name : {"flights", "airports"}) {
    Good(Make(api::TaskKind::Land, "land-" + name, name == "flights" ? "flights-*.parquet" : "airports.csv", name + "-landing"));
    Good(Make(api::TaskKind::Accept, "accept-" + name, name + "-landing", name + "-raw"));
  }
  const auto flights = Good(Make(api::TaskKind::Decode, "decode-flights", "flights-raw", "flights"));
  EXPECT_EQ(flights.rows, Sums(3'000'000, 3'000'000, 0, 0));
  const auto airports = Good(Make(api::TaskKind::Decode, "decode-airports", "airports-raw", "airports"));
  EXPECT_EQ(airports.rows, Sums(3'376, 3'376, 0, 0));
  const auto daily = Good(Make(api::TaskKind::Transform, "daily", "", "daily",
                               "SELECT flown::DATE AS day, state, count(*) AS flights, sum(delay) AS delay FROM flights JOIN airports ON origin = iata WHERE "
                               "state IS NOT NULL GROUP BY ALL"));
  EXPECT_EQ(daily.rows->rowsIn, 3'003'376);
  auto publish = Make(api::TaskKind::Publish, "publish", "", "state-delays", "SELECT * FROM daily");
  const auto view = Good(publish);
  EXPECT_EQ(view.commits[0].contentHash, daily.commits[0].contentHash);
  EXPECT_EQ(view.commits[0].dataAsOf, airports.commits[0].dataAsOf < flights.commits[0].dataAsOf ? airports.commits[0].dataAsOf : flights.commits[0].dataAsOf);

  auto direct = std::move(engine::MakeEngine(ports_.limits)).value();
  std::shared_ptr<storage::ObjectStore> source = *storage::OpenStore({.name = "source", .root = folder_ / "source"});
  ASSERT_TRUE(direct
                  ->Attach("f", {{source, "flights-3m.parquet"}},
                           {{.name = "date", .type = "TIMESTAMP"}, {.name = "delay", .type = "BIGINT"}, {.name = "origin", .type = "VARCHAR"}})
                  .ok());
  const auto all = direct->Query("SELECT count(*) AS n, sum(delay)::BIGINT AS delay, count(DISTINCT date::DATE) AS days FROM f", 1);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(Rows("flights", "SELECT count(*) AS n, sum(delay)::BIGINT AS delay, count(DISTINCT flown::DATE) AS days FROM flights"),
            std::vector<std::string>{Dump((*all)[0])});
  EXPECT_EQ(Rows("state-delays", "SELECT sum(flights)::BIGINT AS n, sum(delay)::BIGINT AS delay, count(DISTINCT day) AS days FROM state_delays"),
            std::vector<std::string>{Dump((*all)[0])});
}

}  // namespace
}  // namespace weir::stages
