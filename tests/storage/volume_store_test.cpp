// What only a volume has: links, pipes, full disks, the order of syncs.
#include "runner/storage/volume/volume_store.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

#include "tests/obeyed_permissions.h"
#include "tests/temporary_folder.h"

namespace weir::storage {
namespace {

namespace fs = std::filesystem;

class VolumeStoreTest : public testing::Test {
 protected:
  std::vector<std::string> EverythingIn(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) names.push_back(fs::relative(entry.path(), folder).string());
    return names;
  }

  test::TemporaryFolder folder_;
  test::TemporaryFolder outside_;
  std::shared_ptr<ObjectStore> store_ = *OpenVolume("lake", folder_.path());
};

TEST_F(VolumeStoreTest, ARootThatIsNotThereIsUnavailableAndNotMade) {
  const auto store = OpenVolume("lake", folder_ / "missing");
  EXPECT_EQ(store.error().fault, Fault::Transient);
  EXPECT_EQ(store.error().reason, "StoreUnavailable");
  EXPECT_THAT(store.error().message, testing::AllOf(testing::HasSubstr("lake"), testing::HasSubstr("/missing")));
  EXPECT_FALSE(fs::exists(folder_ / "missing"));
}

TEST_F(VolumeStoreTest, ARootMustBeAbsolute) { EXPECT_EQ(OpenVolume("lake", "data").error().fault, Fault::Invalid); }

TEST_F(VolumeStoreTest, NoLinkLeadsOutOfTheVolume) {
  outside_.Write("secret", "secret");
  fs::create_symlink(outside_.path(), folder_ / "door");
  fs::create_symlink(outside_ / "secret", folder_ / "file");
  for (const char* path : {"door/secret", "file"}) {
    EXPECT_EQ(store_->Get(path).error().reason, "UnsafePath") << path;
    EXPECT_EQ(store_->Open(path).error().reason, "UnsafePath") << path;
    EXPECT_EQ(store_->Stat(path).error().reason, "UnsafePath") << path;
  }
  EXPECT_THAT(store_->Get("file").error().message, testing::HasSubstr("symbolic link"));
  EXPECT_EQ(store_->PutIfAbsent("door/new", "x").error().reason, "UnsafePath");
  EXPECT_EQ(store_->PutIfAbsent("door/deep/new", "x").error().reason, "UnsafePath");
  EXPECT_EQ(store_->Remove("door/secret").error().reason, "UnsafePath");
  EXPECT_EQ(store_->PutIfAbsent("file", "x").error().reason, "Exists");
  EXPECT_EQ(store_->List("door").error().reason, "UnsafePath");
  EXPECT_EQ(outside_.Read("secret"), "secret");
  EXPECT_EQ(EverythingIn(outside_.path()).size(), 1u);
}

TEST_F(VolumeStoreTest, LinksAreListedSoThatNothingIsLostInSilence) {
  fs::create_symlink(outside_.path(), folder_ / "door");
  const auto found = store_->List("");
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().path, "door");
}

TEST_F(VolumeStoreTest, RemovingALinkLeavesWhatItPointsTo) {
  outside_.Write("x", "1");
  fs::create_symlink(outside_ / "x", folder_ / "l");
  EXPECT_TRUE(store_->Remove("l").ok());
  EXPECT_TRUE(fs::exists(outside_ / "x"));
}

TEST_F(VolumeStoreTest, APipeDoesNotHoldTheReader) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  const auto read = store_->Get("pipe");
  EXPECT_EQ(read.error().fault, Fault::Data);
  EXPECT_EQ(read.error().reason, "FileUnreadable");
}

TEST_F(VolumeStoreTest, ASocketIsNoFileAndIsNotTriedAgain) {
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string path = folder_ / "socket";
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(listener);
  EXPECT_EQ(store_->Open("socket").error().fault, Fault::Data);
  EXPECT_EQ(store_->Open("socket").error().reason, "FileUnreadable");
  EXPECT_EQ(store_->Stat("socket").error().reason, "FileUnreadable");
}

TEST_F(VolumeStoreTest, WhatMayNotBeReadIsListedAndSaysThatItIsDenied) {
  folder_.Write("in/a", "1");
  folder_.Write("in/b", "2");
  folder_.Write("in/lost+found/c", "3");
  fs::permissions(folder_ / "in/b", fs::perms::none);
  fs::permissions(folder_ / "in/lost+found", fs::perms::none);
  {
    const test::ObeyedPermissions obeyed;
    const auto found = store_->List("in");
    ASSERT_TRUE(found.ok()) << found.error().message;
    std::vector<std::string> paths;
    for (const StoredObject& object : *found) paths.push_back(object.path);
    EXPECT_THAT(paths, testing::ElementsAre("in/a", "in/b", "in/lost+found"));
    EXPECT_TRUE(store_->Open("in/a").ok());
    EXPECT_EQ(store_->Open("in/b").error().fault, Fault::Denied);
    EXPECT_EQ(store_->Open("in/b").error().reason, kFileDenied);
    EXPECT_EQ(store_->Open("in/lost+found/c").error().reason, "AccessDenied") << "a folder is more than one file";
  }
  fs::permissions(folder_ / "in/lost+found", fs::perms::owner_all);
}

TEST_F(VolumeStoreTest, AFileThatShrinksWhileItIsReadIsAnError) {
  folder_.Write("x", "0123456789");
  auto reader = store_->Open("x");
  ASSERT_TRUE(reader.ok());
  fs::resize_file(folder_ / "x", 4);
  char out[10];
  EXPECT_EQ((*reader)->ReadAt(0, out, 10).error().reason, "FileUnreadable");
}

TEST_F(VolumeStoreTest, TemporariesOfTheDeadAreNotListed) {
  folder_.Write("a/.weir-tmp-77-1-2-3", "debris");
  folder_.Write("a/x", "1");
  const auto found = store_->List("a");
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().path, "a/x");
}

// Nothing is written twice, and what is changed by an editor is no longer what its SHA-256 says.
TEST_F(VolumeStoreTest, WhatWasWrittenIsReadOnly) {
  ASSERT_TRUE(store_->PutIfAbsent("a/entry.json", "1"));
  auto writer = store_->Create("a/data.bin");
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Write("2"));
  ASSERT_TRUE((*writer)->Close());
  for (const char* path : {"a/entry.json", "a/data.bin"}) {
    const auto mode = fs::status(folder_ / path).permissions();
    EXPECT_EQ(mode & (fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write), fs::perms::none) << path;
  }
  EXPECT_TRUE(store_->Remove("a/data.bin"));
}

TEST_F(VolumeStoreTest, ALostRaceLeavesNoTemporary) {
  ASSERT_TRUE(store_->PutIfAbsent("x", "1").ok());
  EXPECT_FALSE(store_->PutIfAbsent("x", "2").ok());
  EXPECT_THAT(EverythingIn(folder_.path()), testing::ElementsAre("x"));
}

// The process may write 64 KiB into a file and no more.
TEST_F(VolumeStoreTest, AFileThatMayNotGrowIsAFullDiskAndLeavesNothing) {
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto old_signal = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{65536, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const Status put = store_->PutIfAbsent("big", std::string(100'000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  ::signal(SIGXFSZ, old_signal);
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().fault, Fault::Exhausted);
  EXPECT_EQ(put.error().reason, "DiskFull");
  EXPECT_THAT(put.error().message, testing::HasSubstr("big"));
  EXPECT_TRUE(EverythingIn(folder_.path()).empty());
}

// Answers one kind of call with an error.
class Failing final : public FileSystemCalls {
 public:
  enum class Call { MakeFolder, Create, Write, SyncFile, SyncFolder, Rename };
  Failing(Call call, int code) : call_(call), code_(code) {}
  int MakeFolder(int folder, const char* name) override { return Fails(Call::MakeFolder) ? -1 : FileSystemCalls::MakeFolder(folder, name); }
  int CreateFile(int folder, const char* name) override { return Fails(Call::Create) ? -1 : FileSystemCalls::CreateFile(folder, name); }
  ssize_t Write(int file, const char* bytes, std::size_t n) override {
    // A disk that runs full takes a part first.
    if (call_ == Call::Write && n > 1) return FileSystemCalls::Write(file, bytes, 1);
    return Fails(Call::Write) ? -1 : FileSystemCalls::Write(file, bytes, n);
  }
  int Sync(int file) override {
    struct stat info {};
    ::fstat(file, &info);
    return Fails(S_ISDIR(info.st_mode) ? Call::SyncFolder : Call::SyncFile) ? -1 : FileSystemCalls::Sync(file);
  }
  int RenameIfAbsent(int folder, const char* from, const char* to) override {
    return Fails(Call::Rename) ? -1 : FileSystemCalls::RenameIfAbsent(folder, from, to);
  }

 private:
  bool Fails(Call call) const {
    if (call == call_) errno = code_;
    return call == call_;
  }
  const Call call_;
  const int code_;
};

TEST_F(VolumeStoreTest, AFullDiskAtAnyCallIsExhaustedAndLeavesNothingVisible) {
  using Call = Failing::Call;
  for (const Call call : {Call::MakeFolder, Call::Create, Call::Write, Call::SyncFile, Call::Rename}) {
    for (const int code : {ENOSPC, EDQUOT}) {
      Failing calls(call, code);
      const auto store = *OpenVolume("lake", folder_.path(), &calls);
      const Status put = store->PutIfAbsent("f" + std::to_string(static_cast<int>(call)) + std::to_string(code) + "/x", "bytes");
      ASSERT_FALSE(put.ok());
      EXPECT_EQ(put.error().fault, Fault::Exhausted) << put.error().message;
      EXPECT_EQ(put.error().reason, "DiskFull");
    }
  }
  for (const std::string& name : EverythingIn(folder_.path())) EXPECT_TRUE(fs::is_directory(folder_ / name)) << name;
}

TEST_F(VolumeStoreTest, AFolderThatCannotBeSyncedLeavesTheOutcomeOpen) {
  Failing calls(Failing::Call::SyncFolder, EIO);
  const auto store = *OpenVolume("lake", folder_.path(), &calls);
  const Status put = store->PutIfAbsent("x", "1");
  EXPECT_EQ(put.error().fault, Fault::Transient);
  EXPECT_EQ(put.error().reason, "OutcomeUnknown");
  EXPECT_EQ(*store_->Get("x"), "1");
}

TEST_F(VolumeStoreTest, AFolderThatMayNotBeWrittenIsDenied) {
  Failing calls(Failing::Call::Create, EACCES);
  EXPECT_EQ((*OpenVolume("lake", folder_.path(), &calls))->PutIfAbsent("x", "1").error().fault, Fault::Denied);
}

// Writes down what happens, in order.
class Recording final : public FileSystemCalls {
 public:
  std::vector<std::string> calls;
  int MakeFolder(int folder, const char* name) override { return calls.push_back(std::string("folder ") + name), FileSystemCalls::MakeFolder(folder, name); }
  int CreateFile(int folder, const char* name) override { return calls.push_back("create"), FileSystemCalls::CreateFile(folder, name); }
  ssize_t Write(int file, const char* bytes, std::size_t n) override { return calls.push_back("write"), FileSystemCalls::Write(file, bytes, n); }
  int Sync(int file) override {
    struct stat info {};
    ::fstat(file, &info);
    return calls.push_back(S_ISDIR(info.st_mode) ? "sync folder" : "sync file"), FileSystemCalls::Sync(file);
  }
  int RenameIfAbsent(int folder, const char* from, const char* to) override {
    return calls.push_back("rename"), FileSystemCalls::RenameIfAbsent(folder, from, to);
  }
};

TEST_F(VolumeStoreTest, WhatIsNamedWasSyncedBeforeAndItsFolderAfter) {
  Recording calls;
  const auto store = *OpenVolume("lake", folder_.path(), &calls);
  ASSERT_TRUE(store->PutIfAbsent("a/b/x", "1").ok());
  EXPECT_THAT(calls.calls, testing::ElementsAre("folder a", "sync folder", "folder b", "sync folder", "create", "write", "sync file", "rename", "sync folder"));
}

TEST_F(VolumeStoreTest, FoldersThatOthersMadeAreSyncedOnceToo) {
  fs::create_directories(folder_ / "a/b");
  Recording calls;
  const auto store = *OpenVolume("lake", folder_.path(), &calls);
  ASSERT_TRUE(store->PutIfAbsent("a/b/x", "1").ok());
  EXPECT_THAT(calls.calls, testing::ElementsAre("sync folder", "sync folder", "create", "write", "sync file", "rename", "sync folder"));
  calls.calls.clear();
  ASSERT_TRUE(store->PutIfAbsent("a/b/y", "1").ok());
  EXPECT_THAT(calls.calls, testing::ElementsAre("create", "write", "sync file", "rename", "sync folder"));
}

TEST_F(VolumeStoreTest, AStoreThatOverwritesIsFoundByTheProbe) {
  class Overwriting final : public FileSystemCalls {
   public:
    int RenameIfAbsent(int folder, const char* from, const char* to) override { return ::renameat(folder, from, folder, to); }
  };
  Overwriting calls;
  const auto store = *OpenVolume("lake", folder_.path(), &calls);
  const Status probed = ProbeConditionalWrites(*store, "zone");
  EXPECT_EQ(probed.error().fault, Fault::Invalid);
  EXPECT_EQ(probed.error().reason, "ConditionalWritesMissing");
}

TEST_F(VolumeStoreTest, ATaskWithNeitherFolderNorEndpointIsInvalid) { EXPECT_EQ(OpenStore({.name = "x"}).error().fault, Fault::Invalid); }

TEST_F(VolumeStoreTest, ATaskOpensItsFolder) {
  const auto store = OpenStore({.name = "lake", .root = folder_.path()});
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->Describe(), "volume lake at " + folder_.path());
}

}  // namespace
}  // namespace weir::storage
