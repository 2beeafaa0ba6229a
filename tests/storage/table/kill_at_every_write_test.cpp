// A process that commits is killed at every single call by which it changes the file system. Readers must see the old
// version or the new one, and another attempt must end with exactly one committed version.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "tests/storage/attempt_scene.h"

namespace weir::storage {
namespace {

// File systems differ in whether they can rename without replacing.
enum class Publishing { ByRename, ByLink };

// Kills its process in front of the n-th call, or within it when it is a write: half of the bytes are there.
class Deadly final : public FileSystemCalls {
 public:
  Deadly(int n, Publishing publishing) : left_(n), publishing_(publishing) {}
  int MakeFolder(int folder, const char* name) override { return Count(), FileSystemCalls::MakeFolder(folder, name); }
  int CreateFile(int folder, const char* name) override { return Count(), FileSystemCalls::CreateFile(folder, name); }
  ssize_t Write(int file, const char* bytes, std::size_t n) override {
    Count();
    if (left_ == 1) {
      (void)!FileSystemCalls::Write(file, bytes, n / 2);
      Count();
    }
    return FileSystemCalls::Write(file, bytes, n);
  }
  int Sync(int file) override { return Count(), FileSystemCalls::Sync(file); }
  int RenameIfAbsent(int folder, const char* from, const char* to) override {
    Count();
    if (publishing_ == Publishing::ByRename) return FileSystemCalls::RenameIfAbsent(folder, from, to);
    errno = EINVAL;
    return -1;
  }
  int Link(int folder, const char* from, const char* to) override { return Count(), FileSystemCalls::Link(folder, from, to); }
  int Remove(int folder, const char* name) override { return Count(), FileSystemCalls::Remove(folder, name); }

 private:
  void Count() {
    if (--left_ == 0) ::kill(::getpid(), SIGKILL);
  }
  int left_;
  const Publishing publishing_;
};

struct Scene {
  const char* name;
  int killed_attempt;  // 1 commits without, 2 with a claim
  Before before;
  Publishing publishing;
};

class KillAtEveryWrite : public testing::TestWithParam<Scene> {
 protected:
  // Whether the child lived to its end.
  static bool RunChild(const std::string& root, int n) {
    const pid_t child = ::fork();
    if (child == 0) {
      Deadly calls(n, GetParam().publishing);
      const Status done = RunAttempt(*OpenVolume("lake", root, &calls), GetParam().killed_attempt);
      ::_exit(done.ok() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << "the child failed at call " << n;
    return WIFEXITED(status);
  }
};

TEST_P(KillAtEveryWrite, ReadersSeeOldOrNewAndARetryConverges) {
  bool ended = false;
  int n = 0;
  while (!ended) {
    ASSERT_LT(++n, 200);
    const test::TemporaryFolder folder;
    const std::shared_ptr<ObjectStore> store = *OpenVolume("lake", folder.path());
    if (GetParam().before == Before::OldVersion) PutOldVersion(store);
    ended = RunChild(folder.path(), n);
    ExpectOldOrNew(store, GetParam().before);
    ExpectRetryConverges(store, GetParam().killed_attempt);
    ASSERT_FALSE(HasFailure()) << "killed at call " << n;
  }
  EXPECT_GT(n, 12) << "the seam sees too few calls";
  RecordProperty("killed_at", n - 1);
}

INSTANTIATE_TEST_SUITE_P(Scenes, KillAtEveryWrite,
                         testing::Values(Scene{"FirstVersion", 1, Before::NoTable, Publishing::ByRename},
                                         Scene{"Replacement", 1, Before::OldVersion, Publishing::ByRename},
                                         Scene{"FirstVersionWithClaim", 2, Before::NoTable, Publishing::ByRename},
                                         Scene{"ReplacementWithClaim", 2, Before::OldVersion, Publishing::ByRename},
                                         Scene{"ReplacementByLink", 2, Before::OldVersion, Publishing::ByLink}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace weir::storage
