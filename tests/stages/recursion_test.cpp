// SQL whose recursion has no end, shown to the finished program: it takes no more memory and disk than it may, and the
// outcome says what to look at.
#include "tests/stages/program_fixture.h"

namespace weir::stages {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Recursion : public ProgramTest {
 protected:
  Recursion() {
    folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
    Decoded();
  }
  // With what this leaves it: 320 MiB of memory for the whole process, 64 MiB of scratch, and files of 40 MiB.
  int Run(const std::string& sql, const std::string& seconds = "100") {
    const std::string limits =
        "trap '' XFSZ; ulimit -f 40960; timeout -k 5 " + seconds + " env WEIR_MEMORY_LIMIT=335544320 WEIR_CPU_LIMIT=1 WEIR_SCRATCH_LIMIT=67108864";
    return RunTaskFile(Dump(api::Write(Transform(sql))), limits);
  }
  void IsExhausted(const std::string& sql, api::Reason reason) {
    EXPECT_EQ(Run(sql), api::ExitCodeOf(api::OutcomeClass::Resource)) << sql;
    const auto said = Said();
    EXPECT_EQ(api::Word(*said.reason), api::Word(reason)) << said.message;
    EXPECT_THAT(said.message, HasSubstr("WITH RECURSIVE: see that its recursion ends")) << sql;
    EXPECT_EQ(State("totals").version, -1);
  }
  const std::string kCounting = "WITH RECURSIVE r(n) AS (SELECT range FROM range(20000) UNION ALL SELECT n + 20000 FROM r) ";
};

TEST_F(Recursion, ThatDoublesItsRowsWithoutEndIsOutOfMemoryOrScratch) {
  EXPECT_EQ(Run("WITH RECURSIVE r(n) AS (SELECT 1::BIGINT UNION ALL SELECT n + 1 FROM r, (VALUES (1), (2)) two(v)) "
                "SELECT n::VARCHAR AS city, count(*) AS total FROM r GROUP BY n"),
            api::ExitCodeOf(api::OutcomeClass::Resource));
  EXPECT_TRUE(Said().reason == api::Reason::OutOfMemory || Said().reason == api::Reason::DiskFull) << Said().message;
  EXPECT_THAT(Said().message, HasSubstr("WITH RECURSIVE: see that its recursion ends"));
  EXPECT_EQ(State("totals").version, -1);
}

TEST_F(Recursion, WhoseRowsAreWrittenWithoutEndFillsTheStoreAndLeavesNothing) {
  IsExhausted(kCounting + "SELECT md5(n::VARCHAR) AS city, n AS total FROM r", api::Reason::DiskFull);
  const std::string folder = folder_ / ("lake/" + Table("totals").path);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) EXPECT_NE(entry.path().extension(), ".parquet") << entry.path();
}

TEST_F(Recursion, WhoseRowsAreSortedFillsTheScratchThatItMayHave) {
  IsExhausted(kCounting + "SELECT md5(n::VARCHAR) AS city, n AS total FROM r ORDER BY 1", api::Reason::DiskFull);
  EXPECT_THAT(Said().message, AllOf(HasSubstr("scratch"), HasSubstr("scratchSize")));
}

// It takes no memory that grows: the deadline of the attempt ends it, as it ends everything that takes too long.
TEST_F(Recursion, ThatOnlyCountsTakesTimeOnlyAndEndsAtTheSignal) {
  EXPECT_EQ(Run(kCounting + "SELECT 'all' AS city, count(*) AS total FROM r", "4"), 124);
  EXPECT_EQ(api::Word(*Said().reason), "RunnerKilled");
  EXPECT_EQ(State("totals").version, -1);
}

TEST_F(Recursion, ThatEndsIsSqlAsAnyOther) {
  EXPECT_EQ(Run("WITH RECURSIVE r(n) AS (SELECT 1::BIGINT UNION ALL SELECT n + 1 FROM r WHERE n < 1000) SELECT 'all' AS city, count(*) AS total FROM r"), 0);
  EXPECT_EQ(Said().commits.at(0).rows, 1);
}

}  // namespace
}  // namespace weir::stages
