#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/plan/world.h"

// Nothing of ours outlives its cause, and what is left of before is in nobody's way.
namespace weir::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kSecretIsMissing = "MountVolume.SetUp failed for volume \"store-warehouse\" : secret \"warehouse-writer\" not found";

const Json& MetaOf(const Json& object) { return At(object, "metadata"); }

// As the garbage collector does for --cascade=orphan, before the owner goes.
void Orphan(World& world, const api::Resource& resource, const std::string& owner_kind) {
  for (const Json& object : world.List(resource)) {
    const Json& owners = At(MetaOf(object), "ownerReferences");
    if (!owners.is_array() || owners.empty() || Text(owners[0], "kind") != owner_kind) continue;
    ASSERT_TRUE(world.cluster
                    .Patch({resource, "default", Text(MetaOf(object), "name")}, kube::PatchType::Merge, kube::Subresource::None,
                           {{"metadata", {{"ownerReferences", nullptr}}}})
                    .ok());
  }
}

void MakeRun(World& world, const std::string& name) { world.Apply("kind: PipelineRun\nmetadata: {name: " + name + "}\nspec: {pipeline: delays}\n"); }

// Up to the first stage's pod.
std::string StartARun(World& world) {
  world.Apply(kFlights);
  world.Settle();
  world.RunPods();
  world.Settle();
  return world.RunNames().front();
}

// That have a finalizer.
long HeldPodsOfRuns(World& world) {
  const std::vector<Json> pods = world.List(api::kPods);
  return std::count_if(pods.begin(), pods.end(),
                       [](const Json& pod) { return At(MetaOf(pod), "labels").contains("weirkeeper.io/run") && !At(MetaOf(pod), "finalizers").empty(); });
}

TEST(Leftovers, PodsThatAreOrphanedWithARunAreReleasedAndInNobodysWay) {
  World world;
  const std::string name = StartARun(world);
  Orphan(world, api::kPods, "PipelineRun");
  world.Delete(api::kPipelineRuns, name);
  world.Settle();
  EXPECT_EQ(HeldPodsOfRuns(world), 0);
  MakeRun(world, name);
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Succeeded"), "True Completed");
  EXPECT_EQ(world.RunStatusOf(name).attempts, 6);
}

TEST(Leftovers, PodsThatWereOrphanedWhileNoOperatorRanAreReleased) {
  World world;
  const std::string name = StartARun(world);
  Orphan(world, api::kPods, "PipelineRun");
  world.Delete(api::kPipelineRuns, name);
  world.Restart();
  world.Settle();
  EXPECT_EQ(HeldPodsOfRuns(world), 0);
}

Json LabelsOf(World& world, const std::string& pod) { return At(MetaOf(world.Get(api::kPods, pod)), "labels"); }

void PatchPod(World& world, const std::string& pod, const Json& metadata) {
  ASSERT_TRUE(world.cluster.Patch({api::kPods, "default", pod}, kube::PatchType::Merge, kube::Subresource::None, {{"metadata", metadata}}).ok());
}

// kubectl label pods --all: a pod is known by its name and its owner.
TEST(Leftovers, LabelsThatAreChangedArePutBackAndTheRunGoesOn) {
  for (const Json& change : {Json{{"weirkeeper.io/attempt", "77"}}, Json{{"weirkeeper.io/run", "other"}}, Json{{"weirkeeper.io/stage", nullptr}},
                             Json{{"weirkeeper.io/pipeline", nullptr}}}) {
    World world;
    const std::string name = StartARun(world), pod = name + "-land-1";
    const Json labels = LabelsOf(world, pod);
    PatchPod(world, pod, {{"labels", change}});
    world.Settle();
    EXPECT_TRUE(SameJson(LabelsOf(world, pod), labels)) << change;
    ASSERT_TRUE(world.Converge());
    EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Succeeded"), "True Completed") << change;
    EXPECT_EQ(world.RunStatusOf(name).attempts, 6) << change;
    EXPECT_EQ(HeldPodsOfRuns(world), 0) << change;
  }
}

// kubectl patch: whose a pod is, its name and its task say too.
TEST(Leftovers, APodThatLosesItsOwnerGetsItBackAndTheRunGoesOn) {
  for (const Json& change : {Json{{"ownerReferences", nullptr}}, Json{{"ownerReferences", nullptr}, {"labels", nullptr}}})
    for (const Duration age : {Duration::Seconds(1), Duration::Seconds(20), Duration::Minutes(5)}) {
      World world;
      const std::string name = StartARun(world), pod = name + "-land-1";
      const Json made = MetaOf(world.Get(api::kPods, pod));
      world.StartPod(world.Get(api::kPods, pod));
      world.Advance(age);
      PatchPod(world, pod, change);
      world.Settle();
      const Json meta = MetaOf(world.Get(api::kPods, pod));
      EXPECT_EQ(Text(meta, "uid"), Text(made, "uid"));
      EXPECT_EQ(At(meta, "ownerReferences"), At(made, "ownerReferences")) << change << " after " << Format(age);
      EXPECT_EQ(At(meta, "labels"), At(made, "labels"));
      world.Advance(Duration::Minutes(5));
      ASSERT_TRUE(world.Converge());
      EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Succeeded"), "True Completed") << change << " after " << Format(age);
      EXPECT_EQ(world.RunStatusOf(name).attempts, 6);
      EXPECT_EQ(HeldPodsOfRuns(world), 0);
    }
}

TEST(Leftovers, AValidatorThatLosesItsOwnerGetsItBack) {
  World world;
  world.Apply(kFlights);
  world.Settle();
  ASSERT_EQ(world.podsMade.size(), 1U);
  const std::string pod = world.podsMade[0];
  const Json made = MetaOf(world.Get(api::kPods, pod));
  world.Advance(Duration::Minutes(2));
  PatchPod(world, pod, {{"ownerReferences", nullptr}});
  world.Settle();
  EXPECT_EQ(At(MetaOf(world.Get(api::kPods, pod)), "ownerReferences"), At(made, "ownerReferences"));
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  EXPECT_EQ(At(At(world.Get(api::kPipelines, "delays"), "status"), "validation").value("attempt", 0), 1);
}

TEST(Leftovers, APodThatLosesItsOwnerWhileItsRunIsCancelledGoes) {
  World world;
  const std::string name = StartARun(world), pod = name + "-land-1";
  world.StartPod(world.Get(api::kPods, pod));
  world.Advance(Duration::Minutes(2));
  PatchPod(world, pod, {{"ownerReferences", nullptr}});
  world.PatchSpec(api::kPipelineRuns, name, {{"state", "Cancelled"}});
  world.Settle();
  world.Advance(Duration::Minutes(2));
  EXPECT_EQ(HeldPodsOfRuns(world), 0);
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Succeeded"), "False Cancelled");
}

// It is known by its name while its attempt runs: then nothing tells whose it is.
TEST(Leftovers, APodWithoutOwnerAndLabelsIsReleasedWhenItsRunGoes) {
  World world;
  const std::string name = StartARun(world), pod = name + "-land-1";
  world.PatchSpec(api::kPipelineRuns, name, {{"state", "Cancelled"}});
  PatchPod(world, pod, {{"ownerReferences", nullptr}, {"labels", nullptr}});
  world.EndPod(world.Get(api::kPods, pod), Succeeds());
  world.Settle();
  world.Delete(api::kPipelineRuns, name);
  world.Settle();
  const Json left = world.Get(api::kPods, pod);
  EXPECT_TRUE(left.is_null() || At(MetaOf(left), "finalizers").empty()) << left;
}

TEST(Leftovers, APodThatIsNobodysIsReleasedOnceItHasEnded) {
  for (const bool is_taken : {false, true}) {
    World world;
    world.Apply("kind: Dataset\nmetadata: {name: another}\nspec: {zone: Landing, owner: {team: t}, format: {csv: {}}}\n");
    Json pod{{"metadata", {{"finalizers", {"weirkeeper.io/outcome"}}}}, {"spec", {{"containers", Json::array({{{"name", "runner"}}})}}}};
    if (is_taken) pod["metadata"]["ownerReferences"] = Json::array({api::OwnerReference(api::kDatasets, api::ReadMeta(world.Get(api::kDatasets, "another")))});
    ASSERT_TRUE(world.cluster.Create({api::kPods, "default", "stray"}, pod).ok());
    world.Settle();
    EXPECT_FALSE(At(MetaOf(world.Get(api::kPods, "stray")), "finalizers").empty());
    const Json ended{{"status", {{"phase", "Failed"}}}};
    ASSERT_TRUE(world.cluster.Patch({api::kPods, "default", "stray"}, kube::PatchType::Merge, kube::Subresource::Status, ended).ok());
    world.Settle();
    EXPECT_TRUE(At(MetaOf(world.Get(api::kPods, "stray")), "finalizers").empty()) << is_taken;
  }
}

TEST(Leftovers, PodsWithoutLabelsAreReleasedWithTheirRun) {
  World world;
  const std::string name = StartARun(world);
  PatchPod(world, name + "-land-1", {{"labels", nullptr}});
  world.Delete(api::kPipelineRuns, name);
  world.Settle();
  const Json pod = world.Get(api::kPods, name + "-land-1");
  EXPECT_TRUE(pod.is_null() || At(MetaOf(pod), "finalizers").empty()) << pod;
}

// kubectl replace --force: the pods of the first run may still be there, one of them running.
TEST(Leftovers, ARunThatIsMadeAgainUnderItsNameStartsAnew) {
  for (const bool running : {false, true}) {
    World world;
    const std::string name = StartARun(world);
    if (running)
      for (const Json& pod : world.List(api::kPods))
        if (Text(At(pod, "status"), "phase") != "Succeeded") world.StartPod(pod);
    const std::string uid = Text(MetaOf(world.Get(api::kPipelineRuns, name)), "uid");
    world.Delete(api::kPipelineRuns, name);
    MakeRun(world, name);
    ASSERT_TRUE(world.Converge());
    EXPECT_NE(Text(MetaOf(world.Get(api::kPipelineRuns, name)), "uid"), uid);
    EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Succeeded"), "True Completed");
    EXPECT_EQ(world.RunStatusOf(name).attempts, 6);
    for (const api::StageStatus& stage : world.RunStatusOf(name).stages) EXPECT_EQ(stage.attempt, 1) << stage.name;
  }
}

TEST(Leftovers, APipelineThatIsOrphanedAndAppliedAgainAdoptsWhatIsTheSame) {
  World world;
  world.Apply(kFlights);
  world.PatchSpec(api::kPipelines, "delays", {{"runHistory", {{"succeeded", 1}, {"failed", 1}}}});
  ASSERT_TRUE(world.Converge());
  const std::string before = world.RunNames().front();
  for (const api::Resource& resource : {api::kRevisions, api::kPipelineRuns, api::kServiceAccounts, api::kPods}) Orphan(world, resource, "Pipeline");
  world.Delete(api::kPipelines, "delays");
  world.Settle();
  world.clock.now = world.clock.now + Duration::Minutes(1);
  world.Apply(kFlights);
  world.PatchSpec(api::kPipelines, "delays", {{"runHistory", {{"succeeded", 1}, {"failed", 1}}}});
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Ready"), "True InForce");
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "LastRunSucceeded"), "True RunSucceeded");
  const std::string uid = Text(MetaOf(world.Get(api::kPipelines, "delays")), "uid");
  for (const api::Resource& resource : {api::kRevisions, api::kServiceAccounts}) {
    ASSERT_EQ(world.List(resource).size(), 1U);
    EXPECT_EQ(api::ReadMeta(world.List(resource)[0]).ownerUid, uid) << resource.kind;
  }
  ASSERT_EQ(world.RunNames().size(), 1U) << "the orphaned one is more than runHistory keeps";
  EXPECT_NE(world.RunNames().front(), before);
}

TEST(Leftovers, ARevisionOfOtherContentIsNotAdopted) {
  World world;
  world.Apply(kFlights);
  ASSERT_TRUE(world.Converge());
  Json revision = world.List(api::kRevisions)[0];
  const std::string name = Text(MetaOf(revision), "name");
  world.Delete(api::kPipelines, "delays");
  world.Settle();
  revision["metadata"] = {{"name", name}, {"namespace", "default"}, {"labels", At(MetaOf(revision), "labels")}};
  revision["data"]["outcomePath"] = "elsewhere";
  ASSERT_TRUE(world.cluster.Create({api::kRevisions, "default", name}, revision).ok());
  world.Apply(kFlights);
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Condition(api::kPipelines, "delays", "Reconciling"), "True NameTaken");
}

TEST(Leftovers, RunsThatAreMadeByHandArePrunedUnlessTheyAreToBeKept) {
  World world;
  world.Apply(kFlights);
  world.PatchSpec(api::kPipelines, "delays", {{"runHistory", {{"succeeded", 2}, {"failed", 1}}}});
  ASSERT_TRUE(world.Converge());
  for (int i = 1; i <= 6; ++i) {
    world.clock.now = world.clock.now + Duration::Seconds(1);
    MakeRun(world, "by-hand-" + std::to_string(i));
    if (i == 1) world.Annotate(api::kPipelineRuns, "by-hand-1", "weirkeeper.io/keep", "true");
    ASSERT_TRUE(world.Converge());
  }
  EXPECT_THAT(world.RunNames(), testing::UnorderedElementsAre("by-hand-1", "by-hand-5", "by-hand-6"));
}

TEST(Leftovers, AnnotationsOfTheLakeReachAnAccountThatExists) {
  World world;
  world.Apply(kFlights);
  ASSERT_TRUE(world.Converge());
  const std::size_t runs = world.RunNames().size();
  world.Apply(
      "kind: Lake\nmetadata: {name: default}\nspec:\n  stores: [{name: lake, volume: {claim: weirkeeper-lake}}]\n"
      "  runner: {serviceAccountAnnotations: {eks.amazonaws.com/role-arn: arn-1}}\n");
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(Text(At(MetaOf(world.List(api::kServiceAccounts)[0]), "annotations"), "eks.amazonaws.com/role-arn"), "arn-1");
  EXPECT_EQ(world.RunNames().size(), runs) << "they change in place";
  world.calls.clear();
  world.Restart();
  world.Settle();
  EXPECT_THAT(world.calls, IsEmpty());
}

// The kubelet says in events alone that a Secret is missing.
TEST(Leftovers, AMissingSecretIsNamedWithinSeconds) {
  World world;
  const std::string name = StartARun(world);
  const Json pod = world.Get(api::kPods, name + "-land-1");
  const Json waiting = Json::array({{{"name", "runner"}, {"state", {{"waiting", {{"reason", "ContainerCreating"}}}}}}});
  ASSERT_TRUE(world.cluster
                  .Patch({api::kPods, "default", name + "-land-1"}, kube::PatchType::Merge, kube::Subresource::Status,
                         {{"status", {{"phase", "Pending"}, {"startTime", Format(world.clock.now)}, {"containerStatuses", waiting}}}})
                  .ok());
  const auto tell = [&](const std::string& event, const char* type, const char* reason, const std::string& note) {
    const Json made{{"metadata", {{"name", event}, {"namespace", "default"}}},
                    {"type", type},
                    {"reason", reason},
                    {"note", note},
                    {"deprecatedLastTimestamp", Format(world.clock.now)},
                    {"regarding", {{"kind", "Pod"}, {"name", name + "-land-1"}, {"uid", Text(MetaOf(pod), "uid")}}}};
    ASSERT_TRUE(world.cluster.Create({api::kEvents, "default", event}, made).ok());
  };
  tell("a", "Normal", "Scheduled", "to a node");
  world.Advance(Duration::Seconds(1));
  tell("b", "Warning", "FailedMount", kSecretIsMissing);
  world.Advance(Duration::Seconds(3));
  world.Advance(Duration::Seconds(1));
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Reconciling"), "True StartFailed");
  EXPECT_THAT(world.Message(api::kPipelineRuns, name, "Reconciling"), HasSubstr("secret \"warehouse-writer\" not found"));
  world.clock.now = world.clock.now + Duration::Minutes(2);
  world.Settle();
  EXPECT_EQ(world.RunStatusOf(name).stages[0].infrastructureFailures, 1);
  EXPECT_EQ(world.RunStatusOf(name).stages[0].reason, api::Reason::StartFailed);
  ASSERT_TRUE(world.Converge());
  EXPECT_EQ(world.Condition(api::kPipelineRuns, name, "Succeeded"), "True Completed");
}

}  // namespace
}  // namespace weir::test
