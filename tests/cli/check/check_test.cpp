// `weir check` says at once what can be judged, over everything that is wrong: schema, references, SQL.
#include <gmock/gmock.h>

#include "crds/base/json.h"
#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class Check : public Commands {
 protected:
  Check() { CopyExample("quarantine"); }

  std::vector<std::string> FieldsOf(const std::string& edit) {
    EXPECT_EQ(Shell(edit).code, 0);
    const auto findings = ParseJson(Weir("check readings.yaml -o json").out);
    std::vector<std::string> fields;
    if (findings)
      for (const Json& finding : *findings) fields.push_back(Text(finding, "rule") + " " + Text(finding, "field"));
    return fields;
  }
};

TEST_F(Check, ASchemaFindingHidesNoReferenceAndNoSqlFinding) {
  EXPECT_THAT(FieldsOf("sed -i 's/  description: One reading of one sensor./  descripton: x/; s/SELECT sensor, measured_at/SELECT senor, measured_at/; "
                       "s/into: readings-landing/into: readings-landed/' readings.yaml"),
              UnorderedElementsAre("Schema spec.descripton", "SqlInvalid spec.query.sql", "DatasetMissing spec.stages[0].land.into"));
}

TEST_F(Check, AFindingInThePipelineHidesNoneOfItsOthers) {
  EXPECT_THAT(
      FieldsOf("sed -i 's/SELECT sensor, measured_at/SELECT senor, measured_at/; s/into: readings-landing$/into: readings-landed/; s/  purpose: Bring.*/  "
               "purpose: short/' readings.yaml"),
      UnorderedElementsAre("Schema spec.purpose", "SqlInvalid spec.query.sql", "DatasetMissing spec.stages[0].land.into"));
}

TEST_F(Check, SqlIsBoundOverAColumnWhoseTypeHasAnotherNameElsewhere) {
  EXPECT_THAT(
      FieldsOf(
          "sed -i '0,/name: celsius, type: DOUBLE/s//name: celsius, type: float8/; s/SELECT sensor, measured_at/SELECT senor, measured_at/' readings.yaml"),
      UnorderedElementsAre("Schema spec.schema.columns[2].type", "SqlInvalid spec.query.sql"));
}

TEST_F(Check, SqlOverATableWhoseColumnsCannotBeReadIsNotJudged) {
  EXPECT_THAT(
      FieldsOf("sed -i '0,/name: celsius, type: DOUBLE/s//name: celsius, type: hot/; s/SELECT sensor, measured_at/SELECT senor, measured_at/' readings.yaml"),
      ElementsAre("Schema spec.schema.columns[2].type"));
}

TEST_F(Check, APartOfAnObjectThatCannotBeReadReachesNoRunner) {
  EXPECT_THAT(FieldsOf("sed -i '0,/    - columns: \\[sensor, measured_at\\]/s//    - sensor/' readings.yaml"), ElementsAre("Schema spec.schema.keys[0]"));
}

TEST_F(Check, AReferenceThatIsMissingHidesNoSqlFinding) {
  EXPECT_THAT(FieldsOf("sed -i 's/SELECT sensor, measured_at/SELECT senor, measured_at/; s/into: readings-landing$/into: readings-landed/' readings.yaml"),
              UnorderedElementsAre("SqlInvalid spec.query.sql", "DatasetMissing spec.stages[0].land.into"));
}

TEST_F(Check, ADatasetOrViewThatNoStageWritesIsNamedWithTheStageToAdd) {
  EXPECT_THAT(
      FieldsOf("(echo ---; echo apiVersion: weirkeeper.io/v1alpha1; sed -n '/^kind: View/,/^---/p' readings.yaml | sed '$d; s/readings-v1/readings-v2/') > v2; "
               "cat v2 >> readings.yaml"),
      ElementsAre("NeverWritten metadata.name"));
  const Ended check = Weir("check readings.yaml");
  EXPECT_EQ(check.code, 0) << check.out;
  EXPECT_THAT(
      check.out,
      HasSubstr("warning: no stage writes View/weather-readings-v2, so it stays empty: name it in a stage (publish: {view: weather-readings-v2}), or remove"));
}

TEST_F(Check, AViewWithDataOfWhichTheStageIsGoneIsNotSaidToStayEmpty) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  Shell("sed -i '/  - name: publish/,$d' readings.yaml");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Weir("check readings.yaml").out, Not(HasSubstr("stays empty"))) << i;
    ASSERT_EQ(Weir("run readings.yaml").code, 0);
  }
}

struct Trap {
  const char* edit;
  const char* finding;
};

// What a person writes, what YAML makes of it, and what they are told.
TEST_F(Check, ValuesThatYamlReadsOtherwiseAreToldWithTheirLineAndTheWayOut) {
  const Trap traps[] = {
      {"s/files: {path: readings.csv}/files: {path: *.csv}/",
       "readings.yaml:72: a value that begins with `*` refers to an anchor in YAML; quote it: '*.csv' [BadYaml]"},
      {"0,/csv: {}/s//csv: {comment: #}}/", "[BadYaml]"},
      {"0,/format: {csv: {}}/s//format:\\n    csv:\\n      comment: #/",
       "readings.yaml:13: Dataset/readings-landing spec.format.csv.comment: has no value; a `#` begins a comment in YAML: quote a text that begins with it, "
       "such as '#'"},
      {"0,/format: {csv: {}}/s//format:\\n    csv:/", "Dataset/readings-landing spec.format.csv: has no value; write {} for one without fields of its own"},
      {"s/team: weather/team: !weather/",
       "readings.yaml:10: a value that begins with `!` makes a tag in YAML, which is no part of the value; quote it: '!weather' [BadYaml]"},
      {"s/range: {column: celsius, min: .*/range: {column: celsius, min: }/", "spec.checks[0].range.min: has no value"},
      {"s/purpose: Bring.*/purpose: Bring: the readings/", "the value holds `: `, which ends a key in YAML; quote it: 'Bring: the readings' [BadYaml]"}};
  for (const Trap& trap : traps) {
    CopyExample("quarantine");
    ASSERT_EQ(Shell(std::string("sed -i '") + trap.edit + "' readings.yaml").code, 0);
    const Ended check = Weir("check readings.yaml");
    EXPECT_EQ(check.code, 1);
    EXPECT_THAT(check.out, HasSubstr(trap.finding)) << trap.edit;
  }
}

// Also with no SQL to bind and with no pipeline at all.
TEST_F(Check, AValueOfACheckThatItsColumnCannotHaveIsToldByItsField) {
  const std::pair<const char*, const char*> cases[] = {
      {"s/max: \"60\"/max: nan/",
       "Dataset/readings spec.checks[0].range: check possible-temperature (range: celsius from -90 to nan) cannot be evaluated: "
       "range.max 'nan' is not a DOUBLE; write one such as 1.5"},
      {"s/max: \"60\"/max: \"-91\"/", "range.min '-90' is greater than range.max '-91', so that no value passes; exchange them"},
      {"s/range: .*/regex: {column: sensor, pattern: (x}/",
       "Dataset/readings spec.checks[0].regex: check possible-temperature (regex: sensor matches (x) cannot be evaluated: regex.pattern '(x' is not a regular "
       "expression of RE2: missing ): (x; write one such as [A-Z]{3}"},
      {"s/range: .*/regex: {column: battery, pattern: x}/", "column battery is INTEGER, and regex matches VARCHAR only; use range or acceptedValues"},
      {"s/max: \"60\"/max: infinity/; /^  - name: publish/,/never/d", "range.max 'infinity' is not a DOUBLE"},
      {"s/max: \"60\"/max: \"1_0\"/; /^kind: Pipeline/,/never/d", "range.max '1_0' is not a DOUBLE"},
      {"s/^  - name: publish/  - name: look\\n    check: {dataset: readings, checks: [{name: full, range: {column: battery, max: \"99.5\"}}]}\\n&/",
       "Pipeline/collect-readings spec.stages[3].check.checks[0].range: check full (range: battery from any to 99.5) cannot be evaluated: range.max '99.5' has "
       "a "
       "fraction, which INTEGER does not keep; write one such as 10"}};
  for (const auto& [edit, finding] : cases) {
    CopyExample("quarantine");
    ASSERT_EQ(Shell(std::string("sed -i '") + edit + "' readings.yaml").code, 0);
    const Ended check = Weir("check readings.yaml");
    EXPECT_EQ(check.code, 1) << edit;
    EXPECT_THAT(check.out, HasSubstr(finding)) << edit;
  }
}

// What could not be read of a check, or a column that is not there, has its own finding.
TEST_F(Check, OneMistakeInACheckIsOneFinding) {
  const auto fields = [this](const std::string& edit) {
    CopyExample("quarantine");
    return FieldsOf("sed -i '" + edit + "' readings.yaml");
  };
  const std::string range = "s/range: {column: celsius, min: .*/range: ";
  EXPECT_THAT(fields(range + "{column: celsuis, min: \"0\"}/"), UnorderedElementsAre("Invalid spec.checks[0].range.column"));
  EXPECT_THAT(fields(range + "{column: celsuis, min: 0}/"), UnorderedElementsAre("Schema spec.checks[0].range.min", "Invalid spec.checks[0].range.column"));
  EXPECT_THAT(fields(range + "{column: celsius, min: 0, max: \"-1\"}/"), UnorderedElementsAre("Schema spec.checks[0].range.min"));
  EXPECT_THAT(fields("s/^  - name: publish/  - name: look\\n    check: {dataset: readings, checks: [{name: full, range: {column: batery, max: 99}}]}\\n&/"),
              UnorderedElementsAre("Schema spec.stages[3].check.checks[0].range.max", "Invalid spec.stages[3].check.checks[0].range.column"));
  for (const char* rule : {"rowCount: {min: 1}", "unique: {columns: [sensor]}"})
    EXPECT_THAT(fields("s/range: {column: celsius, min: .*/" + std::string(rule) + "/"), UnorderedElementsAre("Invalid spec.checks[0].onFailure"));
  EXPECT_THAT(fields("s/max: \"60\"/max: nan/; s/onFailure: Quarantine/onFailure: Quarantin/"),
              UnorderedElementsAre("Schema spec.checks[0].onFailure", "SqlInvalid spec.checks[0].range"));
}

TEST_F(Check, DatasetsWithoutAPipelineAreJudgedByTheirChecks) {
  CopyExample("flights");
  EXPECT_EQ(Weir("check datasets.yaml").code, 0) << Weir("check datasets.yaml").out;
  CopyExample("quarantine");
  Shell("sed '/^kind: View/,$d' readings.yaml | sed '$d' | sed '$d' > alone.yaml");
  EXPECT_EQ(Weir("check alone.yaml").code, 0) << Weir("check alone.yaml").out << Read("alone.yaml");
  Shell("sed -i 's/max: \"60\"/max: hot/' alone.yaml");
  EXPECT_THAT(Weir("check alone.yaml").out, HasSubstr("spec.checks[0].range"));
}

TEST_F(Check, AFieldInTheWrongPlaceIsToldItsPlace) {
  Shell(
      "sed -i '0,/format: {csv: {}}/s//format: {csv: {}, nullText: NA}/; s/^  zone: Processed/  zone: Processed\\n  labels: {a: b}/; s/^  grain:/  frobnicate: "
      "1\\n  grain:/' readings.yaml");
  const Ended check = Weir("check readings.yaml");
  EXPECT_THAT(check.out, HasSubstr("spec.format.nullText: is unknown; a field of this name is spec.format.csv.nullText"));
  EXPECT_THAT(check.out, HasSubstr("spec.labels: is unknown; a field of this name is metadata.labels"));
  EXPECT_THAT(check.out, HasSubstr("spec.frobnicate: is unknown; spec takes purpose, grain, owner, query, columns"));
}

// Each edit writes another name behind FROM.
TEST_F(Check, SqlOverADatasetOfFilesIsToldTheTableThatItIsDecodedInto) {
  const std::string files = " is a dataset of files (RawHistory), and SQL reads tables: read readings, into which it is decoded";
  const std::pair<const char*, std::string> cases[] = {
      {"readings-history", "readings-history" + files},
      {"readings_history", "readings-history" + files},
      {"readings-landing", "readings-landing is a dataset of files (Landing), and SQL reads tables: read readings, into which it is decoded"},
      {"weather-readings-v1", "write weather_readings_v1 for weather-readings-v1"}};
  for (const auto& [name, hint] : cases) {
    CopyExample("quarantine");
    Shell(std::string("sed -i 's/FROM readings$/FROM ") + name + "/' readings.yaml");
    EXPECT_THAT(Weir("check readings.yaml").out, HasSubstr(hint)) << name;
  }
}

TEST_F(Check, AStoreThatIsMissingIsToldWithWhatIsThereAndWhatIsNot) {
  Shell("sed -i 's/files: {path: readings.csv}/files: {store: drop, path: readings.csv}/' readings.yaml");
  EXPECT_THAT(Weir("check readings.yaml").out, HasSubstr("no Lake is declared here: give its manifest too"));
  Write("lake.yaml",
        "apiVersion: weirkeeper.io/v1alpha1\nkind: Lake\nmetadata: {name: default}\nspec:\n  stores:\n  - {name: lake, volume: {path: /x}}\n"
        "  - {name: drops, volume: {path: /y}}\n");
  EXPECT_THAT(Weir("check readings.yaml lake.yaml").out, HasSubstr("there is no store \"drop\" in the Lake (did you mean drops?)"));
  CopyExample("quarantine");
  EXPECT_THAT(Weir("run readings.yaml lake.yaml --source .").err, HasSubstr("weir run takes --source for it only where no Lake is declared"));
}

}  // namespace
}  // namespace weir::test
