// What is said of a published contract when there is none to compare with, and when there is one for the first time.
#include <gmock/gmock.h>

#include "crds/base/json.h"
#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kNothingCompared = "no published contract was compared";
constexpr const char* kFirst = "is published as Stable for the first time";

class ContractNotes : public Commands {
 protected:
  ContractNotes() {
    CopyExample("quarantine/readings.csv");
    CopyExample("quarantine/readings.yaml");
  }
};

TEST_F(ContractNotes, ACheckThatComparesNothingSaysSoAndHowToCompare) {
  const Ended bare = Weir("check readings.yaml");
  EXPECT_EQ(bare.code, 0) << bare.out << bare.err;
  EXPECT_THAT(bare.err, AllOf(HasSubstr(kNothingCompared), HasSubstr("no lake in .weir/lake"), HasSubstr("--lake FOLDER"), HasSubstr("--against FILE"),
                              HasSubstr("--kubeconfig FILE")));
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  EXPECT_THAT(Weir("check readings.yaml").err, Not(HasSubstr(kNothingCompared)));
  ASSERT_EQ(Weir("get views -o json > published.json").code, 0);
  ASSERT_EQ(Shell("mv .weir elsewhere").code, 0);
  Shell("sed -i '/^kind: View/,$s/celsius, type: DOUBLE, nullable: false/celsius, type: DOUBLE/' readings.yaml");
  EXPECT_THAT(Weir("check readings.yaml").err, HasSubstr(kNothingCompared));
  for (const char* base : {"--against published.json", "--lake elsewhere/lake"}) {
    const Ended check = Weir(std::string("check readings.yaml ") + base);
    EXPECT_EQ(check.code, 1) << base << check.err;
    EXPECT_THAT(check.out, HasSubstr("[NullabilityLoosen]")) << base;
    EXPECT_THAT(check.err, Not(HasSubstr(kNothingCompared))) << base;
  }
  EXPECT_EQ(Weir("check readings.yaml --kubeconfig nowhere.yaml").code, 1) << "a cluster that was named is asked, or nothing is";
}

TEST_F(ContractNotes, AMistakeInThePublishedSqlIsNoChangeOfTheContract) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  for (const char* edit : {"s/FROM readings$/FROM readings WHERE celsuis > 1/", "s/FROM readings$/FROM readnigs/", "s/FROM readings$/FORM readings/"}) {
    Shell(std::string("sed '") + edit + "' readings.yaml > edited.yaml");
    const auto findings = ParseJson(Weir("check edited.yaml -o json").out);
    ASSERT_TRUE(findings);
    EXPECT_EQ(findings->size(), 1U) << edit << Dump(*findings);
    EXPECT_EQ(Text(findings->front(), "rule"), "SqlInvalid") << edit;
  }
  Shell("sed 's/FROM readings$/FROM readings WHERE celsius > 1/' readings.yaml > edited.yaml");
  EXPECT_THAT(Weir("check edited.yaml").out, HasSubstr("[CardinalityQuery]")) << "what binds is one";
}

// As docs/how-to/change-a-published-view.md has it for CI.
TEST_F(ContractNotes, AFileOfAllObjectsIsComparedWithAsTheLakeIsAndOneOfViewsAloneSaysWhatItLacks) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  ASSERT_EQ(Weir("get -o json > published.json").code, 0);
  ASSERT_EQ(Weir("get views -o json > views.json").code, 0);
  Shell("sed -i '0,/{name: battery, type: INTEGER/s//{name: battery, sourceName: battery, type: INTEGER/' readings.yaml");
  const auto lacks = HasSubstr("has Views and no Datasets or Pipelines, so what is beneath a View was not compared: write it with weir get -o json");
  EXPECT_THAT(Weir("check readings.yaml").out, HasSubstr("[BelowContract]"));
  const Ended all = Weir("check readings.yaml --against published.json"), views = Weir("check readings.yaml --against views.json");
  EXPECT_THAT(all.out, HasSubstr("[BelowContract]"));
  EXPECT_THAT(all.err, Not(lacks));
  EXPECT_THAT(views.out, Not(HasSubstr("[BelowContract]")));
  EXPECT_THAT(views.err, AllOf(HasSubstr("views.json"), lacks));
}

TEST_F(ContractNotes, AFileWithoutPublishedContractsIsNoVerdict) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  ASSERT_EQ(Weir("get views -o json > published.json").code, 0);
  EXPECT_THAT(Weir("check readings.yaml --against published.json").err, Not(HasSubstr("nothing was compared")));
  Shell("sed 's/\"published\": {/\"unpublished\": {/' published.json > manifests.json && mv .weir elsewhere");
  EXPECT_THAT(
      Weir("check readings.yaml --against manifests.json").err,
      HasSubstr("note: 1 View has no published contract in manifests.json (weather-readings-v1): nothing was compared. It has not been published yet; or "
                "manifests.json holds manifests: use `kubectl get views -o json`"));
  Shell(
      "sed -n '/^kind: View/,/^---/p' readings.yaml | sed 's/weather-readings-v1/other-v1/' > view; grep -m1 ^apiVersion readings.yaml | cat - view > "
      "second.yaml");
  Write("two.json",
        R"({"items": [{"apiVersion": "weirkeeper.io/v1alpha1", "kind": "View", "metadata": {"name": "other-v1", "namespace": "default"}, "spec": {}},
                                  {"apiVersion": "weirkeeper.io/v1alpha1", "kind": "View", "metadata": {"name": "weather-readings-v1", "namespace": "default"}, "spec": {}}]})");
  const Ended two = Weir("check readings.yaml second.yaml --against two.json");
  EXPECT_THAT(two.out + two.err,
              HasSubstr("note: 2 Views have no published contract in two.json (other-v1, weather-readings-v1): nothing was compared. They have not been "));
}

TEST_F(ContractNotes, AFirstPublicationSaysOnceWhatIsPromisedFromNowOn) {
  const Ended first = Weir("run readings.yaml");
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.err, AllOf(HasSubstr(std::string("weather-readings-v1 ") + kFirst), HasSubstr("a new View such as weather-readings-v2, or a waiver"),
                               HasSubstr("stability: Alpha before its first run stays free to change")));
  EXPECT_THAT(Weir("run readings.yaml").err, Not(HasSubstr(kFirst)));
  ASSERT_EQ(Shell("rm .weir/lake/_weirkeeper/state.json").code, 0);
  EXPECT_THAT(Weir("run readings.yaml").err, Not(HasSubstr(kFirst))) << "the table's log remembers it";
}

TEST_F(ContractNotes, AnAlphaViewIsPromisedToNobodyAndStaysFree) {
  Shell("sed -i 's/  freshness: {maxLag: 1d}/  freshness: {maxLag: 1d}\\n  stability: Alpha/' readings.yaml");
  const Ended first = Weir("run readings.yaml");
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.err, Not(HasSubstr(kFirst)));
  Shell("sed -i '/^kind: View/,$s/celsius, type: DOUBLE, nullable: false/celsius, type: DOUBLE/' readings.yaml");
  EXPECT_EQ(Weir("run readings.yaml").code, 0);
}

}  // namespace
}  // namespace weir::test
