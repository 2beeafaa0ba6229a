// Disks without room, shown to the finished program: one message, nothing half-done, and a retry once there is room.
#include <sched.h>
#include <sys/mount.h>

#include "tests/stages/program_fixture.h"

namespace weir::stages {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

enum class Means { SmallVolume, SmallFiles };

// Leaves a folder little room until it is told to end: a volume of this size is mounted there, or, where that is asked
// for or mounting is not allowed, no file may grow larger.
class Shortage {
 public:
  Shortage(Means means, std::string folder, int megabytes) : folder_(std::move(folder)), megabytes_(megabytes) {
    std::filesystem::create_directories(folder_);
    mounted_ = means == Means::SmallVolume && OwnMounts() && Mount(0, megabytes_);
  }
  ~Shortage() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  Shortage(const Shortage&) = delete;
  Shortage& operator=(const Shortage&) = delete;

  // For the shell that starts the program.
  std::string Setting() const { return mounted_ || ended_ ? "" : "trap '' XFSZ; ulimit -f " + std::to_string(megabytes_ * 1024) + "; "; }
  void End() {
    ended_ = true;
    EXPECT_TRUE(!mounted_ || Mount(MS_REMOUNT, 512));
  }

 private:
  // What this process mounts is seen by it and its children only, and goes with them.
  static bool OwnMounts() {
    static const bool own = ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    return own;
  }
  bool Mount(unsigned long flags, int megabytes) const {
    return ::mount("tmpfs", folder_.c_str(), "tmpfs", flags, ("size=" + std::to_string(megabytes) + "m").c_str()) == 0;
  }

  const std::string folder_;
  const int megabytes_;
  bool mounted_ = false;
  bool ended_ = false;
};

class FullDisk : public ProgramTest, public testing::WithParamInterface<Means> {
 protected:
  void IsToldAsFull(const api::StageTask& task, const std::string& setting, const std::string& path) {
    EXPECT_EQ(RunTaskFile(Dump(api::Write(task)), setting), 12);
    EXPECT_EQ(api::Word(*Said().reason), "DiskFull");
    EXPECT_THAT(Said().message, AllOf(HasSubstr(path), HasSubstr("make room")));
  }
  // Files in the lake's folder of a table, its log aside.
  std::vector<std::string> FilesOf(const std::string& name) {
    std::vector<std::string> files;
    const std::string folder = folder_ / ("lake/" + Table(name).path);
    if (!std::filesystem::exists(folder)) return files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && entry.path().extension() != ".json") files.push_back(entry.path().string());
    return files;
  }
  const std::string kManyTotals = "SELECT md5(range::VARCHAR) AS city, 1 AS total FROM range(200000)";
};

TEST_P(FullDisk, UnderALandingLandsNothingAndARetryAllOfIt) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1," + std::string(3'000'000, 'x') + ",1\n");
  Shortage shortage(GetParam(), folder_ / "lake", 1);
  IsToldAsFull(Land(), shortage.Setting() + kRoomy, "a_1700003600.csv");
  EXPECT_EQ(State("orders-landing").version, -1);
  EXPECT_THAT(FilesOf("orders-landing"), IsEmpty());
  shortage.End();
  EXPECT_EQ(RunTaskFile(Dump(api::Write(Land("in/*.csv", 2)))), 0);
  EXPECT_EQ(State("orders-landing").files.size(), 1U);
  EXPECT_EQ(Said().rows, Sums(1, 1, 0, 0));
}

TEST_P(FullDisk, UnderTheResultOfAQueryCommitsNothingAndARetryOnce) {
  Shortage shortage(GetParam(), folder_ / "lake", 1);
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Decoded();
  IsToldAsFull(Transform(kManyTotals), shortage.Setting() + kRoomy, "part/orders-1/uid-1/total-1/0.parquet");
  EXPECT_EQ(State("totals").version, -1);
  EXPECT_THAT(FilesOf("totals"), IsEmpty());
  shortage.End();
  EXPECT_EQ(RunTaskFile(Dump(api::Write(Transform(kManyTotals, 2)))), 0);
  const auto committed = State("totals").version;
  EXPECT_EQ(RunTaskFile(Dump(api::Write(Transform(kManyTotals, 3)))), 0);
  EXPECT_EQ(State("totals").files.size(), 1U);
  EXPECT_EQ(Said().commits.at(0).version, committed);
}

TEST_P(FullDisk, UnderWhatAQuerySpillsIsNamedAndNothingIsCommitted) {
  folder_.Write("source/in/a.csv", "id,city,amount\n1,Oslo,10\n");
  Decoded();
  Shortage shortage(GetParam(), folder_ / "scratch", 20);
  const std::string sql = "SELECT md5(range::VARCHAR) AS city, 1 AS total FROM range(4000000) ORDER BY md5((range + 1)::VARCHAR)";
  const std::string narrow = "WEIR_MEMORY_LIMIT=335544320 WEIR_CPU_LIMIT=1";
  IsToldAsFull(Transform(sql), shortage.Setting() + narrow, folder_ / "scratch");
  EXPECT_EQ(State("totals").version, -1);
  EXPECT_THAT(FilesOf("totals"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(By, FullDisk, testing::Values(Means::SmallVolume, Means::SmallFiles),
                         [](const auto& means) { return means.param == Means::SmallVolume ? "ASmallVolume" : "ALimitOnFiles"; });

}  // namespace
}  // namespace weir::stages
