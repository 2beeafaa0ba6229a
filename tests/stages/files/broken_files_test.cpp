// Files that suppliers get wrong, from the landing to the table: each row is in the ledger, or one error names the file.
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runner/storage/forwarding_store.h"
#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// While it lives, permissions of files hold for this thread even when it is root's.
class PermissionsHold {
 public:
  PermissionsHold() {
    ::syscall(SYS_capget, &header_, before_);
    __user_cap_data_struct now[2] = {before_[0], before_[1]};
    now[0].effective &= ~((1U << CAP_DAC_OVERRIDE) | (1U << CAP_DAC_READ_SEARCH));
    ::syscall(SYS_capset, &header_, now);
  }
  ~PermissionsHold() { ::syscall(SYS_capset, &header_, before_); }

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2] = {};
};

// A disk that cannot give back one of its files.
class WornOutStore final : public storage::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<std::unique_ptr<storage::ObjectReader>> Open(const std::string& path) override {
    auto reader = ForwardingStore::Open(path);
    if (!reader.ok() || !path.ends_with(".csv")) return reader;
    return std::unique_ptr<storage::ObjectReader>(std::make_unique<Reader>((*reader)->Size(), path));
  }

 private:
  class Reader final : public storage::ObjectReader {
   public:
    Reader(std::int64_t size, std::string path) : size_(size), path_(std::move(path)) {}
    std::int64_t Size() const override { return size_; }
    Status ReadAt(std::int64_t, char*, std::int64_t) override {
      return Error{Fault::Transient, "StoreUnavailable", "cannot read " + path_ + ": Input/output error"};
    }

   private:
    const std::int64_t size_;
    const std::string path_;
  };
};

class BrokenFiles : public StageTest {
 protected:
  void Declare(const api::Format& format) {
    for (const char* name : {"orders-landing", "orders-raw"}) Table(name).format = format;
  }
  void WearOut() {
    ports_.openStore = [](const api::TaskStore& store) -> Result<std::shared_ptr<storage::ObjectStore>> {
      auto opened = storage::OpenStore(store);
      if (!opened.ok()) return opened.error();
      return std::shared_ptr<storage::ObjectStore>(std::make_shared<WornOutStore>(*opened));
    };
  }
  api::StageTask LandAll(int attempt = 1) { return Land("in/*", attempt); }
  // Lands and accepts what lies in the source: neither looks into files.
  void Accepted() {
    Good(LandAll());
    Good(Accept());
  }
  // "line column: reason" of the rows that were quarantined.
  std::vector<std::string> Quarantined() {
    std::vector<std::string> rows;
    for (const std::string& line : QuarantineLines("decode")) {
      const auto row = ParseJson(line);
      EXPECT_TRUE(row.ok()) << line;
      EXPECT_THAT(Text(*row, "file"), HasSubstr("file_land_timestamp=1700003600/"));
      rows.push_back(std::to_string(Integer(*row, "line")) + " " + Text(*row, "column") + ": " + Text(*row, "reason"));
    }
    return rows;
  }
};

TEST_F(BrokenFiles, EachBrokenRowOfACsvIsInTheLedger) {
  const std::string long_line = "6," + std::string(17'000'000, 'x') + ",6\r\n";
  folder_.Write("source/in/a.csv", "\xEF\xBB\xBFid,city,amount\r\n1,Oslo,10\r\n2,Rome\r\n3,Bern,30,more\r\nfour,Bern,40\r\n5,\xff\xfe,50\r\n" + long_line +
                                       std::string("7,a\0b,70\r\n", 10) + "8,Wien,80\r\n9,\"open,90\r\n");
  EXPECT_EQ((Accepted(), Good(Decode()).rows), Sums(9, 2, 7, 0));
  EXPECT_THAT(Quarantined(), ElementsAre("3 amount: has too few values", "4 : has too many values", "5 id: 'four' is not an INTEGER", "6 city: is not UTF-8",
                                         "7 : is longer than 16 MB", "8 city: has the character U+0000", "10 city: has a quote that is not closed"));
  EXPECT_THAT(Rows("orders", "SELECT id FROM orders ORDER BY id"), ElementsAre(R"({"id":1})", R"({"id":8})"));
}

TEST_F(BrokenFiles, EachBrokenLineOfJsonIsInTheLedger) {
  Declare(api::JsonFormat{});
  folder_.Write("source/in/a.json", "{\"id\":1,\"city\":\"Oslo\",\"amount\":10}\n{\"id\":2,\n\n{\"id\":\"x\"}\n[]\n{\"city\":\"\xff\"}\n{\"id\":6}\n");
  EXPECT_EQ((Accepted(), Good(Decode()).rows), Sums(6, 2, 4, 0));
  EXPECT_THAT(Quarantined(), ElementsAre("2 : is not valid JSON", "4 id: 'x' is not an INTEGER", "5 : not a JSON object", "6 : is not UTF-8"));
}

TEST_F(BrokenFiles, AFileThatIsNotWhatWasDeclaredIsNamedAndNothingIsCommitted) {
  Table("orders").columns = {Required("id", "INTEGER")};
  struct Case {
    const char* name;
    std::string bytes;
    api::Format format;
  };
  for (const Case& bad : {Case{"noise.parquet", "PAR1" + std::string(1000, 'x') + "PAR1", api::ParquetFormat{}},
                          Case{"cut.parquet", "PAR1" + std::string(1000, 'x'), api::ParquetFormat{}},
                          Case{"cut.json", "[{\"id\": 1, \"city\"", api::JsonFormat{}}, Case{"noise.csv.gz", "\x1E\x8Bid\n1\n", api::CsvFormat{}},
                          Case{"bare.csv", "\n\n", api::CsvFormat{}}, Case{"other.csv", "name\nx\n", api::CsvFormat{}}}) {
    std::filesystem::remove_all(folder_ / "lake");
    std::filesystem::remove_all(folder_ / "source/in");
    std::filesystem::create_directories(folder_ / "lake");
    Declare(bad.format);
    folder_.Write(std::string("source/in/") + bad.name, bad.bytes);
    Accepted();
    const std::string stem = std::string(bad.name).substr(0, std::string(bad.name).find('.'));
    EXPECT_THAT(Bad(Decode(), api::OutcomeClass::Data, api::Reason::FileUnreadable).message, HasSubstr(stem + "_1700003600.")) << bad.name;
    EXPECT_EQ(State("orders").version, -1) << bad.name;
    EXPECT_THAT(QuarantineLines("decode"), IsEmpty()) << bad.name;
  }
}

TEST_F(BrokenFiles, AnEmptyFileOfAnyFormatIsNamedAndNothingLands) {
  for (const char* name : {"a.csv", "a.json", "a.parquet"}) {
    const std::string file = folder_.Write(std::string("source/in/") + name, "");
    EXPECT_THAT(Bad(LandAll(), api::OutcomeClass::Data, api::Reason::BadInput).message, HasSubstr(std::string("in/") + name + " in volume source"));
    std::filesystem::remove(file);
  }
  EXPECT_EQ(State("orders-landing").version, -1);
}

TEST_F(BrokenFiles, AFolderWhereAFileShouldBeIsNamed) {
  std::filesystem::create_directories(folder_ / "source/in/a.csv");
  EXPECT_THAT(Bad(Land("in/a.csv"), api::OutcomeClass::Data, api::Reason::NoFiles).message, HasSubstr("in/a.csv is a folder, not a file"));
}

TEST_F(BrokenFiles, AFileThatMayNotBeReadIsNamedAndLandsWhenItMay) {
  const std::string file = folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  std::filesystem::permissions(file, std::filesystem::perms::none);
  {
    const PermissionsHold guard;
    EXPECT_THAT(Bad(LandAll(), api::OutcomeClass::Data, api::Reason::FileUnreadable).message,
                AllOf(HasSubstr("in/a.csv"), HasSubstr("Permission denied"), HasSubstr("Give the runner the right to read it")));
  }
  EXPECT_EQ(State("orders-landing").version, -1);
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  const PermissionsHold guard;
  Good(LandAll(2));
}

TEST_F(BrokenFiles, ADiskThatFailsInAFileIsNamedAndARetryFindsEverything) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  const auto fails = [&](const api::StageTask& task, const std::string& file) {
    WearOut();
    EXPECT_THAT(Bad(task, api::OutcomeClass::Transient, api::Reason::StoreUnavailable).message, AllOf(HasSubstr(file), HasSubstr("Input/output error")));
    ports_.openStore = storage::OpenStore;
  };
  fails(LandAll(), "in/a.csv");
  Good(LandAll(2));
  fails(Accept(2), "orders_landing/file_land_timestamp=1700003600/a_1700003600.csv");
  Good(Accept(3));
  fails(Decode(), "orders_raw/file_land_timestamp=1700003600/a_1700003600.csv");
  EXPECT_EQ(Good(Decode(2)).rows, Sums(1, 1, 0, 0));
}

}  // namespace
}  // namespace weir::stages
