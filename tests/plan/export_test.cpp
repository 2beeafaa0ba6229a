// What a stage that exports asks of its pipeline, its Lake and what it reads, and the task that its runner gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crds/base/yaml.h"
#include "operator/plan/resolve/resolve.h"
#include "operator/plan/run/task.h"
#include "operator/plan/validate/validate.h"

namespace weir::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <typename Spec>
Spec Read(const std::string& yaml) {
  auto documents = ParseYaml(yaml);
  EXPECT_TRUE(documents.ok()) << yaml;
  auto spec = api::ReadStrict<Spec>(documents->front().value, "spec");
  EXPECT_TRUE(spec.ok()) << spec.error().message;
  return spec.ok() ? *spec : Spec{};
}

std::vector<std::string> Texts(const std::vector<api::Problem>& problems) {
  std::vector<std::string> texts;
  for (const api::Problem& problem : problems) texts.push_back(problem.path + ": " + problem.message);
  return texts;
}

// A lake with a store `shared`, in which the zone Curated is at exported/curated.
class Exports : public testing::Test {
 protected:
  Exports() {
    around_.lake.emplace();
    around_.lake->spec = Read<api::LakeSpec>(
        "{stores: [{name: lake, volume: {claim: lake}}, {name: shared, volume: {claim: shared}}], zones: [{name: Curated, store: shared, path: "
        "exported/curated}]}");
    around_.datasets.resize(1);
    around_.datasets[0].meta = {.name = "totals", .ns = "shop"};
    around_.datasets[0].spec = Read<api::DatasetSpec>("{zone: Curated, owner: {team: a}, schema: {columns: [{name: a, type: DATE}, {name: b, type: BLOB}]}}");
    around_.views.resize(1);
    around_.views[0].meta = {.name = "totals-v1", .ns = "shop"};
    around_.views[0].spec = Read<api::ViewSpec>(
        "{purpose: Whatever it is., grain: One row., owner: {team: a}, query: {sql: SELECT a FROM totals}, columns: [{name: a, type: DATE, description: What "
        "it is.}]}");
  }
  // Of a pipeline of these stages, in flow style.
  Resolution Resolved(const std::string& stages) {
    api::Pipeline pipeline{.spec = Read<api::PipelineSpec>("{purpose: Something that is long enough., owner: {team: a}, stages: [" + stages + "]}")};
    pipeline.meta.name = "orders";
    pipeline.meta.ns = "shop";
    return Resolve(pipeline, around_, {}, {});
  }
  static std::string Export(const std::string& what, const std::string& path = "out", const std::string& format = "parquet", const std::string& name = "x") {
    return "{name: " + name + ", needs: [], export: {" + what + ", to: {files: {store: shared, path: " + path + "}}, format: {" + format + ": {}}}}";
  }
  Surroundings around_;
};

TEST_F(Exports, TheTaskHasTheTableAndBothStores) {
  const Resolution resolved = Resolved(Export("from: totals"));
  ASSERT_THAT(Texts(resolved.problems), IsEmpty());
  const api::StageTask task = TaskFor(resolved.bundle, {.ns = "shop", .run = "r"}, resolved.bundle.stages[0], 1);
  EXPECT_EQ(task.kind, api::TaskKind::Export);
  EXPECT_EQ(task.from, "totals");
  ASSERT_EQ(task.tables.size(), 1U);
  EXPECT_EQ(task.tables[0].name, "totals");
  ASSERT_TRUE(task.exported);
  EXPECT_EQ(task.exported->to.As<api::FilesTarget>()->path, "out");
  std::vector<std::string> stores;
  for (const api::TaskStore& store : task.stores) stores.push_back(store.name);
  EXPECT_THAT(stores, ElementsAre("lake", "shared"));
}

TEST_F(Exports, AViewIsReadAndItsQueryIsNotRun) {
  around_.datasets.clear();  // that the query names
  const Resolution resolved = Resolved(Export("view: totals-v1", "out", "csv"));
  EXPECT_THAT(Texts(resolved.problems), IsEmpty());
  EXPECT_THAT(resolved.missing, IsEmpty());
  EXPECT_THAT(resolved.bundle.views, IsEmpty());
  EXPECT_THAT(ValidationTask(resolved.bundle, "shop", 1).queries, IsEmpty());
  const api::StageTask task = TaskFor(resolved.bundle, {.ns = "shop", .run = "r"}, resolved.bundle.stages[0], 1);
  ASSERT_EQ(task.tables.size(), 1U);
  EXPECT_EQ(task.tables[0].kind, api::TargetKind::View);
  EXPECT_EQ(OutputOf(resolved.bundle.stages[0]), "") << "one pipeline writes the View, and this is none";
}

TEST_F(Exports, WhatIsNotThereYetIsWaitedFor) {
  EXPECT_EQ(Resolved(Export("from: strangers")).missing.at(0).reason, api::Reason::DatasetMissing);
  EXPECT_EQ(Resolved(Export("view: strangers-v1")).missing.at(0).reason, api::Reason::ViewMissing);
}

TEST_F(Exports, AStoreThatTheLakeLacksIsNamed) {
  const std::string stage = "{name: x, export: {from: totals, to: {files: {store: sharde, path: out}}, format: {parquet: {}}}}";
  EXPECT_THAT(Texts(Resolved(stage).problems),
              ElementsAre(HasSubstr("spec.stages[0].export.to.files.store: there is no store \"sharde\" in the Lake (did you mean shared?)")));
}

TEST_F(Exports, AFolderOfAZoneIsRefused) {
  for (const char* path : {"exported", "exported/curated", "exported/curated/x"})
    EXPECT_THAT(Texts(Resolved(Export("from: totals", path)).problems), ElementsAre(HasSubstr("spec.stages[0].export.to.files.path"))) << path;
  EXPECT_THAT(Texts(Resolved(Export("from: totals", "out/_weirkeeper_log")).problems), ElementsAre(HasSubstr("begins with '_'")));
  for (const char* path : {"exported/curated2", "curated", "landing"}) EXPECT_THAT(Texts(Resolved(Export("from: totals", path)).problems), IsEmpty()) << path;
}

TEST_F(Exports, ABlobIsNoCsv) {
  EXPECT_THAT(Texts(Resolved(Export("from: totals", "out", "csv")).problems),
              ElementsAre(HasSubstr("spec.stages[0].export.format.csv: column b of totals is a BLOB")));
}

TEST_F(Exports, TwoToOneFolderOrOneInsideTheOtherAreRefused) {
  for (const char* second : {"out", "out/x"}) {
    const std::string stages = Export("from: totals", "out", "parquet", "first") + ", " + Export("view: totals-v1", second, "parquet", "second");
    EXPECT_THAT(Texts(Resolved(stages).problems),
                ElementsAre(HasSubstr("spec.stages[1].export.to.files.path: overlaps the folder of store shared to which stage \"first\" exports; give each")));
  }
  const std::string beside = Export("from: totals", "out", "parquet", "first") + ", " + Export("view: totals-v1", "out2", "parquet", "second");
  EXPECT_THAT(Texts(Resolved(beside).problems), IsEmpty());
}

TEST_F(Exports, AFileOfAZoneOfFilesIsAFileAlready) {
  around_.datasets[0].spec = Read<api::DatasetSpec>("{zone: RawHistory, owner: {team: a}, format: {csv: {}}}");
  EXPECT_THAT(Texts(Resolved(Export("from: totals")).problems), ElementsAre(HasSubstr("dataset totals is in zone RawHistory; rows of tables are exported")));
}

TEST_F(Exports, AViewThatAStageBelowPublishesIsNotThereYet) {
  EXPECT_THAT(Texts(Resolved(Export("view: totals-v1") + ", {name: p, publish: {view: totals-v1}}").problems),
              ElementsAre(HasSubstr("spec.stages[0].export.view: reads view totals-v1, which stage \"p\" below writes")));
}

}  // namespace
}  // namespace weir::plan
