// What every ObjectStore promises; runs on a volume and on S3.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "tests/storage/store_under_test.h"

namespace weir::storage {
namespace {

class StoreContract : public testing::Test {
 protected:
  StoreUnderTest under_test_;
  std::shared_ptr<ObjectStore> store_ = under_test_.Open();

  std::vector<std::string> Paths(const std::string& prefix, const std::string& start_after = "") {
    const auto found = store_->List(prefix, start_after);
    EXPECT_TRUE(found.ok()) << (found.ok() ? "" : found.error().message);
    std::vector<std::string> paths;
    if (found) {
      for (const StoredObject& object : *found) paths.push_back(object.path);
    }
    return paths;
  }
};

TEST_F(StoreContract, WhatWasPutIsRead) {
  std::string bytes = "first\nsecond";
  bytes += std::string("\0\xff", 2);
  const auto put = store_->PutIfAbsent("a/b/c.bin", bytes);
  ASSERT_TRUE(put.ok()) << put.error().message;
  EXPECT_EQ(*store_->Get("a/b/c.bin"), bytes);
  const auto info = store_->Stat("a/b/c.bin");
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->bytes, 14);
  EXPECT_GT(info->modified.us, Time::FromSeconds(1'600'000'000).us);
}

TEST_F(StoreContract, AnEmptyObjectIsAnObject) {
  ASSERT_TRUE(store_->PutIfAbsent("empty", "").ok());
  EXPECT_EQ(*store_->Get("empty"), "");
  EXPECT_EQ((*store_->Open("empty"))->Size(), 0);
}

TEST_F(StoreContract, NothingIsEverOverwritten) {
  ASSERT_TRUE(store_->PutIfAbsent("x", "old").ok());
  const auto again = store_->PutIfAbsent("x", "new");
  EXPECT_EQ(again.error().fault, Fault::Conflict);
  EXPECT_EQ(again.error().reason, "Exists");
  auto writer = store_->Create("x");
  if (writer.ok()) {
    ASSERT_TRUE((*writer)->Write("newer").ok());
    EXPECT_EQ((*writer)->Close().error().reason, "Exists");
  }
  EXPECT_EQ(*store_->Get("x"), "old");
}

TEST_F(StoreContract, WhatDoesNotExistIsMissing) {
  EXPECT_EQ(store_->Get("no/such").error().fault, Fault::Missing);
  EXPECT_EQ(store_->Open("no/such").error().fault, Fault::Missing);
  EXPECT_EQ(store_->Stat("no/such").error().fault, Fault::Missing);
  EXPECT_THAT(store_->Get("no/such").error().message, testing::HasSubstr("no/such"));
}

TEST_F(StoreContract, AFolderIsNoObject) {
  ASSERT_TRUE(store_->PutIfAbsent("f/x", "1").ok());
  EXPECT_EQ(store_->Get("f").error().fault, Fault::Missing);
  EXPECT_EQ(store_->Get("f/x/y").error().fault, Fault::Missing);
}

TEST_F(StoreContract, RangesAreReadAndEndsAreErrors) {
  ASSERT_TRUE(store_->PutIfAbsent("r", "0123456789").ok());
  auto reader = store_->Open("r");
  ASSERT_TRUE(reader.ok());
  char out[4] = "";
  ASSERT_TRUE((*reader)->ReadAt(3, out, 4).ok());
  EXPECT_EQ(std::string(out, 4), "3456");
  EXPECT_TRUE((*reader)->ReadAt(10, out, 0).ok());
  EXPECT_FALSE((*reader)->ReadAt(8, out, 4).ok());
  EXPECT_FALSE((*reader)->ReadAt(20, out, 1).ok());
}

TEST_F(StoreContract, AReaderServesSeveralThreads) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>('a' + i % 26);
  ASSERT_TRUE(store_->PutIfAbsent("r", bytes).ok());
  auto reader = store_->Open("r");
  ASSERT_TRUE(reader.ok());
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; i < 900; i += 37) {
        char out[16];
        if (!(*reader)->ReadAt(i, out, 16).ok() || std::string(out, 16) != bytes.substr(static_cast<std::size_t>(i), 16)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(StoreContract, AnObjectLargerThanExpectedIsRefused) {
  ASSERT_TRUE(store_->PutIfAbsent("big", std::string(101, 'x')).ok());
  EXPECT_EQ(store_->Get("big", 100).error().reason, "TooLarge");
  EXPECT_TRUE(store_->Get("big", 101).ok());
}

TEST_F(StoreContract, ListsAreSortedRecursiveAndStartWhereAsked) {
  for (const char* path : {"z/b", "z/a/1", "z/a.x", "z/a-b", "zz/c", "z/c/d/e"}) ASSERT_TRUE(store_->PutIfAbsent(path, "x").ok()) << path;
  EXPECT_EQ(Paths("z"), (std::vector<std::string>{"z/a-b", "z/a.x", "z/a/1", "z/b", "z/c/d/e"}));
  EXPECT_EQ(Paths("z/"), Paths("z"));
  EXPECT_EQ(Paths("z", "z/a/1"), (std::vector<std::string>{"z/b", "z/c/d/e"}));
  EXPECT_EQ(Paths("").size(), 6u);
  EXPECT_TRUE(Paths("nothing").empty());
}

TEST_F(StoreContract, NamesWithUnusualCharactersComeBackAsTheyWere) {
  const std::vector<std::string> names{"n/a b", "n/a%20b", "n/a&b", "n/a'b", "n/a+b", "n/a<b>", "n/d=1", "n/x#y?z", "n/\xc3\xbc\xe2\x82\xac"};
  for (const std::string& name : names) ASSERT_TRUE(store_->PutIfAbsent(name, name).ok()) << name;
  for (const std::string& name : names) EXPECT_EQ(*store_->Get(name), name);
  EXPECT_THAT(Paths("n"), testing::UnorderedElementsAreArray(names));
}

TEST_F(StoreContract, LongListsAreComplete) {
  constexpr int kCount = 1100;
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; i < kCount; i += 4) {
        if (!store_->PutIfAbsent("many/" + std::to_string(i), "").ok()) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(Paths("many").size(), static_cast<std::size_t>(kCount));
}

TEST_F(StoreContract, WhatIsBeingWrittenIsInvisibleUntilClose) {
  auto writer = store_->Create("w/x");
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Write("half").ok());
  EXPECT_TRUE(Paths("").empty());
  EXPECT_EQ(store_->Get("w/x").error().fault, Fault::Missing);
  ASSERT_TRUE((*writer)->Write(" whole").ok());
  ASSERT_TRUE((*writer)->Close().ok());
  EXPECT_EQ(*store_->Get("w/x"), "half whole");
}

TEST_F(StoreContract, AWriterThatIsDroppedLeavesNothing) {
  {
    auto writer = store_->Create("w/x");
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Write("half").ok());
  }
  EXPECT_TRUE(Paths("").empty());
  ASSERT_TRUE(store_->PutIfAbsent("w/x", "free").ok());
}

TEST_F(StoreContract, AWriterEndsOnce) {
  auto writer = store_->Create("w/x");
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Close().ok());
  EXPECT_EQ((*writer)->Close().error().fault, Fault::Bug);
  EXPECT_EQ((*writer)->Write("more").error().fault, Fault::Bug);
  EXPECT_EQ(*store_->Get("w/x"), "");
}

TEST_F(StoreContract, RemovingTwiceIsFine) {
  ASSERT_TRUE(store_->PutIfAbsent("d/x", "1").ok());
  EXPECT_TRUE(store_->Remove("d/x").ok());
  EXPECT_TRUE(store_->Remove("d/x").ok());
  EXPECT_EQ(store_->Get("d/x").error().fault, Fault::Missing);
  EXPECT_TRUE(store_->PutIfAbsent("d/x", "2").ok());
}

TEST_F(StoreContract, UnsafePathsAreRefusedByEveryCall) {
  for (const char* path : {"", "/a", "../a", "a/../b", "a/..", "./a", "a//b", "a/", ".weir-tmp-1", "a/.weir-tmp-x/b"}) {
    EXPECT_EQ(store_->PutIfAbsent(path, "x").error().reason, "UnsafePath") << path;
    EXPECT_EQ(store_->Create(path).error().reason, "UnsafePath") << path;
    EXPECT_EQ(store_->Get(path).error().reason, "UnsafePath") << path;
    EXPECT_EQ(store_->Open(path).error().reason, "UnsafePath") << path;
    EXPECT_EQ(store_->Stat(path).error().reason, "UnsafePath") << path;
    EXPECT_EQ(store_->Remove(path).error().reason, "UnsafePath") << path;
  }
  EXPECT_EQ(store_->List("../x").error().reason, "UnsafePath");
}

// Suppliers name files as they like; what is ours is named by us.
TEST_F(StoreContract, NamesOfAnyBytesMayBeReadAndNotWritten) {
  for (const char* path : {"a\nb", "a/\x7f"}) {
    EXPECT_EQ(store_->PutIfAbsent(path, "x").error().reason, "UnsafePath") << path;
    EXPECT_EQ(store_->Create(path).error().reason, "UnsafePath") << path;
    EXPECT_EQ(store_->Remove(path).error().reason, "UnsafePath") << path;
    EXPECT_EQ(store_->Get(path).error().fault, Fault::Missing) << path;
    EXPECT_EQ(store_->Open(path).error().fault, Fault::Missing) << path;
    EXPECT_EQ(store_->Stat(path).error().fault, Fault::Missing) << path;
  }
  EXPECT_EQ(store_->PutIfAbsent("\xff", "x").error().reason, "UnsafePath");
}

TEST_F(StoreContract, OfSixteenParallelPutsExactlyOneWins) {
  for (int round = 0; round < 10; ++round) {
    const std::string path = "race/" + std::to_string(round);
    std::atomic<int> winners{0}, conflicts{0}, winner{-1};
    std::vector<std::thread> threads;
    for (int t = 0; t < 16; ++t) {
      threads.emplace_back([&, t] {
        const Status put = store_->PutIfAbsent(path, std::to_string(t));
        if (put.ok()) ++winners, winner = t;
        if (!put.ok() && put.error().reason == "Exists") ++conflicts;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(conflicts, 15);
    EXPECT_EQ(*store_->Get(path), std::to_string(winner));
  }
}

TEST_F(StoreContract, TheProbeFindsConditionalWritesAndLeavesNothing) {
  const Status probed = ProbeConditionalWrites(*store_, "zone/_weirkeeper");
  EXPECT_TRUE(probed.ok()) << probed.error().message;
  EXPECT_TRUE(Paths("").empty());
}

TEST_F(StoreContract, LocationsNameTheWholePlace) {
  EXPECT_THAT(store_->Location("curated/x"), testing::AnyOf(testing::MatchesRegex("file:///.*/curated/x"), testing::MatchesRegex("s3://[a-z0-9-]+/curated/x")));
}

}  // namespace
}  // namespace weir::storage
