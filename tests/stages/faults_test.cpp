#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>

#include "runner/stages/outcome.h"
#include "runner/storage/volume/file_system_calls.h"
#include "runner/storage/volume/volume_store.h"
#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Outcome, EachFaultHasItsClass) {
  EXPECT_EQ(ClassOf(Fault::Invalid), api::OutcomeClass::User);
  EXPECT_EQ(ClassOf(Fault::Data), api::OutcomeClass::Data);
  EXPECT_EQ(ClassOf(Fault::Exhausted), api::OutcomeClass::Resource);
  EXPECT_EQ(ClassOf(Fault::Fenced), api::OutcomeClass::Fenced);
  EXPECT_EQ(ClassOf(Fault::Bug), api::OutcomeClass::Bug);
  for (const Fault fault : {Fault::Transient, Fault::Conflict, Fault::Waiting, Fault::Missing, Fault::Denied})
    EXPECT_EQ(ClassOf(fault), api::OutcomeClass::Transient);
}

TEST(Outcome, AReasonThatIsNoWordOfTheStatusBecomesTheFaultsOwn) {
  EXPECT_EQ(ReasonOf({Fault::Data, "Unheard", ""}), api::Reason::BadInput);
  EXPECT_EQ(ReasonOf({Fault::Exhausted, "DiskFull", ""}), api::Reason::DiskFull);
  EXPECT_EQ(ReasonOf({Fault::Denied, storage::kFileDenied, ""}), api::Reason::AccessDenied);
}

class FailingWriter final : public storage::ObjectWriter {
 public:
  FailingWriter(std::unique_ptr<storage::ObjectWriter> inner, std::shared_ptr<int> left) : inner_(std::move(inner)), left_(std::move(left)) {}
  Status Write(std::string_view bytes) override {
    return (*left_)-- > 0 ? inner_->Write(bytes) : Status(Error{Fault::Transient, "StoreUnavailable", "the store is down"});
  }
  Status Close() override { return (*left_)-- > 0 ? inner_->Close() : Status(Error{Fault::Transient, "StoreUnavailable", "the store is down"}); }

 private:
  std::unique_ptr<storage::ObjectWriter> inner_;
  std::shared_ptr<int> left_;
};

// Passes everything on to a real store until a countdown ends; then every call fails.
class FailingStore final : public storage::ObjectStore {
 public:
  FailingStore(std::shared_ptr<storage::ObjectStore> inner, std::shared_ptr<int> left) : inner_(std::move(inner)), left_(std::move(left)) {}
  std::string Describe() const override { return inner_->Describe(); }
  std::string Location(const std::string& path) const override { return inner_->Location(path); }
  Result<std::unique_ptr<storage::ObjectReader>> Open(const std::string& path) override {
    if (!Spend()) return Down();
    return inner_->Open(path);
  }
  Result<std::string> Get(const std::string& path, std::int64_t max_bytes) override {
    if (!Spend()) return Down();
    return inner_->Get(path, max_bytes);
  }
  Status PutIfAbsent(const std::string& path, std::string_view bytes) override {
    if (!Spend()) return Down();
    return inner_->PutIfAbsent(path, bytes);
  }
  Result<std::unique_ptr<storage::ObjectWriter>> Create(const std::string& path) override {
    if (!Spend()) return Down();
    auto out = inner_->Create(path);
    if (!out.ok()) return out.error();
    return std::unique_ptr<storage::ObjectWriter>(std::make_unique<FailingWriter>(std::move(out).value(), left_));
  }
  Result<std::vector<storage::StoredObject>> List(const std::string& prefix, const std::string& start_after) override {
    if (!Spend()) return Down();
    return inner_->List(prefix, start_after);
  }
  Result<storage::StoredObject> Stat(const std::string& path) override {
    if (!Spend()) return Down();
    return inner_->Stat(path);
  }
  Status Remove(const std::string& path) override {
    if (!Spend()) return Down();
    return inner_->Remove(path);
  }

 private:
  bool Spend() { return (*left_)-- > 0; }
  static Error Down() { return {Fault::Transient, "StoreUnavailable", "the store is down"}; }

  std::shared_ptr<storage::ObjectStore> inner_;
  std::shared_ptr<int> left_;
};

// A disk on which so many more files, folders, pieces and names find room.
class FillingDisk final : public storage::FileSystemCalls {
 public:
  explicit FillingDisk(int room) : room_(room) {}
  int MakeFolder(int folder, const char* name) override { return Spend() ? FileSystemCalls::MakeFolder(folder, name) : -1; }
  int CreateFile(int folder, const char* name) override { return Spend() ? FileSystemCalls::CreateFile(folder, name) : -1; }
  ssize_t Write(int file, const char* bytes, std::size_t n) override { return Spend() ? FileSystemCalls::Write(file, bytes, n) : -1; }
  int RenameIfAbsent(int folder, const char* from, const char* to) override { return Spend() ? FileSystemCalls::RenameIfAbsent(folder, from, to) : -1; }

 private:
  bool Spend() {
    if (room_-- > 0) return true;
    errno = ENOSPC;
    return false;
  }
  std::atomic<int> room_;
};

class Faults : public StageTest {
 protected:
  // From now on `calls` calls to stores succeed.
  void FailAfter(int calls) {
    auto left = std::make_shared<int>(calls);
    ports_.openStore = [left](const api::TaskStore& store) -> Result<std::shared_ptr<storage::ObjectStore>> {
      auto opened = storage::OpenStore(store);
      if (!opened.ok()) return opened.error();
      return std::shared_ptr<storage::ObjectStore>(std::make_shared<FailingStore>(*opened, left));
    };
  }
  // From now on the stores' disks take `room` more entries and pieces.
  void FillAfter(int room) {
    disk_ = std::make_unique<FillingDisk>(room);
    ports_.openStore = [this](const api::TaskStore& store) { return storage::OpenVolume(store.name, store.root, disk_.get()); };
  }
  void Heal() { ports_.openStore = storage::OpenStore; }

 private:
  std::unique_ptr<FillingDisk> disk_;
};

TEST_F(Faults, AStoreThatIsDownIsTransientAndSaysSo) {
  FailAfter(0);
  folder_.Write("source/in/a.csv", "id\n1\n");
  EXPECT_THAT(Bad(Land(), api::OutcomeClass::Transient, api::Reason::StoreUnavailable).message, HasSubstr("the store is down"));
}

TEST_F(Faults, AStoreThatDeniesAccessIsRetriedAndHasAReasonOfItsOwn) {
  class Denying final : public storage::FileSystemCalls {
   public:
    int CreateFile(int, const char*) override { return errno = EACCES, -1; }
  };
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Denying calls;
  ports_.openStore = [&calls](const api::TaskStore& store) { return storage::OpenVolume(store.name, store.root, &calls); };
  EXPECT_THAT(Bad(Land(), api::OutcomeClass::Transient, api::Reason::AccessDenied).message, AllOf(HasSubstr("not allowed: "), HasSubstr("Permission denied")));
  Heal();
  Good(Land("in/*.csv", 2));
}

// Exactly once rests on writes that never replace an object: no table begins where they do.
TEST_F(Faults, NoTableBeginsOnAStoreThatOverwrites) {
  class Overwriting final : public storage::FileSystemCalls {
   public:
    int RenameIfAbsent(int folder, const char* from, const char* to) override { return ::renameat(folder, from, folder, to); }
  };
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Good(Land());
  Overwriting calls;
  ports_.openStore = [&calls](const api::TaskStore& store) { return storage::OpenVolume(store.name, store.root, &calls); };
  const auto refused = Bad(Accept(), api::OutcomeClass::User, api::Reason::Invalid);
  EXPECT_THAT(refused.message, HasSubstr("ignores If-None-Match and overwrites objects"));
  EXPECT_EQ(State("orders-raw").version, -1);
  Heal();
  Good(Accept(2));
  EXPECT_EQ(State("orders-raw").files.size(), 1U);
}

// What goes wrong with the stores, and what is said of it.
struct Trouble {
  const char* name;
  bool fills;
  const char* result;
  const char* reason;
  const char* words;
};

// Runs `make(1)` stopped after each number of calls in turn, each time from the same lake, and `make(2)` undisturbed after it:
// the end is always the same.
class Stopped : public Faults, public testing::WithParamInterface<Trouble> {
 protected:
  void Disturb(int calls) { GetParam().fills ? FillAfter(calls) : FailAfter(calls); }
  void IsTold(const api::StageOutcome& stopped) const {
    EXPECT_EQ(api::Word(stopped.result), GetParam().result) << stopped.message;
    EXPECT_EQ(api::Word(*stopped.reason), GetParam().reason) << stopped.message;
    EXPECT_THAT(stopped.message, HasSubstr(GetParam().words));
  }
  template <typename Make>
  void Everywhere(const Make& make, const api::Ledger& rows) {
    const std::string before = folder_ / "before";
    std::filesystem::remove_all(before);
    std::filesystem::copy(folder_ / "lake", before, std::filesystem::copy_options::recursive);
    for (int calls = 0; calls < 200; ++calls) {
      std::filesystem::remove_all(folder_ / "lake");
      std::filesystem::copy(before, folder_ / "lake", std::filesystem::copy_options::recursive);
      Disturb(calls);
      const auto stopped = Run(make(1));
      Heal();
      if (stopped.result != api::OutcomeClass::Succeeded) IsTold(stopped);
      const auto retried = Good(make(2));
      EXPECT_EQ(retried.rows, rows) << "stopped after " << calls << " calls";
      if (stopped.result != api::OutcomeClass::Succeeded) continue;
      EXPECT_GT(calls, 3);
      return;
    }
    ADD_FAILURE() << "never succeeded";
  }
};

TEST_P(Stopped, AtEveryCallOfLandingAndAcceptingARetryConverges) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  folder_.Write("source/in/b.csv", "id,city,amount\n2,Oslo,5\n");
  Everywhere([&](int attempt) { return Land("in/*.csv", attempt); }, Sums(2, 2, 0, 0));
  EXPECT_EQ(State("orders-landing").files.size(), 2U);
  Everywhere([&](int attempt) { return Accept(attempt); }, Sums(2, 2, 0, 0));
  EXPECT_EQ(State("orders-landing").files.size(), 0U);
  EXPECT_EQ(State("orders-raw").files.size(), 2U);
  EXPECT_TRUE(
      (*storage::OpenStore({.name = "lake", .root = folder_ / "lake"}))->List("Landing/default/shop/orders_landing/file_land_timestamp=1700003600")->empty());
}

TEST_P(Stopped, AtEveryCallOfDecodingAndQueryingARetryConverges) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\nx,Rome,20\n");
  folder_.Write("source/in/b.csv", "id,city,amount\n2,Oslo,5\n");
  Good(Land());
  Good(Accept());
  Everywhere([&](int attempt) { return Decode(attempt); }, Sums(3, 2, 1, 0));
  EXPECT_EQ(State("orders").files.size(), 2U);
  Everywhere([&](int attempt) { return Transform("SELECT city, sum(amount) AS total FROM orders GROUP BY city", attempt); }, SqlSums({{"orders", 0, 2}}, 1, 0));
  EXPECT_EQ(Rows("totals"), std::vector<std::string>{R"({"city":"Oslo","total":15})"});
}

TEST_P(Stopped, AtEveryCallOfAnExportARetryConverges) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n2,Rome,20\n");
  Decoded();
  for (const api::ExportFormat& format : {api::ExportFormat(api::CsvExport{}), api::ExportFormat(api::ParquetExport{})}) {
    const auto make = [&](int attempt) {
      api::StageTask task = Task(api::TaskKind::Export, "export", attempt);
      task.from = "orders";
      task.exported = api::ExportStage{.from = "orders", .to = api::FilesTarget{"lake", "out"}, .format = format};
      return task;
    };
    Everywhere(make, Sums(2, 2, 0, 0));
    const auto there = (*storage::OpenStore({.name = "lake", .root = folder_ / "lake"}))->List("out");
    EXPECT_EQ(std::count_if(there->begin(), there->end(), [](const auto& object) { return object.path.find("_weirkeeper_log") == std::string::npos; }), 1);
    std::filesystem::remove_all(folder_ / "lake/out");
    NextRun();
  }
}

INSTANTIATE_TEST_SUITE_P(By, Stopped,
                         testing::Values(Trouble{"AStoreThatIsDown", false, "Transient", "StoreUnavailable", "the store is down"},
                                         Trouble{"AFullDisk", true, "Resource", "DiskFull", "No space left on device; make room or enlarge the volume"}),
                         [](const auto& trouble) { return trouble.param.name; });

}  // namespace
}  // namespace weir::stages
