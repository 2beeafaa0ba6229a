// A process that commits is killed at every single call by which it changes the file system. Readers must see the old
// version or the new one, and another attempt must end with exactly one committed version.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "tests/storage/table_fixture.h"

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
  bool table_exists;
  Publishing publishing;
};

std::string ContentOf(int attempt) {
  std::string rows;
  for (int i = 0; i < 1000; ++i) rows += "attempt " + std::to_string(attempt) + " row " + std::to_string(i) + "\n";
  return rows;
}

// What a stage does: claim, write the data, make it visible in place of what was there.
Status RunAttempt(const std::shared_ptr<ObjectStore>& store, int attempt) {
  TableLog log(store, "t", LogKind::Delta, &kFixedClock);
  const Committer committer = AttemptOf("run", attempt);
  const auto found = log.FindCommitted(committer);
  if (!found) return found.error();
  if (found->has_value()) return Ok();
  if (Status claimed = log.Claim(committer, OneColumn()); !claimed) return claimed;
  const std::string path = "part/run/load-" + std::to_string(attempt) + "/0.parquet";
  auto writer = store->Create("t/" + path);
  if (!writer) return writer.error();
  const std::string content = ContentOf(attempt);
  for (std::size_t at = 0; at < content.size(); at += 8000) {
    if (Status wrote = (*writer)->Write(std::string_view(content).substr(at, 8000)); !wrote) return wrote;
  }
  if (Status closed = (*writer)->Close(); !closed) return closed;
  TableChange change{.schema = OneColumn(), .add = {FileOf(path, 1000)}, .facts = {{"attempt", attempt}}};
  const auto before = log.Load();
  if (!before) return before.error();
  for (const auto& [old, file] : before->files) change.remove.push_back(old);
  const auto result = log.Commit(committer, change);
  return result ? Ok() : Status(result.error());
}

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

  // Each file that the version names is there, whole.
  static void ExpectWhole(ObjectStore& store, const TableState& state) {
    for (const auto& [path, file] : state.files) {
      const auto content = store.Get("t/" + path);
      ASSERT_TRUE(content.ok()) << content.error().message;
      if (path == "old") continue;
      EXPECT_EQ(*content, ContentOf(path.find("load-1") != std::string::npos ? 1 : path.find("load-2") != std::string::npos ? 2 : 3));
    }
  }

  static void PutOldVersion(const std::shared_ptr<ObjectStore>& store) {
    ASSERT_TRUE(store->PutIfAbsent("t/old", "old").ok());
    TableLog log(store, "t", LogKind::Delta, &kFixedClock);
    ASSERT_TRUE(log.Commit(AttemptOf("before", 1, 500'000), Adding("old", 7)).ok());
  }

  static void ExpectOldOrNew(const std::shared_ptr<ObjectStore>& store) {
    const auto seen = TableLog(store, "t", LogKind::Delta).Load();
    ASSERT_TRUE(seen.ok()) << seen.error().message;
    const std::int64_t old_rows = GetParam().table_exists ? 7 : 0;
    EXPECT_TRUE(seen->Rows() == old_rows || seen->Rows() == 1000) << seen->Rows();
    ExpectWhole(*store, *seen);
    // Debris of the killed one is not listed.
    const auto objects = store->List("");
    ASSERT_TRUE(objects.ok());
    for (const ObjectInfo& object : *objects) EXPECT_THAT(object.path, testing::Not(testing::HasSubstr(".weir-tmp-")));
  }

  static void ExpectRetryConverges(const std::shared_ptr<ObjectStore>& store) {
    const int next = GetParam().killed_attempt + 1;
    const Status retried = RunAttempt(store, next);
    ASSERT_TRUE(retried.ok()) << retried.error().message;
    const auto end = TableLog(store, "t", LogKind::Delta).Load();
    ASSERT_TRUE(end.ok()) << end.error().message;
    EXPECT_EQ(end->files.size(), 1u);
    EXPECT_EQ(end->Rows(), 1000);
    ExpectWhole(*store, *end);
    int commits = 0;
    for (std::int64_t version = 0; version <= end->version; ++version) {
      const auto entry = store->Get(EntryName(version));
      ASSERT_TRUE(entry.ok());
      if (entry->find("\"appId\":\"weirkeeper/uid-run/load\"") != std::string::npos) ++commits;
    }
    EXPECT_EQ(commits, 1);
    // The one that was thought dead comes back.
    EXPECT_FALSE(TableLog(store, "t", LogKind::Delta).Claim(AttemptOf("run", 0), OneColumn()).ok());
    const auto ghost = TableLog(store, "t", LogKind::Delta).Commit(AttemptOf("run", GetParam().killed_attempt), Adding("ghost"));
    EXPECT_TRUE(!ghost.ok() || ghost->alreadyCommitted);
    EXPECT_EQ(TableLog(store, "t", LogKind::Delta).Load()->version, end->version);
  }
};

TEST_P(KillAtEveryWrite, ReadersSeeOldOrNewAndARetryConverges) {
  bool ended = false;
  int n = 0;
  while (!ended) {
    ASSERT_LT(++n, 200);
    const TemporaryFolder folder;
    const std::shared_ptr<ObjectStore> store = *OpenVolume("lake", folder.path());
    if (GetParam().table_exists) PutOldVersion(store);
    ended = RunChild(folder.path(), n);
    ExpectOldOrNew(store);
    ExpectRetryConverges(store);
    ASSERT_FALSE(HasFailure()) << "killed at call " << n;
  }
  EXPECT_GT(n, 12) << "the seam sees too few calls";
  RecordProperty("killed_at", n - 1);
}

INSTANTIATE_TEST_SUITE_P(Scenes, KillAtEveryWrite,
                         testing::Values(Scene{"FirstVersion", 1, false, Publishing::ByRename}, Scene{"Replacement", 1, true, Publishing::ByRename},
                                         Scene{"FirstVersionWithClaim", 2, false, Publishing::ByRename}, Scene{"ReplacementWithClaim", 2, true, Publishing::ByRename},
                                         Scene{"ReplacementByLink", 2, true, Publishing::ByLink}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace weir::storage
