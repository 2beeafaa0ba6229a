#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "operator/local/object_rules.h"
#include "tests/plan/world.h"

// docs/compatibility.md: an operator is replaced by that of another release, and nothing that is settled moves.
namespace weir::test {
namespace {

constexpr int kPipelines = 50;
constexpr int kInFlight = 5;

std::string PipelineNamed(int i) {
  const std::string n = std::to_string(i);
  return "kind: Dataset\nmetadata: {name: in-" + n + "}\nspec: {zone: Landing, owner: {team: a}, format: {csv: {}}}\n---\n" +
         "kind: Dataset\nmetadata: {name: kept-" + n + "}\nspec: {zone: RawHistory, owner: {team: a}, format: {csv: {}}}\n---\n" +
         "kind: Pipeline\nmetadata: {name: p-" + n + "}\nspec:\n  purpose: One of a fleet of pipelines.\n  owner: {team: a}\n  stages:\n" +
         "  - {name: land, land: {from: {http: {url: \"https://example.com/" + n + ".csv\"}}, into: in-" + n + "}}\n" +
         "  - {name: accept, accept: {from: in-" + n + ", into: kept-" + n + "}}\n";
}

std::vector<std::string> NamesOf(World& world, const api::Resource& resource) {
  std::vector<std::string> names;
  for (const Json& object : world.List(resource)) names.push_back(Text(At(object, "metadata"), "name"));
  std::sort(names.begin(), names.end());
  return names;
}

// A field that this release does not know, as another one would have written it, in each object of the document but maps of
// texts, whose keys may be a person's.
Json WithAFieldMore(const Json& value) {
  Json more = value;
  if (value.is_structured())
    for (auto& [key, inner] : more.items()) inner = WithAFieldMore(inner);
  const bool of_texts = std::all_of(value.begin(), value.end(), [](const Json& inner) { return inner.is_string(); });
  if (value.is_object() && !of_texts) more["ofAnotherRelease"] = 7;
  return more;
}

// Fifty pipelines that have had their first run, and five of them that are in another.
class Upgrade : public testing::Test {
 protected:
  Upgrade() {
    for (int i = 0; i < kPipelines; ++i) world_.Apply(PipelineNamed(i));
    EXPECT_TRUE(world_.Converge());
    for (int i = 0; i < kInFlight; ++i) {
      const std::string n = std::to_string(i);
      world_.Apply("kind: PipelineRun\nmetadata: {name: flying-" + n + "}\nspec: {pipeline: p-" + n + "}\n");
    }
    world_.Settle();
  }
  int WritesOfARestart() {
    world_.calls.clear();
    world_.Restart();
    world_.Settle();
    int writes = 0;
    for (const auto& [call, times] : world_.calls)
      if (!call.starts_with("Get") && !call.starts_with("List")) writes += times;
    return writes;
  }

  // A revision as another release would have written it; one that is there cannot be changed.
  void WriteAgain(Json revision) {
    const kube::ObjectRef ref{api::kRevisions, "default", Text(At(revision, "metadata"), "name")};
    ASSERT_TRUE(world_.cluster.Delete(ref, {}).ok());
    revision["data"] = WithAFieldMore(At(revision, "data"));
    for (const char* of_the_server : {"uid", "resourceVersion", "creationTimestamp"}) revision["metadata"].erase(of_the_server);
    ASSERT_TRUE(world_.cluster.Create(ref, revision).ok());
  }

  // By runners of another release; answers how many ended.
  int FinishWhatIsInFlight() {
    int ended = 0;
    for (bool any = true; any;) {
      any = false;
      world_.Settle();
      for (const Json& pod : world_.List(api::kPods)) {
        if (local::IsTerminal(pod)) continue;
        world_.EndPod(pod, Succeeds());
        SayMore(Text(At(pod, "metadata"), "name"));
        any = true;
        ++ended;
      }
    }
    return ended;
  }

  // The words of a runner that has ended, as one of another release would have said them.
  void SayMore(const std::string& pod) {
    Json statuses = At(At(world_.Get(api::kPods, pod), "status"), "containerStatuses");
    Json& ended = statuses.front()["state"]["terminated"];
    ended["message"] = Dump(WithAFieldMore(*ParseJson(Text(ended, "message"))));
    ASSERT_TRUE(
        world_.cluster.Patch({api::kPods, "default", pod}, kube::PatchType::Merge, kube::Subresource::Status, {{"status", {{"containerStatuses", statuses}}}})
            .ok());
  }

  World world_;
};

TEST_F(Upgrade, OfTheOperatorMovesNothingThatIsSettledAndWhatIsInFlightFinishes) {
  EXPECT_EQ(WritesOfARestart(), 0);

  const auto revisions = NamesOf(world_, api::kRevisions), runs = NamesOf(world_, api::kPipelineRuns), pods = NamesOf(world_, api::kPods);
  ASSERT_EQ(revisions.size(), static_cast<std::size_t>(kPipelines));
  for (const Json& revision : world_.List(api::kRevisions)) WriteAgain(revision);
  EXPECT_EQ(WritesOfARestart(), 0) << "revisions have fields of another release";
  EXPECT_EQ(NamesOf(world_, api::kRevisions), revisions);
  EXPECT_EQ(NamesOf(world_, api::kPipelineRuns), runs);
  EXPECT_EQ(NamesOf(world_, api::kPods), pods);

  EXPECT_EQ(FinishWhatIsInFlight(), 2 * kInFlight);
  for (int i = 0; i < kInFlight; ++i) EXPECT_EQ(world_.Condition(api::kPipelineRuns, "flying-" + std::to_string(i), "Succeeded"), "True Completed");
}

// When this fails, an upgrade would give each pipeline a new revision, and so a new run: give what was added a default that
// means what its absence meant.
TEST(UpgradeOfNames, LeavesThemAsTheyAre) {
  World world;
  world.Apply(kFlights);
  world.Apply(PipelineNamed(1));
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(NamesOf(world, api::kRevisions), (std::vector<std::string>{"delays-43cc708fe4", "p-1-4cc3e7f312"}));
}

}  // namespace
}  // namespace weir::test
