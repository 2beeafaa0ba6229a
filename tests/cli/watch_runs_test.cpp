#include "cli/watch_runs.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace weir::cli
