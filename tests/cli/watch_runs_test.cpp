#include "cli/run/watch_runs.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/lake/world.h"
#include "cli/run/run_answer.h"
#include "tests/temporary_folder.h"

namespace weir::cli {
namespace {

constexpr const char* kFinished = "2026-03-01T00:00:09Z";
const Json kTold = {{"version", 3}, {"committedBy", {{"run", "load-1"}}}};

// A session that nothing runs in: the test writes what the controllers would.
class WatchRuns : public ::testing::Test {
 protected:
  WatchRuns() : session_(std::move(Session::Open({folder_ / "lake", folder_ / "source", "none"})).value()), follower_(*session_, "default", {"load"}) {
    Put(api::kPipelines, "load", {{"stages", Json::array()}});
    Put(api::kViews, "orders-v1", Json::object());
    Put(api::kPipelineRuns, "load-1", {{"pipeline", "load"}});
    const Json commit = {{"kind", "View"}, {"name", "orders-v1"}, {"version", 3}, {"stage", "publish"}};
    Tell(api::kPipelineRuns, "load-1",
         {{"conditions", {{{"type", "Succeeded"}, {"status", "True"}, {"reason", "Completed"}, {"message", "All well."}}}},
          {"finished", kFinished},
          {"commits", {commit}}});
  }

  void Put(const api::Resource& kind, const std::string& name, Json spec) {
    const Json object = {
        {"apiVersion", api::kApiVersion}, {"kind", kind.kind}, {"metadata", {{"name", name}, {"namespace", "default"}}}, {"spec", std::move(spec)}};
    ASSERT_TRUE(session_->Cluster().Create({kind, "default", name}, object));
  }
  void Tell(const api::Resource& kind, const std::string& name, const Json& status) {
    ASSERT_TRUE(session_->Cluster().Patch({kind, "default", name}, kube::PatchType::Merge, kube::Subresource::Status, {{"status", status}}));
  }
  PipelineView::State State() { return follower_.Look(Time::FromSeconds(100))[0].state; }

  test::TemporaryFolder folder_;
  std::unique_ptr<Session> session_;
  RunFollower follower_;
};

TEST_F(WatchRuns, AreNotOverBeforeWhatTheyWroteSaysSo) {
  Tell(api::kPipelines, "load", {{"lastRunFinished", kFinished}});
  EXPECT_EQ(State(), PipelineView::State::Running) << "the view has no version yet";
  Tell(api::kViews, "orders-v1", {{"version", 9}, {"committedBy", {{"run", "load-0"}}}});
  EXPECT_EQ(State(), PipelineView::State::Running) << "the view tells what the run before committed, to a table that was made anew since";
  Tell(api::kViews, "orders-v1", kTold);
  EXPECT_EQ(State(), PipelineView::State::Succeeded);
}

TEST_F(WatchRuns, AreNotOverBeforeTheirPipelineSaysSo) {
  Tell(api::kViews, "orders-v1", kTold);
  EXPECT_EQ(State(), PipelineView::State::Running);
  Tell(api::kPipelines, "load", {{"lastRunFinished", kFinished}});
  EXPECT_EQ(State(), PipelineView::State::Succeeded);
}

TEST_F(WatchRuns, DoNotWaitForAnObjectThatIsGone) {
  Tell(api::kPipelines, "load", {{"lastRunFinished", kFinished}});
  ASSERT_TRUE(session_->Cluster().Delete({api::kViews, "default", "orders-v1"}, ""));
  EXPECT_EQ(State(), PipelineView::State::Succeeded);
}

// What `weir run` says and how it exits.
TEST_F(WatchRuns, SupersededByANewerRunAreNoFailure) {
  constexpr const char* kWhy = "A newer run took over after 0 of 1 stages, which is no failure. Table t was taken by a newer run, load-9 (epoch 9, version 3).";
  Tell(api::kPipelines, "load", {{"lastRunFinished", kFinished}});
  Tell(api::kPipelineRuns, "load-1",
       {{"conditions", {{{"type", "Succeeded"}, {"status", "False"}, {"reason", "Superseded"}, {"message", kWhy}}}},
        {"finished", kFinished},
        {"commits", Json::array()}});
  const auto views = follower_.Look(Time::FromSeconds(100));
  EXPECT_EQ(views[0].state, PipelineView::State::Superseded);
  std::ostringstream out, err;
  const World world{std::shared_ptr<kube::ClusterApi>(&session_->Cluster(), [](kube::ClusterApi*) {}), "default", folder_ / "lake"};
  EXPECT_EQ(PrintRuns({out, err}, world, views), Exit::Ok);
  EXPECT_THAT(err.str(), testing::HasSubstr(std::string("superseded load (load-1): ") + kWhy));
  EXPECT_EQ(Text(RunsAsJson(world, views)[0], "state"), "Superseded");
}

TEST_F(WatchRuns, OfAPipelineAreJudgedByTheNewerOne) {
  Tell(api::kPipelines, "load", {{"lastRunFinished", kFinished}});
  Tell(api::kViews, "orders-v1", {{"version", 3}, {"committedBy", {{"run", "load-2"}}}});
  const Json superseded = {{"conditions", {{{"type", "Succeeded"}, {"status", "False"}, {"reason", "Superseded"}, {"message", "A newer run took over."}}}},
                           {"finished", kFinished},
                           {"commits", Json::array()}};
  Put(api::kPipelineRuns, "load-2", {{"pipeline", "load"}});
  Tell(api::kPipelineRuns, "load-2", Json(At(*session_->Cluster().Get({api::kPipelineRuns, "default", "load-1"}), "status")));
  Tell(api::kPipelineRuns, "load-1", superseded);
  EXPECT_EQ(follower_.Look(Time::FromSeconds(100))[0].run, "load-2");
  EXPECT_EQ(State(), PipelineView::State::Succeeded);
}

TEST_F(WatchRuns, OfAKilledSessionEndAndAreNotThoseOfThisOne) {
  Put(api::kPipelineRuns, "load-2", {{"pipeline", "load"}});
  Put(api::kPipelineRuns, "other-1", {{"pipeline", "other"}});
  Put(api::kPipelineRuns, "load-3", {{"pipeline", "load"}, {"state", "Paused"}});
  RunFollower follower(*session_, "default", {"load"});
  std::vector<std::string> cancelled;
  for (const InterruptedRun& run : follower.CancelInterruptedRuns()) cancelled.push_back(run.ns + "/" + run.name + " of " + run.pipeline);
  EXPECT_THAT(cancelled, testing::UnorderedElementsAre("default/load-2 of load", "default/other-1 of other"));
  EXPECT_TRUE(follower.Runs().empty());
  const auto run = session_->Cluster().Get({api::kPipelineRuns, "default", "other-1"});
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(Text(At(*run, "spec"), "state"), "Cancelled");
  EXPECT_EQ(Text(At(*session_->Cluster().Get({api::kPipelineRuns, "default", "load-1"}), "spec"), "state"), "");
  EXPECT_EQ(Text(At(*session_->Cluster().Get({api::kPipelineRuns, "default", "load-3"}), "spec"), "state"), "Paused") << "as its user wants it";
}

TEST(Sessions, KnowThatTheOneBeforeWasKilled) {
  const test::TemporaryFolder folder;
  const auto open = [&folder] { return std::move(Session::Open({folder / "lake", folder / "source", "/bin/true"})).value(); };
  auto first = open();
  EXPECT_FALSE(first->PreviousWasKilled());
  ASSERT_TRUE(first->Start());
  ASSERT_TRUE(first->Stop());
  first.reset();
  EXPECT_FALSE(open()->PreviousWasKilled());
  const std::filesystem::path lock = std::filesystem::path(StateFile(folder / "lake")).parent_path() / "lock";
  std::ofstream(lock) << "4711\n";
  EXPECT_TRUE(open()->PreviousWasKilled());
  EXPECT_TRUE(open()->PreviousWasKilled()) << "a session that did not start says nothing of the one before";
}

// Else the next session would not know that this one was killed.
TEST(Sessions, DoNotStartWithoutAMarkInTheLake) {
  const test::TemporaryFolder folder;
  auto session = std::move(Session::Open({folder / "lake", folder / "source", "/bin/true"})).value();
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit none{0, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
  const Status started = session->Start();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, before);
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().reason, "DiskFull");
  EXPECT_THAT(started.error().message, testing::HasSubstr("/lock: "));
}

}  // namespace
}  // namespace weir::cli
