// Logs whose files rotation renames, given to `weir init`.
#include <gmock/gmock.h>

#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class InitRotated : public Commands {
 protected:
  InitRotated() { Again(); }
  void Again() const { Shell("rm -rf in .weir; mkdir in"); }
  // Two rows.
  void Log(const std::string& name, int first) const {
    Write("in/" + name, "id,amount\n" + std::to_string(first) + ",2\n" + std::to_string(first + 1) + ",3\n");
  }
  std::string Count(const std::string& table) const { return Weir("query 'SELECT count(*) AS n FROM " + table + "' -o csv").out; }
};

TEST_F(InitRotated, FilesByDateAreOneDataset) {
  const std::tuple<const char*, const char*, const char*> names[] = {
      {"app.csv-20240131", "app.csv-20240201", "app.csv-*"}, {"app.csv.2024-01-31.gz", "app.csv.2024-02-01.gz", "app.csv.*.gz"}, {"app1", "app10", "app*"}};
  for (const bool folder : {true, false})
    for (const auto& [first, second, path] : names) {
      Again();
      Log(first, 1);
      Log(second, 3);
      const Ended init = Weir(folder ? "init in" : "init in/" + std::string(first) + " in/" + second + " --name in");
      ASSERT_EQ(init.code, 0) << init.err;
      EXPECT_THAT(init.err, AllOf(HasSubstr(std::string(path) + " (2 files): 2 columns"), Not(HasSubstr("rotation"))));
      ASSERT_EQ(Weir("run in/in.yaml").code, 0) << Read("in/in.yaml");
      EXPECT_EQ(Count("app_v1"), "n\n4\n") << path;
    }
  Again();
  Write("in/app.jsonl-20240131", "{\"id\": 1}\n");
  Write("in/app.jsonl-20240201", "{\"id\": 2}\n");
  ASSERT_EQ(Weir("init in").code, 0);
  ASSERT_EQ(Weir("run in/in.yaml").code, 0);
  EXPECT_EQ(Count("app_v1"), "n\n2\n") << "a rotated file is of the format that its name has";
}

TEST_F(InitRotated, FilesByNumberStayApartWhereverTheyWereGiven) {
  const std::pair<const char*, const char*> names[] = {{"app.csv.1", "app.csv.2"}, {"app.csv", "app.csv.1"}, {"app.csv.9.gz", "app.csv.10.gz"}};
  for (const bool folder : {true, false})
    for (const auto& [first, second] : names) {
      Again();
      Log(first, 1);
      Log(second, 3);
      const Ended init = Weir(folder ? "init in" : "init in/" + std::string(first) + " in/" + second + " --name in");
      ASSERT_EQ(init.code, 0) << init.err;
      EXPECT_THAT(init.err, AllOf(HasSubstr(" stay one Dataset each: log rotation renames or compresses such files, and one Dataset would load the same rows "
                                            "again under each new name."),
                                  HasSubstr("logrotate: dateext"), Not(HasSubstr("no path with a wildcard"))));
      EXPECT_EQ(Weir("check in/in.yaml").code, 0) << Read("in/in.yaml");
    }
}

TEST_F(InitRotated, FilesByDateAreOneDatasetWithoutTheFileThatIsWritten) {
  const std::tuple<const char*, const char*, const char*> names[] = {{"app-20260101.csv", "app-20260102.csv", "app-*.csv"},
                                                                     {"app.csv-20260101", "app.csv-20260102", "app.csv-*"},
                                                                     {"app-20260101.csv.gz", "app-20260102.csv.gz", "app-*.csv.gz"}};
  for (const auto& [first, second, path] : names) {
    Again();
    Log("app.csv", 5);
    Log(first, 1);
    Log(second, 3);
    const Ended init = Weir("init in");
    ASSERT_EQ(init.code, 0) << init.err;
    EXPECT_THAT(init.err, AllOf(HasSubstr(std::string(path) + " (2 files): 2 columns"), HasSubstr("app.csv stays a Dataset of its own: log rotation"))) << path;
    EXPECT_EQ(Weir("check in/in.yaml").code, 0) << Read("in/in.yaml");
  }
}

TEST_F(InitRotated, AFileBesideItsPackedOneHasTheNoteOnRotation) {
  Log("app.csv", 1);
  Shell("gzip -c in/app.csv > in/app.csv.gz");
  EXPECT_THAT(Weir("init in").err, AllOf(HasSubstr("app.csv and app.csv.gz stay one Dataset each: log rotation"), Not(HasSubstr("no path with a wildcard"))));
}

TEST_F(InitRotated, MoreFilesThanAFileOfManifestsHoldsAreToldToBeRotatedByDate) {
  std::string header;
  for (int i = 0; i < 450; ++i) header += (i > 0 ? "," : "") + std::string(300, 'a') + std::to_string(i);
  for (int file = 1; file <= 12; ++file) Write("in/app.csv." + std::to_string(file), header + "\n");
  const Ended init = Weir("init in");
  EXPECT_EQ(init.code, 2);
  EXPECT_THAT(init.err, AllOf(HasSubstr("1 MiB"), HasSubstr("logrotate: dateext")));
}

TEST_F(InitRotated, RowsDoNotMultiplyWhenFilesAreRenamed) {
  Log("app.csv.1", 1);
  Log("app.csv.2", 3);
  ASSERT_EQ(Weir("init in").code, 0);
  ASSERT_EQ(Weir("run in/in.yaml").code, 0);
  for (int rotation = 0; rotation < 2; ++rotation) {
    Shell("cd in; mv app.csv.2 app.csv.3; mv app.csv.1 app.csv.2");
    Log("app.csv.1", 11 + 2 * rotation);
    ASSERT_EQ(Weir("run in/in.yaml").code, 0);
  }
  const std::string most = "SELECT max(n) AS n FROM (SELECT id, count(*) AS n FROM app_v1 GROUP BY id)";
  EXPECT_EQ(Weir("query '" + most + "' -o csv").out, "n\n1\n");
  EXPECT_EQ(Count("app_v1"), "n\n6\n") << "each content that was app.csv.1";
}

TEST_F(InitRotated, TheSameContentPackedAndUnpackedIsNotOneDataset) {
  Log("app.csv.1", 1);
  Shell("gzip -k in/app.csv.1");
  const Ended init = Weir("init in");
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err, HasSubstr("app.csv.1 and app.csv.1.gz stay one Dataset each"));
  ASSERT_EQ(Weir("run in/in.yaml").code, 0);
  EXPECT_EQ(Count("app_v1"), "n\n2\n");
}

}  // namespace
}  // namespace weir::test
