#include "crds/api/describe/read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crds/api/column.h"
#include "crds/api/pipeline.h"
#include "crds/api/view.h"

namespace weir::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <typename T>
std::vector<std::string> ProblemsOf(const std::string& text) {
  std::vector<Problem> problems;
  Read<T>(Json::parse(text), "spec", problems);
  std::vector<std::string> lines;
  for (const Problem& problem : problems) lines.push_back(problem.path + ": " + problem.message);
  return lines;
}

TEST(Reader, TellsEveryProblemAtOnceWithItsPath) {
  const auto problems = ProblemsOf<PipelineSpec>(R"({
    "purpose": "short", "owner": {"team": "Aviation"}, "suspend": "yes", "retry": {"maxAttempts": 21, "backoff": "soon"},
    "stages": [{"name": "land", "land": {"from": {"files": {"path": "*.csv"}}}}, {"nmae": "x", "publish": {"view": "v-v1"}}]})");
  EXPECT_THAT(problems, ElementsAre("spec.purpose: must have at least 10 characters, has 5", HasSubstr("or digit, such as aviation, not \"Aviation\""),
                                    "spec.retry.maxAttempts: must be from 1 to 20, is 21", HasSubstr("spec.retry.backoff: \"soon\" is not a duration"),
                                    "spec.suspend: must be true or false, not \"yes\"", HasSubstr("spec.stages[0].land.into: is required"),
                                    HasSubstr("spec.stages[1].name: is required"), "spec.stages[1].nmae: is unknown (did you mean name?)"));
}

TEST(Reader, ATypeThatYamlCutAtItsCommaIsOneProblemWithTheWholeType) {
  const std::string cut = "is not a column type: was cut at its comma: inside { } quote it, type: ";
  EXPECT_THAT(ProblemsOf<Column>(R"x({"name": "a", "type": "DECIMAL(8", "3)": null})x"), ElementsAre("spec.type: \"DECIMAL(8\" " + cut + "\"DECIMAL(8,3)\""));
  EXPECT_THAT(ProblemsOf<Column>(R"x({"name": "a", "type": "numeric( 8", " 3 )": null})x"),
              ElementsAre("spec.type: \"numeric( 8\" " + cut + "\"DECIMAL(8,3)\""));
  EXPECT_THAT(ProblemsOf<Column>(R"x({"name": "a", "type": "DECIMAL(2", "5)": null})x"),
              ElementsAre(HasSubstr("was cut at its comma; the scale, the digits behind the point, is at most the precision")));
  EXPECT_THAT(ProblemsOf<Column>(R"x({"name": "a", "type": "DECIMAL(8"})x"),
              ElementsAre("spec.type: \"DECIMAL(8\" " + cut + "\"DECIMAL(8,s)\" with the digits behind the point for s"));
  EXPECT_THAT(ProblemsOf<Column>(R"x({"name": "a", "type": "BIGINT", "3)": null})x"), ElementsAre("spec.3): is unknown")) << "of no type";
}

TEST(Reader, TellsBoundsAndFormsInWordsWithAnExample) {
  const std::string share = "must be a share in percent from 0% to 100% with at most 4 decimals, such as 5%, not ";
  EXPECT_THAT(ProblemsOf<QuarantineLimit>(R"({"maxShare": 5})"), ElementsAre("spec.maxShare: " + share + "5"));
  EXPECT_THAT(ProblemsOf<QuarantineLimit>(R"({"maxShare": "101%"})"), ElementsAre("spec.maxShare: " + share + "\"101%\""));
  EXPECT_THAT(ProblemsOf<QuarantineLimit>(R"({"maxRows": -1})"), ElementsAre("spec.maxRows: must be at least 0, is -1"));
  EXPECT_THAT(ProblemsOf<RetryPolicy>(R"({"backoff": "2h", "maxBackoff": "1ms"})"),
              ElementsAre("spec.backoff: must be from 100ms to 1h, is 2h", "spec.maxBackoff: must be from 100ms to 1d, is 1ms"));
  EXPECT_THAT(ProblemsOf<PublishStage>(R"({"view": "Daily Orders_v1"})"), ElementsAre(HasSubstr("such as daily-orders-v1, not \"Daily Orders_v1\"")));
  EXPECT_THAT(ProblemsOf<Column>(R"({"name": "a b", "type": "DATE"})"),
              ElementsAre(HasSubstr("letters, digits and '_' that does not begin with a digit, such as order_id")));
}

TEST(Reader, SuggestsTheWordThatWasMeant) {
  EXPECT_THAT(ProblemsOf<ViewSpec>(R"({"freshnes": {}})"), testing::Contains(HasSubstr("spec.freshnes: is unknown (did you mean freshness?)")));
  EXPECT_THAT(ProblemsOf<LakeSpec>(R"({"stores": [{"name": "a", "volume": {"claim": "c"}}], "zones": [{"name": "Currated", "store": "a"}]})"),
              ElementsAre("spec.zones[0].name: must be one of Landing, RawHistory, Processed, Curated, Views, not \"Currated\" (did you mean Curated?)"));
  EXPECT_EQ(Suggest("altogetherdifferent", {"name", "owner"}), "");
  EXPECT_EQ(Suggest("LANDING", {"Views", "Landing"}), " (did you mean Landing?)") << "case is a slip, too";
  EXPECT_EQ(Suggest("stations-history", {"stations", "stations_history"}), " (did you mean stations_history?)");
  EXPECT_EQ(Suggest("raw", {"RawHistory"}), " (did you mean RawHistory?)");
  EXPECT_EQ(Suggest(std::string(101, 'a'), {std::string_view("aaa")}), "") << "no word is that long";
}

TEST(Reader, SuggestsTheSameWordInWhateverOrderTheyAreKnown) {
  std::vector<std::string_view> known{"orders1", "orders2", "orders3", "order", "odrers"};
  std::sort(known.begin(), known.end());
  const std::string first = Suggest("orders", known);
  do EXPECT_EQ(Suggest("orders", known), first);
  while (std::next_permutation(known.begin(), known.end()));
}

TEST(Reader, CountsOneThingInTheSingular) {
  EXPECT_THAT(ProblemsOf<NotNullCheck>(R"({"columns": []})"), ElementsAre("spec.columns: must have at least 1 item, has 0"));
  EXPECT_THAT(ProblemsOf<CsvFormat>(R"({"delimiter": ";;"})"), ElementsAre("spec.delimiter: may have at most 1 character, has 2"));
  Json many = Json::object();
  for (int i = 0; i < 21; ++i) many[std::string(i + 100, 'z')] = 1;
  EXPECT_EQ(ProblemsOf<CsvFormat>(many.dump()).back(), "spec: has 1 more unknown field");
}

TEST(Reader, AnEmptyTextIsToldItsFormOnce) {
  EXPECT_THAT(ProblemsOf<CsvFormat>(R"({"delimiter": ""})"), ElementsAre(HasSubstr("spec.delimiter: must be one ASCII character")));
}

TEST(Reader, RefusesTwoAndNoneOfAOneOf) {
  EXPECT_THAT(ProblemsOf<Format>(R"({"csv": {}, "json": {}})"), ElementsAre("spec: must have exactly one of csv, parquet, json; has csv and json: keep one"));
  EXPECT_THAT(ProblemsOf<Format>("{}"), ElementsAre("spec: must have exactly one of csv, parquet, json; has none"));
  EXPECT_THAT(ProblemsOf<Format>(R"({"csv": {}})"), IsEmpty());
}

TEST(Reader, RefusesTheSameNameTwiceInAList) {
  EXPECT_THAT(ProblemsOf<Schema>(R"({"columns": [{"name": "a", "type": "DATE"}, {"name": "b", "type": "DATE"}, {"name": "a", "type": "BLOB"}]})"),
              ElementsAre("spec.columns[2].name: \"a\" stands here twice; names in a list are unique"));
}

TEST(Reader, CountsCharactersAndNotBytes) {
  std::string text;
  for (int i = 0; i < 32; ++i) text += "§";
  EXPECT_THAT(ProblemsOf<CsvFormat>(R"({"nullText": ")" + text + "\"}"), IsEmpty());
  EXPECT_THAT(ProblemsOf<CsvFormat>(R"({"nullText": ")" + text + "x\"}"), ElementsAre("spec.nullText: may have at most 32 characters, has 33"));
}

TEST(Reader, TakesOneAsciiByteAsDelimiterThatIsNoQuote) {
  for (const char* good : {",", ";", "\\t", "|", " ", "\\u0001"})
    EXPECT_THAT(ProblemsOf<CsvFormat>("{\"delimiter\": \"" + std::string(good) + "\"}"), IsEmpty()) << good;
  for (const char* bad : {"§", "\\\"", "\\n", "\\r", "\\u0000"})
    EXPECT_EQ(ProblemsOf<CsvFormat>("{\"delimiter\": \"" + std::string(bad) + "\"}").size(), 1U) << bad;
}

TEST(Reader, TellsWhatTypeIsWanted) {
  EXPECT_THAT(ProblemsOf<Owner>(R"({"team": 5})"), ElementsAre(HasSubstr("such as load-orders, not 5")));
  EXPECT_THAT(ProblemsOf<RunHistory>(R"({"succeeded": "3", "failed": 1.5})"),
              ElementsAre("spec.succeeded: must be a whole number, not \"3\"", "spec.failed: must be a whole number, not 1.5"));
  EXPECT_THAT(ProblemsOf<Schema>(R"({"columns": {"a": "DATE"}})"), ElementsAre("spec.columns: must be a list, not object"));
  EXPECT_THAT(ProblemsOf<ViewQuery>("[]"), ElementsAre("spec: must be a mapping, not array"));
}

TEST(Reader, RefusesNumbersThatDoNotFit) {
  EXPECT_THAT(ProblemsOf<RowCountCheck>(R"({"min": 18446744073709551615})"), ElementsAre("spec.min: is out of range"));
  EXPECT_THAT(ProblemsOf<CommittedBy>(R"({"attempt": 3000000000})"), ElementsAre("spec.attempt: is out of range"));
}

TEST(Reader, KeepsDefaultsWhereNothingIsSaid) {
  std::vector<Problem> problems;
  const RetryPolicy policy = Read<RetryPolicy>(Json::parse(R"({"backoff": "1m", "maxAttempts": null})"), "", problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_EQ(policy.maxAttempts, 3);
  EXPECT_EQ(policy.backoff, Duration::Minutes(1));
}

TEST(Reader, AnEmptyListIsNotAnAbsentOne) {
  std::vector<Problem> problems;
  EXPECT_EQ(Read<Stage>(Json::parse(R"({"name": "a", "publish": {"view": "v"}, "needs": []})"), "", problems).needs, std::vector<std::string>{});
  EXPECT_EQ(Read<Stage>(Json::parse(R"({"name": "a", "publish": {"view": "v"}})"), "", problems).needs, std::nullopt);
  EXPECT_THAT(problems, IsEmpty());
}

TEST(ReadStrict, JoinsEveryProblemIntoOneError) {
  const auto read = ReadStrict<Owner>(Json::parse(R"({"team": 5, "x": 1})"), "spec.owner");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().fault, Fault::Invalid);
  EXPECT_EQ(read.error().message,
            "spec.owner.team must be a name of small letters, digits and '-' that begins with a letter and ends with a letter or digit, such as "
            "load-orders, not 5; spec.owner.x is unknown");
}

}  // namespace
}  // namespace weir::api
