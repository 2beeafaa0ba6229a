#include "tests/plan/random_histories/life.h"

#include <algorithm>
#include <array>

#include "operator/local/object_rules.h"
#include "tests/plan/random_histories/witness.h"

namespace weir::test {
namespace {

using local::Moment;
using local::Verb;

constexpr const char* kName = "p";

bool IsWrite(Verb verb) { return verb == Verb::Create || verb == Verb::Patch || verb == Verb::Delete; }

Json WaitingFor(const std::string& reason) {
  return {{"phase", "Pending"}, {"containerStatuses", Json::array({{{"name", "runner"}, {"state", {{"waiting", {{"reason", reason}, {"message", "no"}}}}}}})}};
}

Json WithCondition(const std::string& type, const std::string& status, const std::string& reason) {
  return {{"conditions", Json::array({{{"type", type}, {"status", status}, {"reason", reason}, {"message", "no"}}})}};
}

class Life {
 public:
  explicit Life(const Story& story) : story_(story), witness_(world_) {
    world_.fault = [this](Verb verb, const kube::ObjectRef& ref, Moment moment) { return Call(verb, ref, moment); };
    for (const Json& dataset : DatasetsOf(story)) Make(api::kDatasets, dataset);
    MakePipeline();
  }

  std::string Run() {
    for (const Step& step : story_.steps) {
      Do(step);
      if (step.deed != Deed::Work) witness_.SawPods();
      if (!witness_.Broken().empty()) return witness_.Broken();
    }
    ComeToRest();
    return witness_.Broken() + (rests_ ? "" : "it does not come to rest: " + world_.lastError);
  }

 private:
  void Make(const api::Resource& resource, const Json& object) {
    (void)world_.cluster.Create({resource, "default", Text(At(object, "metadata"), "name")}, object);
  }
  void MakePipeline() { Make(api::kPipelines, {{"kind", "Pipeline"}, {"metadata", {{"name", kName}}}, {"spec", Spec()}}); }
  Json Spec() {
    std::vector<StageShape> stages(story_.stages.begin(), story_.stages.end() - (shorter_ ? 1 : 0));
    return SpecOf(stages, text_);
  }
  void PatchMeta(const std::string& pod, const Json& meta) {
    (void)world_.cluster.Patch({api::kPods, "default", pod}, kube::PatchType::Merge, kube::Subresource::None, {{"metadata", meta}});
  }
  void PatchStatus(const std::string& pod, const Json& status) {
    (void)world_.cluster.Patch({api::kPods, "default", pod}, kube::PatchType::Merge, kube::Subresource::Status, {{"status", status}});
  }
  void Patch(const api::Resource& resource, const std::string& name, const Json& spec) {
    (void)world_.cluster.Patch({resource, "default", name}, kube::PatchType::Merge, kube::Subresource::None, {{"spec", spec}});
  }
  void Delete(const api::Resource& resource, const std::string& name) { (void)world_.cluster.Delete({resource, "default", name}, ""); }
  static std::string NameOf(const Json& object) { return Text(At(object, "metadata"), "name"); }

  // One of the objects of a kind for which it makes sense; null when there is none.
  template <typename Sense>
  Json OneOf(const api::Resource& resource, unsigned which, Sense makes_sense) {
    std::vector<Json> all = world_.List(resource);
    std::erase_if(all, [&](const Json& object) { return !makes_sense(object); });
    return all.empty() ? Json() : all[which % all.size()];
  }
  Json PodThat(unsigned which, bool (*makes_sense)(const Json&)) { return OneOf(api::kPods, which, makes_sense); }

  void Do(const Step& step);
  void Work(unsigned how);
  void Start(unsigned which);
  void Hinder(unsigned which, unsigned how);
  void End(unsigned which, unsigned how);
  void Take(unsigned which, unsigned how);
  void Strip(unsigned which, unsigned how);
  void Disown(unsigned which, bool labels_too);
  void Edit(unsigned how);
  void Steer(unsigned which, unsigned how);
  void Remove(unsigned which, unsigned how);
  void CatchUp();
  void ComeToRest();
  void ExpectNoCall(const std::string& when);
  std::optional<Error> Call(Verb verb, const kube::ObjectRef& ref, Moment moment);
  std::optional<Error> Trouble(Verb verb, const kube::ObjectRef& ref, Moment moment);
  bool IsQuiet() const { return crash_in_ == 0 && troubles_ == 0 && !denied_ && world_.lagging.empty() && !world_.BacksOff(); }

  const Story& story_;
  World world_;
  Witness witness_;
  bool rests_ = true;
  unsigned text_ = 1;  // of the SQL
  bool shorter_ = false;
  unsigned requests_ = 0;
  unsigned crash_in_ = 0;  // writes
  Moment crash_at_ = Moment::Before;
  unsigned troubles_ = 0;  // writes that fail, one of two
  std::optional<std::pair<Verb, api::Resource>> denied_;
  bool policy_ = false;  // by a rule about what is asked for; else for want of a right
};

std::optional<Error> Life::Call(Verb verb, const kube::ObjectRef& ref, Moment moment) {
  if (moment == Moment::Before) witness_.SawCall(verb, ref);
  if (moment == Moment::After && IsWrite(verb)) witness_.SawWrite(ref);
  return IsWrite(verb) ? Trouble(verb, ref, moment) : std::nullopt;
}

std::optional<Error> Life::Trouble(Verb verb, const kube::ObjectRef& ref, Moment moment) {
  if (crash_in_ > 0 && moment == crash_at_ && --crash_in_ == 0) throw Crash{};
  if (denied_ && moment == Moment::Before && denied_->first == verb && denied_->second == ref.resource) {
    witness_.SawRejection(ref);
    return Error{Fault::Denied, policy_ ? "Forbidden" : "MissingRight", "no"};
  }
  if (troubles_ == 0 || --troubles_ % 2 == 0) return std::nullopt;
  if (verb == Verb::Create) witness_.SawRejection(ref);
  return Error{Fault::Transient, "Timeout", moment == Moment::Before ? "503" : "no answer"};
}

void Life::Do(const Step& step) {
  const auto [deed, which, how] = step;
  if (deed == Deed::Crash || deed == Deed::Trouble || deed == Deed::Deny || deed == Deed::Lag) witness_.SawDisturbance();
  if (deed != Deed::Work && deed != Deed::Wait && deed != Deed::Start && deed != Deed::End) witness_.SawHappening();
  switch (deed) {
    case Deed::Work: return Work(how);
    case Deed::Wait: world_.clock.now = world_.clock.now + Duration::Millis(std::array{1, 700, 4000, 16'000, 70'000, 600'000}[how % 6]); return;
    case Deed::Start: return Start(which);
    case Deed::Hinder: return Hinder(which, how);
    case Deed::End: return End(which, how);
    case Deed::Take: return Take(which, how);
    case Deed::Strip: return Strip(which, how);
    case Deed::Crash: crash_in_ = 1 + which % 9, crash_at_ = how % 2 == 0 ? Moment::Before : Moment::After; return;
    case Deed::Trouble: troubles_ = 1 + which % 6; return;
    case Deed::Deny: {
      constexpr std::array kWrites{std::pair(Verb::Create, api::kPods), std::pair(Verb::Patch, api::kPods),    std::pair(Verb::Patch, api::kPipelineRuns),
                                   std::pair(Verb::Delete, api::kPods), std::pair(Verb::Create, api::kEvents), std::pair(Verb::Create, api::kPipelineRuns)};
      denied_ = kWrites[how % kWrites.size()];
      policy_ = how / kWrites.size() % 2 == 0;
      return;
    }
    case Deed::Lag: world_.lagging.insert(std::string(std::array{api::kPods, api::kPipelineRuns, api::kPipelines, api::kRevisions}[how % 4].plural)); return;
    case Deed::CatchUp: return CatchUp();
    case Deed::Edit: return Edit(how);
    case Deed::Steer: return Steer(which, how);
    case Deed::Request: return Patch(api::kPipelines, kName, {{"request", "r" + std::to_string(++requests_)}});
    case Deed::Suspend: return Patch(api::kPipelines, kName, {{"suspend", how % 2 == 0}});
    case Deed::Remove: return Remove(which, how);
  }
}

void Life::Work(unsigned how) {
  rests_ = world_.Settle() && rests_;
  if (IsQuiet()) witness_.SawQuiet();
  if (how % 4 == 0 && IsQuiet()) ExpectNoCall("it rests");
  if (how % 8 != 0 || !IsQuiet()) return;
  const auto next = world_.NextTimer();
  if (!next || *next > world_.clock.now + Duration::Minutes(2)) return;
  world_.clock.now = std::max(world_.clock.now, *next - Duration::Millis(1));
  ExpectNoCall("nothing happened and no timer is due");
}

// A plan of what it wrote has nothing to do, be it a new operator that makes it.
void Life::ExpectNoCall(const std::string& when) {
  world_.calls.clear();
  world_.Restart();
  rests_ = world_.Settle() && rests_;
  if (!world_.calls.empty()) witness_.SawIdleCall(world_.calls.begin()->first + " while " + when);
}

void Life::Start(unsigned which) {
  const Json pod = PodThat(which, [](const Json& p) { return Text(At(p, "spec"), "nodeName").empty() && !local::IsTerminal(p) && !local::IsDeleting(p); });
  if (pod.is_object()) world_.StartPod(pod);
}

void Life::Hinder(unsigned which, unsigned how) {
  const Json pod = PodThat(which, [](const Json& p) { return Text(At(p, "spec"), "nodeName").empty() && !local::IsTerminal(p) && !local::IsDeleting(p); });
  if (!pod.is_object()) return;
  switch (how % 4) {
    case 0: return PatchStatus(NameOf(pod), WaitingFor("ImagePullBackOff"));
    case 1: return PatchStatus(NameOf(pod), WaitingFor("CreateContainerConfigError"));
    case 2: return PatchStatus(NameOf(pod), WithCondition("PodScheduled", "False", "Unschedulable"));
    default: return PatchStatus(NameOf(pod), {{"phase", "Pending"}, {"containerStatuses", nullptr}, {"conditions", nullptr}});
  }
}

void Life::End(unsigned which, unsigned how) {
  const Json pod = PodThat(which, [](const Json& p) { return !local::IsTerminal(p); });
  if (!pod.is_object()) return;
  const bool well = how % 2 == 0;
  const Fate& fate = BadFates()[how / 2 % BadFates().size()];
  if (!well && fate.overtaken) world_.Overtake(pod);
  const auto said = world_.EndPod(pod, well ? Succeeds() : fate.ending);
  witness_.SawEnd(Text(At(pod, "metadata"), "uid"), said ? FateOf(*said) : fate, said ? said->commits : std::vector<api::Commit>());
  witness_.SawPods();
}

void Life::Take(unsigned which, unsigned how) {
  const Json pod = PodThat(which, [](const Json& p) { return !local::IsDeleting(p); });
  if (!pod.is_object()) return;
  const std::string name = NameOf(pod);
  switch (how % 5) {
    case 0: PatchStatus(name, WithCondition("DisruptionTarget", "True", "DeletionByTaintManager")); break;
    case 1: PatchStatus(name, WithCondition("DisruptionTarget", "True", "EvictionByEvictionAPI")); break;
    case 2: PatchStatus(name, WithCondition("DisruptionTarget", "True", "PreemptionByScheduler")); break;
    default: break;
  }
  witness_.SawPods();
  Delete(api::kPods, name);
}

// Only of a pod that status names: of any other, the operator cannot know that it ever was.
void Life::Strip(unsigned which, unsigned how) {
  if (how % 3 != 0) return Disown(which, how % 3 == 1);
  const Json pod = OneOf(api::kPods, which, [this](const Json& p) { return witness_.IsNoted(p); });
  if (!pod.is_object()) return;
  PatchMeta(NameOf(pod), {{"finalizers", nullptr}});
  PatchStatus(NameOf(pod), {{"phase", "Failed"}});
  Delete(api::kPods, NameOf(pod));
}

void Life::Disown(unsigned which, bool labels_too) {
  const Json pod = PodThat(which, [](const Json& p) { return local::HasFinalizers(p) && !local::IsDeleting(p); });
  if (!pod.is_object()) return;
  Json meta{{"ownerReferences", nullptr}};
  if (labels_too) meta["labels"] = nullptr;
  witness_.SawHappening();  // a read and a write
  PatchMeta(NameOf(pod), meta);
}

void Life::Edit(unsigned how) {
  switch (how % 4) {
    case 0: ++text_; break;
    case 1: text_ = 1; break;
    case 2: shorter_ = story_.stages.size() > 1 && !shorter_; break;
    default: return Patch(api::kPipelines, kName, {{"purpose", "Lives of all kinds, " + std::to_string(how) + "."}});
  }
  Patch(api::kPipelines, kName, Spec());
}

void Life::Steer(unsigned which, unsigned how) {
  const Json run = OneOf(api::kPipelineRuns, which, [](const Json& r) { return Text(At(r, "spec"), "state") != "Cancelled"; });
  if (run.is_object()) Patch(api::kPipelineRuns, NameOf(run), {{"state", std::array{"Cancelled", "Paused", "Running", "Paused", "Running"}[how % 5]}});
}

void Life::Remove(unsigned which, unsigned how) {
  const api::Resource kind = std::array{api::kPipelineRuns, api::kRevisions, api::kPipelines}[how % 3];
  if (const Json object = OneOf(kind, which, [](const Json&) { return true; }); object.is_object()) Delete(kind, NameOf(object));
  if (how % 2 == 0 && !world_.Get(api::kPipelines, kName).is_object()) MakePipeline();
}

void Life::CatchUp() {
  denied_.reset();
  world_.lagging.clear();
}

void Life::ComeToRest() {
  CatchUp();
  crash_in_ = troubles_ = 0;
  for (const Json& run : world_.List(api::kPipelineRuns))
    if (Text(At(run, "spec"), "state") == "Paused") Patch(api::kPipelineRuns, NameOf(run), {{"state", "Running"}});
  for (int pods = 1, turns = 0; pods > 0 && rests_; ++turns) {
    rests_ = world_.Settle() && turns < 1000;
    pods = 0;
    for (const Json& pod : world_.List(api::kPods))
      if (!local::IsTerminal(pod)) ++pods, End(0, story_.quiet);
    const auto next = world_.NextTimer();
    if (pods > 0 || !next || *next > world_.clock.now + Duration::Hours(1)) continue;
    world_.clock.now = std::max(world_.clock.now, *next);
    pods = 1;
  }
  ExpectNoCall("everything is over");
  witness_.SawRest();
}

}  // namespace

std::string Live(const Story& story) { return Life(story).Run(); }

}  // namespace weir::test
