#include "operator/controller/loop/reflector.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <stdexcept>

#include "tests/controller/fake_clock.h"

namespace weir::controller {
namespace {

using kube::WatchEventType;

Json Object(const std::string& name, int version) {
  return {{"metadata", {{"namespace", "n"}, {"name", name}, {"uid", name + "-uid"}, {"resourceVersion", std::to_string(version)}}}};
}

// Answers lists and watches from a script, one step for each call, and writes down what was asked. When the script is
// at its end it raises `stop`.
class ScriptedCluster final : public kube::ClusterApi {
 public:
  struct WatchStep {
    std::vector<kube::WatchEvent> events;
    Result<kube::WatchEnd> end = kube::WatchEnd::Closed;
    Duration lasts = Duration::Minutes(5);
  };
  explicit ScriptedCluster(FakeClock& clock) : clock_(clock) {}

  Result<std::string> ListInto(const kube::Selection&, const kube::ListSink& sink) override {
    asked_ += "list ";
    if (lists.empty()) {
      stop.Stop();
      return Error{Fault::Transient, "End", ""};
    }
    auto step = std::move(lists.front());
    lists.pop_front();
    if (!step) return step.error();
    sink.anew();
    for (Json& object : step->items) sink.object(std::move(object));
    return step->resourceVersion;
  }
  Result<kube::WatchEnd> Watch(const kube::Selection&, const std::string& version, const std::function<void(kube::WatchEvent&&)>& sink,
                               const kube::StopToken&) override {
    asked_ += "watch" + version + " ";
    if (watches.empty()) {
      stop.Stop();
      return kube::WatchEnd::Stopped;
    }
    WatchStep step = std::move(watches.front());
    watches.pop_front();
    for (kube::WatchEvent& event : step.events) sink(std::move(event));
    clock_.Advance(step.lasts);
    return step.end;
  }
  Result<Json> Get(const kube::ObjectRef& ref) override {
    asked_ += "get " + ref.name + " ";
    if (!gets.empty()) {
      const Error error = gets.front();
      gets.pop_front();
      return error;
    }
    const auto found = objects.find(ref.name);
    return found == objects.end() ? Result<Json>(Error{Fault::Missing, "NotFound", ""}) : Result<Json>(found->second);
  }
  Result<Json> Create(const kube::ObjectRef&, const Json&) override { return Unused(); }
  Result<Json> Patch(const kube::ObjectRef&, kube::PatchType, kube::Subresource, const Json&) override { return Unused(); }
  Status Delete(const kube::ObjectRef&, const std::string&) override { return Unused(); }

  std::deque<Result<kube::Listing>> lists;
  std::deque<WatchStep> watches;
  std::deque<Error> gets;  // how the first ones fail
  std::map<std::string, Json> objects;
  kube::StopToken stop;
  std::string asked_;

 private:
  static Error Unused() { return {Fault::Bug, "", "not scripted"}; }
  FakeClock& clock_;
};

class ReflectorTest : public testing::Test {
 protected:
  void Run() {
    ReflectorCallbacks callbacks;
    callbacks.seen = [this](const observe::Item& item, Lane lane) {
      if (std::exchange(throw_once_, false)) throw std::runtime_error("no");
      seen_ += item.meta.name + item.meta.resourceVersion + (lane == Lane::Live ? "! " : " ");
    };
    callbacks.failed = [this](const Error& error) { failed_ += error.reason + " "; };
    Reflector reflector(cluster_, {api::kPods, "", label_}, store_, clock_, callbacks, options_);
    reflector.Run(cluster_.stop);
  }
  static kube::Listing Listed(std::vector<Json> items, const std::string& version) { return {std::move(items), version}; }

  LeapingClock clock_;
  ScriptedCluster cluster_{clock_};
  observe::Store store_{api::kPods};
  ReflectorOptions options_{.relistEvery = Duration::Hours(1000)};
  std::string seen_, failed_, label_;
  bool throw_once_ = false;
};

TEST_F(ReflectorTest, ListsOnceAndWatchesOnFromTheLastVersionSeen) {
  cluster_.lists = {Listed({Object("a", 1), Object("b", 2)}, "5")};
  cluster_.watches = {{.events = {{WatchEventType::Modified, Object("a", 7)}, {WatchEventType::Deleted, Object("b", 8)}}},
                      {.events = {{WatchEventType::Added, Object("c", 9)}}}};
  Run();
  EXPECT_EQ(cluster_.asked_, "list watch5 watch8 watch9 ");
  EXPECT_EQ(seen_, "a1 b2 a1! a7! b2! c9! ");
  EXPECT_EQ(store_.Size(), 2U);
  EXPECT_EQ(failed_, "");
}

Json Kept(const std::string& name, int version) {
  Json object = Object(name, version);
  object["metadata"]["finalizers"] = {"ours"};
  return object;
}

// To a watch that selects by label both look the same.
TEST_F(ReflectorTest, AnObjectWithOurFinalizerThatOnlyLostItsLabelStays) {
  label_ = "our-label";
  options_.keepWithFinalizer = "ours";
  cluster_.lists = {Listed({Kept("gone", 1), Kept("stays", 2), Object("free", 3)}, "5"), Listed({}, "5")};
  cluster_.objects = {{"stays", Kept("stays", 8)}};
  cluster_.watches = {
      {.events = {{WatchEventType::Deleted, Kept("gone", 7)}, {WatchEventType::Deleted, Kept("stays", 8)}, {WatchEventType::Deleted, Object("free", 9)}}}};
  Run();
  EXPECT_EQ(cluster_.asked_, "list list watch5 get gone get stays watch9 ");
  EXPECT_EQ(store_.Size(), 1U);
  EXPECT_NE(store_.Get("n", "stays"), nullptr);
}

// A server that throttles or is down says nothing about whether an object is gone.
TEST_F(ReflectorTest, AnObjectThatCannotBeReadWhenItLeavesTheSelectionStaysUntilTheNextList) {
  for (const Fault fault : {Fault::Transient, Fault::Denied, Fault::Conflict}) {
    ScriptedCluster cluster(clock_);
    observe::Store store{api::kPods};
    std::string seen, failed;
    cluster.lists = {Listed({Kept("stays", 2), Kept("goes", 3)}, "5"), Listed({}, "5"), Listed({}, "9"), Listed({Kept("stays", 7)}, "9")};
    cluster.watches = {{.events = {{WatchEventType::Deleted, Kept("stays", 7)}, {WatchEventType::Deleted, Kept("goes", 8)}}}};
    cluster.gets = {{fault, "TooManyRequests", "wait 1"}};
    const auto look = [&](const observe::Item& item, Lane lane) {
      seen += item.meta.name + item.meta.resourceVersion + (store.Get("n", item.meta.name) ? "" : " gone") + (lane == Lane::Live ? "! " : " ");
    };
    options_.keepWithFinalizer = "ours";
    Reflector reflector(cluster, {api::kPods, "", "our-label"}, store, clock_, {.seen = look, .failed = [&](const Error& e) { failed += e.reason + " "; }},
                        options_);
    reflector.Run(cluster.stop);
    EXPECT_EQ(cluster.asked_, "list list watch5 get stays list list watch9 ");
    EXPECT_EQ(failed, "TooManyRequests ");
    EXPECT_EQ(seen, "goes3 stays2 stays7 stays2 goes3 gone ") << "it was never told to be gone";
  }
}

TEST_F(ReflectorTest, AnObjectThatGoesAndComesBackUnderItsNameIsToldAsGone) {
  label_ = "our-label";
  options_.keepWithFinalizer = "ours";
  Json another = Kept("a", 8);
  another["metadata"]["uid"] = "another";
  cluster_.lists = {Listed({Kept("a", 1)}, "5"), Listed({}, "5")};
  cluster_.objects = {{"a", another}};
  cluster_.watches = {{.events = {{WatchEventType::Deleted, Kept("a", 7)}}}};
  Run();
  EXPECT_EQ(seen_, "a1 a1! ");
  EXPECT_EQ(store_.Get("n", "a"), nullptr);
}

// What the first list has not, the second may have: on the first alone, all of it would be gone.
TEST_F(ReflectorTest, ASecondListThatFailsChangesNothingAndBothAreTriedAgain) {
  label_ = "our-label";
  options_.keepWithFinalizer = "ours";
  cluster_.lists = {Listed({Object("a", 1)}, "5"),          Listed({Kept("b", 2)}, "5"),    Listed({Object("a", 1)}, "50"),
                    Error{Fault::Transient, "Timeout", ""}, Listed({Object("a", 1)}, "60"), Listed({Kept("b", 2)}, "60")};
  cluster_.watches = {{.end = kube::WatchEnd::Expired}};
  const Time begun = clock_.Now();
  Run();
  EXPECT_EQ(cluster_.asked_, "list list watch5 list list list list watch60 ");
  EXPECT_EQ(failed_, "Timeout ");
  EXPECT_EQ(seen_, "a1 b2 a1 b2 ");
  EXPECT_EQ(store_.Size(), 2U);
  EXPECT_GE((clock_.Now() - begun).ms, Duration::Minutes(5).ms + 640) << "after a pause";
}

TEST_F(ReflectorTest, ObjectsWithOurFinalizerAreLookedForAmongThoseWithoutTheLabel) {
  label_ = "our-label";
  options_.keepWithFinalizer = "ours";
  cluster_.lists = {Listed({Object("a", 1)}, "5"), Listed({Kept("b", 2), Object("stranger", 3)}, "6")};
  Run();
  EXPECT_EQ(cluster_.asked_, "list list watch5 ");
  EXPECT_EQ(seen_, "a1 b2 ");
}

TEST_F(ReflectorTest, BookmarksMoveTheVersionAndTellNothing) {
  cluster_.lists = {Listed({}, "5")};
  cluster_.watches = {{.events = {{WatchEventType::Bookmark, {{"metadata", {{"resourceVersion", "40"}}}}}}}};
  Run();
  EXPECT_EQ(cluster_.asked_, "list watch5 watch40 ");
  EXPECT_EQ(seen_, "");
}

TEST_F(ReflectorTest, AnExpiredVersionIsListedAnewAndWhatVanishedIsTold) {
  cluster_.lists = {Listed({Object("a", 1), Object("b", 2)}, "5"), Listed({Object("a", 1)}, "90")};
  cluster_.watches = {{.end = kube::WatchEnd::Expired}};
  Run();
  EXPECT_EQ(cluster_.asked_, "list watch5 list watch90 ");
  EXPECT_EQ(seen_, "a1 b2 a1 b2 ") << "all are looked at again, what vanished too";
  EXPECT_EQ(failed_, "");
}

TEST_F(ReflectorTest, ARefusedWatchBacksOffAndWatchesOnWithoutAList) {
  cluster_.lists = {Listed({}, "5")};
  cluster_.watches = {{.end = Error{Fault::Transient, "TooManyRequests", "wait 1"}, .lasts = {}},
                      {.end = Error{Fault::Transient, "ConnectionRefused", ""}, .lasts = {}}};
  const Time begun = clock_.Now();
  Run();
  EXPECT_EQ(cluster_.asked_, "list watch5 watch5 watch5 ");
  EXPECT_EQ(failed_, "TooManyRequests ConnectionRefused ");
  EXPECT_GE((clock_.Now() - begun).ms, 640 + 1280) << "0.8 s, then twice that, each less a fifth at most";
}

TEST_F(ReflectorTest, AWatchThatClosesAtOnceWithoutAnEventIsAFailure) {
  cluster_.lists = {Listed({}, "5")};
  cluster_.watches = {{.lasts = Duration::Millis(10)}, {.events = {{WatchEventType::Added, Object("a", 6)}}, .lasts = Duration::Millis(10)}};
  Run();
  EXPECT_EQ(failed_, "WatchClosed ") << "one that told something is none";
}

TEST_F(ReflectorTest, AListThatFailsIsTriedAgainUntilItSucceeds) {
  cluster_.lists = {Error{Fault::Denied, "Forbidden", ""}, Error{Fault::Transient, "Timeout", ""}, Listed({Object("a", 1)}, "5")};
  Run();
  EXPECT_EQ(cluster_.asked_, "list list list watch5 ");
  EXPECT_EQ(failed_, "Forbidden Timeout ");
  EXPECT_TRUE(store_.Synced());
}

TEST_F(ReflectorTest, ListsAnewNowAndThenAsASafetyNet) {
  options_.relistEvery = Duration::Minutes(30);
  cluster_.lists = {Listed({}, "5"), Listed({}, "50")};
  cluster_.watches = {{.lasts = Duration::Minutes(29)}, {.lasts = Duration::Minutes(12)}};
  Run();
  EXPECT_EQ(cluster_.asked_, "list watch5 watch5 list watch50 ");
}

TEST_F(ReflectorTest, AnEventOfAnOwnWriteIsToldAlthoughTheStoreHasIt) {
  cluster_.lists = {Listed({}, "5")};
  store_.Upsert(Object("own", 6));
  cluster_.watches = {{.events = {{WatchEventType::Added, Object("own", 6)}}}};
  Run();
  EXPECT_EQ(seen_, "own6 own6! ");
}

TEST_F(ReflectorTest, AnExceptionOutOfACallbackIsAFailureAndEverythingIsListedAnew) {
  cluster_.lists = {Listed({}, "5"), Listed({Object("a", 6)}, "9")};
  cluster_.watches = {{.events = {{WatchEventType::Added, Object("a", 6)}}}};
  throw_once_ = true;
  Run();
  EXPECT_EQ(failed_, "InternalError ");
  EXPECT_EQ(cluster_.asked_, "list watch5 list watch9 ");
  EXPECT_EQ(seen_, "a6 ");
}

TEST(Reflector, StopEndsAPauseAtOnce) {
  FakeClock clock;  // never moves: only the token can end the pause
  ScriptedCluster cluster(clock);
  cluster.lists = {Error{Fault::Transient, "Timeout", ""}};
  observe::Store store{api::kPods};
  const kube::StopToken stop;
  Reflector reflector(cluster, {api::kPods, "", ""}, store, clock, {.seen = [](const observe::Item&, Lane) {}, .failed = [&](const Error&) { stop.Stop(); }},
                      {});
  reflector.Run(stop);
  EXPECT_EQ(cluster.asked_, "list ");
}

}  // namespace
}  // namespace weir::controller
