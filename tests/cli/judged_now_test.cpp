#include "cli/lake/judged_now.h"

#include <gtest/gtest.h>

#include "cli/lake/world.h"
#include "tests/temporary_folder.h"

namespace weir::cli {
namespace {

class MovedClock final : public Clock {
 public:
  Time Now() const override { return now; }
  Time now = Time::FromSeconds(1'767'323'045);
};

class JudgedNow : public testing::Test {
 protected:
  void Put(const api::Resource& kind, const std::string& name, const Json& freshness) {
    Json spec{{"purpose", "Something that is long enough."}, {"grain", "One row each."}, {"owner", {{"team", "a"}}}};
    if (kind == api::kViews) {
      spec["query"] = {{"sql", "SELECT 1 AS a"}};
      spec["columns"] = {{{"name", "a"}, {"type", "INTEGER"}, {"description", "A number"}}};
    } else {
      spec = {{"zone", "Curated"}, {"owner", {{"team", "a"}}}, {"schema", {{"columns", {{{"name", "a"}, {"type", "INTEGER"}}}}}}};
    }
    if (!freshness.is_null()) spec["freshness"] = freshness;
    const Json object{{"apiVersion", api::kApiVersion}, {"kind", kind.kind}, {"metadata", {{"name", name}, {"namespace", "default"}}}, {"spec", spec}};
    ASSERT_TRUE(cluster_.Create({kind, "default", name}, object));
    const Json status{{"version", 3}, {"rows", 1}, {"dataAsOf", Format(clock_.now)}, {"committedBy", {{"run", "load-1"}, {"epoch", 7}}}};
    ASSERT_TRUE(cluster_.Patch({kind, "default", name}, kube::PatchType::Merge, kube::Subresource::Status, {{"status", status}}));
  }
  std::string Fresh(const api::Resource& kind, const std::string& name) {
    const auto object = cluster_.Get({kind, "default", name});
    if (!object) return "absent";
    for (const Json& condition : At(At(*object, "status"), "conditions"))
      if (Text(condition, "type") == "Fresh") return Text(condition, "status");
    return "";
  }

  MovedClock clock_;
  local::MemoryCluster cluster_{clock_};
};

TEST_F(JudgedNow, TurnsAtTheInstantOfTheLimitWithoutARun) {
  const Json limit{{"maxLag", "1h"}};
  Put(api::kViews, "v-v1", limit);
  Put(api::kDatasets, "d", limit);
  Put(api::kDatasets, "unlimited", nullptr);
  UpdateFreshnessNow(cluster_, clock_);
  EXPECT_EQ(Fresh(api::kViews, "v-v1"), "True");
  EXPECT_EQ(Fresh(api::kDatasets, "d"), "True");
  clock_.now = clock_.now + Duration::Hours(1);
  UpdateFreshnessNow(cluster_, clock_);
  EXPECT_EQ(Fresh(api::kViews, "v-v1"), "False");
  EXPECT_EQ(Fresh(api::kDatasets, "d"), "False");
  EXPECT_EQ(Fresh(api::kDatasets, "unlimited"), "");
  clock_.now = clock_.now + Duration::Hours(-1);  // a clock that was wrong and is right again
  UpdateFreshnessNow(cluster_, clock_);
  EXPECT_EQ(Fresh(api::kViews, "v-v1"), "True");
}

TEST_F(JudgedNow, ChangesNoFactAndStartsNothing) {
  Put(api::kViews, "v-v1", {{"maxLag", "1h"}});
  clock_.now = clock_.now + Duration::Hours(30);
  UpdateFreshnessNow(cluster_, clock_);
  const Json status = At(*cluster_.Get({api::kViews, "default", "v-v1"}), "status");
  EXPECT_EQ(Integer(status, "version"), 3);
  EXPECT_EQ(Text(At(status, "committedBy"), "run"), "load-1");
  EXPECT_TRUE(cluster_.List({api::kPipelineRuns, "", ""})->items.empty());
  EXPECT_TRUE(cluster_.List({api::kPods, "", ""})->items.empty());
}

// What `weir get`, `explain` and `query` open.
TEST_F(JudgedNow, IsWhatIsOpenedFromALake) {
  const test::TemporaryFolder folder;
  Put(api::kViews, "v-v1", {{"maxLag", "1h"}});
  UpdateFreshnessNow(cluster_, clock_);
  EXPECT_EQ(Fresh(api::kViews, "v-v1"), "True");
  folder.Write("lake/_weirkeeper/anything", "");
  ASSERT_TRUE(cluster_.Save(StateFile(folder / "lake"), folder / "lake"));
  const auto world = OpenLocal({.lake = folder / "lake"}, Judged::Now);
  ASSERT_TRUE(world.ok()) << world.error().message;
  const auto object = world->cluster->Get({api::kViews, "default", "v-v1"});
  ASSERT_TRUE(object.ok());
  for (const Json& condition : At(At(*object, "status"), "conditions")) EXPECT_TRUE(Text(condition, "type") != "Fresh" || Text(condition, "status") == "False");
}

}  // namespace
}  // namespace weir::cli
