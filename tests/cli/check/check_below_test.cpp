// What a contract cannot see: settings beneath a published View, and what nothing feeds any more.
#include <gmock/gmock.h>

#include <sstream>

#include "cli/check/check.h"

namespace weir::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kProject = R"(apiVersion: weirkeeper.io/v1alpha1
kind: Dataset
metadata: {name: landing}
spec: {zone: Landing, owner: {team: a}, format: {csv: {delimiter: ";"}}}
---
apiVersion: weirkeeper.io/v1alpha1
kind: Dataset
metadata: {name: history}
spec:
  zone: RawHistory
  owner: {team: a}
  format: {csv: {delimiter: ";", nullText: NA}}
---
apiVersion: weirkeeper.io/v1alpha1
kind: Dataset
metadata: {name: flights}
spec:
  zone: Processed
  owner: {team: a}
  schema:
    columns:
    - {name: day, type: DATE, description: Day}
    - {name: delay, type: INTEGER, sourceName: dep_delay, unit: minutes}
    keys: [{columns: [day]}]
  checks:
  - {name: possible, range: {column: delay, max: "900"}, onFailure: Quarantine}
  - {name: some, rowCount: {min: 1}}
  eventTime: {column: day}
  quarantine: {maxShare: 5%}
  freshness: {maxLag: 1d}
---
apiVersion: weirkeeper.io/v1alpha1
kind: Dataset
metadata: {name: daily}
spec:
  zone: Curated
  owner: {team: a}
  schema: {columns: [{name: day, type: DATE}, {name: delay, type: DOUBLE}]}
---
apiVersion: weirkeeper.io/v1alpha1
kind: View
metadata: {name: delays-v1}
spec:
  purpose: Delays of each day, for everybody.
  grain: One day.
  owner: {team: a}
  query: {sql: "SELECT day, delay FROM daily"}
  columns:
  - {name: day, type: DATE, description: Day}
  - {name: delay, type: DOUBLE, description: Delay}
---
apiVersion: weirkeeper.io/v1alpha1
kind: Pipeline
metadata: {name: delays}
spec:
  purpose: Bring the delays into one table.
  owner: {team: a}
  stages:
  - name: land
    land: {from: {files: {path: in/*.csv}}, into: landing}
  - name: accept
    accept: {from: landing, into: history}
  - name: decode
    transform: {from: history, into: flights}
  - name: aggregate
    transform: {sql: "SELECT day, avg(delay) AS delay FROM flights GROUP BY day", into: daily}
  - name: publish
    publish: {view: delays-v1}
)";

std::string Edited(std::string text, const std::string& was, const std::string& is) {
  const std::size_t at = text.find(was);
  EXPECT_NE(at, std::string::npos) << was;
  return at == std::string::npos ? text : text.replace(at, was.size(), is);
}

Manifests Load(const std::string& text) {
  std::istringstream in(text);
  return LoadManifests({"-"}, "default", in);
}

// As if the project had run.
Published Ran(const std::string& project) {
  const Declared declared = ReadManifests(Load(project));
  EXPECT_THAT(declared.findings, IsEmpty());
  Published published;
  for (const auto& [manifest, dataset] : declared.datasets) published.datasets.push_back(dataset);
  for (const auto& [manifest, view] : declared.views) published.views.push_back(view);
  for (const auto& [manifest, pipeline] : declared.pipelines) published.pipelines.push_back(pipeline);
  for (api::Dataset& dataset : published.datasets) dataset.status.version = 1;
  for (api::View& view : published.views) {
    view.status.version = 1;
    view.status.published = api::PublishedContract{.query = view.spec.query.sql, .stability = api::Stability::Stable};
  }
  return published;
}

Findings Warned(const std::string& project, const Published& published) {
  const Manifests manifests = Load(project);
  Findings findings;
  CheckBelow(manifests, ReadManifests(manifests), published, findings);
  for (const Finding& finding : findings) EXPECT_EQ(finding.severity, Finding::Severity::Warning);
  return findings;
}

std::string Words(const Findings& findings) {
  std::string words;
  for (const Finding& f : findings) words += (words.empty() ? "" : "; ") + f.rule + " " + f.object + " " + f.field;
  return words;
}

struct Edit {
  const char* was;
  const char* is;
  const char* finding;  // empty: none
};

// Every setting that decides which rows there are, what their values are or what their time is; and those that do not.
const std::vector<Edit> kEdits{
    {"sourceName: dep_delay", "sourceName: arr_delay", "Dataset/flights spec.schema.columns[1].sourceName"},
    {"sourceName: dep_delay, ", "", "Dataset/flights spec.schema.columns[1].sourceName"},
    {"unit: minutes", "unit: seconds", "Dataset/flights spec.schema.columns[1].unit"},
    {"type: INTEGER, sourceName", "type: DOUBLE, sourceName", "Dataset/flights spec.schema.columns[1].type"},
    {"type: DATE, description: Day}\n    - {name: delay", "type: DATE, nullable: false}\n    - {name: delay",
     "Dataset/flights spec.schema.columns[0].nullable"},
    {"nullText: NA", "nullText: \"-\"", "Dataset/history spec.format.csv.nullText"},
    {", nullText: NA", ", nullText: NA, encoding: Windows-1252", "Dataset/history spec.format.csv.encoding"},
    {", nullText: NA", ", nullText: NA, skipLines: 2", "Dataset/history spec.format.csv.skipLines"},
    {", nullText: NA", ", nullText: NA, dateFormat: \"%d.%m.%Y\"", "Dataset/history spec.format.csv.dateFormat"},
    {"{delimiter: \";\", nullText", "{delimiter: \",\", nullText", "Dataset/history spec.format.csv.delimiter"},
    {"  format: {csv: {delimiter: \";\", nullText: NA}}\n", "  format: {csv: {delimiter: \";\", nullText: NA}}\n  redelivery: ReplaceSameName\n",
     "Dataset/history spec.redelivery"},
    {"  format: {csv: {delimiter: \";\", nullText: NA}}\n", "  format: {csv: {delimiter: \";\", nullText: NA}}\n  onUnreadable: Quarantine\n",
     "Dataset/history spec.onUnreadable"},
    {"  format: {csv: {delimiter: \";\", nullText: NA}}\n", "  format: {csv: {delimiter: \";\", nullText: NA}}\n  exclude: [{file: a.csv, reason: broken}]\n",
     "Dataset/history spec.exclude"},
    {"eventTime: {column: day}", "eventTime: {column: day, maxAhead: 30d}", "Dataset/flights spec.eventTime.maxAhead"},
    {"max: \"900\"", "max: \"90\"", "Dataset/flights spec.checks[0].range.max"},
    {"avg(delay)", "max(delay)", "Pipeline/delays spec.stages[3].transform.sql"},
    {"path: in/*.csv", "path: out/*.csv", "Pipeline/delays spec.stages[0].land.from.files.path"},
    {"{files: {path: in/*.csv}}", "{http: {url: \"https://example.org/a.csv?token=secret\"}}", "Pipeline/delays spec.stages[0].land.from"},
    {"description: Day}\n    - {name: delay", "description: The day}\n    - {name: delay", ""},
    {"type: DATE, description: Day}\n    - {name: delay", "type: DATE, nullable: true}\n    - {name: delay", ""},
    {"maxShare: 5%", "maxShare: 50%", ""},
    {"freshness: {maxLag: 1d}", "freshness: {maxLag: 9d}", ""},
    {"min: 1}", "min: 5}", ""},
    {"keys: [{columns: [day]}]\n", "keys: [{columns: [day, delay]}]\n", ""},
    {"SELECT day, avg(delay) AS delay FROM flights GROUP BY day", "select DAY, avg(delay) as delay /* mean */ from flights group by day;", ""},
    {"name: aggregate", "name: by-day", ""},
};

TEST(CheckBelow, EachSettingThatDecidesAboutRowsOrValuesIsToldWithTheViewsByName) {
  const Published published = Ran(kProject);
  EXPECT_THAT(Warned(kProject, published), IsEmpty());
  for (const Edit& edit : kEdits) {
    const Findings findings = Warned(Edited(kProject, edit.was, edit.is), published);
    EXPECT_EQ(Words(findings), *edit.finding == '\0' ? "" : std::string("BelowContract ") + edit.finding) << edit.was << " -> " << edit.is;
    for (const Finding& finding : findings) {
      EXPECT_THAT(finding.message, AllOf(HasSubstr("the published view delays-v1"), HasSubstr("no contract covers"), Not(HasSubstr("secret"))));
      EXPECT_GT(finding.line, 0);
    }
  }
}

TEST(CheckBelow, NothingIsToldBeneathViewsThatPromiseNothing) {
  Published never = Ran(kProject), alpha = Ran(kProject);
  never.views[0].status.published.reset();
  alpha.views[0].status.published->stability = api::Stability::Alpha;
  for (const Edit& edit : kEdits) {
    EXPECT_THAT(Warned(Edited(kProject, edit.was, edit.is), never), IsEmpty());
    EXPECT_THAT(Warned(Edited(kProject, edit.was, edit.is), alpha), IsEmpty());
    EXPECT_THAT(Warned(Edited(kProject, edit.was, edit.is), {}), IsEmpty()) << "it never ran";
  }
}

TEST(CheckBelow, AnAddedColumnThatWouldQuarantineOlderFilesIsTold) {
  const std::string quarantines =
      Edited(kProject, "format: {csv: {delimiter: \";\", nullText: NA}}", "format: {csv: {delimiter: \";\"}}\n  onUnreadable: Quarantine");
  const auto added = [](const std::string& project, const std::string& column) {
    return Edited(project, "sourceName: dep_delay, unit: minutes}\n",
                  "sourceName: dep_delay, unit: minutes}\n    - {name: seats, type: INTEGER" + column + "}\n");
  };
  const Findings told = Warned(added(quarantines, ""), Ran(quarantines));
  ASSERT_EQ(Words(told), "AddedColumn Dataset/flights spec.schema.columns[2]");
  EXPECT_THAT(told[0].message, AllOf(HasSubstr("onUnreadable: Quarantine of Dataset history"), HasSubstr("declare whenAbsent: SetNull")));
  EXPECT_THAT(Warned(added(quarantines, ", nullable: false"), Ran(quarantines))[0].message, HasSubstr("declare it without nullable: false"));
  for (const char* declared : {", whenAbsent: SetNull", ", whenAbsent: Fail"}) EXPECT_THAT(Warned(added(quarantines, declared), Ran(quarantines)), IsEmpty());
  EXPECT_THAT(Warned(added(kProject, ""), Ran(kProject)), IsEmpty()) << "the run fails, and says why";
  const std::string json = Edited(quarantines, "format: {csv: {delimiter: \";\"}}\n  on", "format: {json: {}}\n  on");
  EXPECT_THAT(Warned(added(json, ""), Ran(json)), IsEmpty()) << "an absent key is NULL";
  const std::string pipeline = quarantines.substr(quarantines.rfind("---"));
  EXPECT_EQ(Words(Warned(Edited(added(quarantines, ""), pipeline, ""), Ran(quarantines))), Words(told)) << "the pipeline is in force";
}

TEST(CheckBelow, AUrlIsShownWithoutWhatIsBehindItsQuestionMark) {
  const std::string http = Edited(kProject, "{files: {path: in/*.csv}}", "{http: {url: \"https://example.org/a.csv?token=one\"}}");
  const Findings token = Warned(Edited(http, "token=one", "token=two"), Ran(http));
  ASSERT_EQ(Words(token), "BelowContract Pipeline/delays spec.stages[0].land.from.http.url");
  EXPECT_THAT(token[0].message, AllOf(HasSubstr("is the same with another query"), Not(HasSubstr("token"))));
  EXPECT_THAT(Warned(Edited(http, "a.csv?token=one\"", "a.csv?token=one\", timeout: 5m"), Ran(http)), IsEmpty());
}

TEST(CheckBelow, WhatNoPipelineFeedsAnyMoreIsTold) {
  const Published published = Ran(kProject);
  const std::string unpublished = Edited(kProject, "  - name: publish\n    publish: {view: delays-v1}\n", "");
  EXPECT_EQ(Words(Warned(unpublished, published)), "NoPublisher View/delays-v1 metadata.name");
  const Findings unwritten = Warned(Edited(kProject, "  - name: decode\n    transform: {from: history, into: flights}\n", ""), published);
  ASSERT_EQ(Words(unwritten), "NoWriter Dataset/flights metadata.name");
  EXPECT_THAT(unwritten[0].message, HasSubstr("nor the published view delays-v1"));
  Published never = published;
  for (api::Dataset& dataset : never.datasets) dataset.status.version.reset();
  never.views[0].status.published.reset();
  EXPECT_THAT(Warned(unpublished, never), IsEmpty()) << "nothing is there yet";
}

TEST(CheckBelow, APipelineThatIsNotReadOrNotGivenIsNotTakenForRemoved) {
  Published published = Ran(kProject);
  const std::string pipeline = kProject.substr(kProject.rfind("---"));
  EXPECT_THAT(Warned(Edited(kProject, pipeline, ""), published), IsEmpty()) << "the lake or the cluster has it still";
  EXPECT_THAT(Warned(Edited(kProject, "publish: {view: delays-v1}", "publish: {veiw: delays-v1}"), published), IsEmpty());
  EXPECT_THAT(Warned(Edited(kProject, "stages:\n", "stages: &x ? : [\n"), published), IsEmpty());
  published.pipelines.clear();
  EXPECT_THAT(Warned(Edited(kProject, pipeline, ""), published), IsEmpty()) << "a project without its pipelines";
}

}  // namespace
}  // namespace weir::cli
