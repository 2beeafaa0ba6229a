// Declared columns whose key is in no record of a JSON file.
#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class JsonKeys : public EngineTest {
 protected:
  std::vector<std::string> AbsentIn(const std::string& text, const std::vector<api::Column>& columns) {
    const auto rows = Decode(Put("in.json", text), api::JsonFormat{}, columns);
    EXPECT_TRUE(rows.ok()) << (rows.ok() ? "" : rows.error().message);
    return absent_;
  }
};

TEST_F(JsonKeys, OfNoRecordAreNamedWithTheNearestOne) {
  const std::vector<api::Column> columns{Required("id", "BIGINT"), Optional("amuont", "DOUBLE"), Optional("CITY", "VARCHAR"), Optional("z", "VARCHAR")};
  EXPECT_THAT(AbsentIn(R"({"id":1,"amount":2.5}{"id":2,"city":"Oslo"})", columns),
              ElementsAre("amuont<amuont (did you mean amount?)", "CITY<CITY (did you mean city?)", "z<z"));
  EXPECT_THAT(rejected_, IsEmpty());
}

TEST_F(JsonKeys, AreThoseOfTheFileAndNotTheNamesOfColumns) {
  api::Column named = Optional("total", "DOUBLE");
  named.sourceName = "amuont";
  EXPECT_THAT(AbsentIn(R"([{"total":1,"amount":2}])", {named}), ElementsAre("total<amuont (did you mean amount?)"));
  named.sourceName = "amount";
  EXPECT_THAT(AbsentIn(R"([{"total":1,"amount":2}])", {named}), IsEmpty());
}

TEST_F(JsonKeys, ThatOneRecordHasOrThatAreNullAreThere) {
  const std::vector<api::Column> columns{Optional("id", "BIGINT"), Optional("note", "VARCHAR")};
  EXPECT_THAT(AbsentIn(R"({"id":1}{"id":2,"note":null})", columns), IsEmpty());
  std::string late;
  for (int i = 0; i < 200'000; ++i) late += "{\"id\":" + std::to_string(i) + "}\n";  // more than one block
  EXPECT_THAT(AbsentIn(late, columns), ElementsAre("note<note"));
  EXPECT_THAT(AbsentIn(late + R"({"id":-1,"note":"x"})", columns), IsEmpty());
  EXPECT_THAT(AbsentIn(R"({"id":"x","note":"y"})", columns), IsEmpty()) << "a row that does not fit has its keys all the same";
}

TEST_F(JsonKeys, AreUnknownWithoutAGoodRecord) {
  const std::vector<api::Column> columns{Optional("id", "BIGINT")};
  EXPECT_THAT(AbsentIn("", columns), IsEmpty());
  EXPECT_THAT(AbsentIn(R"({"other":1,"other":2})", columns), IsEmpty());
  EXPECT_EQ(rejected_.size(), 1U);
}

// Suggestions go into messages: names that no message may hold are none.
TEST_F(JsonKeys, OfAnyTextAndNumberNameNoUglyOne) {
  std::string keys = "{";
  for (int i = 0; i < 5000; ++i) keys += "\"amoun" + std::string(1, static_cast<char>('a' + i % 26)) + std::to_string(i) + "\":1,";
  EXPECT_EQ(AbsentIn(keys + R"("amuon\u001bt":2})", {Optional("amuont", "DOUBLE")}).size(), 1U);
  EXPECT_THAT(AbsentIn(R"({"amuon\u001bt":2})", {Optional("amuont", "DOUBLE")}), ElementsAre("amuont<amuont"));
}

}  // namespace
}  // namespace weir::engine
