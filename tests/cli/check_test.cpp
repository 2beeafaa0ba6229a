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

TEST_F(Check, AReferenceThatIsMissingHidesNoSqlFinding) {
  EXPECT_THAT(FieldsOf("sed -i 's/SELECT sensor, measured_at/SELECT senor, measured_at/; s/into: readings-landing$/into: readings-landed/' readings.yaml"),
              UnorderedElementsAre("SqlInvalid spec.query.sql", "DatasetMissing spec.stages[0].land.into"));
}

}  // namespace
}  // namespace weir::test
