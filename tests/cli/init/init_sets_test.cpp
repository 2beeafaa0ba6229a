// Sets of files as folders have them: series with odd members, many shapes, and names and titles of any kind.
#include <gmock/gmock.h>

#include <random>
#include <regex>

#include "crds/base/json.h"
#include "crds/base/text.h"
#include "tests/cli/commands.h"
#include "tests/folders.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class InitSeries : public Commands {
 protected:
  void Sales(const std::string& name, int first) const {
    Write("in/" + name, "id,amount\n" + std::to_string(first) + ",2\n" + std::to_string(first + 1) + ",3\n");
  }
  std::string Count(const std::string& table) const { return Weir("query 'SELECT count(*) AS n FROM " + table + "' -o csv").out; }
  Ended InitAndRun() const {
    const Ended init = Weir("init in");
    EXPECT_EQ(init.code, 0) << init.err;
    EXPECT_EQ(Weir("check in/in.yaml").code, 0) << Weir("check in/in.yaml").err;
    const Ended run = Weir("run in/in.yaml");
    EXPECT_EQ(run.code, 0) << run.err << Read("in/in.yaml");
    return init;
  }
};

TEST_F(InitSeries, WithAnEmptyFileIsOneDatasetOfTheOthers) {
  Shell("mkdir in");
  Sales("sales-2024-01.csv", 1);
  Sales("sales-2024-02.csv", 3);
  Sales("sales-2024-04.csv", 5);
  Write("in/sales-2024-03.csv", "");
  const Ended init = InitAndRun();
  EXPECT_THAT(init.err, AllOf(HasSubstr("sales-2024-03.csv is left out: it is empty"), HasSubstr("sales-*.csv (3 files)"), HasSubstr("added to exclude")));
  EXPECT_EQ(Count("sales_v1"), "n\n6\n");
  EXPECT_THAT(Read("in/in.yaml"), HasSubstr("file: sales-2024-03.csv"));
  const Ended given = Weir("init in/sales-2024-0*.csv --name given");
  EXPECT_EQ(given.code, 0) << given.err;
  EXPECT_THAT(given.err, HasSubstr("sales-2024-03.csv is left out")) << "also when the shell lists the files";
}

TEST_F(InitSeries, WithAFileOfAnotherEncodingIsOneDatasetOfTheOthers) {
  Shell("mkdir in");
  Write("in/sales-2024-01.csv", "id,name\n1,caf\xC3\xA9\n");
  Write("in/sales-2024-02.csv", "id,name\n2,caf\xC3\xA9\n");
  Write("in/sales-2024-03.csv", "id,name\n3,caf\xE9\n");
  Write("in/sales-2024-04.csv", "id,name\n4,plain\n");
  const Ended init = InitAndRun();
  EXPECT_THAT(init.err, AllOf(HasSubstr("sales-*.csv (3 files)"),
                              HasSubstr("sales-2024-03.csv also matches the path and does not fit: its encoding is Windows-1252, that of the others UTF-8")));
  EXPECT_EQ(Count("sales_v1"), "n\n3\n");
  EXPECT_EQ(Weir("query 'SELECT * FROM sales_2024_03_v1' -o csv").out, "id,name\n3,café\n") << "nothing of it is lost";
}

TEST_F(InitSeries, OfWindows1252MayHaveFilesOfAscii) {
  Shell("mkdir in");
  Write("in/sales-2024-01.csv", "id,name\n1,plain\n");
  Write("in/sales-2024-02.csv", "id,name\n2,caf\xE9\n");
  Write("in/sales-2024-03.csv",
        "id,name\n3,Gr\xF6\xDF"
        "e\n");
  EXPECT_THAT(InitAndRun().err, HasSubstr("sales-*.csv (3 files)"));
  EXPECT_EQ(Weir("query 'SELECT name FROM sales_v1 ORDER BY id' -o csv").out, "name\nplain\ncafé\nGröße\n");
}

TEST_F(InitSeries, OfOneFileSaysHowToTakeThoseThatFollow) {
  Shell("mkdir in");
  Sales("sales-2024-01-15.csv", 1);
  const Ended init = InitAndRun();
  EXPECT_THAT(init.err,
              HasSubstr("the path sales-2024-01-15.csv takes that file only; if others follow it, write path: \"sales-*.csv\" in stage land-sales-2024-01-15"));
  const std::string manifest = Read("in/in.yaml");
  EXPECT_THAT(manifest, AllOf(HasSubstr("# the path sales-2024-01-15.csv takes that file only"), HasSubstr("path: sales-2024-01-15.csv")));
  Write("in/in.yaml", std::regex_replace(manifest, std::regex("path: sales-2024-01-15.csv"), "path: sales-*.csv"));
  Sales("sales-2024-01-16.csv", 3);
  EXPECT_EQ(Weir("run in/in.yaml").code, 0);
  EXPECT_EQ(Count("sales_2024_01_15_v1"), "n\n4\n") << "as it said";
  Write("in/orders.csv", "id\n1\n");
  EXPECT_THAT(Weir("init in/orders.csv").err, Not(HasSubstr("follow")));
}

TEST_F(InitSeries, OfJsonMayHaveOptionalKeys) {
  Shell("mkdir in");
  Write("in/events-2024-01.jsonl", "{\"id\": 1, \"kind\": \"a\"}\n{\"id\": 2, \"kind\": \"b\"}\n");
  Write("in/events-2024-02.jsonl", "{\"id\": 3, \"kind\": \"a\", \"note\": \"late\", \"n\": null}\n");
  Write("in/events-2024-03.jsonl", "{\"id\": 4.5, \"kind\": \"a\", \"n\": 7}\n");
  const Ended init = InitAndRun();
  EXPECT_THAT(init.err, AllOf(HasSubstr("events-*.jsonl (3 files): 4 columns"),
                              HasSubstr("keys of some of the 3 files only, NULL in the others (whenAbsent: SetNull): note (1), n (2)")));
  EXPECT_THAT(Read("in/in.yaml"), AllOf(ContainsRegex("name: note, [^}]*whenAbsent: SetNull"), ContainsRegex("name: \"n\", [^}]*whenAbsent: SetNull"),
                                        Not(ContainsRegex("name: kind, [^}]*whenAbsent"))));
  EXPECT_EQ(Weir("query 'SELECT id, kind, note, n FROM events_v1 ORDER BY id' -o csv").out, "id,kind,note,n\n1.0,a,,\n2.0,b,,\n3.0,a,late,\n4.5,a,,7\n");
}

// What a column's type would lose is most of the rows: as text none is lost.
TEST_F(InitSeries, OfTimesThatAreMostlyMorePreciseThanTimestampAreText) {
  Shell("mkdir in && cp '" + SourceFolder() + "/tests/engine/parquet/nanoseconds.parquet' in");
  const Ended init = InitAndRun();
  EXPECT_THAT(init.err, HasSubstr("column at is VARCHAR: as TIMESTAMP 2 of 3 rows would be quarantined, e.g. line 1: "));
  EXPECT_THAT(init.err, HasSubstr("column updated is VARCHAR: as TIMESTAMP 2 of 3 rows"));
  EXPECT_THAT(init.err, Not(HasSubstr("will be quarantined")));
  EXPECT_EQ(Weir("query 'SELECT id, \"at\", updated = \"at\" AS same FROM nanoseconds_v1 ORDER BY id' -o csv").out,
            "id,at,same\n1,2024-05-01 10:00:00.123456001,true\n2,2024-05-01 10:00:00.123456789,true\n3,,\n");
}

TEST_F(InitSeries, OfJsonWithTypesThatDifferStaysApart) {
  Shell("mkdir in");
  Write("in/events-1.jsonl", "{\"id\": 1, \"kind\": \"a\"}\n");
  Write("in/events-2.jsonl", "{\"id\": \"x\", \"kind\": \"a\", \"more\": 1}\n");
  Write("in/other-1.jsonl", "{\"a\": 1, \"b\": 2}\n");
  Write("in/other-2.jsonl", "{\"x\": 1, \"y\": 2, \"z\": 3}\n");
  InitAndRun();
  for (const std::string table : {"events_1_v1", "events_2_v1", "other_1_v1", "other_2_v1"}) EXPECT_EQ(Count(table), "n\n1\n") << table;
}

TEST_F(InitSeries, WithAFileOfWhichNoRowFitsIsOneDatasetOfTheOthers) {
  Shell("mkdir in");
  std::string many = "id,day\n";
  for (int i = 0; i < 200; ++i) many += std::to_string(i) + ",2024-01-02\n";
  Write("in/sales-2024-01.csv", many);
  Write("in/sales-2024-02.csv", many);
  Write("in/sales-2024-03.csv", "id,day\n1,03.01.2024\n2,04.01.2024\n");
  const Ended init = InitAndRun();
  EXPECT_THAT(init.err, AllOf(HasSubstr("sales-*.csv (2 files)"), HasSubstr("no row of it fits the types that the others have; added to exclude")));
  EXPECT_EQ(Count("sales_v1"), "n\n400\n");
  EXPECT_EQ(Count("sales_2024_03_v1"), "n\n2\n");
}

TEST_F(InitSeries, OfOneShapeStayTwoSeries) {
  Shell("mkdir in");
  Sales("sales-2024-01.csv", 1);
  Sales("sales-2024-02.csv", 3);
  Sales("returns-2024-01.csv", 5);
  Sales("returns-2024-02.csv", 7);
  Sales("all.csv", 9);
  EXPECT_THAT(InitAndRun().err, AllOf(HasSubstr("sales-*.csv (2 files)"), HasSubstr("returns-*.csv (2 files)"), HasSubstr("all.csv: 2 columns")));
  EXPECT_EQ(Count("returns_v1"), "n\n4\n");
}

TEST_F(InitSeries, WithAFileThatCannotBeReadIsOneDatasetOfTheOthersAlsoWhenTheShellListsThem) {
  Shell("mkdir in");
  Sales("sales-2024-01.csv", 1);
  Sales("sales-2024-02.csv", 3);
  Write("in/utf8", "id,amount\n1,山田太郎です\n");
  Shell("iconv -f UTF-8 -t SHIFT_JIS in/utf8 > in/sales-2024-03.csv; rm in/utf8");
  Write("in/README.md", "A text, and more of it.\n\nMore.\n");
  const Ended init = Weir("init in/sales-*.csv --name in");
  EXPECT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err, AllOf(HasSubstr("sales-2024-03.csv is left out: "), HasSubstr("iconv -f SHIFT_JIS"), HasSubstr("sales-*.csv (2 files)")));
  EXPECT_EQ(Weir("run in/in.yaml").code, 0);
  EXPECT_EQ(Weir("init in/sales-2024-01.csv in/README.md --name other").code, 2) << "a file of its own is refused";
}

TEST_F(InitSeries, OfWhichThePathTakesTheManifestsExcludesThem) {
  Shell("mkdir in");
  Sales("data1", 1);
  Sales("data10", 3);
  const Ended init = Weir("init in/data1 in/data10");
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err, HasSubstr("data.yaml (the manifests) also matches the path; added to exclude"));
  ASSERT_EQ(Weir("run in/data.yaml").code, 0);
  EXPECT_EQ(Count("data_v1"), "n\n4\n");
}

TEST_F(InitSeries, OfManyShapesBecomeSeveralPipelines) {
  Shell("mkdir in");
  std::string name = "a";
  for (int i = 0; i < 30; ++i) {
    name = std::string(1, static_cast<char>('a' + i % 26)) + std::string(1, static_cast<char>('a' + i / 26));
    Write("in/" + name + ".csv", "id," + name + "\n" + std::to_string(i) + ",x\n");
  }
  const Ended init = InitAndRun();
  EXPECT_THAT(init.err, HasSubstr("30 Datasets need 120 stages, and a Pipeline has 50 at most: declared 3 Pipelines"));
  EXPECT_EQ(Count("aa_v1"), "n\n1\n");
  EXPECT_EQ(Count(name + "_v1"), "n\n1\n");
}

TEST_F(InitSeries, OfShapesThatNoFileOfManifestsHoldsIsRefusedWithTheWayOut) {
  Shell("mkdir in");
  for (int file = 0; file < 12; ++file) {
    std::string text;
    for (int i = 0; i < 450; ++i) text += (i > 0 ? "," : "") + std::string(300, static_cast<char>('a' + file)) + std::to_string(i);
    Write("in/" + std::string(3, static_cast<char>('a' + file)) + ".csv", text + "\n");
  }
  const Ended init = Weir("init in");
  EXPECT_EQ(init.code, 2);
  EXPECT_THAT(init.err, AllOf(HasSubstr("1 MiB"), HasSubstr("give fewer files at once with another --name each")));
  EXPECT_EQ(Shell("ls in/*.yaml").code, 2) << "nothing was written";
}

class InitSets : public Commands {};

std::string AnyName(std::mt19937& random) {
  static const std::vector<std::string> kParts{"sales", "a", "order", "select", "2024", "-",       "_",  " ",       "'",  "\"", "é",
                                               "01",    ".", "[",     "*",      "#",    "landing", "v1", "history", "$x", "tx"};
  std::string name;
  for (std::size_t i = 1 + random() % 4; i > 0; --i) name += kParts[random() % kParts.size()];
  return "f" + name;
}

std::string AnyTable(std::mt19937& random, bool json) {
  static const std::vector<std::string> kTitles{"id", "order", "select", "a b", "\"x\"", "x'y", "1st", "", "ID", "group", "é", "rowid", "table", "a_b", "#"};
  const std::size_t columns = 1 + random() % 4, rows = random() % 4;
  const char delimiter = ",;|\t"[random() % 4];
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < columns; ++i) titles.push_back(kTitles[random() % kTitles.size()]);
  const auto value = [&] { return random() % 3 == 0 ? "x" : std::to_string(random() % 100); };
  std::string text;
  for (std::size_t i = 0; !json && i < columns; ++i) text += (i > 0 ? std::string(1, delimiter) : "") + titles[i];
  if (!json) text += "\n";
  for (std::size_t r = 0; r < rows; ++r) {
    Json row = Json::object();
    for (std::size_t i = 0; i < columns; ++i) {
      text += json ? "" : (i > 0 ? std::string(1, delimiter) : "") + value();
      if (json && random() % 4 != 0) row[titles[i]] = value();
    }
    text += (json ? row.dump() : "") + "\n";
  }
  return text;
}

// Whatever is in a folder, what init writes passes the check; or it says in one line why it writes nothing.
TEST_F(InitSets, JsonInAWrapperIsToldWithTheSqlThatMakesRowsOfIt) {
  const std::tuple<const char*, const char*, const char*, const char*> files[] = {
      {"stripe", R"({"object":"list","data":[{"id":"ch_1","amount":5,"card":{"x":1}},{"id":"ch_2","amount":7}],"has_more":false})",
       "column data: it holds 2 records as JSON text in 1 row", "ch_1,5,\"{\"\"x\"\":1}\"\nch_2,7,\n"},
      {"geo", R"({"type":"FeatureCollection","features":[{"type":"Feature","id":3}]})", "column features: it holds 1 record as JSON text in 1 row",
       "Feature,3\n"},
      {"api", R"({"count":2,"results":[{"Full Name":"a b","at":"2024-01-02"},{"order":1.5}]})", "column results: it holds 2 records",
       "a b,2024-01-02,\n,,1.5\n"},
      {"deep", R"({"response":{"items":[{"n":1},{"n":2}],"more":[{"z":1}]}})", "column response: it holds 2 records", "1\n2\n"}};
  for (const auto& [name, text, note, rows] : files) {
    Write(std::string(name) + ".json", text);
    const Ended init = Weir("init " + std::string(name) + ".json");
    ASSERT_EQ(init.code, 0) << init.err;
    ASSERT_THAT(init.err, HasSubstr(note));
    const std::size_t at = init.err.find("SELECT ");
    Write("sql", init.err.substr(at, init.err.find('\n', at) - at));
    ASSERT_EQ(Weir("run " + std::string(name) + ".yaml").code, 0);
    const Ended query = Shell("weir query -o csv \"$(cat sql)\" | tail -n +2");
    EXPECT_EQ(query.out, rows) << query.err << Read("sql");
  }
  Write("orders.jsonl", "{\"id\":1,\"items\":[{\"sku\":\"a\"}]}\n{\"id\":2,\"items\":[{\"sku\":\"b\"}]}\n{\"id\":3,\"tags\":[\"x\"]}\n");
  EXPECT_THAT(Weir("init orders.jsonl").err, Not(HasSubstr("records"))) << "as many rows as objects in lists";
}

TEST_F(InitSets, AFileOfWhichNoRowFitsIsLeftOutOfAFolder) {
  Shell("mkdir in");
  Write("in/good.csv", "id,name\n1,a\n2,b\n");
  Write("in/torn.csv", "id,name\n\"1,a\n");
  const Ended init = Weir("init in");
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err, HasSubstr("torn.csv is left out: weir run would stop at it, for no row fits: "));
  EXPECT_THAT(init.err, HasSubstr("line 2: has a quote that is not closed"));
  EXPECT_THAT(Read("in/in.yaml"), Not(HasSubstr("torn")));
  EXPECT_EQ(Weir("run in/in.yaml --source in").code, 0);
}

TEST_F(InitSets, OfAnyNamesAndShapesPassTheCheckOrAreRefused) {
  std::mt19937 random(8);
  int written = 0;
  for (int round = 0; round < 25; ++round) {
    const std::string folder = "in" + std::to_string(round);
    Shell("mkdir " + folder);
    for (std::size_t files = 1 + random() % (round % 5 == 0 ? 40 : 8); files > 0; --files) {
      const bool json = random() % 3 == 0;
      Write(folder + "/" + AnyName(random) + (json ? ".jsonl" : ".csv"), AnyTable(random, json));
    }
    const Ended init = Weir("init " + folder);
    if (init.code != 0) {
      EXPECT_EQ(init.code, 2) << init.err;
      EXPECT_EQ(Shell("ls " + folder + "/*.yaml").code, 2) << init.err;
      EXPECT_THAT(init.err, Not(HasSubstr("NotDeclarable"))) << init.err;
      continue;
    }
    ++written;
    const Ended check = Weir("check " + folder + "/" + folder + ".yaml");
    EXPECT_EQ(check.code, 0) << check.err << check.out << Shell("ls " + folder).out;
  }
  EXPECT_GT(written, 15);
}

// The SQL that a note advises is executed over the table whatever its columns are called.
TEST_F(InitSets, AdviseSqlThatRunsForColumnsOfAnyName) {
  const std::vector<std::string> titles{"order", "select", "a b", "\"\"x\"\"", "table", "1st", "Größe", "group", "from;", "x'y"};
  std::string header, row;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    header += (i > 0 ? "," : "") + std::string("\"") + titles[i] + "\"";
    row += (i > 0 ? "," : "") + std::string(i % 4 == 0 ? "\"1.234,5\"" : i % 4 == 1 ? "31.12.2024 10:00" : i % 4 == 2 ? "\"1,234,567\"" : "31/12/2024");
  }
  Write("odd.csv", header + "\n" + row + "\n");
  const Ended init = Weir("init odd.csv");
  ASSERT_EQ(init.code, 0) << init.err;
  ASSERT_EQ(Weir("run odd.yaml").code, 0);
  const std::regex advice("in the SQL of the View: (CAST.* AS [A-Z]+(?:[(][0-9,]+[)])?[)])");
  std::size_t found = 0;
  for (std::sregex_iterator at(init.err.begin(), init.err.end(), advice), end; at != end; ++at, ++found) {
    Write("q.sql", "SELECT " + (*at)[1].str() + " AS v FROM odd_v1");
    const Ended query = Weir("query \"$(cat q.sql)\" -o csv");
    EXPECT_EQ(query.code, 0) << (*at)[1] << query.err;
    EXPECT_THAT(query.out, ::testing::AnyOf("v\n1234.50000\n", "v\n1234567\n", HasSubstr("2024-12-31"))) << (*at)[1];
  }
  EXPECT_EQ(found, titles.size()) << init.err;
}

// A number as init's type may keep it: whole ones, amounts, and some with an exponent.
std::string AnyExactNumber(std::mt19937& random, int kind) {
  const std::string digits = std::to_string(1000000000 + random() % 1000000000);
  if (random() % 15 == 0) return std::to_string(1 + random() % 9) + (kind % 2 == 0 ? "e3" : ".5E+2");
  switch (kind) {
    case 0: return std::to_string(random() % 100000);
    case 1: return digits + digits;
    case 2: return digits + digits.substr(1) + ".25";
    case 3: return "0." + digits.substr(0, 5);
    default: return digits + digits + digits;
  }
}

// What init declares loses nothing: each number of the file comes back equal, but for those of rows that init named as quarantined.
TEST_F(InitSets, DeclareTypesThatLoseNoDigit) {
  std::mt19937 random(12);
  for (int round = 0; round < 10; ++round) {
    const bool json = round % 2 == 0;
    const std::string name = "t" + std::to_string(round);
    std::string text = json ? "" : "id,n\n";
    std::vector<std::string> written;
    for (int i = 0; i < 40; ++i) {
      written.push_back(AnyExactNumber(random, round / 2));
      text += json ? "{\"id\":" + std::to_string(i) + ",\"n\":" + written.back() + "}\n" : std::to_string(i) + "," + written.back() + "\n";
    }
    Write(name + (json ? ".jsonl" : ".csv"), text);
    const Ended init = Weir("init " + name + (json ? ".jsonl" : ".csv"));
    ASSERT_EQ(init.code, 0) << init.err;
    ASSERT_EQ(Weir("run " + name + ".yaml --lake lake-" + name).code, 0) << text;
    // As DECIMAL of one scale, so that equal numbers are equal texts.
    const std::string exact = "CAST(n AS DECIMAL(38,4))";
    const Ended back = Weir("query 'SELECT id, " + exact + " AS n FROM " + name + "_v1 ORDER BY id' --lake lake-" + name + " -o csv");
    ASSERT_EQ(back.code, 0) << back.err;
    std::string expected = "SELECT id, CAST(n AS DECIMAL(38,4)) AS n FROM (VALUES ";
    for (std::size_t i = 0; i < written.size(); ++i) expected += (i > 0 ? ", (" : "(") + std::to_string(i) + ", '" + written[i] + "')";
    Write("q.sql", expected + ") AS t(id, n) WHERE id IN (SELECT id FROM " + name + "_v1) ORDER BY id");
    EXPECT_EQ(back.out, Weir("query \"$(cat q.sql)\" --lake lake-" + name + " -o csv").out) << Read(name + ".yaml") << text;
    const auto rows = std::count(back.out.begin(), back.out.end(), '\n') - 1;
    std::smatch said;
    const bool some = std::regex_search(init.err, said, std::regex("([0-9]+) of 40 rows will be quarantined"));
    EXPECT_EQ(40 - rows, some ? WholeNumber(said[1].str()).value_or(-1) : 0) << init.err;
  }
}

// "3 of 10 rows will be quarantined" of all notes: the ledger of the run has the same number.
TEST_F(InitSets, QuarantineTheRowsThatInitNamed) {
  std::mt19937 random(9);
  for (int round = 0; round < 8; ++round) {
    const std::string name = "t" + std::to_string(round);
    std::string text = round % 3 == 0 ? "sep=,\n" : "";
    text += "id,,note\n";
    for (int i = 0; i < 40; ++i) {
      const auto kind = random() % 16;
      text += kind == 0   ? "id,,note\n"
              : kind == 1 ? "x,1,\n"
              : kind == 2 ? "1,2\n"
              : kind == 3 ? "1,\"2\n"
                          : std::to_string(i) + "," + std::to_string(random() % 9) + ",n\n";
    }
    Write(name + ".csv", text);
    const Ended init = Weir("init " + name + ".csv");
    ASSERT_EQ(init.code, 0) << init.err;
    const std::regex count("([0-9]+) of [0-9]+ rows? will be quarantined");
    int said = 0;
    for (std::sregex_iterator at(init.err.begin(), init.err.end(), count), end; at != end; ++at)
      said += static_cast<int>(WholeNumber((*at)[1].str()).value_or(-1));
    const Ended run = Weir("run " + name + ".yaml --lake lake-" + name);
    ASSERT_EQ(run.code, 0) << run.err << text;
    const Ended get = Weir("query 'SELECT count(*) AS n FROM " + name + "_v1' --lake lake-" + name + " -o csv");
    const auto lines = std::count(text.begin(), text.end(), '\n') - (round % 3 == 0 ? 2 : 1);
    EXPECT_EQ(get.out, "n\n" + std::to_string(lines - said) + "\n") << init.err << text;
  }
}

}  // namespace
}  // namespace weir::test
