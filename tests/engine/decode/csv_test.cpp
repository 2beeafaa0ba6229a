#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const api::Format kCsv = api::CsvFormat{};

class Csv : public EngineTest {
 protected:
  const std::vector<api::Column> columns_{Required("id", "INTEGER"), Optional("name", "VARCHAR"), Optional("amount", "DECIMAL(10,2)"),
                                          Optional("at", "TIMESTAMP")};
};

TEST_F(Csv, ReadsEveryDeclaredType) {
  const std::vector<api::Column> all{Optional("b", "BOOLEAN"), Optional("t", "TINYINT"), Optional("s", "SMALLINT"),  Optional("i", "INTEGER"),
                                     Optional("l", "BIGINT"),  Optional("f", "FLOAT"),   Optional("d", "DOUBLE"),    Optional("p", "DECIMAL(12,3)"),
                                     Optional("v", "VARCHAR"), Optional("day", "DATE"),  Optional("at", "TIMESTAMP")};
  const auto rows = Decode(Put("all.csv", "b,t,s,i,l,f,d,p,v,day,at\ntrue,1,2,3,4,1.5,2.5,3.125,text,2024-02-29,2024-02-29T12:00:00.000001Z\n"), kCsv, all);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 1);
  EXPECT_THAT(rejected_, IsEmpty());
  EXPECT_THAT(RowsOf("decoded", all),
              ElementsAre(R"({"at":"2024-02-29 12:00:00.000001","b":true,"d":2.5,"day":"2024-02-29","f":1.5,"i":3,"l":4,"p":3.125,"s":2,"t":1,"v":"text"})"));
}

TEST_F(Csv, QuarantinesEachBrokenRowWithLineColumnReasonAndText) {
  const std::string text =
      "id,name,amount,at\n"
      "1,a,2.5,2024-01-01 00:00:00\n"
      "x,b,3.5,2024-01-01 00:00:00\n"
      "3,c\n"
      "4,d,1,2024-01-01,extra\n"
      ",e,1,2024-01-01\n"
      "6,f,1.239,2024-01-01\n"
      "7.5,g,1,2024-01-01\n"
      "8,h,1,2024-13-01\n";
  const auto rows = Decode(Put("in.csv", text), kCsv, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 8);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.csv", 3, "id", "'x' is not an INTEGER", "x,b,3.5,2024-01-01 00:00:00"},
                                     RejectedRow{"in.csv", 4, "amount", "has too few values", "3,c"},
                                     RejectedRow{"in.csv", 5, "", "has too many values", "4,d,1,2024-01-01,extra"},
                                     RejectedRow{"in.csv", 6, "id", "is missing", ",e,1,2024-01-01"},
                                     RejectedRow{"in.csv", 7, "amount", "'1.239' has more decimal places than DECIMAL(10,2) keeps", "6,f,1.239,2024-01-01"},
                                     RejectedRow{"in.csv", 8, "id", "'7.5' has a fraction, which INTEGER does not keep", "7.5,g,1,2024-01-01"},
                                     RejectedRow{"in.csv", 9, "at", "'2024-13-01' is not a TIMESTAMP", "8,h,1,2024-13-01"}));
  EXPECT_THAT(RowsOf("decoded", columns_), ElementsAre(R"({"amount":2.5,"at":"2024-01-01 00:00:00","id":1,"name":"a"})"));
}

TEST_F(Csv, LinesArePhysicalLinesAfterValuesThatSpanLinesAndEmptyLines) {
  const auto rows = Decode(Put("in.csv", "id,name,amount,at\n1,\"two\nlines\",1,\n\nbad,b,1,\n,\"a \"\"quoted\"\"\nname\",1,\nworse,c,1,\n"), kCsv, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 4);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.csv", 5, "id", "'bad' is not an INTEGER", "bad,b,1,"},
                                     RejectedRow{"in.csv", 6, "id", "is missing", ",\"a \"\"quoted\"\"\nname\",1,"},
                                     RejectedRow{"in.csv", 8, "id", "'worse' is not an INTEGER", "worse,c,1,"}));
}

TEST_F(Csv, TextWithNulQuarantinesItsRowOnly) {
  using namespace std::string_literals;
  const auto rows = Decode(Put("in.csv", "id,name,amount,at\n1,a\0b,1,\n2,ok,1,\n3,c,1,\0\n"s), kCsv, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 3);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.csv", 2, "name", "has the character U+0000", "1,a\0b,1,"s},
                                     RejectedRow{"in.csv", 4, "at", "has the character U+0000", "3,c,1,\0"s}));
}

TEST_F(Csv, TextThatIsNotUtf8IsQuarantined) {
  const auto rows = Decode(Put("in.csv", "id,name,amount,at\n1,\xff\xfe,1,\n2,ok,1,\n"), kCsv, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 2);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.csv", 2, "name", "is not UTF-8", "1,\\xFF\\xFE,1,"}));
}

TEST_F(Csv, LinesOverTheLimitAreQuarantinedAndTheRestIsRead) {
  const auto rows = Decode(Put("in.csv", "id,name,amount,at\n1," + std::string(17'000'000, 'x') + ",1,\n2,ok,1,\n"), kCsv, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 2);
  ASSERT_EQ(rejected_.size(), 1U);
  EXPECT_EQ(rejected_[0].line, 2);
  EXPECT_EQ(rejected_[0].reason, "is longer than 16 MB");
  EXPECT_EQ(rejected_[0].text.size(), 16384U);
}

TEST_F(Csv, AQuoteThatNeverClosesQuarantinesItsLineAndNoRowIsLost) {
  const auto rows = Decode(Put("in.csv", "id,name,amount,at\n1,a,1,\n2,\"open,1,\n3,c,1,\n"), kCsv, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 3);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.csv", 3, "name", "has a quote that is not closed", "2,\"open,1,"}));
}

TEST_F(Csv, ColumnsAreFoundByNameNotByPlace) {
  const std::vector<api::Column> columns{Required("id", "INTEGER"), {.name = "name", .type = "VARCHAR", .sourceName = "Full Name"}};
  const auto rows = Decode(Put("in.csv", "\xEF\xBB\xBF\"Full Name\",unused,id\r\nAda,x,1\r\n"), kCsv, columns);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"id":1,"name":"Ada"})"));
}

TEST_F(Csv, LinesAreRightAfterAByteOrderMarkAndWithCarriageReturns) {
  const auto rows = Decode(Put("in.csv", "\xEF\xBB\xBFid,name,amount,at\r\nx,a,1,\r\n2,b\r\n,c,1,\r\n"), kCsv, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.csv", 2, "id", "'x' is not an INTEGER", "x,a,1,"},
                                     RejectedRow{"in.csv", 3, "amount", "has too few values", "2,b"}, RejectedRow{"in.csv", 4, "id", "is missing", ",c,1,"}));
}

TEST_F(Csv, AnEmptyLineOfOneColumnIsARowWithoutValue) {
  const auto rows = Decode(Put("in.csv", "id\n1\n\nx\n"), kCsv, {Required("id", "INTEGER")});
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 3);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.csv", 3, "id", "is missing", ""}, RejectedRow{"in.csv", 4, "id", "'x' is not an INTEGER", "x"}));
}

TEST_F(Csv, AFileWithoutADeclaredColumnIsUnreadable) {
  const auto rows = Decode(Put("in.csv", "id,nom\n1,a\n"), kCsv, {Required("id", "INTEGER"), Required("name", "VARCHAR")});
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().fault, Fault::Data);
  EXPECT_EQ(rows.error().reason, "FileUnreadable");
  EXPECT_THAT(rows.error().message, HasSubstr("in.csv is missing these columns: name (did you mean nom?) (found: id, nom)"));
}

TEST_F(Csv, InstantsWithAnOffsetAreTurnedIntoUtc) {
  const std::vector<api::Column> columns{Required("at", "TIMESTAMP")};
  ASSERT_TRUE(Decode(Put("in.csv", "at\n2024-01-01T01:02:03+02:00\n2024-01-01 10:00:00-03\n"), kCsv, columns).ok());
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"at":"2023-12-31 23:02:03"})", R"({"at":"2024-01-01 13:00:00"})"));
}

TEST_F(Csv, ReadsOtherDelimitersNullsFormatsAndFilesWithoutHeader) {
  api::CsvFormat csv{.delimiter = ";", .header = false, .nullText = "NA", .timestampFormat = "%d.%m.%Y %H:%M"};
  const std::vector<api::Column> columns{Optional("id", "INTEGER"), Optional("at", "TIMESTAMP")};
  const auto rows = Decode(Put("in.csv", "NA;01.02.2024 03:04\n2;2024-02-01\n"), csv, columns);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.csv", 2, "at", "'2024-02-01' is not a TIMESTAMP", "2;2024-02-01"}));
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"at":"2024-02-01 03:04:00","id":null})"));
}

TEST_F(Csv, ReadsDatesByADeclaredFormatAlone) {
  const api::CsvFormat csv{.nullTexts = {"-"}, .dateFormat = "%d.%m.%Y"};
  const std::vector<api::Column> columns{Optional("day", "DATE"), Optional("at", "TIMESTAMP"), Optional("text", "VARCHAR")};
  const auto rows = Decode(
      Put("in.csv", "day,at,text\n01.02.2024,2024-02-01T10:00:00Z,01.02.2024\n2024-02-01,,iso\n-,,none\n31.02.2024,,a\n1.2.2024,01.02.2024,b\n"), csv, columns);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.csv", 3, "day", "'2024-02-01' is not a DATE", "2024-02-01,,iso"},
                                     RejectedRow{"in.csv", 5, "day", "'31.02.2024' is not a DATE", "31.02.2024,,a"},
                                     RejectedRow{"in.csv", 6, "at", "'01.02.2024' is not a TIMESTAMP", "1.2.2024,01.02.2024,b"}));
  EXPECT_THAT(RowsOf("decoded", columns),
              ElementsAre(R"({"at":"2024-02-01 10:00:00","day":"2024-02-01","text":"01.02.2024"})", R"({"at":null,"day":null,"text":"none"})"));
}

TEST_F(Csv, HoldsABoundOfACheckInIsoFormAgainstDatesOfADeclaredFormat) {
  const api::Check early{.name = "early", .rule = api::RangeCheck{"day", "2024-02-01", ""}, .onFailure = api::OnFailure::Quarantine};
  ASSERT_TRUE(Decode(Put("in.csv", "day\n31.01.2024\n01.02.2024\n"), api::CsvFormat{.dateFormat = "%d.%m.%Y"}, {Optional("day", "DATE")}, {early}).ok());
  ASSERT_EQ(rejected_.size(), 1U);
  EXPECT_EQ(rejected_[0].line, 2);
}

TEST_F(Csv, RefusesADateFormatThatGivesNoDay) {
  const auto rows = Decode(Put("in.csv", "day\n2024\n"), api::CsvFormat{.dateFormat = "%Y"}, {Optional("day", "DATE")});
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().fault, Fault::Invalid);
  EXPECT_THAT(rows.error().message, HasSubstr("dateFormat '%Y' must have year, month and day"));
}

TEST_F(Csv, FindsColumnsThatShareANameOrHaveNoneWhereAllAreDeclared) {
  const InputFile file = Put("in.csv", "a,a,,a_2\n1,2,3,4\n");
  const std::vector<api::Column> all{Optional("a", "INTEGER"), Optional("a_3", "INTEGER"), Optional("column_3", "INTEGER"), Optional("a_2", "INTEGER")};
  ASSERT_TRUE(Decode(file, kCsv, all).ok());
  EXPECT_THAT(RowsOf("decoded", all), ElementsAre(R"({"a":1,"a_2":4,"a_3":2,"column_3":3})"));
  const auto one = Decode(file, kCsv, {Optional("a", "INTEGER")});
  ASSERT_FALSE(one.ok());
  EXPECT_THAT(one.error().message, HasSubstr("has these columns twice: a ")) << "nobody knows which one was meant";
}

TEST_F(Csv, DoesNotShowPeopleAFirstLineThatIsNoText) {
  for (const std::string& bytes : {std::string(100, '\0'), std::string("PAR1\x15\x04"), std::string("id,caf\xE9\n")}) {
    const auto rows = Decode(Put("in.csv", bytes), kCsv, columns_);
    ASSERT_FALSE(rows.ok());
    EXPECT_THAT(rows.error().message, HasSubstr("its first line is not text"));
  }
}

TEST_F(Csv, NamesTheColumnWhoseNameHasControlCharacters) {
  const auto rows = Decode(Put("in.csv", "id,na\x1Bme\n1,2\n"), kCsv, {Optional("id", "INTEGER")});
  ASSERT_FALSE(rows.ok());
  EXPECT_THAT(rows.error().message, HasSubstr("in.csv has control characters in the name of column 2, 'na\\x1Bme': rename it in the file"));
}

TEST_F(Csv, LinesHoldOverManyBuffersReadInParallel) {
  std::string text = "id,name,amount,at\n";
  for (int i = 0; i < 400'000; ++i)
    text += (i % 100'000 == 99'999 ? std::string("bad") : std::to_string(i)) +
            ",some text to make the line a little longer than it would be without,1.25,2024-01-01 00:00:00\n";
  const auto rows = Decode(Put("in.csv", text), kCsv, columns_);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 400'000);
  ASSERT_EQ(rejected_.size(), 4U);
  EXPECT_EQ(rejected_[0].line, 100'001);
  EXPECT_EQ(rejected_[3].line, 400'001);
}

TEST_F(Csv, NoRowMovesTheNextOnes) {
  std::string text = "id,at\n";
  for (int i = 1; i <= 20; ++i) text += std::to_string(i) + (i == 10 ? ",2024-05-01 10:10:00.500 America/New_York\n" : ",2024-05-01T10:00:00.500\n");
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("at", "TIMESTAMP")};
  ASSERT_TRUE(Decode(Put("in.csv", text), kCsv, columns).ok());
  ASSERT_EQ(rejected_.size(), 1U);
  EXPECT_EQ(rejected_[0].line, 11);
  const std::vector<std::string> rows = RowsOf("decoded", columns);
  ASSERT_EQ(rows.size(), 19U);
  for (const std::string& row : rows) EXPECT_THAT(row, HasSubstr("2024-05-01 10:00:00.5"));
}

TEST_F(Csv, AQuotedValueIsMissingOnlyWhereItIsNotText) {
  api::CsvFormat csv{.nullTexts = {"NA", "-"}};
  const std::vector<api::Column> columns{Optional("id", "INTEGER"), Optional("name", "VARCHAR")};
  ASSERT_TRUE(Decode(Put("in.csv", "id,name\n1,\"\"\n2,\n3,\"NA\"\n\"NA\",NA\n - ,x\n"), csv, columns).ok());
  EXPECT_THAT(rejected_, IsEmpty());
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"id":1,"name":""})", R"({"id":2,"name":null})", R"({"id":3,"name":"NA"})",
                                                      R"({"id":null,"name":"x"})", R"({"id":null,"name":null})"));
}

TEST_F(Csv, ReadsWideFilesUnderLongTitlesWithColumnsNamedLikeTheEngines) {
  std::string header = "rowid,c1,bad";
  std::string row = "7,8,x";
  std::vector<api::Column> columns{Optional("rowid", "INTEGER"), Optional("c1", "INTEGER"), Optional("bad", "INTEGER")};
  for (int i = 0; i < 700; ++i) {
    header += ",\"" + std::string(300, 't') + ", " + std::to_string(i) + "\"";
    row += "," + std::to_string(i);
  }
  columns.push_back({.name = "last", .type = "INTEGER", .sourceName = std::string(300, 't') + ", 699"});
  const auto rows = Decode(Put("in.csv", header + "\n" + row + "\n7,8,9" + row.substr(5) + "\n"), kCsv, columns);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  ASSERT_EQ(rejected_.size(), 1U);
  EXPECT_EQ(rejected_[0].line, 2);
  EXPECT_EQ(rejected_[0].reason, "'x' is not an INTEGER");
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"bad":9,"c1":8,"last":699,"rowid":7})"));
}

TEST_F(Csv, AGzipFileThatIsCutOrDamagedIsUnreadable) {
  const std::string whole("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x4c\xd1\xc9\xe3\x32\xd4\x49\xe4\x02\x00\xcb\x3b\xc8\xd7\x09\x00\x00\x00", 29);
  const std::vector<api::Column> columns{Required("id", "INTEGER")};
  EXPECT_FALSE(Decode(Put("cut.csv.gz", whole.substr(0, whole.size() - 3)), kCsv, columns).ok());
  ASSERT_TRUE(Decode(Put("whole.csv", whole), kCsv, columns).ok());
  std::string rotten = whole;
  rotten[whole.size() - 6] ^= 1;
  const auto rows = Decode(Put("rotten.csv", rotten), kCsv, columns);
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().reason, "FileUnreadable");
  EXPECT_THAT(rows.error().message, HasSubstr("rotten.csv cannot be read: the gzip file"));
}

TEST_F(Csv, SkipsLinesAndCommentsAndReadsADeclaredEncoding) {
  api::CsvFormat csv{.delimiter = ";", .skipLines = 2, .comment = "#", .encoding = api::Encoding::Windows1252};
  const std::vector<api::Column> columns{Required("id", "INTEGER"), Optional("name", "VARCHAR")};
  const auto rows = Decode(Put("in.csv", "Title \"of\n\n# x\nid;name\n1;caf\xE9\n# y\nx;z\n"), csv, columns);
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_EQ(*rows, 2);
  EXPECT_THAT(rejected_, ElementsAre(RejectedRow{"in.csv", 7, "id", "'x' is not an INTEGER", "x;z"}));
  EXPECT_THAT(RowsOf("decoded", columns), ElementsAre(R"({"id":1,"name":"café"})"));
}

}  // namespace
}  // namespace weir::engine
