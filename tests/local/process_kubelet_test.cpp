#include "operator/local/process_kubelet.h"

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/local/fixture.h"

namespace weir::local {
namespace {

// Runners are small shell programs. Each test waits for what the cluster says, through a watch.
class ProcessKubeletTest : public MemoryClusterTest {
 protected:
  static constexpr const char* kArguments =
      "while [ $# -gt 0 ]; do case $1 in --task) task=$2;; --termination-log) end=$2;; --scratch) scratch=$2;; esac; shift 2; done\n";

  void StartKubelet(const std::string& script, int parallel = 2) {
    const auto runner = folder_ / "runner";
    std::ofstream(runner) << "#!/bin/sh\n" << kArguments << script << "\n";
    std::filesystem::permissions(runner, std::filesystem::perms::owner_all);
    kubelet_ =
        std::make_unique<ProcessKubelet>(cluster_, clock_, KubeletOptions{runner, folder_ / "pods", folder_ / "logs", parallel, "local", Duration::Millis(20)});
    ASSERT_TRUE(kubelet_->Start().ok());
  }
  Json MakePod(const std::string& name, const Json& spec = Json::object(), const std::string& task = "{}") {
    Json whole{{"metadata", {{"annotations", {{api::kAnnotationTask, task}}}}},
               {"spec", {{"restartPolicy", "Never"}, {"containers", Json::array({{{"name", "runner"}, {"image", "i:1"}}})}}}};
    whole["spec"].merge_patch(spec);
    return Make(PodRef(name), whole);
  }
  // The pod once `wanted` holds; fails the test after 30 s.
  Json Await(const std::string& name, const std::function<bool(const Json&)>& wanted) {
    const auto listing = cluster_.List({api::kPods, "", ""});
    Json found = cluster_.Get(PodRef(name)).ok() ? *cluster_.Get(PodRef(name)) : Json();
    if (wanted(found)) return found;
    const kube::StopToken stop;
    std::mutex mutex;
    std::condition_variable over;
    bool ended = false;
    std::thread guard([&] {
      std::unique_lock lock(mutex);
      if (!over.wait_for(lock, std::chrono::seconds(30), [&] { return ended; })) stop.Stop();
    });
    (void)cluster_.Watch(
        {api::kPods, "", ""}, listing->resourceVersion,
        [&](kube::WatchEvent&& event) {
          if (MetaText(event.object, "name") != name) return;
          found = event.type == kube::WatchEventType::Deleted ? Json() : event.object;
          if (wanted(found)) stop.Stop();
        },
        stop);
    {
      const std::lock_guard lock(mutex);
      ended = true;
      over.notify_all();
    }
    guard.join();
    EXPECT_TRUE(wanted(found)) << name << " is " << found.dump();
    return found;
  }
  Json AwaitEnd(const std::string& name) {
    return Await(name, [](const Json& pod) { return pod.is_object() && IsEnded(pod); });
  }
  Json AwaitRunning(const std::string& name) {
    return Await(name, [](const Json& pod) { return Text(At(pod, "status"), "phase") == "Running"; });
  }
  static bool IsEnded(const Json& pod) { return Text(At(pod, "status"), "phase") == "Succeeded" || Text(At(pod, "status"), "phase") == "Failed"; }
  static Json Terminated(const Json& pod) { return pod.at("status").at("containerStatuses").at(0).at("state").at("terminated"); }
  static std::string Phase(const Json& pod) { return Text(At(pod, "status"), "phase"); }
  std::string Log(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(folder_ / ("logs/" + name + ".log")).rdbuf();
    return text.str();
  }

  static bool Eventually(const std::function<bool()>& condition) {
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock lock(mutex);
    for (int i = 0; i < 10'000 && !condition(); ++i) never.wait_for(lock, std::chrono::milliseconds(2));
    return condition();
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<ProcessKubelet> kubelet_;
};

TEST_F(ProcessKubeletTest, ARunnerThatSucceedsIsReportedAsAKubeletDoes) {
  StartKubelet("printf '{\"result\":\"Succeeded\"}' > $end");
  MakePod("p");
  const Json pod = AwaitEnd("p");
  EXPECT_EQ(Phase(pod), "Succeeded");
  const Json end = Terminated(pod);
  EXPECT_EQ(At(end, "exitCode"), 0);
  EXPECT_EQ(Text(end, "reason"), "Completed");
  EXPECT_EQ(Text(end, "message"), "{\"result\":\"Succeeded\"}");
  EXPECT_EQ(Text(end, "startedAt"), "2026-01-02T03:04:05Z");
  EXPECT_EQ(Text(end, "finishedAt"), "2026-01-02T03:04:05Z");
  EXPECT_TRUE(Text(end, "containerID").starts_with("process://"));
  EXPECT_EQ(Text(At(pod, "status").at("containerStatuses").at(0), "name"), "runner");
  EXPECT_EQ(Text(At(pod, "spec"), "nodeName"), "local");
}

TEST_F(ProcessKubeletTest, TheRunnerGetsItsTaskLimitsAndAScratchFolder) {
  StartKubelet("cat $task > $end; echo \" $WEIR_MEMORY_LIMIT $WEIR_CPU_LIMIT $EXTRA $(ls $scratch | wc -l)\" >> $end; touch $scratch/file");
  MakePod("p",
          {{"containers", Json::array({{{"name", "runner"},
                                        {"resources", {{"limits", {{"memory", "64Mi"}, {"cpu", "1500m"}}}}},
                                        {"env", Json::array({{{"name", "EXTRA"}, {"value", "x"}}})}}})}},
          "{\"kind\":\"Land\"}");
  const std::string cores = std::to_string(std::min(2U, std::max(1U, std::thread::hardware_concurrency())));
  EXPECT_EQ(Text(Terminated(AwaitEnd("p")), "message"), "{\"kind\":\"Land\"} 67108864 " + cores + " x 0\n");
  kubelet_->Stop();
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "pods")) << "what a pod used is removed";
}

TEST_F(ProcessKubeletTest, NoPodGetsMoreCoresThanTheMachineHas) {
  StartKubelet("echo -n $WEIR_CPU_LIMIT > $end");
  const std::string cores = std::to_string(std::max(1U, std::thread::hardware_concurrency()));
  for (const char* cpu : {"100000", "99999999999999", "9000000000000"}) {
    const std::string name = std::string("p") + cpu;
    MakePod(name, {{"containers", Json::array({{{"name", "runner"}, {"resources", {{"limits", {{"cpu", cpu}}}}}}})}});
    EXPECT_EQ(Text(Terminated(AwaitEnd(name)), "message"), cores) << cpu;
  }
}

TEST_F(ProcessKubeletTest, AnExitCodeAndTheLogAreKept) {
  StartKubelet("echo to the log >&2; echo and this; exit 14");
  MakePod("p");
  const Json pod = AwaitEnd("p");
  EXPECT_EQ(Phase(pod), "Failed");
  EXPECT_EQ(At(Terminated(pod), "exitCode"), 14);
  EXPECT_EQ(Text(Terminated(pod), "reason"), "Error");
  EXPECT_EQ(Text(Terminated(pod), "message"), "");
  EXPECT_EQ(Log("p"), "to the log\nand this\n");
}

TEST_F(ProcessKubeletTest, TheLogStandsInForAnEmptyMessageWhenThePodSaysSo) {
  StartKubelet("echo broken; exit 1");
  MakePod("p", {{"containers", Json::array({{{"name", "runner"}, {"terminationMessagePolicy", "FallbackToLogsOnError"}}})}});
  EXPECT_EQ(Text(Terminated(AwaitEnd("p")), "message"), "broken\n");
}

TEST_F(ProcessKubeletTest, ATerminationMessageIsCutToItsLast4096Bytes) {
  StartKubelet("head -c 5000 /dev/zero | tr '\\0' a > $end; printf END >> $end");
  MakePod("p");
  const std::string message = Text(Terminated(AwaitEnd("p")), "message");
  EXPECT_EQ(message.size(), 4096U);
  EXPECT_TRUE(message.ends_with("aEND"));
}

TEST_F(ProcessKubeletTest, ARunnerKilledByASignalHas128PlusTheSignal) {
  StartKubelet("kill -9 $$");
  MakePod("p");
  const Json pod = AwaitEnd("p");
  EXPECT_EQ(At(Terminated(pod), "exitCode"), 137);
  EXPECT_EQ(Text(Terminated(pod), "reason"), "Error");
}

TEST_F(ProcessKubeletTest, ARunnerAboveItsMemoryLimitIsOOMKilled) {
  StartKubelet("x=$(head -c 200000000 /dev/zero | tr '\\0' a); sleep 60; echo ${#x}");
  MakePod("p", {{"containers", Json::array({{{"name", "runner"}, {"resources", {{"limits", {{"memory", "32Mi"}}}}}}})}});
  const Json pod = AwaitEnd("p");
  EXPECT_EQ(Phase(pod), "Failed");
  EXPECT_EQ(At(Terminated(pod), "exitCode"), 137);
  EXPECT_EQ(Text(Terminated(pod), "reason"), "OOMKilled");
}

TEST_F(ProcessKubeletTest, APodPastItsDeadlineFailsWithDeadlineExceeded) {
  StartKubelet("sleep 60");
  MakePod("p", {{"activeDeadlineSeconds", 1}});
  const Json pod = AwaitEnd("p");
  EXPECT_EQ(Phase(pod), "Failed");
  EXPECT_EQ(Text(At(pod, "status"), "reason"), "DeadlineExceeded");
  EXPECT_EQ(At(Terminated(pod), "exitCode"), 143);
}

TEST_F(ProcessKubeletTest, DeletionSendsSigtermAndThePodGoesWhenTheRunnerHasEnded) {
  StartKubelet("trap 'echo asked to stop; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
  MakePod("p");
  AwaitRunning("p");
  ASSERT_TRUE(Eventually([this] { return Log("p") == "ready\n"; })) << "the trap stands";
  ASSERT_TRUE(cluster_.Delete(PodRef("p"), "").ok());
  Await("p", [](const Json& pod) { return pod.is_null(); });
  EXPECT_EQ(Log("p"), "ready\nasked to stop\n");
}

TEST_F(ProcessKubeletTest, ARunnerThatIgnoresSigtermIsKilledAfterTheGrace) {
  StartKubelet("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  MakePod("p", {{"terminationGracePeriodSeconds", 1}});
  AwaitRunning("p");
  ASSERT_TRUE(Eventually([this] { return Log("p") == "ready\n"; })) << "the trap stands";
  ASSERT_TRUE(cluster_.Delete(PodRef("p"), "").ok());
  Await("p", [](const Json& pod) { return pod.is_null(); });
}

TEST_F(ProcessKubeletTest, ADeletedPodWithAFinalizerStaysWithItsEndUntilReleased) {
  StartKubelet("printf out > $end; sleep 60");
  Json pod = MakePod("p");
  Merge(PodRef("p"), {{"metadata", {{"finalizers", {"weirkeeper.io/outcome"}}}}});
  AwaitRunning("p");
  ASSERT_TRUE(cluster_.Delete(PodRef("p"), MetaText(pod, "uid")).ok());
  pod = AwaitEnd("p");
  EXPECT_EQ(At(Terminated(pod), "exitCode"), 143);
  EXPECT_TRUE(Exists(PodRef("p")));
  Merge(PodRef("p"), {{"metadata", {{"finalizers", nullptr}}}});
  EXPECT_FALSE(Exists(PodRef("p")));
}

TEST_F(ProcessKubeletTest, WhatTheRunnerLeavesRunningDiesWithIt) {
  StartKubelet("sleep 300 & printf $! > $end");
  MakePod("p");
  const int left = std::stoi(Text(Terminated(AwaitEnd("p")), "message"));
  // Without an init that reaps it, it stays a zombie.
  const auto dead = [left] {
    std::ifstream stat("/proc/" + std::to_string(left) + "/stat");
    std::string pid, program, state;
    stat >> pid >> program >> state;
    return state.empty() || state == "Z" || state == "X";
  };
  EXPECT_TRUE(Eventually(dead));
}

TEST_F(ProcessKubeletTest, NoMorePodsRunAtOnceThanAllowed) {
  const auto count = folder_ / "count";
  std::filesystem::create_directories(count);
  StartKubelet("touch " + count + "/$$; ls " + count + " | wc -l > $end; sleep 0.05; rm " + count + "/$$", 2);
  for (int i = 0; i < 8; ++i) MakePod("p" + std::to_string(i));
  for (int i = 0; i < 8; ++i) EXPECT_LE(std::stoi(Text(Terminated(AwaitEnd("p" + std::to_string(i))), "message")), 2);
}

TEST_F(ProcessKubeletTest, PodsThatWereThereBeforeAreRunToo) {
  MakePod("early");
  StartKubelet("exit 0");
  EXPECT_EQ(Phase(AwaitEnd("early")), "Succeeded");
}

TEST_F(ProcessKubeletTest, APodLeftRunningByAnEarlierProgramIsReportedLost) {
  MakePod("left", {{"nodeName", "local"}});
  MakePod("elsewhere", {{"nodeName", "other"}});
  Merge(PodRef("left"), {{"status", {{"phase", "Running"}}}}, kube::Subresource::Status);
  StartKubelet("exit 0");
  const Json pod = AwaitEnd("left");
  EXPECT_EQ(Phase(pod), "Failed");
  EXPECT_EQ(Text(Terminated(pod), "reason"), "ContainerStatusUnknown");
  EXPECT_EQ(Phase(*cluster_.Get(PodRef("elsewhere"))), "Pending");
}

TEST_F(ProcessKubeletTest, StopEndsTheRunnersAndSaysThatTheNodeWentDown) {
  StartKubelet("echo ready; sleep 60");
  MakePod("p");
  AwaitRunning("p");
  kubelet_->Stop();
  const Json pod = *cluster_.Get(PodRef("p"));
  EXPECT_EQ(Phase(pod), "Failed");
  EXPECT_EQ(Text(At(pod, "status"), "reason"), "Terminated");
  EXPECT_EQ(Text(At(pod, "status").at("conditions").back(), "reason"), "TerminationByKubelet");
}

TEST_F(ProcessKubeletTest, AProgramThatCannotBeExecutedIsAStartError) {
  StartKubelet("exit 0");
  std::ofstream(folder_ / "runner") << "#!/no/such/shell\n";
  MakePod("p");
  const Json pod = AwaitEnd("p");
  EXPECT_EQ(Phase(pod), "Failed");
  EXPECT_EQ(Text(Terminated(pod), "reason"), "StartError");
  EXPECT_EQ(At(Terminated(pod), "exitCode"), 128);
  EXPECT_NE(Text(Terminated(pod), "message").find("cannot execute"), std::string::npos);
}

TEST_F(ProcessKubeletTest, AReportThatIsLostIsSentAgain) {
  std::atomic<int> failures{3};
  cluster_.SetFaultHook([&](Verb verb, const kube::ObjectRef&, Moment moment) -> std::optional<Error> {
    if (verb == Verb::Patch && moment == Moment::Before && failures > 0 && failures-- > 0) return Error{Fault::Transient, "Timeout", ""};
    return std::nullopt;
  });
  StartKubelet("exit 0");
  MakePod("p");
  EXPECT_EQ(Phase(AwaitEnd("p")), "Succeeded");
}

TEST_F(ProcessKubeletTest, ARunnerThatIsNotThereIsSaidAtTheStart) {
  ProcessKubelet kubelet(cluster_, clock_, {folder_ / "none", folder_ / "pods", folder_ / "logs"});
  const Status started = kubelet.Start();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().fault, Fault::Invalid);
  EXPECT_NE(started.error().message.find("none"), std::string::npos);
}

}  // namespace
}  // namespace weir::local
