// What a lake remembers of objects that were removed or renamed, and how they are removed from it.
#include <gmock/gmock.h>

#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class LeftBehind : public Commands {
 protected:
  LeftBehind() {
    CopyExample("quarantine/readings.csv");
    CopyExample("quarantine/readings.yaml");
  }
  void Edit(const std::string& was, const std::string& is) const {
    std::string text = Read("readings.yaml");
    const std::size_t at = text.find(was);
    ASSERT_NE(at, std::string::npos) << was;
    Write("readings.yaml", text.replace(at, was.size(), is));
  }
};

TEST_F(LeftBehind, ARenamedPipelineTakesOverOnceTheOldOneIsDeleted) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  const std::string rows = Weir("query 'SELECT * FROM weather_readings_v1 ORDER BY ALL' -o csv").out;
  Edit("name: collect-readings", "name: gather-readings");
  const Ended refused = Weir("run readings.yaml");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("[WriterConflict]"),
                                 HasSubstr("Dataset/readings-landing, Dataset/readings-history, Dataset/readings, "
                                           "View/weather-readings-v1"),
                                 HasSubstr("weir delete pipeline/collect-readings removes it and its tables stay")));
  const Ended deleted = Weir("delete pipeline/collect-readings");
  EXPECT_EQ(deleted.code, 0) << deleted.err;
  EXPECT_EQ(deleted.out,
            "Deleted pipeline/collect-readings. Its run went with it. What it wrote stays, with its data: Dataset/readings-landing, "
            "Dataset/readings-history, Dataset/readings, View/weather-readings-v1.\n");
  EXPECT_EQ(Weir("query 'SELECT * FROM weather_readings_v1 ORDER BY ALL' -o csv").out, rows) << "what is published stays";
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Weir("query 'SELECT * FROM weather_readings_v1 ORDER BY ALL' -o csv").out, rows);
  EXPECT_THAT(Weir("get pipelines").out, AllOf(HasSubstr("gather-readings"), Not(HasSubstr("collect-readings"))));
}

TEST_F(LeftBehind, EveryKindThatIsRememberedCanBeDeleted) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  const std::string run = Weir("get runs -o json").out;
  const std::size_t at = run.find("collect-readings-");
  ASSERT_NE(at, std::string::npos);
  const std::string name = run.substr(at, run.find('"', at) - at);
  EXPECT_EQ(Weir("delete run/" + name).out, "Deleted pipelinerun/" + name + ". What it committed stays.\n");
  for (const char* object : {"wkp/collect-readings", "view/weather-readings-v1", "datasets readings", "dataset/readings-history", "dataset/readings-landing"}) {
    const Ended first = Weir(std::string("delete ") + object), again = Weir(std::string("delete ") + object);
    EXPECT_EQ(first.code, 0) << object << first.err;
    EXPECT_THAT(first.out, HasSubstr("stay")) << object;
    EXPECT_EQ(again.code, 1) << object;
    EXPECT_THAT(again.err, HasSubstr("there is no ")) << object;
    EXPECT_EQ(Weir(std::string("delete --ignore-not-found ") + object).code, 0) << object;
  }
  EXPECT_NE(Shell("find .weir/lake -name '*.parquet'").out, "") << "files stay";
  const Ended anew = Weir("run readings.yaml");
  EXPECT_EQ(anew.code, 0) << anew.err << "and the same objects go on from them";
  EXPECT_EQ(Weir("delete secret/x").code, 2);
}

TEST_F(LeftBehind, WhatIsNotThereIsAnsweredWithTheNearestName) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  const Ended typo = Weir("delete pipeline/collect-reading");
  EXPECT_EQ(typo.code, 1);
  EXPECT_THAT(typo.err, HasSubstr("there is no pipeline \"collect-reading\" in namespace default (did you mean collect-readings?)"));
  EXPECT_THAT(Weir("delete lake/default").err, HasSubstr("and no other lake either"));
  EXPECT_THAT(Weir("delete view/zzz").err, HasSubstr("weir get views lists those that are"));
  EXPECT_EQ(Weir("get pipeline/collect-readings").code, 0) << "nothing was deleted";
}

TEST_F(LeftBehind, AViewThatNoPipelinePublishesAnyMoreIsToldByEachCommand) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  Edit("  - name: publish\n    publish: {view: weather-readings-v1}\n", "");
  const Ended check = Weir("check readings.yaml");
  EXPECT_EQ(check.code, 0);
  EXPECT_THAT(check.out, AllOf(HasSubstr("View/weather-readings-v1 metadata.name: warning: is published, and no pipeline publishes it any more"),
                               HasSubstr("[NoPublisher]")));
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("note view weather-readings-v1 is published, and no pipeline publishes it any more"));
  EXPECT_THAT(Weir("explain view/weather-readings-v1").out, HasSubstr("No Pipeline of this namespace publishes this View any more"));
}

TEST_F(LeftBehind, AViewThatWasRenamedIsToldBeforeAndAfterTheRun) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  Shell("sed -i 's/weather-readings-v1/weather-readings-v2/' readings.yaml");
  const auto told = HasSubstr("View \"weather-readings-v1\" is published, and no stage publishes it any more");
  EXPECT_THAT(Weir("check readings.yaml").out, told);
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  EXPECT_THAT(Weir("check readings.yaml").out, told);
  ASSERT_EQ(Weir("delete view/weather-readings-v1").code, 0);
  EXPECT_THAT(Weir("check readings.yaml").out, Not(told));
}

TEST_F(LeftBehind, ASourceWithoutAMatchIsToldThoughTheRunSucceeds) {
  Shell("mkdir in && cp readings.csv in/reading-2026.csv");
  Edit("path: readings.csv", "path: in/readings-*.csv");
  Edit("      into: readings-landing\n", "      into: readings-landing\n      whenEmpty: Succeed\n");
  const std::string note = "land: there is no file to land: no file matches in/readings-*.csv in ";
  const Ended run = Weir("run readings.yaml");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, AllOf(HasSubstr("note " + note), HasSubstr("folder in has 1 file, \"reading-2026.csv\"")));
  for (const char* object : {"run", "pipeline/collect-readings"}) EXPECT_THAT(Weir(std::string("explain ") + object).out, HasSubstr("note " + note)) << object;
  const auto folder =
      AllOf(HasSubstr("files of the store source are looked for in " + folder_), HasSubstr("the folder of the manifests, when no --source FOLDER"));
  EXPECT_THAT(run.err, folder);
  EXPECT_THAT(Weir("run readings.yaml --source .").err, AllOf(HasSubstr(note), Not(HasSubstr("--source FOLDER"))));
  Edit("path: in/readings-*.csv", "path: none-*.csv");
  EXPECT_THAT(Weir("run readings.yaml").err, AllOf(folder, HasSubstr("its top folder has ")));
  Edit("path: none-*.csv", "path: in/reading-*.csv");
  EXPECT_THAT(Weir("run readings.yaml").err, AllOf(Not(HasSubstr("no file to land")), Not(HasSubstr("--source FOLDER"))));
}

TEST_F(LeftBehind, ALakeThatTheManifestsNoLongerHoldIsToldAndDeletedByACommand) {
  Write("lake.yaml",
        "apiVersion: weirkeeper.io/v1alpha1\nkind: Lake\nmetadata: {name: default}\nspec:\n  environment: prod\n  stores:\n  - {name: lake, volume: {claim: "
        "mine}}\n"
        "  - {name: source, volume: {claim: other}}\n");
  EXPECT_EQ(Weir("run readings.yaml lake.yaml").code, 1);
  const std::string sentence = "Lake default of earlier manifests is in force and places the data (stores lake, source)";
  const Ended check = Weir("check readings.yaml"), run = Weir("run readings.yaml");
  EXPECT_EQ(check.code, 0) << check.out;
  EXPECT_EQ(run.code, 1);
  for (const std::string& told : {check.out, run.err})
    EXPECT_THAT(told,
                AllOf(HasSubstr(sentence), HasSubstr("weir delete lake/default removes it, and the built-in Lake holds then"), HasSubstr("[NotDeclared]")));
  EXPECT_THAT(Weir("check readings.yaml lake.yaml").out, Not(HasSubstr("NotDeclared")));
  EXPECT_EQ(Weir("delete lake/default").code, 0);
  EXPECT_THAT(Weir("check readings.yaml").out, Not(HasSubstr("NotDeclared")));
  const Ended good = Weir("run readings.yaml");
  EXPECT_EQ(good.code, 0) << good.err;
}

TEST_F(LeftBehind, ADatasetThatNobodyDeclaresOrWritesIsTold) {
  Write("extra.yaml",
        "apiVersion: weirkeeper.io/v1alpha1\nkind: Dataset\nmetadata: {name: given-up}\nspec: {owner: {team: a}, zone: Landing, format: {csv: {}}}\n");
  const Ended with = Weir("run readings.yaml extra.yaml");
  ASSERT_EQ(with.code, 0) << with.err;
  EXPECT_THAT(with.err, Not(HasSubstr("given-up of earlier manifests")));
  EXPECT_THAT(
      Weir("run readings.yaml").err,
      HasSubstr("note dataset given-up of earlier manifests is no longer declared, and no pipeline writes it; weir delete dataset/given-up removes it"));
  ASSERT_EQ(Weir("delete dataset/given-up").code, 0);
  EXPECT_THAT(Weir("run readings.yaml").err, Not(HasSubstr("given-up")));
}

TEST_F(LeftBehind, ASettingBeneathAPublishedViewIsToldBeforeItRuns) {
  ASSERT_EQ(Weir("run readings.yaml").code, 0);
  EXPECT_EQ(Weir("check readings.yaml").out, "") << "what ran is what is declared";
  Edit("{name: celsius, type: DOUBLE, nullable: false,", "{name: celsius, sourceName: battery, type: DOUBLE, nullable: false,");
  const Ended check = Weir("check readings.yaml");
  EXPECT_EQ(check.code, 0);
  EXPECT_THAT(check.out, AllOf(HasSubstr("Dataset/readings spec.schema.columns[2].sourceName: warning: was absent, is \"battery\""),
                               HasSubstr("the published view weather-readings-v1"), HasSubstr("[BelowContract]")));
}

}  // namespace
}  // namespace weir::test
