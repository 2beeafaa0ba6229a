// A version of a table as one file, for programs that read no tables.
#include "runner/storage/digest.h"
#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ExportStage : public StageTest {
 protected:
  ExportStage() {
    folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n2,\"\"\"R\"\"ome, a\",\n3,,5\n");
    Decoded();
  }
  api::StageTask Export(const api::ExportFormat& format = api::CsvExport{}, int attempt = 1) {
    api::StageTask task = Task(api::TaskKind::Export, "hand-over", attempt);
    task.from = "orders";
    task.exported = api::ExportStage{.from = "orders", .to = api::FilesTarget{"lake", "out/orders"}, .format = format};
    task.ownOutputs = {"Dataset/orders"};
    return task;
  }
  // Names in the folder but those of its log, in their order.
  std::vector<std::string> Files() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "lake/out/orders"))
      if (entry.is_regular_file()) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string PathOf(const std::string& name) { return folder_ / ("lake/out/orders/" + name); }
  std::string Bytes(const std::string& name) {
    std::ifstream file(PathOf(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  storage::TableState Log() {
    storage::TableLog log(*storage::OpenStore({.name = "lake", .root = folder_ / "lake"}), "out/orders", storage::LogKind::Files);
    auto state = log.Load();
    EXPECT_TRUE(state.ok()) << (state.ok() ? "" : state.error().message);
    return state.ok() ? *state : storage::TableState{};
  }
  // The next version of orders has one row more.
  void NextVersion(const std::string& file = "b.csv") {
    NextRun();
    folder_.Write("source/in/" + file, "id,city,amount\n9,Bern,9\n");
    Decoded();
  }
};

TEST_F(ExportStage, WritesTheNewestVersionAndClosesTheLedger) {
  const auto outcome = Good(Export());
  ASSERT_THAT(Files(), SizeIs(1));
  EXPECT_THAT(Files()[0], testing::MatchesRegex("orders-v000000000000-[0-9a-f]{16}\\.csv"));
  EXPECT_EQ(Bytes(Files()[0]), "id,\"city\",amount\n1,\"Oslo\",10\n2,\"\"\"R\"\"ome, a\",\n3,,5\n");
  EXPECT_EQ(outcome.rows, Sums(3, 3, 0, 0));
  EXPECT_THAT(outcome.commits, IsEmpty()) << "no Dataset was written";
  EXPECT_THAT(outcome.message, HasSubstr("version 0 of orders is exported: 3 rows in file://"));
  ASSERT_THAT(outcome.notes, SizeIs(1));
  EXPECT_THAT(outcome.notes[0], HasSubstr(Files()[0] + " is exported to file://"));
  EXPECT_THAT(outcome.notes[0], HasSubstr("version 0 of orders, 3 rows, " + std::to_string(Bytes(Files()[0]).size()) + " bytes, SHA-256 " +
                                          storage::Sha256Hex(Bytes(Files()[0]))));
}

TEST_F(ExportStage, TheLogOfTheFolderNamesTheNewestFile) {
  Good(Export());
  NextVersion();
  Good(Export());
  const auto files = Files();
  ASSERT_THAT(files, SizeIs(2)) << "older files stay";
  const storage::TableState log = Log();
  ASSERT_THAT(log.files, SizeIs(1));
  const auto& [path, file] = *log.files.begin();
  EXPECT_EQ(path, files[1]) << "the newest one has the last name";
  EXPECT_EQ(file.rows, 4);
  EXPECT_EQ(file.tags.at("fileSha256"), storage::Sha256Hex(Bytes(path)));
  EXPECT_EQ(Dump(At(log.Facts(), "inputs")), R"([{"name":"orders","rows":4,"version":1}])");
}

TEST_F(ExportStage, TheSameVersionAgainIsUnchangedAndWritesNothing) {
  Good(Export());
  const auto files = Files();
  const auto written = std::filesystem::last_write_time(PathOf(files[0]));
  NextRun();
  const auto again = Good(Export());
  EXPECT_THAT(again.message, HasSubstr("version 0 of orders is unchanged and exported already: file://"));
  EXPECT_FALSE(again.rows) << "no row was read";
  EXPECT_EQ(Files(), files);
  EXPECT_EQ(std::filesystem::last_write_time(PathOf(files[0])), written);
  EXPECT_EQ(Log().version, 0);
}

TEST_F(ExportStage, AnotherFormatIsAnotherFile) {
  Good(Export());
  NextRun();
  Good(Export(api::CsvExport{.delimiter = ";", .nullText = "NA"}));
  NextRun();
  Good(Export(api::ParquetExport{}));
  EXPECT_THAT(Files(), SizeIs(3));
  EXPECT_THAT(Log().files, SizeIs(1));
}

TEST_F(ExportStage, TheSameVersionGivesTheSameBytesAgain) {
  for (const char* name : {"b.csv", "c.csv", "d.csv"}) {
    std::string rows = "id,city,amount\n";
    for (int i = 0; i < 3000; ++i) rows += std::to_string(i) + "," + name + std::to_string(i % 7) + "," + std::to_string(i) + "\n";
    folder_.Write(std::string("source/in/") + name, rows);
  }
  NextRun();
  Decoded();
  ports_.limits.threads = 4;
  for (const api::ExportFormat& format : {api::ExportFormat(api::CsvExport{}), api::ExportFormat(api::ParquetExport{})}) {
    NextRun();
    Good(Export(format));
    const std::string name = Log().files.begin()->first, bytes = Bytes(name);
    for (int i = 0; i < 3; ++i) {
      std::filesystem::remove_all(folder_ / "lake/out");
      Good(Export(format));
      EXPECT_THAT(Files(), ElementsAre(name));
      EXPECT_EQ(Bytes(name), bytes);
    }
    std::filesystem::remove_all(folder_ / "lake/out");
  }
}

TEST_F(ExportStage, AViewIsExportedToo) {
  Good(Transform());
  Good(Publish());
  api::StageTask task = Export();
  task.from = "city-totals";
  task.exported->from.clear();
  task.exported->view = "city-totals";
  Good(task);
  ASSERT_THAT(Files(), SizeIs(1));
  EXPECT_EQ(Bytes(Files()[0]), "\"city\",total\n\"Oslo\",10\n");
}

TEST_F(ExportStage, ATableWithoutDataIsExportedOnceItHasSome) {
  api::StageTask task = Export();
  task.from = "totals";
  task.exported->from = "totals";
  Bad(task, api::OutcomeClass::Data, api::Reason::NoFiles);
  task.ownOutputs = {"Dataset/totals"};
  EXPECT_THAT(Good(task).message, HasSubstr("totals has no data yet"));
}

// The file was put, and its attempt was killed before the log named it.
TEST_F(ExportStage, AFileThatAKilledAttemptLeftIsTakenWhenItIsTheSame) {
  Good(Export());
  const std::string name = Files()[0], bytes = Bytes(name);
  std::filesystem::remove_all(folder_ / "lake/out/orders/_weirkeeper_log");
  NextRun();
  EXPECT_EQ(Good(Export()).rows, Sums(3, 3, 0, 0));
  EXPECT_THAT(Files(), ElementsAre(name));
  EXPECT_EQ(Bytes(name), bytes);
  EXPECT_THAT(Log().files, SizeIs(1));
}

TEST_F(ExportStage, AFileOfThatNameWithOtherContentIsNeverReplaced) {
  Good(Export());
  const std::string name = Files()[0];
  std::filesystem::remove_all(folder_ / "lake/out");
  folder_.Write("lake/out/orders/" + name, "mine\n");
  NextRun();
  EXPECT_THAT(Bad(Export(), api::OutcomeClass::Data, api::Reason::FileUnreadable).message,
              testing::AllOf(HasSubstr("out/orders/" + name), HasSubstr("is there already with other content"), HasSubstr("remove it")));
  EXPECT_EQ(Bytes(name), "mine\n");
  EXPECT_THAT(Log().files, IsEmpty());
}

TEST_F(ExportStage, AnExportedFileThatOthersChangedIsNamed) {
  Good(Export());
  const std::string name = Files()[0];
  folder_.Write("lake/out/orders/" + name, "id\n");
  NextRun();
  EXPECT_THAT(Bad(Export(), api::OutcomeClass::Data, api::Reason::FileUnreadable).message, HasSubstr(name + " in volume lake"));
  EXPECT_EQ(Bytes(name), "id\n");
}

TEST_F(ExportStage, AnExportedFileThatIsGoneIsWrittenAgainWithoutACommit) {
  Good(Export());
  const std::string name = Files()[0], bytes = Bytes(name);
  std::filesystem::remove(PathOf(name));
  NextRun();
  EXPECT_EQ(Good(Export()).rows, Sums(3, 3, 0, 0));
  EXPECT_EQ(Bytes(name), bytes);
  EXPECT_EQ(Log().version, 0);
}

TEST_F(ExportStage, ALateAttemptOfAnOlderRunChangesNothing) {
  Good(Export());
  const api::StageTask late = Export(api::ParquetExport{}, 2);
  NextVersion();
  Good(Export());
  const std::string newest = Log().files.begin()->first;
  api::StageTask older = late;
  older.runUid = "uid-of-another";
  Bad(older, api::OutcomeClass::Fenced, api::Reason::Fenced);
  EXPECT_EQ(Log().files.begin()->first, newest);
  EXPECT_THAT(Files(), SizeIs(2));
}

TEST_F(ExportStage, ATableThatWasRestoredToAnOlderVersionGoesToAnotherFolder) {
  NextVersion();
  Good(Export());
  const std::string newest = Log().files.begin()->first;
  const std::string log = folder_ / ("lake/" + Table("orders").path + "/_delta_log");
  std::filesystem::remove(log + "/00000000000000000001.json");
  NextRun();
  EXPECT_THAT(Bad(Export(), api::OutcomeClass::User, api::Reason::Invalid).message, HasSubstr("Dataset/orders was restored to an older version"));
  EXPECT_EQ(Log().files.begin()->first, newest);
}

TEST_F(ExportStage, ATableThatWasMadeAnewGoesToAnotherFolder) {
  Good(Export());
  std::filesystem::remove_all(folder_ / ("lake/" + Table("orders").path));
  NextRun();
  Decoded();
  EXPECT_THAT(Bad(Export(), api::OutcomeClass::User, api::Reason::Invalid).message, HasSubstr("Dataset/orders was made anew"));
  EXPECT_THAT(Files(), SizeIs(1));
}

TEST_F(ExportStage, AFolderBelongsToThePipelineThatExportedToItFirst) {
  Good(Export());
  NextVersion();
  api::StageTask other = Export();
  other.pipeline = "others";
  EXPECT_THAT(Bad(other, api::OutcomeClass::User, api::Reason::NameTaken).message, HasSubstr("belongs to shop/Pipeline/orders"));
  EXPECT_THAT(Files(), SizeIs(1));
}

TEST_F(ExportStage, ADamagedFileOfTheTableIsExportedByNobody) {
  const std::string part = State("orders").files.begin()->first;
  std::filesystem::resize_file(folder_ / ("lake/" + Table("orders").path + "/" + part), 10);
  const auto outcome = Bad(Export(), api::OutcomeClass::Data, api::Reason::FileUnreadable);
  EXPECT_EQ(outcome.damaged, (api::TableName{api::TargetKind::Dataset, "orders"}));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "lake/out/orders/_weirkeeper_log"));
}

TEST_F(ExportStage, ADamagedLogOfTheFolderIsNoDamageOfTheTable) {
  Good(Export());
  folder_.Write("lake/out/orders/_weirkeeper_log/00000000000000000000.json", "{");
  NextVersion();
  EXPECT_EQ(Bad(Export(), api::OutcomeClass::Data, api::Reason::LogCorrupt).damaged, std::nullopt);
}

TEST_F(ExportStage, ATaskWithoutAFolderIsRefused) {
  api::StageTask task = Export();
  task.exported->to = {};
  Bad(task, api::OutcomeClass::User, api::Reason::Invalid);
  task.exported.reset();
  Bad(task, api::OutcomeClass::User, api::Reason::Invalid);
}

}  // namespace
}  // namespace weir::stages
