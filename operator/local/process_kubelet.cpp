#include "operator/local/process_kubelet.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <utility>

#include "operator/local/object_rules.h"
#include "operator/local/quantity.h"

namespace weir::local {
namespace {

constexpr std::int64_t kMaxMessage = 4096;       // what a kubelet keeps of a termination log
constexpr std::int64_t kMaxLogAsMessage = 2048;  // ... and of the log, where that stands in for it

kube::ObjectRef RefOf(const Json& pod) { return {api::kPods, Text(At(pod, "metadata"), "namespace"), Text(At(pod, "metadata"), "name")}; }

std::string UidOf(const Json& pod) { return Text(At(pod, "metadata"), "uid"); }

const Json& LimitsOf(const Json& pod) {
  static const Json kNone;
  const Json& containers = At(At(pod, "spec"), "containers");
  return containers.is_array() && !containers.empty() ? At(At(containers.front(), "resources"), "limits") : kNone;
}

std::string ReadTail(const std::filesystem::path& path, std::int64_t most) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return "";
  const std::int64_t size = file.tellg();
  file.seekg(std::max<std::int64_t>(0, size - most));
  std::string text(static_cast<std::size_t>(std::min(size, most)), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

Duration Elapsed(std::chrono::steady_clock::time_point since) {
  return Duration{std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since).count()};
}

}  // namespace

struct ProcessKubelet::Folders {
  std::filesystem::path root, task, termination, scratch, log;
};

ProcessKubelet::ProcessKubelet(kube::ClusterApi& cluster, const Clock& clock, KubeletOptions options)
    : cluster_(cluster), clock_(clock), options_(std::move(options)) {}

ProcessKubelet::~ProcessKubelet() { Stop(); }

Status ProcessKubelet::Start() {
  std::error_code problem;
  std::filesystem::create_directories(options_.folder, problem);
  if (!problem) std::filesystem::create_directories(options_.logs, problem);
  if (problem) return Error{Fault::Exhausted, "DiskFull", "cannot create the folders of the pods under " + options_.folder.string() + ": " + problem.message()};
  if (::access(options_.runner.c_str(), X_OK) != 0)
    return Error{Fault::Invalid, "StartError", "the runner " + options_.runner.string() + " is not a program that can be executed; name another with --runner"};
  threads_.emplace_back([this] { WatchPods(); });
  for (int i = 0; i < options_.parallel; ++i) threads_.emplace_back([this] { Work(); });
  return Ok();
}

void ProcessKubelet::Stop() {
  stop_.Stop();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [uid, running] : running_) running->bell.Ring();
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ProcessKubelet::PauseBriefly() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(50), [this] { return stop_.Stopped(); });
}

void ProcessKubelet::WatchPods() {
  const kube::Selection all{api::kPods, "", ""};
  std::string version;
  bool first = true;
  while (!stop_.Stopped()) {
    if (version.empty()) {
      const Result<kube::Listing> listing = cluster_.List(all);
      if (!listing) {
        PauseBriefly();
        continue;
      }
      if (std::exchange(first, false)) ReportLost(*listing);
      TakeList(*listing);
      version = listing->resourceVersion;
    }
    const auto sink = [this, &version](kube::WatchEvent&& event) {
      version = Text(At(event.object, "metadata"), "resourceVersion");
      if (event.type != kube::WatchEventType::Bookmark) Take(event.object, event.type == kube::WatchEventType::Deleted);
    };
    const Result<kube::WatchEnd> end = cluster_.Watch(all, version, sink, stop_);
    if (end && *end == kube::WatchEnd::Expired) version.clear();
    if (!end) PauseBriefly();
  }
}

// At the first list nothing runs yet, so what stands there as running belongs to a program that has ended.
void ProcessKubelet::ReportLost(const kube::Listing& listing) {
  for (const Json& pod : listing.items) {
    if (IsTerminal(pod) || Text(At(pod, "spec"), "nodeName") != options_.node) continue;
    const Time started = api::ReadMeta(pod).created;
    Report(pod, EndedStatus(
                    pod, "",
                    {137, "ContainerStatusUnknown", "The process was not found any more: the program that ran it has ended.", started, clock_.Now(), "", ""}));
  }
}

void ProcessKubelet::TakeList(const kube::Listing& listing) {
  std::set<std::string> listed;
  for (const Json& pod : listing.items) {
    listed.insert(UidOf(pod));
    Take(pod, false);
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [uid, running] : running_) {
    if (listed.contains(uid)) continue;
    const std::lock_guard inner(running->mutex);
    running->deleted = true;
    running->bell.Ring();
  }
}

void ProcessKubelet::Take(const Json& pod, bool gone) {
  const std::lock_guard lock(mutex_);
  if (const auto held = running_.find(UidOf(pod)); held != running_.end()) {
    if (!gone && !IsDeleting(pod)) return;
    const std::lock_guard inner(held->second->mutex);
    held->second->deleted = true;
    held->second->grace = Duration::Seconds(gone ? 0 : Integer(At(pod, "metadata"), "deletionGracePeriodSeconds", 30));
    held->second->bell.Ring();
    return;
  }
  const bool startable = !gone && !IsDeleting(pod) && !IsTerminal(pod) && Text(At(pod, "spec"), "nodeName").empty();
  if (!startable || !known_.insert(UidOf(pod)).second) return;
  waiting_.push_back({RefOf(pod), UidOf(pod)});
  changed_.notify_all();
}

std::optional<ProcessKubelet::Candidate> ProcessKubelet::NextPod() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stop_.Stopped() || !waiting_.empty(); });
  if (stop_.Stopped()) return std::nullopt;
  Candidate candidate = waiting_.front();
  waiting_.pop_front();
  return candidate;
}

std::optional<Json> ProcessKubelet::Bind(const Candidate& candidate) {
  while (!stop_.Stopped()) {
    const Result<Json> pod = cluster_.Get(candidate.ref);
    if (!pod && pod.error().fault == Fault::Missing) return std::nullopt;
    if (pod && (UidOf(*pod) != candidate.uid || IsDeleting(*pod) || IsTerminal(*pod))) return std::nullopt;
    if (pod) {
      const Json patch{{"metadata", {{"resourceVersion", Text(At(*pod, "metadata"), "resourceVersion")}}}, {"spec", {{"nodeName", options_.node}}}};
      Result<Json> bound = cluster_.Patch(candidate.ref, kube::PatchType::Merge, kube::Subresource::None, patch);
      if (bound) return std::move(*bound);
    }
    PauseBriefly();
  }
  return std::nullopt;
}

void ProcessKubelet::Work() {
  while (const std::optional<Candidate> candidate = NextPod()) {
    if (const std::optional<Json> pod = Bind(*candidate)) {
      const auto running = std::make_shared<Running>();
      {
        const std::lock_guard lock(mutex_);
        running_[UidOf(*pod)] = running;
      }
      // A deletion between the binding and now was not told to anybody.
      if (const Result<Json> now = cluster_.Get(RefOf(*pod)); !now || IsDeleting(*now)) Take(now ? *now : *pod, !now);
      RunPod(*pod, *running);
      const std::lock_guard lock(mutex_);
      running_.erase(UidOf(*pod));
    }
    const std::lock_guard lock(mutex_);
    known_.erase(candidate->uid);
  }
}

Status ProcessKubelet::Prepare(const Json& pod, const Folders& folders) const {
  std::error_code problem;
  std::filesystem::create_directories(folders.scratch, problem);
  std::ofstream task(folders.task, std::ios::binary);
  task << Text(At(At(pod, "metadata"), "annotations"), api::kAnnotationTask);
  task.close();
  std::ofstream termination(folders.termination, std::ios::binary);
  if (problem || !task || !termination) return Error{Fault::Exhausted, "StartError", "cannot write the task of the pod under " + folders.root.string()};
  return Ok();
}

Command ProcessKubelet::CommandOf(const Json& pod, const Folders& folders) const {
  Command command{
      {options_.runner, "--task", folders.task, "--termination-log", folders.termination, "--scratch", folders.scratch}, {}, folders.log, folders.scratch};
  if (const Json& containers = At(At(pod, "spec"), "containers"); containers.is_array() && !containers.empty() && At(containers.front(), "env").is_array())
    for (const Json& variable : At(containers.front(), "env"))
      if (At(variable, "value").is_string()) command.env[Text(variable, "name")] = Text(variable, "value");
  if (const auto memory = QuantityMillis(Text(LimitsOf(pod), "memory"))) command.env["WEIR_MEMORY_LIMIT"] = std::to_string(*memory / 1000);
  // A machine has the cores that it has, whatever a pod may use.
  const auto cores = static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
  if (const auto cpu = QuantityMillis(Text(LimitsOf(pod), "cpu")))
    command.env["WEIR_CPU_LIMIT"] = std::to_string(std::min(*cpu / 1000 + (*cpu % 1000 > 0 ? 1 : 0), cores));
  return command;
}

std::string ProcessKubelet::Message(const Json& pod, const Folders& folders, int exit_code) const {
  std::string message = ReadTail(folders.termination, kMaxMessage);
  const Json& containers = At(At(pod, "spec"), "containers");
  const bool fallback = containers.is_array() && !containers.empty() && Text(containers.front(), "terminationMessagePolicy") == "FallbackToLogsOnError";
  if (message.empty() && fallback && exit_code != 0) message = ReadTail(folders.log, kMaxLogAsMessage);
  return message;
}

void ProcessKubelet::RunPod(const Json& pod, Running& running) {
  Folders folders;
  folders.root = options_.folder / UidOf(pod);
  folders.task = folders.root / "task.json";
  folders.termination = folders.root / "termination-log";
  folders.scratch = folders.root / "scratch";
  folders.log = options_.logs / (RefOf(pod).name + ".log");

  const Time started = clock_.Now();
  Result<std::unique_ptr<Process>> process = Error{};
  if (const Status ready = Prepare(pod, folders); !ready)
    process = ready.error();
  else
    process = Process::Start(CommandOf(pod, folders));
  std::string container_id;
  ContainerEnd end{128, "StartError", "", started, clock_.Now(), "", ""};
  if (process) {
    container_id = "process://" + std::to_string((*process)->Pid());
    Report(pod, RunningStatus(pod, container_id, started));
    end = Supervise(pod, **process, running, started);
    end.message = Message(pod, folders, end.exitCode);
  } else {
    end.message = process.error().message;
  }
  Report(pod, EndedStatus(pod, container_id, end));
  std::error_code ignored;
  std::filesystem::remove_all(folders.root, ignored);
}

ContainerEnd ProcessKubelet::Supervise(const Json& pod, Process& process, Running& running, Time started) {
  const auto begun = std::chrono::steady_clock::now();
  const std::int64_t memory = QuantityMillis(Text(LimitsOf(pod), "memory")).value_or(0) / 1000;
  const std::int64_t deadline = Integer(At(pod, "spec"), "activeDeadlineSeconds");
  std::optional<Duration> kill_at;  // since `begun`; set once SIGTERM was sent
  bool out_of_memory = false;
  ContainerEnd end{0, "", "", started, {}, "", ""};
  const auto terminate = [&](Duration grace) {
    process.Terminate();
    kill_at = Elapsed(begun) + grace;
  };
  const Duration pod_grace = Duration::Seconds(Integer(At(pod, "spec"), "terminationGracePeriodSeconds", 30));
  const auto until = [&]() -> std::optional<Duration> {
    std::optional<Duration> next;
    if (memory > 0) next = options_.memoryPoll;
    const std::optional<Duration> at = kill_at ? kill_at : deadline > 0 ? std::optional(Duration::Seconds(deadline)) : std::nullopt;
    if (!at) return next;
    const Duration left = std::max(*at - Elapsed(begun), Duration::Millis(10));
    return std::min(next.value_or(left), left);
  };
  while (!process.Wait(running.bell, until())) {
    if (memory > 0 && !out_of_memory && process.ResidentBytes() > memory) {
      out_of_memory = true;
      process.Kill();
    }
    if (kill_at) {
      if (*kill_at <= Elapsed(begun)) process.Kill();
      continue;
    }
    const std::lock_guard lock(running.mutex);
    if (running.deleted)
      terminate(running.grace.value_or(Duration{}));
    else if (stop_.Stopped())
      terminate(pod_grace), end.podReason = "Terminated", end.podMessage = "Pod was terminated in response to imminent node shutdown.";
    else if (deadline > 0 && Duration::Seconds(deadline) <= Elapsed(begun))
      terminate(pod_grace), end.podReason = "DeadlineExceeded", end.podMessage = "Pod was active on the node longer than the specified deadline";
  }
  end.exitCode = process.ExitCode();
  end.reason = out_of_memory ? "OOMKilled" : end.exitCode == 0 ? "Completed" : "Error";
  end.finished = clock_.Now();
  return end;
}

void ProcessKubelet::Report(const Json& pod, const Json& status) {
  // Also while stopping, but then only once: a pod without a report is found lost at the next start.
  do {
    Json patch = status;
    patch["metadata"]["uid"] = UidOf(pod);  // never on a new pod of the same name
    const Result<Json> reported = cluster_.Patch(RefOf(pod), kube::PatchType::Merge, kube::Subresource::Status, patch);
    if (reported || reported.error().fault == Fault::Missing || reported.error().fault == Fault::Conflict) return;
    PauseBriefly();
  } while (!stop_.Stopped());
}

}  // namespace weir::local
