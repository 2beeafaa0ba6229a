// The bad input that people bring: what `weir check` says of a manifest, with file, line and field, and what becomes of a run
// whose data are not as declared. docs/bad-input.md names each case.
#include <gmock/gmock.h>

#include <algorithm>

#include "crds/base/json.h"
#include "crds/base/time.h"
#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct BadManifest {
  const char* name;
  const char* edit;  // of readings.yaml, by the shell
  int line;
  const char* object;
  const char* field;
  const char* rule;
  const char* message;  // its beginning
};

// Cases are named in docs/bad-input.md.
const BadManifest kBadManifests[] = {
    {"UnknownField", "sed -i 's/  description: One reading of one sensor./  descripton: x/' readings.yaml", 29, "Dataset/readings", "spec.descripton", "Schema",
     "is unknown (did you mean description?)"},
    {"WrongType", "sed -i 's/name: battery, type: INTEGER/name: battery, type: 7/' readings.yaml", 36, "Dataset/readings", "spec.schema.columns[3].type",
     "Schema", "must be a string, not 7; quote it"},
    {"UnknownWord", "sed -i 's/zone: RawHistory/zone: RawHistori/' readings.yaml", 18, "Dataset/readings-history", "spec.zone", "Schema",
     "must be one of Landing, RawHistory"},
    {"NoDuration", "sed -i 's/maxLag: 1d/maxLag: soon/' readings.yaml", 60, "View/weather-readings-v1", "spec.freshness.maxLag", "Schema",
     "\"soon\" is not a duration: write numbers with units"},
    {"MissingOwner", "sed -i '0,/  owner: {team: weather}/{/  owner: {team: weather}/d}' readings.yaml", 7, "Dataset/readings-landing", "spec.owner", "Schema",
     "is required: Owner of the dataset."},
    {"MisspeltGroup", "sed -i '0,/weirkeeper.io/s//weirkeper.io/' readings.yaml", 3, "", "apiVersion", "Schema", "must be weirkeeper.io/v1alpha1, not"},
    {"UnknownKind", "sed -i '0,/kind: Dataset/s//kind: Datset/' readings.yaml", 4, "", "kind", "Schema", "must be one of Lake, Dataset, View"},
    {"DuplicateKey", "sed -i 's/  zone: Processed/  zone: Processed\\n  zone: Curated/' readings.yaml", 29, "", "", "BadYaml",
     "the key \"zone\" is here twice"},
    {"SameNameTwice", "sed -i 's/name: readings-history$/name: readings-landing/' readings.yaml", 16, "Dataset/readings-landing", "metadata.name", "NameTaken",
     "is declared a second time here; the first is in readings.yaml:6"},
    {"AliasBomb", "sed -i '10s/owner: /owner: \\&a /; 11s/format: .*/format: *a/' readings.yaml", 11, "", "", "BadYaml", "aliases (*name) are refused"},
    {"MergeKey", "sed -i '5s/$/ \\&base/; 9s/.*/  <<: *base/' readings.yaml", 9, "", "", "BadYaml", "aliases (*name) are refused"},
    {"Tab", "sed -i 's/^  zone: Landing/\\tzone: Landing/' readings.yaml", 8, "", "", "BadYaml", "is indented by a tab"},
    {"NotYaml", "printf 'a: [1\\n' > readings.yaml", 2, "", "", "BadYaml", "end of sequence flow not found"},
    {"LargerThanAnyManifest", "head -c 2000000 /dev/zero | tr '\\0' '#' >> readings.yaml", 1, "", "", "BadYaml", "the text is larger than 1 MiB"},
    {"ZeroByteManifest", ": > readings.yaml", 0, "", "", "NoManifests", "holds no object"},
    {"UnreadableManifest", "ln -sf nowhere readings.yaml", 0, "", "", "FileUnreadable", "cannot be read"},
    {"CycleOfStages", "sed -i 's/  - name: accept/  - name: accept\\n    needs: [publish]/' readings.yaml", 75, "Pipeline/collect-readings",
     "spec.stages[1].needs[0]", "Invalid", "\"publish\" is not above \"accept\"; list the stages in the order in which they run"},
    {"MissingDataset", "sed -i 's/into: readings-landing/into: readings-landed/' readings.yaml", 73, "Pipeline/collect-readings", "spec.stages[0].land.into",
     "DatasetMissing", "there is no Dataset \"readings-landed\" in this namespace yet (did you mean readings-landing?)"},
    {"MissingView", "sed -i 's/view: weather-readings-v1/view: weather-readings-v2/' readings.yaml", 79, "Pipeline/collect-readings",
     "spec.stages[3].publish.view", "ViewMissing", "there is no View \"weather-readings-v2\""},
    {"MissingStore",
     "printf -- '---\\napiVersion: weirkeeper.io/v1alpha1\\nkind: Lake\\nmetadata: {name: default}\\nspec:\\n  stores:\\n  - {name: source, volume: {path: "
     "/x}}\\n  "
     "zones:\\n  - {name: Landing, store: lke}\\n' >> readings.yaml",
     88, "Lake/default", "spec.zones[0].store", "Invalid", "there is no store \"lke\" in spec.stores"},
    {"TwoStagesOfOneDataset",
     "sed -i 's/  - name: accept/  - name: again\\n    land: {from: {files: {path: readings.csv}}, into: readings-landing}\\n  - name: accept/' readings.yaml",
     74, "Pipeline/collect-readings", "spec.stages[1]", "Invalid", "writes dataset readings-landing, which stage \"land\" writes too"},
    {"SqlThatDoesNotBind", "sed -i 's/SELECT sensor, measured_at/SELECT senor, measured_at/' readings.yaml", 53, "View/weather-readings-v1", "spec.query.sql",
     "SqlInvalid", "Referenced column \"senor\" not found"},
    {"SqlThatDoesNotParse", "sed -i 's/FROM readings$/FRM readings/' readings.yaml", 53, "View/weather-readings-v1", "spec.query.sql", "SqlInvalid",
     "syntax error at or near \"readings\""},
    {"SqlOverATableThatIsNone", "sed -i 's/FROM readings$/FROM reading/' readings.yaml", 53, "View/weather-readings-v1", "spec.query.sql", "SqlInvalid",
     "table reading is not declared (did you mean readings?)"},
    {"SqlThatReadsFiles", "sed -i \"s|FROM readings\\$|FROM read_csv('/etc/passwd')|\" readings.yaml", 53, "View/weather-readings-v1", "spec.query.sql",
     "SqlInvalid", "the table function read_csv is not allowed"},
    {"ColumnThatTheContractLacks", "sed -i 's/sql: SELECT sensor,/sql: SELECT battery, sensor,/' readings.yaml", 53, "View/weather-readings-v1",
     "spec.query.sql", "SqlInvalid", "column battery is not declared: leave it out or declare it"},
    {"ColumnThatTheSqlLacks", "sed -i 's/SELECT sensor, measured_at, celsius/SELECT sensor, measured_at/' readings.yaml", 53, "View/weather-readings-v1",
     "spec.query.sql", "SqlInvalid", "column celsius DOUBLE is declared and missing in the SELECT"},
    {"SqlWithTheObjectsName",
     "sed -i 's/name: readings$/name: hourly-readings/; s/into: readings}/into: hourly-readings}/; s/FROM readings$/FROM hourly-readings/' readings.yaml", 53,
     "View/weather-readings-v1", "spec.query.sql", "SqlInvalid", "syntax error at or near \"-\""},
    {"SqlThatReadsItsOwnTarget", "sed -i 's/FROM readings$/FROM weather_readings_v1/' readings.yaml", 53, "View/weather-readings-v1", "spec.query.sql",
     "SqlInvalid", "the SQL reads weather_readings_v1, which this stage itself writes"},
    {"StageThatReadsWhatALaterOneWrites",
     "sed -i 's/^  - name: accept/  - name: early\\n    check: {dataset: readings, checks: [{name: some, rowCount: {min: 1}}]}\\n  - name: accept/' "
     "readings.yaml",
     75, "Pipeline/collect-readings", "spec.stages[1].check.dataset", "Invalid", "reads dataset readings, which stage \"decode\" below writes"},
    {"SqlWithTheClock", "sed -i 's/FROM readings$/FROM readings WHERE measured_at < now()/' readings.yaml", 53, "View/weather-readings-v1", "spec.query.sql",
     "SqlInvalid", "now() or current_timestamp is not deterministic"},
    {"SqlWithALimitAndNoOrder", "sed -i 's/FROM readings$/FROM readings LIMIT 3/' readings.yaml", 53, "View/weather-readings-v1", "spec.query.sql",
     "SqlInvalid", "LIMIT without ORDER BY is not deterministic"},
    {"EmptySourceName", "sed -i 's/name: battery, type: INTEGER/name: battery, type: INTEGER, sourceName: \"\"/' readings.yaml", 36, "Dataset/readings",
     "spec.schema.columns[3].sourceName", "Schema", "is empty and would be ignored"},
    {"TypeOfAnotherSystem", "sed -i 's/name: battery, type: INTEGER/name: battery, type: int4/' readings.yaml", 36, "Dataset/readings",
     "spec.schema.columns[3].type", "Schema", "\"int4\" is not a column type: write INTEGER"},
    {"TypeCutAtItsComma", "sed -i 's/name: battery, type: INTEGER/name: battery, type: DECIMAL(8,3)/' readings.yaml", 36, "Dataset/readings",
     "spec.schema.columns[3].type", "Schema", "\"DECIMAL(8\" is not a column type: was cut at its comma: inside { } quote it, type: \"DECIMAL(8,3)\""},
    {"DecimalOf39Digits", "sed -i 's/name: battery, type: INTEGER/name: battery, type: \"DECIMAL(39,2)\"/' readings.yaml", 36, "Dataset/readings",
     "spec.schema.columns[3].type", "Schema", "\"DECIMAL(39,2)\" is not a column type: a DECIMAL has at most 38 digits: write DECIMAL(38,2)"},
    {"DecimalOfMoreScaleThanPrecision", "sed -i 's/name: battery, type: INTEGER/name: battery, type: \"DECIMAL(2,5)\"/' readings.yaml", 36, "Dataset/readings",
     "spec.schema.columns[3].type", "Invalid", "\"DECIMAL(2,5)\" is not a column type: the scale, the digits behind the point, is at most"},
    {"CpuBeyondAnyMachine", "sed -i 's/^  - name: accept/  - name: accept\\n    resources: {cpu: \"99999999999999\"}/' readings.yaml", 75,
     "Pipeline/collect-readings", "spec.stages[1].resources.cpu", "Schema", "must be a number of CPUs above 0 and below 10,000"},
    {"MemoryOfOneByte", "sed -i 's/^  - name: accept/  - name: accept\\n    resources: {memory: \"1\"}/' readings.yaml", 75, "Pipeline/collect-readings",
     "spec.stages[1].resources.memory", "Invalid", "must be at least 64Mi"},
    {"ZoneThatIsNearViews", "sed -i 's/zone: Processed/zone: View/' readings.yaml", 28, "Dataset/readings", "spec.zone", "Schema",
     "must be one of Landing, RawHistory, Processed, Curated, not \"View\""},
    {"OctalNumber", "sed -i 's/name: celsius, type: DOUBLE/name: celsius, type: 010/' readings.yaml", 35, "", "", "BadYaml",
     "`010` is the number 8 to kubectl and other readers of YAML 1.1, which count in eights after a leading 0, and 10 here"},
    {"TeamThatIsTrueElsewhere", "sed -i '0,/team: weather/s//team: on/' readings.yaml", 10, "", "", "BadYaml",
     "`on` is true to kubectl and other readers of YAML 1.1, and text here"},
    {"KeyOfATableAsText", "sed -i 's/^    keys: *$/    keys: [sensor]/; /^    keys/{n;d}' readings.yaml", 37, "Dataset/readings", "spec.schema.keys[0]",
     "Schema", "must be a mapping, not \"sensor\"; write {columns: [sensor]}"},
    {"ColumnOfACheckThatIsNone", "sed -i 's/range: {column: celsius/range: {column: celcius/' readings.yaml", 41, "Dataset/readings",
     "spec.checks[0].range.column", "Invalid", "there is no column \"celcius\" in spec.schema.columns (did you mean celsius?)"},
};

class BadInput : public Commands, public ::testing::WithParamInterface<BadManifest> {
 protected:
  BadInput() { CopyExample("quarantine"); }
};

bool IsExpected(const Json& finding, const BadManifest& bad) {
  return Text(finding, "file") == "readings.yaml" && Integer(finding, "line") == bad.line && Text(finding, "object") == bad.object &&
         Text(finding, "field") == bad.field && Text(finding, "rule") == bad.rule && Text(finding, "message").starts_with(bad.message);
}

TEST_P(BadInput, IsNamedWithFileLineAndFieldAndNothingIsWritten) {
  const BadManifest& bad = GetParam();
  ASSERT_EQ(Shell(bad.edit).code, 0);
  const bool unreadable = bad.line == 0;
  const Ended check = Weir("check readings.yaml -o json");
  EXPECT_EQ(check.code, unreadable ? 2 : 1) << check.out << check.err;
  const auto findings = ParseJson(check.out);
  ASSERT_TRUE(findings) << check.out;
  EXPECT_EQ(std::count_if(findings->begin(), findings->end(), [&](const Json& finding) { return IsExpected(finding, bad); }), 1) << check.out;

  const std::string told = Weir("check readings.yaml").out;
  EXPECT_THAT(told, AllOf(HasSubstr(unreadable ? "readings.yaml: " : "readings.yaml:" + std::to_string(bad.line) + ": "), HasSubstr(bad.message)));
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 2) << run.err;
  EXPECT_THAT(run.err, HasSubstr(bad.message));
  EXPECT_EQ(run.out, "");
  EXPECT_NE(Shell("ls .weir").code, 0) << "nothing was written";
}

INSTANTIATE_TEST_SUITE_P(Each, BadInput, ::testing::ValuesIn(kBadManifests), [](const auto& test) { return std::string(test.param.name); });

struct BadData {
  const char* name;
  const char* spoil;  // by the shell
  const char* stage;
  const char* reason;
  const char* message;
  const char* mend;
};

const BadData kBadData[] = {
    {"ZeroByteFile", ": > readings.csv", "land", "BadInput", "readings.csv in volume source", "cp good.csv readings.csv"},
    {"MissingFile", "rm readings.csv", "land", "NoFiles", "cannot open readings.csv", "cp good.csv readings.csv"},
    {"FileBehindALink", "ln -sf good.csv readings.csv", "land", "Invalid", "symbolic link", "rm readings.csv; cp good.csv readings.csv"},
    {"UnreachableEndpoint", "sed -i 's#files: {path: readings.csv}#http: {url: \"http://127.0.0.1:1/readings.csv\"}#' readings.yaml", "land",
     "SourceUnavailable", "cannot fetch http://127.0.0.1:1/readings.csv", "sed -i 's#http: {url: .*#files: {path: readings.csv}}#' readings.yaml"},
    {"FileWithoutADeclaredColumn", "sed -i '1s/celsius/kelvin/' readings.csv", "decode", "FileUnreadable",
     "is missing these columns: celsius (found: ", "sed -i '0,/unit: degrees Celsius}/s//unit: degrees Celsius, sourceName: kelvin}/' readings.yaml"},
    {"FileOfAnotherFormat", "sed -i 's/format: {csv: {}}/format: {parquet: {}}/' readings.yaml", "decode", "FileUnreadable",
     "does not end as a Parquet file does", "sed -i 's/format: {parquet: {}}/format: {csv: {}}/' readings.yaml"},
    {"RowsThatFailABlockingCheck", "sed -i 's/onFailure: Quarantine/onFailure: Block/' readings.yaml", "decode", "CheckFailed",
     "check possible-temperature: 1 row fails, e.g. celsius = '999.0', sensor = 'south'", "sed -i 's/onFailure: Block/onFailure: Quarantine/' readings.yaml"},
};

class BadDataInput : public Commands, public ::testing::WithParamInterface<BadData> {};

TEST_P(BadDataInput, FailsItsStageShowsNothingAndLosesNothing) {
  const BadData& bad = GetParam();
  CopyExample("quarantine");
  Shell("cp readings.csv good.csv; sed -i 's/  stages:/  retry: {maxAttempts: 1}\\n  stages:/' readings.yaml");
  ASSERT_EQ(Shell(bad.spoil).code, 0);
  const Ended run = Weir("run readings.yaml --timeout 60s");
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr(bad.message));
  const auto report = ParseJson(Weir("explain run -o json").out);
  ASSERT_TRUE(report);
  bool failed = false;
  for (const Json& stage : At(*report, "stages")) {
    if (Text(stage, "state") != "Failed") continue;
    failed = true;
    EXPECT_EQ(Text(stage, "name"), bad.stage);
    EXPECT_EQ(Text(stage, "reason"), bad.reason);
    EXPECT_THAT(Text(stage, "message"), AllOf(HasSubstr(bad.message), ::testing::Not(HasSubstr("weir://"))));
  }
  EXPECT_TRUE(failed) << run.err;
  const Ended query = Weir("query 'SELECT count(*) AS n FROM weather_readings_v1' -o csv");
  EXPECT_EQ(query.code, 1) << "nothing half-done is visible: " << query.out;

  ASSERT_EQ(Shell(bad.mend).code, 0);
  const Ended again = Weir("run readings.yaml");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(Weir("query 'SELECT count(*) AS n FROM weather_readings_v1' -o csv").out, "n\n6\n") << "nothing was lost";
}

INSTANTIATE_TEST_SUITE_P(Each, BadDataInput, ::testing::ValuesIn(kBadData), [](const auto& test) { return std::string(test.param.name); });

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

TEST_F(BadTogether, ALostStateFreesNoBreakingEdit) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  ASSERT_EQ(
      Shell("rm .weir/lake/_weirkeeper/state.json; sed -i 's/SELECT sensor, measured_at, celsius FROM/SELECT sensor, measured_at FROM/; 57d' readings.yaml")
          .code,
      0);
  const Ended check = Weir("check readings.yaml");
  EXPECT_EQ(check.code, 1) << check.out << check.err;
  EXPECT_THAT(check.out, AllOf(HasSubstr("breaks the published contract, which has column celsius; the manifest has none: keep the column"),
                               HasSubstr("[ColumnNoDelete]"), ::testing::Not(HasSubstr("[CardinalityQuery]"))))
      << "one change is one finding";
  EXPECT_EQ(Weir("run readings.yaml").code, 2);
  const std::string until = Format(SystemClock().Now() + Duration::Hours(24 * 30)).substr(0, 10);
  Shell("sed -i 's/  freshness: {maxLag: 1d}/  freshness: {maxLag: 1d}\\n  waivers:\\n  - {rule: ColumnNoDelete, reason: No reader uses it., until: \"" +
        until + "\"}/' readings.yaml");
  const Ended waived = Weir("run readings.yaml");
  EXPECT_EQ(waived.code, 0) << waived.err;
  EXPECT_THAT(waived.err, HasSubstr("waived until " + until + ": No reader uses it."));
}

TEST_F(BadTogether, APublishedViewIsNotMovedByTheWay) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  const std::string lake =
      "printf -- 'apiVersion: weirkeeper.io/v1alpha1\\nkind: Lake\\nmetadata: {name: default}\\nspec:\\n  environment: test\\n  stores:\\n  - {name: lake, "
      "volume: "
      "{path: '$PWD'/.weir/lake}}\\n  - {name: source, volume: {path: '$PWD'}}\\n' > lake.yaml";
  ASSERT_EQ(Shell(lake).code, 0);
  const Ended check = Weir("check readings.yaml lake.yaml");
  EXPECT_EQ(check.code, 1) << check.out << check.err;
  EXPECT_THAT(check.out,
              AllOf(HasSubstr("[Moved]"), HasSubstr("views/default/default/weather_readings_v1"), HasSubstr("views/test/default/weather_readings_v1")));
  EXPECT_EQ(Weir("run readings.yaml lake.yaml").code, 2);
  Shell("sed -i 's/environment: test/environment: default/' lake.yaml");
  EXPECT_EQ(Weir("check readings.yaml lake.yaml").code, 0);
}

// On purpose: copied, and named in the manifest, as docs/how-to/lake.md has it.
TEST_F(BadTogether, ADatasetIsMovedByAnAnnotationInItsManifest) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  ASSERT_EQ(Shell("sed -i '/^kind: Dataset/,/^---/s/^  zone: Processed/  zone: Processed\\n  database: elsewhere/' readings.yaml").code, 0);
  const Ended refused = Weir("check readings.yaml");
  const std::size_t at = refused.out.find("weirkeeper.io/move-to=");
  ASSERT_NE(at, std::string::npos) << refused.out;
  std::string place = refused.out.substr(at + 22);
  place = place.substr(place.find('"') + 1);
  place = place.substr(0, place.find('"'));
  ASSERT_EQ(Shell("cd .weir/lake && mkdir -p processed/default/elsewhere && cp -r processed/default/default/readings processed/default/elsewhere/").code, 0);
  Shell("sed -i '0,/^  name: readings$/s||  name: readings\\n  annotations: {weirkeeper.io/move-to: \"" + place + "\"}|' readings.yaml");
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 0) << place << run.out << run.err << Read("readings.yaml");
}

TEST_F(BadTogether, ADatasetAndAViewOfOneNameAreRefused) {
  Shell(
      "sed -e 's/name: readings$/name: weather-readings-v1/' readings.yaml | sed -n '/^  name: weather-readings-v1$/,/^---$/p' | head -18 > rest.txt; (printf "
      "-- "
      "'apiVersion: weirkeeper.io/v1alpha1\\nkind: Dataset\\nmetadata:\\n'; sed '/^---$/d' rest.txt) > second.yaml");
  const Ended check = Weir("check readings.yaml second.yaml");
  EXPECT_EQ(check.code, 1) << check.out << check.err;
  EXPECT_THAT(check.out, AllOf(HasSubstr("View/weather-readings-v1 metadata.name: table weather_readings_v1 would be both"), HasSubstr("[NameTaken]")));
}

TEST_F(BadTogether, TwoNamespacesWithOnePlaceAreRefused) {
  Shell(
      "sed -e 's/^  zone: Processed/  database: shared\\n  zone: Processed/' -i readings.yaml; sed -e 's/^metadata:/metadata:\\n  namespace: other/' "
      "readings.yaml > other.yaml");
  const Ended check = Weir("check readings.yaml other.yaml");
  EXPECT_EQ(check.code, 1) << check.out << check.err;
  EXPECT_THAT(check.out, AllOf(HasSubstr("[NameTaken]"), HasSubstr("processed/default/shared/readings"), HasSubstr("two tables cannot have one place")));
}

TEST_F(BadTogether, ATableThatNoPipelineWritesIsAWarning) {
  Shell(
      "sed -i 's/    transform: {from: readings-history, into: readings}/    transform: {from: readings-history, into: readings-too}/' readings.yaml; (sed -n "
      "'22,42p' readings.yaml | sed 's/name: readings$/name: readings-too/') >> readings.yaml");
  const Ended check = Weir("check readings.yaml");
  EXPECT_EQ(check.code, 0) << check.out << check.err;
  EXPECT_THAT(check.out, AllOf(HasSubstr("warning: reads readings, which no pipeline writes"), HasSubstr("[NeverWritten]")));
}

TEST_F(BadTogether, AnAggregateThatDependsOnTheOrderIsAWarningOfCheckAndOfTheRun) {
  Shell(
      "sed -i 's/sql: SELECT sensor, measured_at, celsius FROM readings/sql: SELECT sensor, measured_at, any_value(celsius) AS celsius FROM readings GROUP BY "
      "ALL/' readings.yaml");
  const Ended check = Weir("check readings.yaml");
  EXPECT_EQ(check.code, 0) << check.out << check.err;
  EXPECT_THAT(check.out, AllOf(HasSubstr("warning: any_value() without ORDER BY"), HasSubstr("[RowOrder]")));
  Weir("run readings.yaml");
  EXPECT_THAT(Weir("explain run").out, HasSubstr("any_value() without ORDER BY"));
}

TEST_F(BadTogether, EveryMistakeIsSaidAtOnce) {
  Shell(
      "sed -i 's/zone: Landing/zone: Lending/; s/type: DOUBLE, nullable: false, description: Temperature., unit: degrees Celsius}/type: REAL}/' readings.yaml");
  const Ended check = Weir("check readings.yaml -o json");
  EXPECT_EQ(check.code, 1);
  EXPECT_THAT(check.out, HasSubstr("spec.zone"));
  EXPECT_THAT(check.out, HasSubstr("spec.schema.columns[2].type"));
}

TEST_F(BadTogether, ALakeThatCannotBeWrittenIsToldByItsPath) {
  const Ended run = Weir("run readings.yaml --lake /dev/null/lake");
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, AllOf(StartsWith("weir: cannot create the folder /dev/null/lake"), HasSubstr("--lake")));
}

// Each folder that a state, a task or the engine would have to hold as a text.
TEST_F(BadTogether, AFolderWhoseNameIsNotUtf8IsToldBeforeAnythingStarts) {
  const std::string odd = "p=$(printf 'p\\377\\303'); mkdir \"$p\"; cp *.yaml *.csv \"$p\"; ";
  const std::string lake = "the lake (--lake)", source = "the source files (--source)", temporary = "temporary files (TMPDIR)";
  for (const auto& [command, means] : {std::pair{"cd \"$p\"; weir run readings.yaml", lake}, std::pair{"weir run \"$p/readings.yaml\"", source},
                                       std::pair{"weir run readings.yaml --lake \"$p/l\"", lake}, std::pair{"weir run readings.yaml --source \"$p\"", source},
                                       std::pair{"TMPDIR=\"$PWD/$p\" weir init readings.csv", temporary}}) {
    const Ended ended = Shell("rm -rf p* .weir; " + odd + command);
    EXPECT_NE(ended.code, 0) << command;
    EXPECT_THAT(ended.err, AllOf(HasSubstr("p\\xFF\\xC3"), HasSubstr(means), HasSubstr("is not UTF-8: rename it"))) << command;
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
  }
  EXPECT_EQ(Shell("rm -rf p* .weir; " + odd + "cd \"$p\"; weir check readings.yaml").code, 0) << "holds nothing";
}

TEST_F(BadTogether, APathThatIsNoneIsAMistakeOfTheCall) {
  EXPECT_EQ(Weir("check absent.yaml").code, 2);
  EXPECT_EQ(Weir("check").code, 2);
  EXPECT_EQ(Weir("frobnicate").code, 2);
}

}  // namespace
}  // namespace weir::test
