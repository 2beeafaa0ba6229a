#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "tests/kube/cluster/server.h"

namespace weir::kube {
namespace {

using testing::ElementsAre;

std::string Describe(const WatchEvent& event) {
  switch (event.type) {
    case WatchEventType::Added: return "added " + NameOf(event.object);
    case WatchEventType::Modified: return "modified " + NameOf(event.object);
    case WatchEventType::Deleted: return "deleted " + NameOf(event.object);
    case WatchEventType::Bookmark: return "bookmark";
  }
  return "";
}

// A watch on a thread of its own that remembers what it saw.
class Watching {
 public:
  Watching(RestCluster& cluster, const Selection& selection, const std::string& version)
      : thread_([this, &cluster, selection, version] {
          end_ = cluster.Watch(
              selection, version, [this](WatchEvent&& event) { Take(std::move(event)); }, stop_);
        }) {}
  ~Watching() {
    if (thread_.joinable()) static_cast<void>(End());
  }

  // What was seen, bookmarks apart, once there are `count` of them.
  std::vector<std::string> Await(std::size_t count) {
    std::unique_lock lock(mutex_);
    seen_.wait_for(lock, std::chrono::seconds(30), [&] { return events_.size() >= count; });
    return events_;
  }
  std::string version() {
    const std::lock_guard lock(mutex_);
    return version_;
  }
  Result<WatchEnd> End() {
    stop_.Stop();
    if (thread_.joinable()) thread_.join();
    return end_;
  }

 private:
  void Take(WatchEvent&& event) {
    const std::lock_guard lock(mutex_);
    version_ = VersionOf(event.object);
    if (event.type != WatchEventType::Bookmark) events_.push_back(Describe(event));
    seen_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable seen_;
  std::vector<std::string> events_;
  std::string version_;
  StopToken stop_;
  Result<WatchEnd> end_ = Error{};
  std::thread thread_;
};

class Watches : public ServerTest {};

TEST_F(Watches, EventsArriveInOrder) {
  const std::string version = cluster_->List(ConfigMaps())->resourceVersion;
  Watching watching(*cluster_, ConfigMaps(), version);
  Make("a");
  ASSERT_TRUE(cluster_->Patch(ConfigMap("a"), PatchType::Merge, Subresource::None, {{"data", {{"text", "b"}}}}));
  ASSERT_TRUE(cluster_->Delete(ConfigMap("a"), ""));
  EXPECT_THAT(watching.Await(3), ElementsAre("added a", "modified a", "deleted a"));
  EXPECT_EQ(*watching.End(), WatchEnd::Stopped);
}

TEST_F(Watches, AWatchGoesOnWhereTheLastOneStopped) {
  std::string version = cluster_->List(ConfigMaps())->resourceVersion;
  {
    Watching first(*cluster_, ConfigMaps(), version);
    Make("a");
    EXPECT_THAT(first.Await(1), ElementsAre("added a"));
    version = first.version();
  }
  Make("b");
  Watching second(*cluster_, ConfigMaps(), version);
  Make("c");
  EXPECT_THAT(second.Await(2), ElementsAre("added b", "added c"));
}

TEST_F(Watches, OnlyWhatWasSelectedIsSeen) {
  const std::string version = cluster_->List(ConfigMaps())->resourceVersion;
  Watching watching(*cluster_, ConfigMaps(), version);
  ASSERT_TRUE(cluster_->Create(ConfigMap("other"), {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "other"}}}}));
  Make("mine");
  EXPECT_THAT(watching.Await(1), ElementsAre("added mine"));
}

TEST_F(Watches, ALargeBurstLosesNothing) {
  const std::string version = cluster_->List(ConfigMaps())->resourceVersion;
  for (int i = 0; i < 40; ++i) Make("big-" + std::to_string(i), std::string(200'000, 'x'));
  Watching watching(*cluster_, ConfigMaps(), version);
  EXPECT_EQ(watching.Await(40).size(), 40u);
}

TEST_F(Watches, TheServerEndsAWatchAfterItsTime) {
  const auto brief = Connect({.shortestWatch = Duration::Seconds(2), .longestWatch = Duration::Seconds(2), .stop = {}, .onCall = {}, .onWarning = {}});
  const std::string version = brief->List(ConfigMaps())->resourceVersion;
  const auto end = brief->Watch(ConfigMaps(), version, [](WatchEvent&&) {}, {});
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(*end, WatchEnd::Closed);
}

// A kind that the test declares itself: the server holds no change of its objects from before, so that every older version
// is gone, whatever the age of the server and of its storage.
class WatchesOfANewKind : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    before_ = cluster_->List(ConfigMaps())->resourceVersion;
    const Json schema{{"openAPIV3Schema", {{"type", "object"}}}};
    const Json version{{"name", kind_.version}, {"served", true}, {"storage", true}, {"schema", schema}};
    const Json names{{"plural", kind_.plural}, {"singular", "thing"}, {"kind", kind_.kind}};
    const auto made =
        cluster_->Create(definition_, {{"apiVersion", "apiextensions.k8s.io/v1"},
                                       {"kind", "CustomResourceDefinition"},
                                       {"metadata", {{"name", definition_.name}}},
                                       {"spec", {{"group", kind_.group}, {"scope", "Namespaced"}, {"names", names}, {"versions", Json::array({version})}}}});
    ASSERT_TRUE(made) << made.error().message;
  }
  void TearDown() override {
    EXPECT_TRUE(cluster_->Delete(definition_, ""));
    ServerTest::TearDown();
  }

  // Watches until the server serves the new kind: until then it answers Missing, and then 429 while its storage starts.
  Result<WatchEnd> WatchOnceServed(const std::string& version) const {
    const auto brief = Connect({.shortestWatch = Duration::Seconds(2), .longestWatch = Duration::Seconds(2), .stop = {}, .onCall = {}, .onWarning = {}});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (;;) {
      auto end = brief->Watch(things_, version, [](WatchEvent&&) {}, {});
      if (end || std::chrono::steady_clock::now() > deadline) return end;
    }
  }

  const std::string group_ = "test-" + std::to_string(std::random_device{}()) + ".weirkeeper.example";
  const api::Resource kind_{group_, "v1", "things", "Thing"};
  const ObjectRef definition_{{"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition"}, "", "things." + group_};
  const Selection things_{kind_, "", ""};
  std::string before_;  // a version from before the kind
};

TEST_F(WatchesOfANewKind, AVersionThatIsGoneIsExpiredAndAFreshListGoesOn) {
  const auto end = WatchOnceServed(before_);
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(*end, WatchEnd::Expired);

  const auto listing = cluster_->List(things_);
  ASSERT_TRUE(listing) << listing.error().message;
  Watching watching(*cluster_, things_, listing->resourceVersion);
  ASSERT_TRUE(cluster_->Create({kind_, ns_, "a"}, {{"apiVersion", kind_.ApiVersion()}, {"kind", kind_.kind}, {"metadata", {{"name", "a"}}}}));
  EXPECT_THAT(watching.Await(1), ElementsAre("added a"));
}

TEST_F(Watches, AKindThatDoesNotExistIsMissing) {
  const auto end = cluster_->Watch({{"nowhere.example", "v1", "things", "Thing"}, "", ""}, "", [](WatchEvent&&) {}, {});
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().fault, Fault::Missing);
}

}  // namespace
}  // namespace weir::kube
