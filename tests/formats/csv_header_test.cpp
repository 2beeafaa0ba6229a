// Which line of a file names its columns, and which texts are no table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "runner/formats/csv/csv_inference.h"

namespace weir::formats {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

Status AddTo(CsvInference& inference, const std::string& text, const std::string& name) {
  auto opened = OpenText(std::make_unique<PrefixedSource>(text), name, std::nullopt, Undeclared::GuessUnicode);
  return opened.ok() ? inference.Add(std::move(opened).value(), name) : Status(opened.error());
}

InferredCsv Infer(const std::string& text, const std::string& name = "in.csv") {
  CsvInference inference;
  const Status added = AddTo(inference, text, name);
  EXPECT_TRUE(added.ok()) << text << (added.ok() ? "" : added.error().message);
  return added.ok() ? inference.Declare() : InferredCsv{};
}

std::string Refusal(const std::string& text, const std::string& name) {
  CsvInference inference;
  const Status added = AddTo(inference, text, name);
  return added.ok() ? "taken" : added.error().message;
}

std::string Columns(const InferredCsv& inferred) {
  std::string text = inferred.format.skipLines ? "+" + std::to_string(*inferred.format.skipLines) : "";
  for (const InferredColumn& column : inferred.columns) text += (text.empty() ? "" : " ") + column.title + ":" + column.type;
  return text;
}

TEST(CsvHeader, MayHaveEmptyTitles) {
  EXPECT_EQ(Columns(Infer("a,,b,\n1,2,3,4\n5,6,7,8\n")), "a:BIGINT column_2:BIGINT b:BIGINT column_4:BIGINT");
  EXPECT_EQ(Columns(Infer("a,,b,\n1,2,3,4\n")), "a:BIGINT column_2:BIGINT b:BIGINT column_4:BIGINT") << "of one row";
  EXPECT_EQ(Columns(Infer("a,,b,\nw,x,y,z\np,q,r,s\n")), "a:VARCHAR column_2:VARCHAR b:VARCHAR column_4:VARCHAR") << "of texts";
  EXPECT_EQ(Columns(Infer("a,\nx,y\nz,w\n")), "a:VARCHAR column_2:VARCHAR");
  EXPECT_EQ(Columns(Infer("a,b,\n1,2,\n3,4,\n")), "a:BIGINT b:BIGINT column_3:VARCHAR") << "a delimiter at the end of each line";
  EXPECT_EQ(Columns(Infer(",a,b\n0,x,y\n1,z,w\n")), "column_1:BIGINT a:VARCHAR b:VARCHAR") << "an index without a name";
  EXPECT_EQ(Columns(Infer("id,,\n1,2,3\n4,5,6\n")), "id:BIGINT column_2:BIGINT column_3:BIGINT");
  EXPECT_EQ(Columns(Infer("report\n\nid,,\n1,2,3\n4,5,6\n")), "+2 id:BIGINT column_2:BIGINT column_3:BIGINT") << "behind other lines";
  EXPECT_EQ(Columns(Infer("a,,b,\n")), "a:VARCHAR column_2:VARCHAR b:VARCHAR column_4:VARCHAR") << "without rows";
  EXPECT_THAT(Infer("a,,b,\nw,x,y,z\n").notes, Contains(HasSubstr("column 2 without a name -> column_2")));
  EXPECT_EQ(Columns(Infer("Sales,,\nof 2024,,\nregion,month,value\nN,1,2\nS,3,4\n")), "+2 region:VARCHAR month:BIGINT value:BIGINT");
  EXPECT_EQ(Infer("Ada,,x\nBob,,y\nCy,q,\nDi,,x\n").format.header, false) << "rows with missing values";
}

TEST(CsvHeader, MayHaveTitlesThatAreShortTruthValues) {
  for (const std::string title : {"n", "t", "f", "y", "N", "no", "yes"}) {
    EXPECT_EQ(Columns(Infer("id," + title + "\n1,true\n2,false\n")), "id:BIGINT " + title + ":BOOLEAN");
    EXPECT_THAT(Infer("id," + title + "\n1,true\n2,false\n").notes, testing::IsEmpty()) << title;
    EXPECT_EQ(Columns(Infer(title + ",u\ntrue,x\nfalse,z\n")), title + ":BOOLEAN u:VARCHAR");
    EXPECT_EQ(Infer("7," + title + "\n1,true\n2,false\n").format.header, false) << "a number is evidence for data";
  }
  EXPECT_EQ(Infer("3,true\n1,true\n2,false\n").format.header, false);
}

TEST(CsvHeader, MayHaveTheSameTitlesOverTexts) {
  const InferredCsv inferred = Infer("name,note,note\nAda,x,y\nBob,z,w\n");
  EXPECT_EQ(Columns(inferred), "name:VARCHAR note:VARCHAR note_2:VARCHAR");
  EXPECT_THAT(inferred.notes, Contains(HasSubstr("is taken for column names, though it could be data")));
}

TEST(CsvHeader, WithoutRowsMakesColumnsOfTextAndANote) {
  const InferredCsv inferred = Infer("id,name,amount\n");
  EXPECT_EQ(Columns(inferred), "id:VARCHAR name:VARCHAR amount:VARCHAR");
  EXPECT_THAT(inferred.notes, testing::ElementsAre(HasSubstr("it has column names and no rows")));
  EXPECT_EQ(Columns(Infer("# exported\nid,name\n\n")), "id:VARCHAR name:VARCHAR");
  EXPECT_EQ(Columns(Infer("Returns of May\n\nid,name,amount\n")), "+2 id:VARCHAR name:VARCHAR amount:VARCHAR");
  EXPECT_EQ(Infer("1,foo,2.5\n").format.header, false) << "one row is no header";
  EXPECT_EQ(Infer("2024-01-02,foo\n").format.header, false);
  EXPECT_EQ(Columns(Infer("country,2023,2024\n")), "country:VARCHAR 2023:VARCHAR 2024:VARCHAR");
}

TEST(CsvHeader, OfAListIsDoubtedOrIsItsFirstValue) {
  EXPECT_EQ(Columns(Infer("id\n17\n18\n19\n")), "id:BIGINT");
  EXPECT_EQ(Infer("17\n18\n19\n").format.header, false);
  EXPECT_EQ(Infer("AB-17\nCD-18\nEF-19\n", "ids.txt").format.header, false);
  EXPECT_EQ(Infer("a@example.com\nbob@example.com\n").format.header, false);
  EXPECT_THAT(Infer("email\na@example.com\nbob@example.com\n").notes, testing::IsEmpty()) << "a word over other texts";
  const InferredCsv cities = Infer("Berlin\nParis\nRome\n");
  EXPECT_NE(cities.format.header, false);
  EXPECT_THAT(cities.notes, Contains(HasSubstr("though it could be data")));
}

TEST(CsvHeader, ThatIsThereAgainIsCountedAndChangesNoType) {
  const InferredCsv typed = Infer("id,name\n1,a\n2,b\nid,name\n3,c\nid,name\n4,d\n");
  EXPECT_EQ(Columns(typed), "id:BIGINT name:VARCHAR");
  EXPECT_THAT(typed.notes, Contains(AllOf(HasSubstr("2 times more, first in line 4"), HasSubstr("will be quarantined"))));
  const InferredCsv texts = Infer("name,order\nAda,x\nBob,y\nname,order\nCy,z\n");
  EXPECT_EQ(Columns(texts), "name:VARCHAR order:VARCHAR") << "the header is no value that comes again";
  EXPECT_THAT(texts.notes, Contains(AllOf(HasSubstr("once more, in line 4"), HasSubstr("WHERE \"order\" IS DISTINCT FROM 'order'"))));
  const std::string broken = "name,order,\"a\nb\"\nAda,x,1a\nBob,y,2b\nname,order,\"a\nb\"\nCy,z,3c\n";
  EXPECT_THAT(Infer(broken).notes, Contains(HasSubstr("WHERE \"order\" IS DISTINCT FROM 'order'"))) << "a title on one line is taken";
  const std::string all_broken = "name,\"a\r\nb\tc\"\nAda,1a\nBob,2b\nname,\"a\r\nb\tc\"\nCy,3c\n";
  EXPECT_THAT(Infer(all_broken).notes, Contains(HasSubstr("IS DISTINCT FROM ('a' || chr(13) || chr(10) || 'b' || chr(9) || 'c')")));
  EXPECT_THAT(Infer("id,name\n1,a\n\xEF\xBB\xBFid,name\n2,b\n").notes, Contains(HasSubstr("once more, in line 3"))) << "with a byte order mark";
  EXPECT_THAT(Infer("country,2019,2020\nDE,1,2\ncountry,2019,2020\nFR,3,4\n").notes, Contains(HasSubstr("becomes a row")));
  EXPECT_EQ(Infer("1,2\n1,2\n1,2\n").format.header, false) << "rows that are the same";
}

TEST(CsvHeader, FollowsALineThatDeclaresTheDelimiter) {
  const InferredCsv inferred = Infer("sep=;\r\nid;name\r\n1;a,b\r\n2;c,d\r\n");
  EXPECT_EQ(inferred.format.delimiter, ";");
  EXPECT_EQ(Columns(inferred), "+1 id:BIGINT name:VARCHAR");
  EXPECT_THAT(inferred.notes, Contains(HasSubstr("line 1 declares the delimiter ';'")));
  EXPECT_EQ(Infer("SEP=^\na^b\n1^2\n").format.delimiter, "^") << "also one that is not looked for";
  EXPECT_EQ(Infer("\"sep=\t\"\na\tb\n1\t2\n").format.delimiter, "\t");
  EXPECT_EQ(Columns(Infer("sep=,\nid;name\n1;a\n2;b\n")), "+1 id:BIGINT name:VARCHAR") << "one that divides nothing is not believed";
  EXPECT_EQ(Columns(Infer("sep=;\n\nReport\na;b;c\n1;2;3\n4;5;6\n")), "+3 a:BIGINT b:BIGINT c:BIGINT");
  EXPECT_EQ(Refusal("sep=;\n", "a.csv"), "it has no rows");
}

const char* const kProse =
    "A tool for tables\n\nThis program reads the tables of a folder, and writes what it finds into a report.\nIt is made for people, not for machines.\n\n"
    "Usage\n\nRun it in the folder, wait a while, and read what it says.\n";
const char* const kLicense =
    "Permission is hereby granted, free of charge, to any person obtaining a copy\nof this software and associated documentation files, to deal\n"
    "in the Software without restriction, including without limitation the rights\n\nTHE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND\n";
const char* const kLog =
    "2024-01-02 10:00:01 INFO server started on port 80\n2024-01-02 10:00:02 WARN slow request of client, retried\n2024-01-02 10:00:05 INFO done with it all\n";
const char* const kPythonLog =
    "2024-01-02 10:00:01,123 INFO server has started\n2024-01-02 10:00:02,456 WARN slow request\n2024-01-02 10:00:05,001 INFO done with it\n";
const char* const kAccessLog =
    "127.0.0.1 - - [10/Oct/2024:13:55:36 +0000] \"GET /a HTTP/1.0\" 200 23\n127.0.0.1 - - [10/Oct/2024:13:55:37 +0000] \"GET /b HTTP/1.0\" 404 0\n";
const char* const kPage = "\n  <HTML><body>\n<p>Not found, sorry</p>\n</body></HTML>\n";
const char* const kXml = "<orders>\n  <order id=\"1\"><item>x</item></order>\n  <order id=\"2\"><item>y</item></order>\n</orders>\n";
const char* const kScript = "#!/bin/sh\nset -e\nfor f in *.csv; do\n  echo \"$f\"\ndone\n";
const char* const kCode = "#include <stdio.h>\n\nint main(void) {\n  int n = 0;\n  for (int i = 0; i < 3; ++i) {\n    n += i;\n  }\n  return n;\n}\n";
const char* const kPython = "import os\n\ndef main():\n    for name in os.listdir():\n        print(name)\n\nif True:\n    main()\n";
const char* const kJson = "[{\"id\": 1, \"name\": \"a\"},\n{\"id\": 2, \"name\": \"b\"}]\n";
const char* const kJsonLines = "{\"id\": 1, \"name\": \"a\"}\n{\"id\": 2, \"name\": \"b\"}\n";

const char* const kLetter = "Dear all,\n\nplease find attached the report, as you asked.\n\nBest regards,\nAda\n";

TEST(CsvTable, MayHaveARareDelimiterWhereEachLineHasIt) {
  const auto delimiter = [](const std::string& text) { return Infer(text).format.delimiter; };
  EXPECT_EQ(Columns(Infer("station year mm\nOslo 2023 763\nRome 2023 800\n")), "station:VARCHAR year:BIGINT mm:BIGINT");
  EXPECT_EQ(delimiter("station year mm\nOslo 2023 763\nRome 2023 800\n"), " ");
  EXPECT_EQ(Columns(Infer("name:uid:gid:shell\nroot:0:0:/bin/sh\nadm:3:4:/bin/false\n")), "name:VARCHAR uid:BIGINT gid:BIGINT shell:VARCHAR");
  EXPECT_EQ(delimiter("a^b\n1^2\n3^4\n"), "^");
  EXPECT_THAT(Infer("a^b\n1^2\n3^4\n").notes, Contains(HasSubstr("the delimiter is '^'")));
  for (const char* one :
       {"name\nAda Lovelace\nAlan Turing\n", "Ada Lovelace\nAlan Turing\nGrace Hopper\n", "2024-01-01 10:00:00\n2024-01-02 10:00:00\n2024-01-03 10:00:00\n",
        "12:30:15\n12:31:15\n12:32:15\n", "a b c\nd e\nf g h\n", "a  b c\nd  e f\ng  h i\n"})
    EXPECT_EQ(Infer(one).columns.size(), 1U) << one;
  EXPECT_EQ(delimiter("a b c,d\n1 2 3,4\n5 6 7,8\n"), ",");
}

TEST(CsvTable, IsNoProseLogMarkupOrCodeWhateverItsName) {
  for (const std::string name : {"in.csv", "in.dat", "in.txt", "README.md", "LICENSE", "app.log", "in"})
    for (const char* text : {kProse, kLetter, kLicense, kLog, kPythonLog, kAccessLog, kPage, kXml, kScript, kCode, kPython, kJson, kJsonLines})
      EXPECT_THAT(Refusal(text, name), AllOf(testing::StartsWith("it"), testing::Not("taken"))) << name << "\n" << text;
}

TEST(CsvTable, MayHaveTitlesThatBeginAsFilesOfOtherKindsDo) {
  for (const std::string title : {"ORCID", "ORC", "PAR1", "PAR1TY", "BZh9", "ARROW1"}) EXPECT_EQ(Refusal(title + ",n\na,1\nb,2\n", "a.csv"), "taken") << title;
  EXPECT_THAT(Refusal(std::string("ORC\n\x03\0\0\x12\x0d", 9), "a.csv"), HasSubstr("ORC"));
  EXPECT_THAT(Refusal(std::string("PAR1\x15\x04\x15\0", 8), "a.csv"), HasSubstr("Parquet"));
}

TEST(CsvHeader, InCommentsMayStandOverRecordsOfAnyWidth) {
  std::string text = "#a,b,c\n";
  for (int i = 0; i < 60; ++i) text += "x\n";
  for (int i = 0; i < 400; ++i) text += "1,2,3\n";
  EXPECT_NE(Refusal(text, "in.csv"), "");
}

TEST(CsvTable, IsNoProseThoughEachLineHasOneComma) {
  const std::string text = "Read this first, it is about the data\nThe files come each day, and are kept\n";
  EXPECT_EQ(Refusal(text, "README"), "its lines are prose, so it is not delimited text");
  EXPECT_EQ(Refusal("39, State-gov, 77516, Bachelors, 13, Never-married\n50, Private, 83311, Bachelors, 13, Divorced\n", "adult.data"), "taken");
}

TEST(CsvTable, MayHaveOneColumnOfManyKinds) {
  for (const std::string name : {"ids.csv", "ids.txt", "ids.txt.gz"}) {
    EXPECT_EQ(Refusal("id\n1\n2\n3\n", name), "taken") << name;
    EXPECT_EQ(Refusal("b7e2-11\nc8f3-12\n", name), "taken") << name;
    EXPECT_EQ(Refusal("city\nNew York\nSan Francisco\n", name), "taken") << name;
    EXPECT_EQ(Refusal("2024-01-02 10:00:00\n2024-01-02 10:00:01\n", name), "taken") << name;
  }
  const std::string comments = "comment\nI like it very much indeed\nnot what I had hoped for\nyes it is a good thing\n";
  EXPECT_EQ(Refusal(comments, "comments.csv"), "taken");
  EXPECT_THAT(Infer(comments).notes, Contains(HasSubstr("each line is one value")));
  EXPECT_EQ(Refusal("text\n\"Several words in a value,\nand a second line\n\nwith a gap.\"\n\"one more of the same kind\"\n", "quoted.csv"), "taken");
  EXPECT_EQ(Refusal("<TICKER>,<PER>,<CLOSE>\nX,D,1.5\nY,D,2.5\n", "prices.csv"), "taken");
  EXPECT_EQ(Refusal("id;note\n1;a b c d e;\n2;f g h i j\n\n3;x y z u v\n", "ragged.csv"), "taken");
  EXPECT_EQ(Refusal("time,message\n2024-01-02 10:00:01,\"server is up, at last\"\n2024-01-02 10:00:02,it is down again\n", "events.csv"), "taken");
}

// Tables of random shape: the header, whatever titles it lacks, is found, and joining a file to itself changes no type.
TEST(CsvTable, OfAnyShapeIsFoundAgain) {
  std::mt19937 random(5);
  for (int round = 0; round < 400; ++round) {
    const std::size_t columns = 2 + random() % 5;
    const char delimiter = ",;\t|"[random() % 4];
    std::string header, types = round % 3 == 0 ? "+1" : "";
    std::vector<bool> number;
    for (std::size_t c = 0; c < columns; ++c) {
      number.push_back(c == 0 || random() % 2 == 0);
      const bool named = c == 0 || c == 1 || random() % 3 != 0;
      header += (c > 0 ? std::string(1, delimiter) : "") + (named ? "t" + std::string(1, static_cast<char>('a' + c)) : "");
      types += (types.empty() ? "" : " ") + (named ? "t" + std::string(1, static_cast<char>('a' + c)) : "column_" + std::to_string(c + 1)) +
               (number.back() ? ":BIGINT" : ":VARCHAR");
    }
    std::string rows;
    for (std::size_t r = 3 + random() % 20; r > 0; --r) {
      for (std::size_t c = 0; c < columns; ++c)
        rows += (c > 0 ? std::string(1, delimiter) : "") +
                (number[c] ? std::to_string(random() % 1000) : "w" + std::string(1, static_cast<char>('a' + random() % 26)));
      rows += "\n";
    }
    const std::string first = round % 3 == 0 ? std::string("sep=") + delimiter + "\n" : "";
    EXPECT_EQ(Columns(Infer(first + header + "\n" + rows)), types) << header << "\n" << rows;
    EXPECT_EQ(Columns(Infer(first + header + "\n" + rows + header + "\n" + rows)), types) << header << "\n" << rows;
  }
}

}  // namespace
}  // namespace weir::formats
