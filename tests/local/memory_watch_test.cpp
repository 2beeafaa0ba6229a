#include <thread>

#include "tests/local/fixture.h"

namespace weir::local {
namespace {

// A watch in a thread of its own; what it told can be waited for.
class Watcher {
 public:
  Watcher(MemoryCluster& cluster, kube::Selection selection, std::string version)
      : thread_([this, &cluster, selection = std::move(selection), version = std::move(version)] {
          auto end = cluster.Watch(
              selection, version,
              [this](kube::WatchEvent&& event) {
                const std::lock_guard lock(mutex_);
                told_ += Describe(event);
                changed_.notify_all();
              },
              stop_);
          const std::lock_guard lock(mutex_);
          end_ = std::move(end);
          changed_.notify_all();
        }) {}
  ~Watcher() {
    stop_.Stop();
    thread_.join();
  }

  std::string Await(const std::string& text) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return told_.size() >= text.size(); });
    return told_;
  }
  kube::WatchEnd AwaitEnd() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return end_.has_value(); });
    return end_.value().value();
  }
  void Stop() { stop_.Stop(); }

 private:
  static std::string Describe(const kube::WatchEvent& event) {
    const std::string name = MetaText(event.object, "name");
    switch (event.type) {
      case kube::WatchEventType::Added: return "+" + name;
      case kube::WatchEventType::Modified: return "~" + name;
      case kube::WatchEventType::Deleted: return "-" + name;
      case kube::WatchEventType::Bookmark: return "@" + MetaText(event.object, "resourceVersion");
    }
    return "?";
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string told_;
  std::optional<Result<kube::WatchEnd>> end_;
  kube::StopToken stop_;
  std::thread thread_;
};

const Json kLabelled{{"metadata", {{"labels", {{"l", "1"}}}}}};

TEST_F(MemoryClusterTest, AWatchTellsWhatHappensAfterItsVersionInOrder) {
  Make(PodRef("a"), Json::object());
  Watcher watcher(cluster_, {api::kPods, "", ""}, cluster_.Version());
  Make(PodRef("b"), Json::object());
  Make(Pipeline("not-a-pod"), Json::object());
  Merge(PodRef("a"), kLabelled);
  EXPECT_TRUE(cluster_.Delete(PodRef("a"), "").ok());
  EXPECT_EQ(watcher.Await("+b~a-a"), "+b~a-a");
}

TEST_F(MemoryClusterTest, AWatchFromAnOldVersionTellsThePast) {
  Make(PodRef("a"), Json::object());
  const std::string version = cluster_.Version();
  Make(PodRef("b"), Json::object());
  Watcher watcher(cluster_, {api::kPods, "default", ""}, version);
  EXPECT_EQ(watcher.Await("+b"), "+b");
}

TEST_F(MemoryClusterTest, AnObjectThatEntersOrLeavesTheSelectionIsAddedOrDeleted) {
  Make(PodRef("a"), Json::object());
  Watcher watcher(cluster_, {api::kPods, "", "l=1"}, cluster_.Version());
  Merge(PodRef("a"), kLabelled);
  Merge(PodRef("a"), {{"metadata", {{"labels", {{"l", "2"}}}}}});
  EXPECT_EQ(watcher.Await("+a-a"), "+a-a");
}

TEST_F(MemoryClusterTest, ADeletedEventCarriesTheVersionOfTheDeletion) {
  Make(PodRef("a"), Json::object());
  const std::string version = cluster_.Version();
  ASSERT_TRUE(cluster_.Delete(PodRef("a"), "").ok());
  const kube::StopToken stop;
  std::string told;
  const auto end = cluster_.Watch(
      {api::kPods, "", ""}, version, [&](kube::WatchEvent&& event) { told = MetaText(event.object, "resourceVersion"), stop.Stop(); }, stop);
  EXPECT_EQ(*end, kube::WatchEnd::Stopped);
  EXPECT_EQ(told, cluster_.Version());
}

TEST_F(MemoryClusterTest, AWatchBehindTheHistoryIsExpired) {
  const std::string version = cluster_.Version();
  for (int i = 0; i < 300; ++i) Make(Pipeline("p" + std::to_string(i)), Json::object());
  EXPECT_EQ(Watcher(cluster_, {api::kPods, "", ""}, version).AwaitEnd(), kube::WatchEnd::Expired);
}

TEST_F(MemoryClusterTest, AQuietWatchIsToldTheVersionSoThatItDoesNotExpire) {
  Watcher watcher(cluster_, {api::kPods, "", ""}, cluster_.Version());
  for (int i = 0; i < 100; ++i) Make(Pipeline("p" + std::to_string(i)), Json::object());
  EXPECT_EQ(watcher.Await("@100").substr(0, 4), "@100");
}

TEST_F(MemoryClusterTest, WatchesCanBeClosedAndExpiredByATest) {
  Watcher closed(cluster_, {api::kPods, "", ""}, cluster_.Version());
  Make(PodRef("a"), Json::object());
  EXPECT_EQ(closed.Await("+a"), "+a");
  cluster_.CloseWatches();
  EXPECT_EQ(closed.AwaitEnd(), kube::WatchEnd::Closed);

  const std::string version = cluster_.Version();
  Make(PodRef("b"), Json::object());
  cluster_.ForgetHistory();
  EXPECT_EQ(Watcher(cluster_, {api::kPods, "", ""}, version).AwaitEnd(), kube::WatchEnd::Expired);
}

TEST_F(MemoryClusterTest, StopEndsAQuietWatch) {
  Watcher watcher(cluster_, {api::kPods, "", ""}, cluster_.Version());
  watcher.Stop();
  EXPECT_EQ(watcher.AwaitEnd(), kube::WatchEnd::Stopped);
}

TEST_F(MemoryClusterTest, AWatchWithoutAVersionOrFromTheFutureIsRefused) {
  const kube::StopToken stop;
  const auto sink = [](kube::WatchEvent&&) {};
  EXPECT_EQ(cluster_.Watch({api::kPods, "", ""}, "", sink, stop).error().fault, Fault::Invalid);
  EXPECT_EQ(*cluster_.Watch({api::kPods, "", ""}, "999", sink, stop), kube::WatchEnd::Expired);
}

}  // namespace
}  // namespace weir::local
