// Files as people have them: `weir init`, then the run that it proposes, and what came of it.
#include <gmock/gmock.h>

#include "crds/base/json.h"
#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct File {
  const char* name;
  const char* file;
  const char* text;
  const char* columns;  // as declared
  const char* note;     // that init tells; "" for none
  const char* rows;     // as `weir query -o csv` answers
};

const File kFiles[] = {
    {"OddHeaders", "odd.csv", "Full Name,Grösse (cm),2nd,select\nAda,1.5,x,1\n",
     "full_name VARCHAR<Full Name grosse_cm DOUBLE<Grösse (cm) c_2nd VARCHAR<2nd select BIGINT",
     "columns with another name in SQL: \"Full Name\" -> full_name, \"Grösse (cm)\" -> grosse_cm, \"2nd\" -> c_2nd",
     "full_name,grosse_cm,c_2nd,select\nAda,1.5,x,1\n"},
    {"HeadersThatAreTheSameOrMissing", "same.csv", "name,name,,n\nA,B,x,1\nC,D,y,2\n", "name VARCHAR name_2 VARCHAR column_3 VARCHAR n BIGINT",
     "column 2 'name', a name that is there twice, -> name_2\n  column 3 without a name -> column_3", "name,name_2,column_3,n\nA,B,x,1\nC,D,y,2\n"},
    {"TitlesOfSeveralLines", "lines.csv", "id,\"Amount\n(EUR)\",\"a\tb\",Amount (EUR)\n1,2.5,x,3\n",
     "id BIGINT amount_eur DOUBLE<Amount (EUR) a_b VARCHAR<a b amount_eur_2 BIGINT<Amount (EUR)_2",
     "column 4 'Amount (EUR)', a name that is there twice, -> Amount (EUR)_2", "id,amount_eur,a_b,amount_eur_2\n1,2.5,x,3\n"},
    {"TwoByteOrderMarks", "marks.csv", "\xEF\xBB\xBF\xEF\xBB\xBFid,name\n1,a\n", "id BIGINT name VARCHAR", "2 columns", "id,name\n1,a\n"},
    {"KeysOfSeveralLines", "keys.jsonl", "{\"Amount\\n(EUR)\": 2.5, \"id\": 1}\n", "amount_eur DOUBLE<Amount (EUR) id BIGINT", "2 columns",
     "amount_eur,id\n2.5,1\n"},
    {"EmptyTitles", "gaps.csv", "a,,b,\n1,x,2,\n3,y,4,\n", "a BIGINT column_2 VARCHAR b BIGINT column_4 VARCHAR", "column 2 without a name -> column_2",
     "a,column_2,b,column_4\n1,x,2,\n3,y,4,\n"},
    {"HeaderAgain", "joined.csv", "id,name\n1,a\n2,b\nid,name\n3,c\n", "id BIGINT name VARCHAR",
     "the header is there once more, in line 4, as in files that were joined; it does not fit the types of its columns, so it will be quarantined",
     "id,name\n1,a\n2,b\n3,c\n"},
    {"DelimiterLine", "excel.csv", "sep=;\r\nid;name\r\n1;a,b\r\n", "id BIGINT name VARCHAR", "line 1 declares the delimiter ';'", "id,name\n1,\"a,b\"\n"},
    {"ListOfTexts", "list.txt", "AB-1\nAB-2\nAB-2\n", "column0 VARCHAR", "declared header: false", "column0\nAB-1\nAB-2\nAB-2\n"},
    {"HeaderWithoutRows", "none.csv", "id,name\n", "id VARCHAR name VARCHAR", "it has column names and no rows, so every column is text", "id,name\n"},
    {"ColumnsWithoutValues", "empty.csv", "a,b\n1,\n2,\n", "a BIGINT b VARCHAR", "column b: no value in the file", "a,b\n1,\n2,\n"},
    {"DatesAndTimes", "dates.csv", "day,at,german\n2026-01-01,2026-01-01T10:00:00+02:00,31.12.2025\n", "day DATE at TIMESTAMP german VARCHAR",
     "column german: 1 of 1 values are dates as '31.12.2025' (line 2), the day first", "day,at,german\n2026-01-01,2026-01-01 08:00:00,31.12.2025\n"},
    {"DigitsThatAreNames", "zip.csv", "zip,phone,id\n01234,+41791234567,7\n99999,+41791234568,8\n", "zip VARCHAR phone VARCHAR id BIGINT",
     "column zip: some values begin with 0 or +", "zip,phone,id\n01234,+41791234567,7\n99999,+41791234568,8\n"},
    {"BigIntegers", "big.csv", "a,b\n9223372036854775807,9223372036854775808\n1,123456789012345678901234567890\n", "a BIGINT b DECIMAL(38,0)", "2 columns",
     "a,b\n1,123456789012345678901234567890\n9223372036854775807,9223372036854775808\n"},
    {"NoHeader", "plain.csv", "1,foo,2.5\n2,bar,3.5\n3,baz,4.5\n", "column0 BIGINT column1 VARCHAR column2 DOUBLE", "3 columns",
     "column0,column1,column2\n1,foo,2.5\n2,bar,3.5\n3,baz,4.5\n"},
    {"YearsAsHeaders", "pop.csv", "country,2019,2020,2021\nDE,1,2,3\nFR,4,5,6\n", "country VARCHAR c_2019 BIGINT<2019 c_2020 BIGINT<2020 c_2021 BIGINT<2021",
     "is taken for column names, though it could be data", "country,c_2019,c_2020,c_2021\nDE,1,2,3\nFR,4,5,6\n"},
    {"LinesBeforeTheTable", "preamble.csv", "Returns,,\nSource: office,,\n\nregion,month,value\nNorth,2024-01,10\nSouth,2024-01,20\n",
     "region VARCHAR month VARCHAR value BIGINT", "declared skipLines: 3", "region,month,value\nNorth,2024-01,10\nSouth,2024-01,20\n"},
    {"TextOfWindows", "latin.csv", "id,name\n1,caf\xE9\n", "id BIGINT name VARCHAR", "the file is Windows-1252, as far as its bytes show", "id,name\n1,café\n"},
    {"OneBrokenByte", "broken.csv", "id,name\n1,a\n2,b\n3,c\n4,d\n5,e\n6,f\n7,g\n8,caf\xE9\n9,i\n", "id BIGINT name VARCHAR",
     "the file is UTF-8 but for 1 byte in 1 of 10 lines, first in line 9: 'caf\\xE9'; the rows with such bytes will be quarantined",
     "id,name\n1,a\n2,b\n3,c\n4,d\n5,e\n6,f\n7,g\n9,i\n"},
    {"Comments", "comment.csv", "# exported\n# by X\nid,name\n1,a\n2,b\n", "id BIGINT name VARCHAR", "declared comment", "id,name\n1,a\n2,b\n"},
    {"LineEndsOfOldMacs", "mac.csv", "id,name\r1,a\r2,b\r3,c\r", "id BIGINT name VARCHAR", "2 columns", "id,name\n1,a\n2,b\n3,c\n"},
    {"WordsForMissingValues", "na.csv", "id,dose,at\n1,0.5,2024-01-02\n2,NA,2024-01-03\n3,1,N/A\n4,-,2024-01-05\n", "id BIGINT dose DOUBLE at DATE",
     "'NA' stands for a missing value: 1 in dose (first in line 3)", "id,dose,at\n1,0.5,2024-01-02\n2,,2024-01-03\n3,1.0,\n4,,2024-01-05\n"},
    {"BadQuotes", "mal.csv", "id,name,age\n2,\"Alice, A\",30\n1,\"John, B,25\n3,\"Bob\",35\n4,\"Jo\",\"45\n5,Kim,50\n6,Lee,51\n",
     "id BIGINT name VARCHAR age BIGINT", "1 of 6 rows will be quarantined, e.g. line 3: has a quote that is not closed",
     "id,name,age\n2,\"Alice, A\",30\n3,Bob,35\n5,Kim,50\n6,Lee,51\n"},
    {"DigitsWithUnderscores", "parts.csv", "n\n1\n2\n3\n4\n5\n6\n7\n8\n9\n11_2\n", "n BIGINT", "'11_2' is not a BIGINT", "n\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"},
    {"WindowsText", "win.csv", "\xEF\xBB\xBFid;name\r\n1;\"a;b\"\r\n", "id BIGINT name VARCHAR", "2 columns", "id,name\n1,a;b\n"},
    {"Tabs", "tabs.tsv", "id\tname\n1\tx\n", "id BIGINT name VARCHAR", "2 columns", "id,name\n1,x\n"},
    {"NestedJson", "nested.json", R"([{"id": 1, "user": {"name": "a", "tags": ["x"]}}, {"id": 2, "user": null}])", "id BIGINT user VARCHAR",
     R"(column user: nested values are JSON text; SQL reads a member as in json_extract_string("user", '$."name"'))",
     "id,user\n1,\"{\"\"name\"\":\"\"a\"\",\"\"tags\"\":[\"\"x\"\"]}\"\n2,\n"},
    {"JsonLines", "lines.jsonl", "{\"id\": 1, \"n\": 1.5}\n{\"id\": 2}\n", "id BIGINT n DOUBLE", "2 columns", "id,n\n1,1.5\n2,\n"},
    {"JsonWithAStrayLine", "stray.jsonl", "{\"id\":1,\"name\":\"a\"}\n{\"id\":2,\"name\":\"b\"}\n[]\n{\"id\":3,\"name\":\"c\"}\n", "id BIGINT name VARCHAR",
     "1 of 4 rows will be quarantined, e.g. line 3: not a JSON object", "id,name\n1,a\n2,b\n3,c\n"},
    {"JsonAfterAByteOrderMark", "bom.json", "\xEF\xBB\xBF[{\"id\":1,\"n\":\"a\"},{\"id\":2,\"n\":\"b\"}]", "id BIGINT n VARCHAR", "2 columns",
     "id,n\n1,a\n2,b\n"},
    {"PrettyJson", "pretty.json", "{\n  \"id\": 1,\n  \"name\": \"a\"\n}\n{\n  \"id\": 2,\n  \"name\": \"b\"\n}\n", "id BIGINT name VARCHAR", "2 columns",
     "id,name\n1,a\n2,b\n"},
    {"JsonArrayWithABadElement", "arr.json", "[\n  {\n    \"id\": 1\n  },\n  null,\n  {\n    \"id\": 2\n  }\n]\n", "id BIGINT",
     "1 of 3 rows will be quarantined, e.g. line 5: not a JSON object", "id\n1\n2\n"},
    {"JsonNumbersOfManyDigits", "digits.jsonl",
     "{\"big\":123456789012345678901234567890,\"p\":12345678901234567.89}\n{\"big\":9007199254740993,\"p\":0.5,\"late\":1}\n",
     "big DECIMAL(38,0) p DECIMAL(38,2) late BIGINT", "3 columns",
     "big,p,late\n9007199254740993,0.50,1\n123456789012345678901234567890,12345678901234567.89,\n"},
    {"JsonWithAKeyTwice", "dup.jsonl", "{\"id\":1,\"status\":\"open\",\"status\":\"closed\"}\n{\"id\":2,\"status\":\"open\"}\n", "id BIGINT status VARCHAR",
     "column status: 1 of 2 rows will be quarantined, e.g. line 1: has the key 'status' twice", "id,status\n2,open\n"},
    {"ValuesThatDoNotFit", "bad.csv", "n\n1\n2\n3\n4\n5\n6\n7\n8\n9\nten\n", "n BIGINT",
     "column n: 1 of 10 rows will be quarantined, e.g. line 11: 'ten' is not a BIGINT", "n\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"},
};

// "name TYPE<source ..." of the declared table.
std::string Columns(const Json& dataset) {
  std::string text;
  for (const Json& column : At(At(At(dataset, "spec"), "schema"), "columns")) {
    const std::string source = Text(column, "sourceName");
    text += (text.empty() ? "" : " ") + Text(column, "name") + " " + Text(column, "type") + (source.empty() ? "" : "<" + source);
  }
  return text;
}

class InitFile : public Commands, public ::testing::WithParamInterface<File> {};

TEST_P(InitFile, BecomesATableThatLosesNothing) {
  const File& file = GetParam();
  Write(file.file, file.text);
  const Ended init = Weir(std::string("init ") + file.file);
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err, HasSubstr(file.note));
  const std::string name = std::string(file.file).substr(0, std::string(file.file).find('.'));
  const Ended run = Weir("run " + name + ".yaml");
  ASSERT_EQ(run.code, 0) << run.err;
  const auto dataset = ParseJson(Weir("get dataset/" + name + " -o json").out);
  ASSERT_TRUE(dataset.ok());
  EXPECT_EQ(Columns(*dataset), file.columns);
  EXPECT_EQ(Weir("query 'SELECT * FROM " + name + "_v1 ORDER BY ALL' -o csv").out, file.rows);
}

INSTANTIATE_TEST_SUITE_P(Each, InitFile, ::testing::ValuesIn(kFiles), [](const auto& test) { return std::string(test.param.name); });

class InitFiles : public Commands {};

// A header is no place for damage: whatever of Windows-1252 is in it decides, however many rows of ASCII follow.
TEST_F(InitFiles, AHeaderInWindows1252DecidesWhereverItIs) {
  const std::pair<const char*, const char*> headers[] = {{"Datum;Betrag;W\xE4hrung\n", "W\xC3\xA4hrung"},
                                                         {"sep=;\nDatum;Betrag;W\xE4hrung\n", "W\xC3\xA4hrung"},
                                                         {"# Bericht\nDatum;Betrag;W\xE4hrung\n", "W\xC3\xA4hrung"},
                                                         {"Bericht M\xE4rz\n\nDatum;Betrag;Art\n", ""},
                                                         {"Datum;Betrag;Preis in \x80\n", "Preis in \xE2\x82\xAC"},
                                                         {"Datum;Betrag;\xB0"
                                                          "C\n",
                                                          "\xC2\xB0"
                                                          "C"}};
  int number = 0;
  for (const auto& [header, title] : headers)
    for (const int rows : {9, 50, 1000}) {
      std::string text = header;
      for (int i = 0; i < rows; ++i) text += "2024-01-" + std::to_string(10 + i % 20) + ";" + std::to_string(i) + ";EUR\n";
      const std::string name = "w" + std::to_string(++number);
      Write(name + ".csv", text);
      const Ended init = Weir("init " + name + ".csv");
      ASSERT_EQ(init.code, 0) << header << rows << init.err;
      EXPECT_THAT(init.err, AllOf(HasSubstr("the file is Windows-1252, as far as its bytes show"), Not(HasSubstr("quarantined")))) << header << rows;
      EXPECT_THAT(Read(name + ".yaml"), AllOf(HasSubstr("encoding: Windows-1252"), HasSubstr(title))) << header << rows;
    }
}

TEST_F(InitFiles, AnArchiveIsUnzippedAndAWorkbookExported) {
  const std::string zip = "PK\x03\x04" + std::string(26, '\x14');
  for (const std::string name : {"a.zip", "b.csv", "c.json"}) {
    Write(name, zip + "sales.csv\x81\xFF\xFE\x90");
    EXPECT_THAT(Weir("init " + name).err, HasSubstr(name + " cannot be read: it is a zip archive; unzip it first")) << name;
  }
  for (const std::string entry : {"[Content_Types].xml", "xl/workbook.xml", "_rels/.rels", "mimetypeapplication/vnd.oasis.opendocument.spreadsheet"}) {
    Write("a.xlsx", zip + entry + "\x81\xFF\xFE\x90");
    EXPECT_THAT(Weir("init a.xlsx").err, HasSubstr("office document; export it as CSV")) << entry;
  }
}

std::string Wide(int columns) {
  std::string text;
  for (int i = 0; i < columns; ++i) text += (i > 0 ? ",c" : "c") + std::to_string(i);
  return text + "\n";
}

class InitRefuses : public Commands {
 protected:
  void Refused(const std::string& arguments, const std::string& message) const {
    const Ended init = Weir("init " + arguments);
    EXPECT_EQ(init.code, 2) << arguments;
    EXPECT_THAT(init.err, HasSubstr(message));
    EXPECT_THAT(init.err, AllOf(Not(HasSubstr("weir://")), Not(HasSubstr("Possible")))) << "nothing of the engine's own";
    EXPECT_EQ(Shell("ls *.yaml").code, 2) << "nothing was written";
  }
};

TEST_F(InitRefuses, WhatIsNoTable) {
  Write("empty.csv", "");
  Refused("empty.csv", "empty.csv is empty");
  Write("wide.csv", Wide(700));
  Refused("wide.csv", "wide.csv cannot be read: it has 700 columns, but a Dataset takes 500");
  Write("marks.csv", "a\u2028b,c\u0085d\n1,2\n");
  Refused("marks.csv", "marks.csv cannot be read: no column of it can be declared; the name of column 1, ");
  Write("long.csv", std::string(1025, 't') + ",b\n1,2\n");
  Refused("long.csv", "the title of column 1 has 1025 characters");
  Write("broken.json", "{\"a\":");
  Refused("broken.json", "broken.json cannot be read: ");
  Write("broken.parquet", "no Parquet");
  Refused("broken.parquet", "broken.parquet cannot be read: ");
  Shell("head -c 3000 /dev/zero > zeros.csv; mkdir folder");
  Refused("folder", "folder has no data files");
  Refused("absent.csv", "absent.csv does not exist");
}

TEST_F(InitRefuses, Prose) {
  Write("README.md", "# A title\n\nSome prose, which is no table.\n\n- a list\n- of things, and more, and more\n");
  Refused("README.md", "README.md cannot be read: ");
}

TEST_F(InitRefuses, TextsThatAreNoTableWhateverTheirNames) {
  Write("notes.csv", "A tool for tables\n\nThis program reads the tables of a folder, and writes what it finds.\n\nIt is made for people, not for machines.\n");
  Refused("notes.csv", "notes.csv cannot be read: its lines are prose, so it is not delimited text");
  Write("page.csv", "\n<html><body>Not found, sorry</body></html>\n");
  Refused("page.csv", "it is an HTML page");
  Write("run.txt", "#!/bin/sh\necho a\n");
  Refused("run.txt", "it is a script");
  Write("rows.csv", "{\"id\": 1, \"a\": 2}\n");
  Refused("rows.csv", "it is JSON; name it .json or .jsonl");
}

TEST_F(InitRefuses, EncodingsThatNoDatasetDeclaresWithTheWayOut) {
  Write("utf8.csv", "番号,名前\n1,山田太郎\n2,ありがとう\n3,サービス\n");
  Shell("iconv -f UTF-8 -t SHIFT_JIS utf8.csv > sjis.csv");
  Refused("sjis.csv", "iconv -f SHIFT_JIS -t UTF-8 'sjis.csv' > 'sjis.csv.utf8'");
  Shell("printf '{\"id\":1,\"name\":\"山田太郎です\"}\\n' | iconv -f UTF-8 -t EUC-JP > names.jsonl");
  Refused("names.jsonl", "iconv -f EUC-JP -t UTF-8 'names.jsonl'");
}

TEST_F(InitFiles, BecomeAViewEachAndOnePipelineForAll) {
  Shell("mkdir data");
  Write("data/orders.csv", "id,amount\n1,2.5\n2,3\n");
  Write("data/customers.jsonl", "{\"id\": 1, \"name\": \"Ada\"}\n");
  const Ended init = Weir("init data/orders.csv data/customers.jsonl --output made/here --name shop");
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_EQ(Weir("check made/here").code, 0);
  const Ended run = Weir("run made/here/shop.yaml --source data");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Weir("query 'SELECT id, amount, name FROM orders_v1 JOIN customers_v1 USING (id)' -o csv").out, "id,amount,name\n1,2.5,Ada\n");
  EXPECT_EQ(Weir("get pipelines").out.find("load-shop") != std::string::npos, true);
}

// The first run publishes the View, and its query is a promise from then on.
TEST_F(InitFiles, WithSqlInTheirNotesAreEditedBeforeTheFirstRun) {
  Write("german.csv", "id,day\n1,31.12.2025\n");
  Write("plain.csv", "id,day\n1,2025-12-31\n");
  const auto edit = HasSubstr("Next:\n  edit the query of the View as noted, before the first run");
  const Ended german = Weir("init german.csv");
  EXPECT_THAT(german.err, HasSubstr("in the SQL of the View: "));
  EXPECT_THAT(german.out, AllOf(edit, HasSubstr("stability: Alpha")));
  EXPECT_THAT(Weir("init plain.csv").out, AllOf(HasSubstr("Next:\n  weir check plain.yaml"), Not(edit)));
}

TEST_F(InitFiles, OfOneShapeWithDatesInTheirNamesAreOneDataset) {
  Write("sales-2026-01.csv", "id,amount,note\n1,2,\n2,3,NA\n");
  Write("sales-2026-02.csv", "id,amount,note\n3,2.5,\n4,ten,late\n5,1,\n6,1,\n7,1,\n8,1,\n9,1,\n10,1,\n11,1,\n");
  const Ended init = Weir("init sales-2026-01.csv sales-2026-02.csv");
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err,
              AllOf(HasSubstr("sales-*.csv (2 files): 3 columns"), HasSubstr("1 of 11 rows will be quarantined, e.g. line 3 of sales-2026-02.csv: 'ten'")));
  EXPECT_EQ(Weir("check sales.yaml").code, 0);
  const Ended run = Weir("run sales.yaml");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Weir("query 'SELECT count(*) AS rows, sum(amount) AS sum, count(note) AS notes FROM sales_v1' -o csv").out, "rows,sum,notes\n10,14.5,1\n");
  Write("sales-2026-03.csv", "id,amount,note\n12,1,\n");
  EXPECT_EQ(Weir("run sales.yaml").code, 0);
  EXPECT_EQ(Weir("query 'SELECT count(*) AS rows FROM sales_v1' -o csv").out, "rows\n11\n") << "the next file is taken without an edit";
}

TEST_F(InitFiles, OfAFolderAreDeclaredByTheirShape) {
  Shell("mkdir -p data/old; echo hidden > data/.notes; : > data/empty.csv");
  Write("data/README.md", "# A title\n\nSome prose, which is no table.\n\n- a list\n- of things, and more, and more\n");
  Write("data/sales_20260101.csv", "id,amount\n1,2\n");
  Write("data/sales_20260102.csv", "id,amount\n2,3\n");
  Write("data/sales_20260103.csv", "id;amount\n3;3\n");
  Write("data/orders.csv", "id,amount\n7,1\n");
  Write("data/orders.jsonl", "{\"id\": 1}\n");
  Write("data/log-1.jsonl", "{\"id\": 1, \"t\": \"a\"}\n");
  Write("data/log-2.jsonl", "{\"t\": \"b\", \"id\": 2.5}\n");
  const Ended init = Weir("init data --team sales");
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err, AllOf(HasSubstr("README.md is left out: "), HasSubstr("data/empty.csv is left out: it is empty"),
                              HasSubstr("data/old is left out: it is a folder"), Not(HasSubstr(".notes"))));
  EXPECT_THAT(init.err, AllOf(HasSubstr("log-*.jsonl (2 files): 2 columns"), HasSubstr("\norders.csv: 2 columns"), HasSubstr("sales_20260103.csv: 2 columns")));
  EXPECT_THAT(init.out, AllOf(HasSubstr("Wrote data/data.yaml"), HasSubstr("FROM orders_jsonl_v1")));
  EXPECT_EQ(Weir("check data/data.yaml").code, 0);
  const Ended run = Weir("run data/data.yaml");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Weir("query 'SELECT sum(id) AS sum FROM log_v1' -o csv").out, "sum\n3.5\n");
  EXPECT_THAT(Weir("init data").err, HasSubstr("data.yaml exists already")) << "manifests in the folder are no data";
}

TEST_F(InitFiles, MayHaveLongNamesAndColumnsWithControlCharacters) {
  for (const std::string name : {"quarterly-sales-report-north-america-2024.csv", "q.csv"}) {
    Write(name, "x,\"a\u202Eb\"\n1,2\n");
    const Ended init = Weir("init " + name);
    ASSERT_EQ(init.code, 0) << init.err;
    EXPECT_THAT(init.err + init.out, HasSubstr("column 2"));
    const std::string manifest = name.substr(0, name.find('.')).substr(0, 40) + ".yaml";
    EXPECT_EQ(Weir("check " + manifest).code, 0) << manifest;
    const Ended run = Weir("run " + manifest + " --lake lake-" + std::to_string(name.size()));
    EXPECT_EQ(run.code, 0) << run.err;
  }
}

TEST_F(InitRefuses, NamesThatNoManifestHolds) {
  Write("bad\xFF.csv", "id\n1\n");
  Refused("'bad\xFF.csv'", "the name 'bad\\xFF.csv' is not UTF-8, so a manifest cannot contain it: rename the file or its folder");
  Shell("mkdir 'd\xFF' e");
  Write("d\xFF/a.csv", "id\n1\n");
  Write("e/b.csv", "x,y\n1,2\n");
  Refused("'d\xFF/a.csv' e/b.csv", "the name 'd\\xFF/a.csv' is not UTF-8");
  Write("x*y.csv", "id\n1\n");
  Write("x1y.csv", "id\n1\n");
  Refused("'x*y.csv'", "the name 'x*y.csv' is a wildcard as a path in a manifest, and takes 'x1y.csv' too");
  Write("z*[1].csv", "id\n1\n");
  Refused("'z*[1].csv'", "the name 'z*[1].csv' cannot be a path in a manifest: * and ? are wildcards there");
}

// What is refused of one file is left out of a folder, and no path takes it.
TEST_F(InitFiles, OfNamesThatNoManifestHoldsAreLeftOutOfAFolder) {
  Shell("mkdir in");
  for (const std::string name : {"s-1.csv", "s-2.csv", "s-3\xFF.csv", "t-\xFE.csv"}) Write("in/" + name, "id,v\n1,x\n2,y\n");
  const Ended init = Weir("init in");
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err, AllOf(HasSubstr("left out: the name 's-3\\xFF.csv' is not UTF-8"), HasSubstr("left out: the name 't-\\xFE.csv' is not UTF-8"),
                              HasSubstr("2 files): 2 columns")));
  EXPECT_EQ(Weir("check in/in.yaml").code, 0);
  ASSERT_EQ(Weir("run in/in.yaml").code, 0);
  EXPECT_EQ(Weir("query 'SELECT count(*) AS n FROM s_v1' -o csv").out, "n\n4\n");
}

TEST_F(InitFiles, MayHaveControlCharactersInAFewValues) {
  Write("dos.csv", "id,v\n1,a\n2,b\x1A\n");
  EXPECT_EQ(Weir("init dos.csv").code, 0);
  ASSERT_EQ(Weir("run dos.yaml").code, 0);
  EXPECT_EQ(Weir("query 'SELECT id, length(v) AS n FROM dos_v1 ORDER BY id' -o csv").out, "id,n\n1,1\n2,2\n") << "it is data";
  Write("nul.csv", std::string("id,v\n1,a\n2,b\0c\n3,d\n", 19));
  const Ended init = Weir("init nul.csv");
  EXPECT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err, HasSubstr("1 of 3 rows will be quarantined"));
  const Ended run = Weir("run nul.yaml");
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.err + run.out, HasSubstr("Committed: 2 rows, 1 quarantined"));
}

// Names of control characters, and of what YAML and shells read otherwise.
TEST_F(InitFiles, OfAnyNameInUtf8AreFoundByTheRun) {
  for (const std::string name : {"a\nb.csv", "#a.csv", "a: b.csv", "-a.csv", "a\"b\\.csv", "a[1].csv", "\u202Ea.csv", "a*b.csv", "~.csv"}) {
    Shell("rm -rf in .weir; mkdir in");
    Write("in/" + name, "id,v\n1,x\n2,y\n");
    const Ended init = Weir("init in");
    ASSERT_EQ(init.code, 0) << name << init.err;
    const Ended run = Weir("run in/in.yaml");
    ASSERT_EQ(run.code, 0) << name << run.err << Read("in/in.yaml");
    EXPECT_THAT(run.err + run.out, HasSubstr("Committed: 2 rows, 0 quarantined")) << name;
  }
}

TEST_F(InitRefuses, FilesThatWouldBecomeOneDataset) {
  Shell("mkdir a b; echo x > a/t.csv; echo x > b/t.csv");
  Refused("a/t.csv b/t.csv", "would both become the dataset t");
}

}  // namespace
}  // namespace weir::test
