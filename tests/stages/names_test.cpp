// Whatever a file is called, every stage can name what it makes of it, and no two files meet.
#include <random>
#include <set>

#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::HasSubstr;

class NamesOfFiles : public StageTest {
 protected:
  void Write(const std::string& name, const std::string& city) { folder_.Write("source/in/" + name, "id,city,amount\n1," + city + ",10\n"); }
  // Lands, accepts and decodes everything; the cities of the table.
  std::vector<std::string> Cities(const std::string& pattern = "in/*") {
    Good(Land(pattern));
    Good(Accept());
    Good(Decode());
    return Rows("orders", "SELECT city FROM orders ORDER BY ALL");
  }
};

TEST_F(NamesOfFiles, RotatedLogsStayApart) {
  for (const char* number : {"1", "2", "3", "4"}) Write(std::string("app.csv.") + number, std::string("c") + number);
  EXPECT_EQ(Cities().size(), 4U);
  EXPECT_EQ(State("orders").files.size(), 4U);
  EXPECT_EQ(State("orders").files.begin()->first, "file_land_timestamp=1700003600/app.csv_1700003600.1.parquet");
}

TEST_F(NamesOfFiles, NoNameIsTooStrange) {
  const std::vector<std::string> names{"A.csv",
                                       "a.csv",
                                       "a.CSV",
                                       "\xC3\xA9.csv",
                                       "e\xCC\x81.csv",
                                       "\xFF.csv",
                                       "\xFE.csv",
                                       "a\nb.csv",
                                       "50%.csv",
                                       "50%25.csv",
                                       "a\\b.csv",
                                       "..csv",
                                       "a..b",
                                       "x",
                                       "a b.csv",
                                       "a=b&c.csv",
                                       "[1-9].csv",
                                       "~FF.csv",
                                       "'\".csv",
                                       "-rf",
                                       std::string(255, 'n'),
                                       std::string(254, 'n'),
                                       std::string(251, 'n') + ".csv",
                                       std::string(127, '\xC3') + "\xA9.csv"};
  for (std::size_t i = 0; i < names.size(); ++i) Write(names[i], "c" + std::to_string(100 + i));
  EXPECT_EQ(Cities("in/?*").size() + 1, names.size()) << "a leading dot is matched by a leading dot only";
  NextRun();
  EXPECT_EQ(Cities("in/.*").size(), names.size());
}

TEST_F(NamesOfFiles, OfRandomBytesNeverMeet) {
  std::mt19937 random(20261130);
  static const std::vector<std::string> kPieces{"a",   "A",    ".csv",     ".1",        ".gzip", "_1700003600", "-1",       "~",
                                                "%41", "\xFF", "\xC3\xA9", "e\xCC\x81", " ",     "\t",          ".parquet", "#"};
  std::set<std::string> names;
  while (names.size() < 20) {
    std::string name = "f";
    for (std::size_t n = random() % 5; n > 0; --n) name += kPieces[random() % kPieces.size()];
    if (random() % 6 == 0) name = std::string(255 - name.size(), 'x') + name;
    names.insert(name);
  }
  for (const std::string& name : names) Write(name, "c" + std::to_string(random()));
  EXPECT_EQ(Cities().size(), names.size());
  std::set<std::string> sources;
  for (const auto& [path, file] : State("orders-raw").files) sources.insert(file.tags.at("source"));
  EXPECT_EQ(sources.size(), names.size());
}

TEST_F(NamesOfFiles, InputsOfOneNameInOneSecondStayApart) {
  Write("a.csv", "Oslo");
  Good(Land());
  Write("a.csv", "Rome");
  for (int again = 2; again <= 4; ++again) {  // runs of the same second, each with another content
    api::StageTask task = Land();
    task.runUid = "uid-1-" + std::to_string(again);
    task.epoch += again;
    Good(task);
    Write("a.csv", "Bern" + std::to_string(again));
  }
  EXPECT_EQ(State("orders-landing").files.size(), 4U);
  folder_.Write("source/other/a.csv", "id,city,amount\n1,Oslo,10\n");  // the first one's content and name, of another source
  api::StageTask task = Land("other/*.csv");
  task.runUid = "uid-1-9";
  task.epoch += 9;
  Good(task);
  EXPECT_EQ(State("orders-landing").files.size(), 5U);
  api::StageTask accept = Accept();
  accept.epoch += 10;
  Good(accept);
  Good(Decode());
  EXPECT_EQ(Rows("orders").size(), 5U);
}

TEST_F(NamesOfFiles, ARunThatWasMadeAgainByTheSameNameWritesBesideTheFirst) {
  Write("a.csv", "Oslo");
  Cities();
  Good(Transform());
  for (int again = 2; again <= 3; ++again) {  // deleted and created: the same name, attempt 1, another UID
    api::StageTask task = Transform("SELECT city, " + std::to_string(again) + " AS total FROM orders");
    task.runUid = "uid-1-" + std::to_string(again);
    task.epoch += again;
    Good(task);
    EXPECT_EQ(Rows("totals"), std::vector<std::string>{R"({"city":"Oslo","total":)" + std::to_string(again) + "}"});
  }
}

TEST_F(NamesOfFiles, WhatAnAttemptLeftWithoutCommitStopsNoLaterOne) {
  Write("a.csv", "Oslo");
  Cities();
  Good(Transform());
  // As if nothing had been committed: only the file of the first is left.
  std::filesystem::remove_all(folder_ / "lake/Curated/default/shop/totals/_delta_log");
  Bad(Transform("SELECT city, 7 AS total FROM orders"), api::OutcomeClass::Transient, api::Reason::CommitConflict);
  Good(Transform("SELECT city, 7 AS total FROM orders", 2));
  EXPECT_EQ(Rows("totals"), std::vector<std::string>{R"({"city":"Oslo","total":7})"});
}

}  // namespace
}  // namespace weir::stages
