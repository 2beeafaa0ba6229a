#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crds/base/yaml.h"
#include "operator/plan/resolve/location.h"
#include "operator/plan/resolve/resolve.h"
#include "operator/plan/validate/validate.h"
#include "runner/formats/values/instant.h"

namespace weir::plan {
namespace {

template <typename Spec>
Spec Read(const std::string& yaml) {
  auto documents = ParseYaml(yaml);
  EXPECT_TRUE(documents.ok());
  auto spec = api::ReadStrict<Spec>(documents->front().value, "spec");
  EXPECT_TRUE(spec.ok()) << spec.error().message;
  return spec.ok() ? *spec : Spec{};
}

std::vector<std::string> Texts(const std::vector<api::Problem>& problems) {
  std::vector<std::string> texts;
  for (const api::Problem& problem : problems) texts.push_back(problem.path + ": " + problem.message);
  return texts;
}

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CheckDataset, SaysEveryProblemAtOnce) {
  const auto dataset = Read<api::DatasetSpec>(R"(
zone: Processed
owner: {team: a}
format: {csv: {}}
schema:
  columns: [{name: day, type: VARCHAR}, {name: Day, type: DATE}]
  keys: [{columns: [dya]}]
eventTime: {column: day}
checks: [{name: few, rowCount: {min: 5, max: 1}}, {name: in-range, range: {column: delay}}]
)");
  EXPECT_THAT(
      Texts(CheckDataset(dataset)),
      ElementsAre(HasSubstr("spec.format: is refused in Processed"), HasSubstr("spec.schema.columns[1].name: \"Day\" differs"),
                  HasSubstr("spec.schema.keys[0].columns[0]: there is no column \"dya\""), HasSubstr("spec.eventTime.column: must name a TIMESTAMP or DATE"),
                  HasSubstr("spec.checks[0].rowCount.min"), HasSubstr("spec.checks[1].range.column"), HasSubstr("spec.checks[1].range: needs min")));
}

TEST(CheckDataset, LetsAGoodOneBe) { EXPECT_TRUE(CheckDataset(Read<api::DatasetSpec>("{zone: Landing, owner: {team: a}, format: {csv: {}}}")).empty()); }

TEST(CheckDataset, DecimalsHaveNoMoreDigitsBehindThePointThanAtAll) {
  for (int precision = 1; precision <= 38; ++precision)
    for (int scale = 0; scale <= 38; ++scale) {
      const std::string type = "DECIMAL(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
      const auto dataset = Read<api::DatasetSpec>("{zone: Processed, owner: {team: a}, schema: {columns: [{name: a, type: '" + type + "'}]}}");
      const auto view =
          Read<api::ViewSpec>("{purpose: Whatever it is., grain: One row., owner: {team: a}, query: {sql: SELECT 1}, columns: [{name: a, type: '" + type +
                              "', description: What it is.}]}");
      ASSERT_EQ(CheckDataset(dataset).empty(), scale <= precision) << type << api::Join(CheckDataset(dataset));
      ASSERT_EQ(CheckView(view).empty(), scale <= precision) << type << api::Join(CheckView(view));
    }
  const auto dataset = Read<api::DatasetSpec>("{zone: Processed, owner: {team: a}, schema: {columns: [{name: a, type: 'DECIMAL(2,5)'}]}}");
  EXPECT_THAT(Texts(CheckDataset(dataset)),
              ElementsAre(HasSubstr("spec.schema.columns[0].type: \"DECIMAL(2,5)\" is not a column type: the scale, the digits behind "
                                    "the point, is at most the precision, all digits: write DECIMAL(5,5), or a smaller scale")));
}

TEST(CheckPipeline, SuggestsTheStageThatWasMeant) {
  const auto pipeline = Read<api::PipelineSpec>(
      "{purpose: Whatever it is, owner: {team: a}, stages: [{name: decode, publish: {view: a-v1}}, {name: b, needs: [deocde], publish: {view: b-v1}}]}");
  EXPECT_THAT(Texts(CheckPipeline(pipeline)), ElementsAre(HasSubstr("there is no stage \"deocde\" in this pipeline (did you mean decode?)")));
}

TEST(CheckLake, RefusesStoresThatAreNotThereAndFoldersInACluster) {
  const auto lake = Read<api::LakeSpec>("{stores: [{name: lake, volume: {path: /data}}], zones: [{name: Landing, store: lkae}]}");
  EXPECT_THAT(
      Texts(CheckLake(lake, Where::Cluster)),
      ElementsAre(HasSubstr("spec.zones[0].store: there is no store \"lkae\" in spec.stores (did you mean lake?)"), HasSubstr("spec.stores[0].volume.path")));
  EXPECT_THAT(Texts(CheckLake(lake, Where::Local)), ElementsAre(HasSubstr("spec.zones[0].store")));
}

TEST(CheckPipeline, RefusesCyclesStrangersAndTwoWriters) {
  const auto pipeline = Read<api::PipelineSpec>(R"(
purpose: Something that is long enough.
owner: {team: a}
stages:
- {name: one, needs: [two], transform: {sql: SELECT 1 AS a, into: x}}
- {name: two, needs: [one, three], transform: {sql: SELECT 2 AS a, into: x}}
)");
  EXPECT_THAT(Texts(CheckPipeline(pipeline)),
              ElementsAre(HasSubstr("spec.stages[0].needs[0]: \"two\" is not above \"one\""), HasSubstr("spec.stages[1].needs[1]: there is no stage \"three\""),
                          HasSubstr("spec.stages[1]: writes dataset x, which stage \"one\" writes too")));
}

api::Dataset Table(const std::string& name, const std::string& spec) {
  api::Dataset dataset{.spec = Read<api::DatasetSpec>(spec)};
  dataset.meta.name = name;
  dataset.meta.ns = "default";
  return dataset;
}

TEST(CheckDataset, RefusesWhenAbsentWhereItCannotBe) {
  const auto texts = [](const std::string& zone, const std::string& column) {
    return Texts(CheckDataset(
        Read<api::DatasetSpec>("{zone: " + zone + ", owner: {team: a}, schema: {columns: [{name: k, type: DATE}, " + column + "], keys: [{columns: [k]}]}}")));
  };
  EXPECT_THAT(texts("Processed", "{name: a, type: DATE, whenAbsent: SetNull}"), testing::IsEmpty());
  EXPECT_THAT(texts("Processed", "{name: a, type: DATE, nullable: false, whenAbsent: Fail}"), testing::IsEmpty());
  EXPECT_THAT(texts("Processed", "{name: a, type: DATE, nullable: false, whenAbsent: SetNull}"),
              ElementsAre(HasSubstr("spec.schema.columns[1].whenAbsent: whenAbsent: SetNull gives rows without a value, and nullable: false refuses them")));
  EXPECT_THAT(texts("Curated", "{name: a, type: DATE, whenAbsent: Fail}"), ElementsAre(HasSubstr("it belongs on Processed datasets")));
  EXPECT_THAT(texts("Processed", "{name: a, type: TIMESTAMP, provenance: LandedAt, whenAbsent: Fail}"), ElementsAre(HasSubstr("is in no file")));
  const auto key = Texts(CheckDataset(
      Read<api::DatasetSpec>("{zone: Processed, owner: {team: a}, schema: {columns: [{name: k, type: DATE, whenAbsent: SetNull}], keys: [{columns: [k]}]}}")));
  EXPECT_THAT(key, ElementsAre(HasSubstr("a column of a key needs one")));
}

TEST(Resolve, RefusesColumnsOfFilesInADatasetThatSqlWrites) {
  api::Pipeline pipeline{.spec = Read<api::PipelineSpec>("{purpose: Something that is long enough., owner: {team: a}, stages: "
                                                         "[{name: sum, transform: {sql: SELECT 1 AS a, into: tables}}]}")};
  pipeline.meta.name = "p";
  const Surroundings around{.datasets = {Table("tables",
                                               "{zone: Processed, owner: {team: a}, schema: {columns: [{name: a, type: DATE, whenAbsent: SetNull}, "
                                               "{name: f, type: VARCHAR, provenance: SourceFile}]}}")}};
  EXPECT_THAT(Texts(Resolve(pipeline, around, {}, {}).problems),
              testing::IsSupersetOf({HasSubstr("column a of dataset tables has whenAbsent, which is about files"),
                                     HasSubstr("column f of dataset tables has a provenance, which is filled when files are decoded")}));
}

TEST(Resolve, KnowsWhichZoneEachStageMayNameAndWhereItLies) {
  api::Pipeline pipeline{.spec = Read<api::PipelineSpec>(R"(
purpose: Something that is long enough.
owner: {team: a}
stages:
- {name: land, land: {from: {files: {path: "*.csv"}}, into: tables}}
- {name: decode, transform: {from: tables, into: tables}}
)")};
  pipeline.meta.name = "p";
  const Surroundings around{.datasets = {Table("tables", "{zone: Processed, owner: {team: a}, schema: {columns: [{name: a, type: DATE}]}}")}};
  EXPECT_THAT(Texts(Resolve(pipeline, around, {}, {}).problems),
              ElementsAre(HasSubstr("spec.stages[1].transform.from: reads dataset tables, which this stage itself writes"),
                          HasSubstr("writes dataset tables, which stage \"land\" writes too"),
                          HasSubstr("spec.stages[0].land.from.files.store: there is no store \"source\""),
                          HasSubstr("spec.stages[0].land.into: dataset tables is in zone Processed"),
                          HasSubstr("spec.stages[1].transform.from: dataset tables is in zone Processed")));
}

TEST(Resolve, GivesTheSameRevisionWhateverTheOrderAndTheTexts) {
  api::Pipeline pipeline{.spec = Read<api::PipelineSpec>(R"yaml(
purpose: Something that is long enough.
owner: {team: a}
stages: [{name: sql, transform: {sql: "SELECT a FROM first JOIN second USING (a)", into: third}}]
)yaml")};
  pipeline.meta.name = "p";
  const std::string spec = "{zone: Curated, owner: {team: a}, schema: {columns: [{name: a, type: DATE}]}}";
  Surroundings around{.datasets = {Table("first", spec), Table("second", spec), Table("third", spec), Table("unrelated", spec)}};
  const Bundle bundle = Resolve(pipeline, around, {}, {}).bundle;
  EXPECT_EQ(bundle.tables.size(), 3U);
  EXPECT_EQ(bundle.tables[0].path, "curated/default/default/first");
  std::swap(around.datasets[0], around.datasets[2]);
  around.datasets[0].spec.schema->columns[0].description = "another text";
  pipeline.spec.purpose = "Another purpose altogether.";
  pipeline.spec.suspend = true;
  EXPECT_EQ(RevisionName(Resolve(pipeline, around, {}, {}).bundle), RevisionName(bundle));
  around.datasets[0].spec.schema->columns[0].type = "TIMESTAMP";
  EXPECT_NE(RevisionName(Resolve(pipeline, around, {}, {}).bundle), RevisionName(bundle));
}

api::Pipeline Reading(const std::string& table) {
  api::Pipeline pipeline{
      .spec = Read<api::PipelineSpec>("{purpose: Something that is long enough., owner: {team: a}, stages: [{name: sql, transform: {sql: \"SELECT a FROM " +
                                      table + "\", into: third}}]}")};
  pipeline.meta.name = "p";
  pipeline.meta.ns = "default";
  return pipeline;
}
const std::string kCurated = "{zone: Curated, owner: {team: a}, schema: {columns: [{name: a, type: DATE}]}}";

TEST(Resolve, RefusesToPutATableElsewhereThanItsDataLie) {
  Surroundings around{.datasets = {Table("first", kCurated), Table("third", kCurated)}};
  around.datasets[0].status.version = 3;
  around.datasets[0].status.place = "volume weirkeeper-lake: curated/default/default/first";
  EXPECT_TRUE(Resolve(Reading("first"), around, {}, {}).refused.empty());
  around.lake = api::Lake{};
  around.lake->spec.stores = {{.name = "lake", .place = api::VolumeStore{.claim = "weirkeeper-lake"}}};
  EXPECT_TRUE(Resolve(Reading("first"), around, {}, {}).refused.empty());
  const auto moved = [&] {
    const auto refused = Resolve(Reading("first"), around, {}, {}).refused;
    EXPECT_EQ(refused.size(), 1U);
    return refused.empty() ? "" : std::string(api::Word(refused[0].reason)) + " " + refused[0].message;
  };
  around.lake->spec.environment = "test";
  EXPECT_THAT(moved(), testing::AllOf(HasSubstr("Moved"), HasSubstr("\"volume weirkeeper-lake: curated/default/default/first\""),
                                      HasSubstr("weirkeeper.io/move-to=\"volume weirkeeper-lake: curated/test/default/first\"")));
  around.lake->spec.environment = "default";
  around.lake->spec.zones = {{api::Zone::Curated, "lake", "elsewhere"}};
  EXPECT_THAT(moved(), HasSubstr("elsewhere/default/default/first"));
  around.lake->spec.zones.clear();
  around.datasets[0].spec.database = "sales";
  EXPECT_THAT(moved(), HasSubstr("curated/default/sales/first"));
  around.datasets[0].spec.database.clear();
  around.lake->spec.stores[0].place.As<api::VolumeStore>()->claim = "another";
  EXPECT_THAT(moved(), HasSubstr("volume another: "));
  around.lake->spec.stores[0] = {.name = "lake", .place = api::S3Store{.endpoint = "https://s3.example.org", .bucket = "acme"}};
  EXPECT_THAT(moved(), HasSubstr("https://s3.example.org/acme/curated/default/default/first"));
  around.datasets[0].meta.annotations[std::string(kAnnotationMoveTo)] = "https://s3.example.org/acme/curated/default/default/first";
  EXPECT_TRUE(Resolve(Reading("first"), around, {}, {}).refused.empty()) << "moved on purpose";
  around.datasets[0].status.place.clear();
  around.datasets[0].status.location = "file:///lake/lake/curated/old/default/first";
  around.datasets[0].meta.annotations.clear();
  EXPECT_THAT(moved(), HasSubstr("file:///lake/lake/curated/old/default/first")) << "the status of an older release";
}

TEST(Resolve, GivesAPlaceOfASharedStoreToTheNamespaceThatWasThereFirst) {
  Surroundings around{.datasets = {Table("first", kCurated), Table("third", kCurated)}};
  around.lake = api::Lake{};
  around.lake->spec.stores = {{.name = "lake", .place = api::S3Store{.endpoint = "https://s3.example.org", .bucket = "acme"}}};
  around.datasets[1].spec.database = "shared";
  around.datasets[1].meta.created = Time::FromSeconds(20);
  around.elsewhere = {{"Dataset shop/third", Time::FromSeconds(10), "https://s3.example.org/acme/curated/default/shared/third"}};
  const auto refused = Resolve(Reading("first"), around, {}, {}).refused;
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].reason, api::Reason::NameTaken);
  EXPECT_THAT(refused[0].message, HasSubstr("Dataset shop/third"));
  around.elsewhere[0].created = Time::FromSeconds(30);
  EXPECT_TRUE(Resolve(Reading("first"), around, {}, {}).refused.empty());
}

TEST(Resolve, GivesATableNameToTheObjectThatWasThereFirst) {
  api::View view;
  view.meta.name = "first";
  view.meta.created = Time::FromSeconds(10);
  Surroundings around{.datasets = {Table("first", kCurated), Table("third", kCurated)}, .views = {view}};
  const Resolution dataset_first = Resolve(Reading("first"), around, {}, {});
  EXPECT_TRUE(dataset_first.refused.empty());
  ASSERT_EQ(dataset_first.bundle.tables.size(), 2U);
  EXPECT_EQ(dataset_first.bundle.tables[0].kind, api::TargetKind::Dataset);
  around.datasets[0].meta.created = Time::FromSeconds(20);
  EXPECT_EQ(Resolve(Reading("first"), around, {}, {}).bundle.tables[1].kind, api::TargetKind::View);
  around.views[0].meta.name = "third";
  around.datasets[1].meta.created = Time::FromSeconds(20);
  const auto refused = Resolve(Reading("first"), around, {}, {}).refused;
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].reason, api::Reason::NameTaken);
}

TEST(CheckDataset, AFormatOfTimesIsTakenWhereTheRunnerTakesIt) {
  const std::vector<std::string> parts{"%Y", "%-y", "%m", "%-m", "%b", "%d", "%-d", "%j", "%H", "%%", "Y", "-", "%p", "%z"};
  int taken = 0;
  const auto judge = [&](const std::string& format) {
    api::DatasetSpec dataset{.zone = api::Zone::Landing, .format = api::CsvFormat{.timestampFormat = format}};
    const bool here = CheckDataset(dataset).empty();
    ASSERT_EQ(here, formats::TimestampFormat::Compile(format).ok()) << format;
    taken += here ? 1 : 0;
  };
  for (const std::string& a : parts)
    for (const std::string& b : parts)
      for (const std::string& c : parts) judge(a + b + c), judge(a + "%%" + b + "%d" + c);
  EXPECT_GT(taken, 100);
}

TEST(CheckDataset, AFormatOfDatesIsTakenWhereTheRunnerTakesIt) {
  const std::vector<std::string> parts{"%Y", "%-y", "%m", "%-m", "%b", "%d", "%-d", "%%", "Y", "-"};
  int taken = 0;
  const auto judge = [&](const std::string& format) {
    api::DatasetSpec dataset{.zone = api::Zone::Landing, .format = api::CsvFormat{.dateFormat = format}};
    const bool here = CheckDataset(dataset).empty();
    ASSERT_EQ(here, formats::DateFormat::Compile(format).ok()) << format;
    taken += here ? 1 : 0;
  };
  for (const std::string& a : parts)
    for (const std::string& b : parts)
      for (const std::string& c : parts) judge(a + b + c), judge(a + "%%" + b + "%d" + c);
  EXPECT_GT(taken, 50);
  const api::DatasetSpec twice{.zone = api::Zone::Landing, .format = api::CsvFormat{.dateFormat = "%d.%d.%Y"}};
  EXPECT_THAT(Texts(CheckDataset(twice)),
              ElementsAre("spec.format.csv.dateFormat: must have the year (%Y or %y), the month (%m, %b or %B) and the day (%d) exactly once each"));
}

TEST(CheckDataset, ACommentThatBeginsAsTheDelimiterWouldTakeRowsForComments) {
  for (const std::string delimiter : {",", ";", "#", "\t"})
    for (const std::string comment : {"#", ",", ",,", ";x", "x,", "##"}) {
      api::DatasetSpec dataset{.zone = api::Zone::Landing, .format = api::CsvFormat{.delimiter = delimiter, .comment = comment}};
      EXPECT_EQ(CheckDataset(dataset).empty(), comment[0] != delimiter[0]) << delimiter << " " << comment;
    }
}

TEST(CheckPipeline, ACheckStageQuarantinesNoRows) {
  api::PipelineSpec pipeline{.stages = {{.name = "look"}}};
  pipeline.stages[0].work = api::CheckStage{"a", {{.name = "c", .rule = api::NotNullCheck{{"a"}}}}};
  EXPECT_THAT(CheckPipeline(pipeline), testing::IsEmpty());
  pipeline.stages[0].work.As<api::CheckStage>()->checks[0].onFailure = api::OnFailure::Quarantine;
  EXPECT_THAT(Texts(CheckPipeline(pipeline)), ElementsAre("spec.stages[0].check.checks[0].onFailure: " + std::string(api::kQuarantineOfCheckStage)));
  pipeline.stages[0].work.As<api::CheckStage>()->checks[0].rule = api::RowCountCheck{.min = 1};
  EXPECT_THAT(Texts(CheckPipeline(pipeline)), ElementsAre("spec.stages[0].check.checks[0].onFailure: " + api::QuarantineNeedsRowCheck()))
      << "on the Dataset it would be refused as well";
}

}  // namespace
}  // namespace weir::plan
