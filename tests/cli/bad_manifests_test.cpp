// Each mistake a person can make in a manifest: what `weir check` says, with file and line, and that `weir run` refuses it.
#include <gmock/gmock.h>

#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;

struct Mistake {
  const char* name;
  const char* edit;     // of readings.yaml, by the shell
  const char* message;  // with file and line
};

const Mistake kMistakes[] = {
    {"UnknownField", "sed -i 's/  description: One reading of one sensor./  descripton: x/' readings.yaml",
     "readings.yaml:29: Dataset/readings spec.descripton: is unknown (did you mean description?)"},
    {"WrongType", "sed -i 's/name: battery, type: INTEGER/name: battery, type: 7/' readings.yaml",
     "readings.yaml:36: Dataset/readings spec.schema.columns[3].type: must be text"},
    {"UnknownWord", "sed -i 's/zone: RawHistory/zone: RawHistori/' readings.yaml", "readings.yaml:18: Dataset/readings-history spec.zone: must be one of"},
    {"DuplicateKey", "sed -i 's/  zone: Processed/  zone: Processed\\n  zone: Curated/' readings.yaml", "readings.yaml:29: the key \"zone\" stands here twice"},
    {"AliasBomb", "sed -i '10s/owner: /owner: \\&a /; 11s/format: .*/format: *a/' readings.yaml", "readings.yaml:11: aliases (*name) are refused"},
    {"MissingDataset", "sed -i 's/into: readings-landing/into: readings-landed/' readings.yaml",
     "readings.yaml:73: Pipeline/collect-readings spec.stages[0].land.into: there is no Dataset \"readings-landed\""},
    {"NeedsBelow", "sed -i 's/  - name: accept/  - name: accept\\n    needs: [publish]/' readings.yaml",
     "spec.stages[1].needs[0]: \"publish\" does not stand above \"accept\""},
    {"MissingOwner", "sed -i '0,/  owner: {team: weather}/{/  owner: {team: weather}/d}' readings.yaml",
     "readings.yaml:7: Dataset/readings-landing spec.owner: is required"},
    {"SqlThatDoesNotBind", "sed -i 's/SELECT sensor, measured_at/SELECT senor, measured_at/' readings.yaml",
     "readings.yaml:53: View/weather-readings-v1 spec.query.sql: "},
    {"SqlThatDoesNotParse", "sed -i 's/FROM readings$/FRM readings/' readings.yaml", "readings.yaml:53: View/weather-readings-v1 spec.query.sql: "},
    {"ColumnThatTheContractLacks", "sed -i 's/sql: SELECT sensor,/sql: SELECT battery, sensor,/' readings.yaml", "battery"},
    {"ColumnOfACheckThatIsNone", "sed -i 's/range: {column: celsius/range: {column: celcius/' readings.yaml",
     "there is no column \"celcius\" in spec.schema.columns (did you mean celsius?)"},
    {"MisspeltGroup", "sed -i '0,/weirkeeper.io/s//weirkeper.io/' readings.yaml", "readings.yaml:3: apiVersion: must be weirkeeper.io/v1alpha1"},
    {"UnknownKind", "sed -i '0,/kind: Dataset/s//kind: Datset/' readings.yaml",
     "readings.yaml:4: kind: must be one of Lake, Dataset, View, Pipeline, PipelineRun, not \"Datset\" (did you mean Dataset?)"},
    {"SameNameTwice", "sed -i 's/name: readings-history$/name: readings-landing/' readings.yaml", "stands here a second time"},
    {"NotYaml", "printf 'a: [1\\n' > readings.yaml", "readings.yaml:"},
};

class BadManifests : public Commands, public ::testing::WithParamInterface<Mistake> {};

TEST_P(BadManifests, AreNamedWithFileAndLineAndNotRun) {
  CopyExample("quarantine");
  ASSERT_EQ(Shell(GetParam().edit).code, 0);
  const Ended check = Weir("check readings.yaml");
  EXPECT_EQ(check.code, 1) << check.out << check.err;
  EXPECT_THAT(check.out, HasSubstr(GetParam().message));
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 2) << run.err;
  EXPECT_THAT(run.err, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(Each, BadManifests, ::testing::ValuesIn(kMistakes), [](const auto& test) { return std::string(test.param.name); });

class BadTogether : public Commands {
 protected:
  BadTogether() { CopyExample("quarantine"); }
};

TEST_F(BadTogether, TwoWritersOfOneDatasetAreRefused) {
  Shell(
      "sed -n '/^kind: Pipeline/,$p' readings.yaml | sed 's/name: collect-readings/name: collect-again/' > tail.txt; (echo 'apiVersion: "
      "weirkeeper.io/v1alpha1'; cat tail.txt) > second.yaml");
  const Ended check = Weir("check readings.yaml second.yaml");
  EXPECT_EQ(check.code, 1);
  EXPECT_THAT(
      check.out,
      HasSubstr("second.yaml:12: Pipeline/collect-again spec.stages[0].land.into: Dataset/readings-landing is written by pipeline collect-readings too"));
  EXPECT_THAT(check.out, HasSubstr("[WriterConflict]"));
}

TEST_F(BadTogether, AnEditThatBreaksAPublishedContractIsRefused) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  Shell(
      "sed -i 's/SELECT sensor, measured_at, celsius FROM/SELECT sensor, measured_at FROM/; /name: celsius, type: DOUBLE, nullable: false, description: "
      "Temperature., unit: degrees Celsius}/{x;s/^/x/;/^xx$/{x;d};x}' readings.yaml");
  const Ended check = Weir("check readings.yaml");
  EXPECT_EQ(check.code, 1) << check.out << check.err;
  EXPECT_THAT(check.out, HasSubstr("View/weather-readings-v1"));
  EXPECT_THAT(check.out, HasSubstr("[ColumnNoDelete]"));
  EXPECT_EQ(Weir("run readings.yaml").code, 2);
}

TEST_F(BadTogether, ContractsAreHeldAgainstAFileOfPublishedObjects) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  ASSERT_EQ(Shell("weir get -o json > published.json").code, 0);
  Shell("sed -i 's/maxLag: 1d/maxLag: 9d/' readings.yaml");
  const Ended check = Weir("check readings.yaml --against published.json --lake elsewhere");
  EXPECT_EQ(check.code, 1) << check.out << check.err;
  EXPECT_THAT(check.out, HasSubstr("[SlaFreshness]"));
}

TEST_F(BadTogether, EveryMistakeIsSaidAtOnce) {
  Shell(
      "sed -i 's/zone: Landing/zone: Lending/; s/type: DOUBLE, nullable: false, description: Temperature., unit: degrees Celsius}/type: REAL}/' readings.yaml");
  const Ended check = Weir("check readings.yaml -o json");
  EXPECT_EQ(check.code, 1);
  EXPECT_THAT(check.out, HasSubstr("spec.zone"));
  EXPECT_THAT(check.out, HasSubstr("spec.schema.columns[2].type"));
}

TEST_F(BadTogether, APathThatIsNoneIsAMistakeOfTheCall) {
  EXPECT_EQ(Weir("check absent.yaml").code, 2);
  EXPECT_EQ(Weir("check").code, 2);
  EXPECT_EQ(Weir("frobnicate").code, 2);
}

}  // namespace
}  // namespace weir::test
