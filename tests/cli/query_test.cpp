// weir query: answers from what was committed, within its limits, and leaves nothing behind.
#include <gmock/gmock.h>

#include "crds/base/json.h"
#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class QueryCommand : public Commands {
 protected:
  QueryCommand() {
    CopyExample("quarantine/readings.csv");
    CopyExample("quarantine/readings.yaml");
  }
  void RunExample() {
    const Ended run = Weir("run readings.yaml");
    ASSERT_EQ(run.code, 0) << run.err;
  }
};

TEST_F(QueryCommand, KeepsTheOrderOfColumnsAndDecimalsAsWritten) {
  RunExample();
  const Ended json = Weir("query \"SELECT 1.10::DECIMAL(4,2) AS z, count(*) AS a FROM readings\" -o json");
  ASSERT_EQ(json.code, 0) << json.err;
  EXPECT_EQ(json.out, "[\n  {\n    \"z\": 1.10,\n    \"a\": 6\n  }\n]\n");
  EXPECT_EQ(Weir("query 'SELECT sensor FROM readings WHERE false' -o json").out, "[]\n");
  EXPECT_EQ(Weir("query \"SELECT 1.10::DECIMAL(4,2) AS z, 'a,b' AS t, NULL AS n\" -o csv").out, "z,t,n\n1.10,\"a,b\",\n");
}

TEST_F(QueryCommand, CsvTellsNullFromAnEmptyText) {
  RunExample();
  EXPECT_EQ(Weir("query \"SELECT '' AS e, NULL AS n, 'NULL' AS w, ' ' AS b\" -o csv").out, "e,n,w,b\n\"\",,NULL, \n");
  EXPECT_EQ(Weir("query \"FROM (VALUES (NULL), (''), ('x')) t(a)\" -o csv").out, "a\n\n\"\"\nx\n");
}

TEST_F(QueryCommand, ANumberOutOfItsRangeIsOneShortLine) {
  RunExample();
  for (const char* wrong :
       {"--limit 0", "--limit -1", "--limit x", "--limit 1.5", "--limit 1e3", "--limit 99999999999999999999", "--limit 9223372036854775807"}) {
    const Ended query = Weir(std::string("query 'SELECT 1 AS a' ") + wrong);
    EXPECT_EQ(query.code, 2) << wrong;
    EXPECT_THAT(query.err, AllOf(HasSubstr("--limit: "), HasSubstr("is not a whole number from 1 to 1000000000000; see weir query --help"))) << wrong;
    EXPECT_LT(query.err.size(), 150U) << query.err;
  }
  EXPECT_EQ(Weir("query 'SELECT 1 AS a' --limit 1000000000000 -o csv").out, "a\n1\n");
  EXPECT_THAT(Weir("explain run --rows -1").err, HasSubstr("\"-1\" is not a whole number from 0"));
  for (const char* command : {"query 'SELECT 1 AS a' --timeout 0s", "run readings.yaml --timeout 0s", "run readings.yaml --timeout soon"}) {
    const Ended ended = Weir(command);
    EXPECT_EQ(ended.code, 2) << command;
    EXPECT_THAT(ended.err, HasSubstr("is not a time above 0: write whole numbers with units, such as 30s, 10m or 1h30m")) << command;
  }
}

TEST_F(QueryCommand, ATableWithoutDataIsAnErrorAndNotNoRows) {
  Write("readings.csv", "");  // nothing lands, so nothing is committed
  ASSERT_EQ(Weir("run readings.yaml").code, 1);
  const Ended query = Weir("query 'SELECT count(*) AS n FROM readings'");
  EXPECT_EQ(query.code, 1);
  EXPECT_THAT(query.err, HasSubstr("Dataset readings (table readings) has no data yet"));
  EXPECT_EQ(query.out, "");
  EXPECT_EQ(Weir("query 'SELECT 1 AS readings'").code, 0) << "a name that is no table of the query";
}

TEST_F(QueryCommand, ADatasetOfFilesIsAnsweredWithItsTable) {
  RunExample();
  for (const char* sql : {"SELECT * FROM readings_landing", "SELECT count(*) FROM readings_history"}) {
    const Ended query = Weir(std::string("query '") + sql + "'");
    EXPECT_EQ(query.code, 1) << sql;
    EXPECT_THAT(query.err, AllOf(HasSubstr("is a dataset of files ("), HasSubstr("SQL reads tables: read readings, into which it is decoded"))) << sql;
  }
}

TEST_F(QueryCommand, AMisspeltColumnIsNotToldOfADatasetOfFilesThatTheTextNames) {
  RunExample();
  const Ended query = Weir("query 'SELECT celsiu FROM readings AS readings_landing'");
  EXPECT_EQ(query.code, 1);
  EXPECT_THAT(query.err, AllOf(HasSubstr("celsiu"), Not(HasSubstr("dataset of files"))));
}

TEST_F(QueryCommand, AnswersFromACopyOfTheLake) {
  RunExample();
  ASSERT_EQ(Shell("mkdir copy && cp -r .weir/lake copy/lake && rm -r .weir").code, 0);
  const Ended query = Weir("query 'SELECT count(*) AS n FROM readings' --lake copy/lake -o csv");
  EXPECT_EQ(query.out, "n\n6\n") << query.err;
  EXPECT_THAT(Weir("explain run --lake copy/lake").out, HasSubstr("warm")) << "its quarantined rows, too";
  const Ended again = Weir("run readings.yaml --lake copy/lake");
  EXPECT_EQ(again.code, 0) << again.err;
}

TEST_F(QueryCommand, AnswersForProgramsAreWhole) {
  RunExample();
  for (const char* format : {"csv", "json", "yaml"}) {
    const Ended all = Weir(std::string("query 'SELECT range AS n FROM range(1500)' -o ") + format);
    EXPECT_EQ(all.code, 0) << format;
    EXPECT_THAT(all.out, HasSubstr("1499")) << format;
    EXPECT_EQ(all.err, "") << format;
  }
  const Ended table = Weir("query 'SELECT range AS n FROM range(1500)'");
  EXPECT_THAT(table.out, Not(HasSubstr("1499")));
  EXPECT_THAT(table.err, HasSubstr("more rows than the 100 shown"));
  const Ended huge = Weir("query 'SELECT range AS n FROM range(1000001)' -o csv");
  EXPECT_EQ(huge.code, 1);
  EXPECT_EQ(huge.out, "") << "a part would pass for the whole";
  EXPECT_THAT(huge.err, HasSubstr("give --limit"));
  EXPECT_EQ(Weir("query 'SELECT range AS n FROM range(1500)' -o csv --limit 2").out, "n\n0\n1\n");
}

TEST_F(QueryCommand, AVersionOfAnotherProgramIsNoted) {
  RunExample();
  ASSERT_EQ(Shell("echo '{\"commitInfo\":{\"operation\":\"WRITE\",\"engineInfo\":\"delta-rs:1\"}}' "
                  ">$(find .weir/lake -type d -name _delta_log | grep /readings/)/00000000000000000001.json")
                .code,
            0);
  const Ended query = Weir("query 'SELECT count(*) AS n FROM readings' -o csv");
  EXPECT_EQ(query.out, "n\n6\n") << query.err;
  EXPECT_THAT(query.err, HasSubstr("version 1 of Dataset readings was written by another program (delta-rs:1)"));
}

TEST_F(QueryCommand, ALogThatIsGoneIsToldAndNeverAFreshTable) {
  RunExample();
  ASSERT_EQ(Shell("rm -r $(find .weir/lake -type d -name _delta_log | grep /readings/)").code, 0);
  const Ended query = Weir("query 'SELECT count(*) AS n FROM readings'");
  EXPECT_EQ(query.code, 1);
  EXPECT_THAT(query.err, HasSubstr("its log is gone"));
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("LogLost"));
}

// "Ready False LogLost, Available ..." of one object in the output of `weir get -o json`; freshness is left out.
std::string Conditions(const std::string& json, const std::string& name) {
  std::string text;
  const auto objects = ParseJson(json);
  if (!objects) return json;
  for (const Json& object : objects->is_array() ? *objects : At(*objects, "items")) {
    if (Text(At(object, "metadata"), "name") != name) continue;
    for (const Json& c : At(At(object, "status"), "conditions"))
      if (Text(c, "type") != "Fresh" && Text(c, "type") != "SLAMet")
        text += (text.empty() ? "" : ", ") + Text(c, "type") + " " + Text(c, "status") + " " + Text(c, "reason");
  }
  return text;
}

TEST_F(QueryCommand, ATableWhoseLogIsGoneIsNotReadyUntilItIsBack) {
  RunExample();
  const std::string log = Shell("printf %s $(find .weir/lake -type d -name _delta_log | grep /readings/)").out;
  ASSERT_EQ(Shell("mv " + log + " kept").code, 0);
  EXPECT_EQ(Weir("run readings.yaml").code, 1);
  const Ended damaged = Weir("get datasets -o json");
  EXPECT_EQ(Conditions(damaged.out, "readings"), "Ready False LogLost, Stalled True LogLost, Available False LogLost") << damaged.out;
  EXPECT_THAT(damaged.out, HasSubstr("Version 0 cannot be read (found by stage decode of run "));
  EXPECT_THAT(Weir("get datasets -o wide").out, HasSubstr("LogLost"));
  ASSERT_EQ(Shell("mv kept " + log).code, 0);
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  EXPECT_EQ(Conditions(Weir("get datasets -o json").out, "readings"), "Ready True InForce, Available True Committed");
}

TEST_F(QueryCommand, ALostFileIsNamedAndTheNextRunMakesItAnew) {
  RunExample();
  ASSERT_EQ(Shell("rm $(find .weir/lake -name '*.parquet' | grep /readings/)").code, 0);
  const Ended query = Weir("query 'SELECT count(*) AS n FROM readings'");
  EXPECT_EQ(query.code, 1);
  EXPECT_THAT(query.err, HasSubstr(".csv.parquet"));
  EXPECT_THAT(query.err, HasSubstr("Run the pipeline that writes Dataset readings again"));
  const Ended run = Weir("run readings.yaml");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Weir("query 'SELECT count(*) AS n FROM readings' -o csv").out, "n\n6\n");
}

TEST_F(QueryCommand, AFileOfTheSameSizeThatIsDamagedIsNamed) {
  RunExample();
  // The pages of the first columns, not the footer.
  ASSERT_EQ(
      Shell(
          "f=$(find .weir/lake -name '*.parquet' | grep /readings/); chmod u+w $f; head -c 60 /dev/zero | tr '\\0' '\\377' | dd of=$f bs=1 seek=8 conv=notrunc")
          .code,
      0);
  const Ended query = Weir("query 'SELECT * FROM readings'");
  EXPECT_EQ(query.code, 1);
  EXPECT_THAT(query.err, HasSubstr(".csv.parquet"));
  EXPECT_THAT(query.err, HasSubstr("is not what was written: SHA-256"));
  EXPECT_THAT(query.err, HasSubstr("Run the pipeline that writes Dataset readings again"));
}

TEST_F(QueryCommand, EndsAtItsTimeAndLeavesNothingBehind) {
  RunExample();
  ASSERT_EQ(Shell("mkdir tmp").code, 0);
  const Ended query = Shell("TMPDIR=$PWD/tmp weir query 'SELECT count(*) AS n FROM range(1000000000000) WHERE range % 7 = 3' --timeout 1s");
  EXPECT_EQ(query.code, 1);
  EXPECT_THAT(query.err, HasSubstr("took longer than 1s"));
  EXPECT_EQ(Shell("ls -A tmp").out, "");
}

TEST_F(QueryCommand, SpillsWithinItsMemory) {
  RunExample();
  const Ended query = Weir("query 'SELECT count(*) AS n FROM (SELECT DISTINCT range AS r FROM range(3000000))' --memory 512Mi -o csv");
  EXPECT_EQ(query.out, "n\n3000000\n") << query.err;
  EXPECT_EQ(Weir("query 'SELECT 1 AS n' --memory plenty").code, 2);
  EXPECT_EQ(Weir("query 'SELECT 1 AS n' --memory 1Mi").code, 2);
}

TEST_F(QueryCommand, RemovesWhatKilledProcessesLeftAndNothingElse) {
  RunExample();
  ASSERT_EQ(Shell("mkdir tmp").code, 0);
  ASSERT_EQ(Shell("cd tmp && mkdir weir-scratch-dead weir-scratch-live weir-scratch-bare weir-own mine && for f in dead live; do "
                  "touch weir-scratch-$f/.weir-scratch-lock; done && touch weir-scratch-dead/spill weir-scratch-bare/.lock weir-own/.lock "
                  "weir-own/.weir-scratch-lock mine/.weir-scratch-lock")
                .code,
            0);
  const Ended query = Shell("exec 9<tmp/weir-scratch-live/.weir-scratch-lock; flock 9; TMPDIR=$PWD/tmp weir query 'SELECT 1 AS n' -o csv");
  ASSERT_EQ(query.code, 0) << query.err;
  EXPECT_EQ(Shell("ls tmp").out, "mine\nweir-own\nweir-scratch-bare\nweir-scratch-live\n");
  ASSERT_EQ(Shell("touch $(dirname $(find .weir/lake -name '*.parquet' | head -1))/.weir-tmp-1-2-3-4").code, 0);
  RunExample();
  EXPECT_EQ(Shell("find .weir/lake -name '.weir-tmp-*'").out, "");
}

}  // namespace
}  // namespace weir::test
