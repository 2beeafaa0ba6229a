#include "cli/run/run.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/check/check.h"
#include "cli/check/first_publication.h"
#include "cli/lake/delete.h"
#include "cli/lake/lake_contracts.h"
#include "cli/lake/lake_files.h"
#include "cli/lake/restored_status.h"
#include "cli/lake/surroundings.h"
#include "cli/machine/folder_name.h"
#include "cli/machine/interrupt.h"
#include "cli/machine/runner_process.h"
#include "cli/manifests/yaml_text.h"
#include "cli/run/run_answer.h"
#include "cli/run/session.h"
#include "cli/run/watch_runs.h"
#include "cli/screen/text_table.h"
#include "crds/base/name.h"
#include "operator/plan/resolve/lake.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;
using State = PipelineView::State;

constexpr Duration kTick = Duration::Millis(100);
constexpr Duration kSaveEvery = Duration::Seconds(2);
constexpr Duration kCancelPatience = Duration::Seconds(20);

std::string Absolute(const std::string& path) { return fs::absolute(path).lexically_normal().string(); }

std::string SourceOf(const RunOptions& options) {
  if (!options.source.empty()) return Absolute(options.source);
  const std::string& first = options.paths[0];
  std::error_code error;
  if (first == "-") return Absolute(".");
  return Absolute(fs::is_directory(first, error) ? first : fs::path(first).parent_path().empty() ? "." : fs::path(first).parent_path().string());
}

// A folder that was named and is not there would fail each attempt of each stage that lands files.
Status CheckSource(const RunOptions& options) {
  std::error_code error;
  if (options.source.empty() || fs::is_directory(options.source, error)) return Ok();
  const bool there = fs::exists(options.source, error);
  return Error{Fault::Invalid, "Usage",
               "--source " + OneLine(options.source) +
                   (there   ? " is not a folder"
                    : error ? ": " + error.message()
                            : " does not exist") +
                   ": give the folder with the files that the pipelines land"};
}

// What is to run: pipelines of one namespace, by name.
struct Choice {
  std::string ns;
  std::vector<std::string> pipelines;
};

Result<Choice> Chosen(const Declared& declared, const RunOptions& options) {
  Choice choice;
  for (const auto& [index, pipeline] : declared.pipelines) {
    if (!options.pipeline.empty() && options.pipeline != pipeline.meta.name) continue;
    if (!choice.ns.empty() && choice.ns != pipeline.meta.ns)
      return Error{Fault::Invalid, "Usage",
                   "the manifests hold pipelines of the namespaces " + choice.ns + " and " + pipeline.meta.ns +
                       ": weir run takes one namespace at a time, choose with --pipeline"};
    choice.ns = pipeline.meta.ns;
    choice.pipelines.push_back(pipeline.meta.name);
  }
  if (!choice.pipelines.empty()) return choice;
  if (options.pipeline.empty()) return Error{Fault::Invalid, "Usage", "the manifests have no Pipeline, so there is nothing to run"};
  return Error{Fault::Invalid, "Usage", "the manifests have no Pipeline \"" + options.pipeline + "\""};
}

// The folder with the keys of the lake's buckets; empty when it has none.
Result<std::string> KeysFor(const std::optional<api::Lake>& lake) {
  if (lake)
    for (const api::Store& store : lake->spec.stores)
      if (const auto* s3 = store.place.As<api::S3Store>()) return KeysOf(store.name, *s3);
  return std::string();
}

// Stores that the pipeline reads from or writes to.
std::set<std::string> StoresOf(const plan::Bundle& bundle) {
  std::set<std::string> names;
  for (const api::TaskTable& table : bundle.tables) names.insert(table.store);
  for (const api::Stage& stage : bundle.stages) {
    if (const auto* land = stage.work.As<api::LandStage>())
      if (const auto* files = land->from.As<api::FilesSource>()) names.insert(plan::SourceStoreOf(*files));
    if (const auto* exported = stage.work.As<api::ExportStage>())
      if (const auto* files = exported->to.As<api::FilesTarget>()) names.insert(files->store);
  }
  return names;
}

// A folder of a declared Lake is never made: it may be a disk that is not mounted, and each attempt would fail.
Status CheckStores(const Neighbourhood& neighbourhood, const Declared& declared, const Choice& choice) {
  const auto& lake = neighbourhood.All(choice.ns).lake;
  if (!lake) return Ok();
  for (const auto& declaration : declared.pipelines) {
    const api::Pipeline& pipeline = declaration.object;
    if (std::find(choice.pipelines.begin(), choice.pipelines.end(), pipeline.meta.name) == choice.pipelines.end()) continue;
    const auto used = StoresOf(plan::Resolve(pipeline, neighbourhood.Of(pipeline), {"local", "", ""}, Time{}).bundle);
    for (const api::Store& store : lake->spec.stores) {
      std::error_code error;
      const auto* volume = store.place.As<api::VolumeStore>();
      if (!used.contains(store.name) || volume == nullptr || !volume->path || fs::exists(*volume->path, error) || error) continue;
      return Error{Fault::Invalid, "Usage",
                   "Lake " + lake->meta.name + ": the folder " + OneLine(*volume->path) + " of the store " + store.name +
                       " does not exist: create it, or mount what belongs there"};
    }
  }
  return Ok();
}

Status Apply(local::MemoryCluster& cluster, const Manifests& manifests, const std::vector<std::string>& pipelines) {
  for (const Manifest& manifest : manifests.objects) {
    const bool left_out = *manifest.resource == api::kPipelines && std::find(pipelines.begin(), pipelines.end(), manifest.Name()) == pipelines.end();
    if (left_out) continue;
    Json object = manifest.object;
    object.erase("status");
    const auto applied = cluster.Patch({*manifest.resource, manifest.Namespace(), manifest.Name()}, kube::PatchType::Apply, kube::Subresource::None, object);
    if (!applied) return Error{applied.error().fault, applied.error().reason, manifest.file + ": " + manifest.Label() + ": " + applied.error().message};
  }
  return Ok();
}

// A pipeline whose revision is in force already would not start by itself: a new revision does.
Status RequestUnchanged(RunFollower& follower, Session& session, const Declared& declared, const Published& before, const std::vector<std::string>& pipelines,
                        Time now) {
  const Neighbourhood neighbourhood(declared, before);
  for (const auto& declaration : declared.pipelines) {
    const api::Pipeline& pipeline = declaration.object;
    const std::string& name = pipeline.meta.name;
    const auto old = std::find_if(before.pipelines.begin(), before.pipelines.end(),
                                  [&](const api::Pipeline& p) { return p.meta.name == name && p.meta.ns == pipeline.meta.ns; });
    if (old == before.pipelines.end() || std::find(pipelines.begin(), pipelines.end(), name) == pipelines.end()) continue;
    const plan::Environment environment{"local", session.Options().lake, session.Options().source};
    const plan::Resolution resolved = plan::Resolve(pipeline, neighbourhood.Of(pipeline), environment, now);
    if (plan::RevisionName(resolved.bundle) != old->status.revision) continue;
    if (Status requested = follower.Request(name, now); !requested) return requested;
  }
  return Ok();
}

void AwaitNextSecond(const Interrupt& interrupt, Time newest) {
  constexpr int kLooks = 25;  // a clock that was set back is not waited for
  for (int i = 0; i < kLooks && SystemClock().Now().Seconds() <= newest.Seconds(); ++i) interrupt.Wait(Duration::Millis(50));
}

enum class End { AllEnded, Interrupted, TimedOut };

class Loop {
 public:
  Loop(const Terminal& terminal, Session& session, RunFollower& follower, Interrupt& interrupt, Duration timeout)
      : terminal_(terminal), session_(session), follower_(follower), interrupt_(interrupt), timeout_(timeout), progress_(terminal) {}

  // Until every pipeline has an answer.
  End Run() {
    const Time begin = clock_.Now();
    for (;;) {
      const Time now = Step();
      if (std::none_of(views_.begin(), views_.end(), [](const PipelineView& v) { return v.state == State::Starting || v.state == State::Running; }))
        return End::AllEnded;
      if (interrupt_.Count() > 0) return Cancel(End::Interrupted);
      if (timeout_.ms > 0 && now - begin >= timeout_) return Cancel(End::TimedOut);
      interrupt_.Wait(kTick);
    }
  }
  const std::vector<PipelineView>& Views() const { return views_; }

 private:
  Time Step() {
    const Time now = clock_.Now();
    views_ = follower_.Look(now);
    progress_.Show(follower_.Runs(), now);
    if (now - saved_ >= kSaveEvery && session_.Save()) saved_ = now;
    return now;
  }

  End Cancel(End end) {
    const std::string by = end == End::Interrupted ? interrupt_.Name() : "--timeout " + Format(timeout_);
    progress_.Say((end == End::Interrupted ? "Interrupted by " : "Timed out by ") + by + ": cancelling the runs; Ctrl-C kills them");
    follower_.CancelAll(by);
    const Time begin = clock_.Now();
    const int count = interrupt_.Count();
    while (interrupt_.Count() == count && clock_.Now() - begin < kCancelPatience) {
      Step();
      if (std::none_of(views_.begin(), views_.end(), [](const PipelineView& v) { return v.state == State::Running; })) break;
      interrupt_.Wait(kTick);
    }
    for (PipelineView& view : views_)
      if (view.state == State::Starting || view.state == State::Running)
        view.message = "cancelled by " + by + (view.state == State::Starting ? " before a run had started" : ": its runners were killed");
    return end;
  }

  const Terminal& terminal_;
  Session& session_;
  RunFollower& follower_;
  Interrupt& interrupt_;
  const Duration timeout_;
  SystemClock clock_;
  Progress progress_;
  std::vector<PipelineView> views_;
  Time saved_;
};

// Whether the run failed, or landed nothing, since a file is not in the folder.
bool MissedAFile(const World& world, const PipelineView& view, const std::string& source) {
  const auto names_it = [&source](const std::string& text) { return text.find("volume source at " + source) != std::string::npos; };
  if (view.state == State::Failed) return names_it(view.message);
  const auto run = view.state == State::Succeeded ? world.cluster->Get({api::kPipelineRuns, world.ns, view.run}) : Result<Json>(Json());
  if (!run) return false;
  std::vector<api::Problem> newer;
  const auto status = api::Read<api::RunStatus>(At(*run, "status"), "status", newer);
  return std::any_of(status.stages.begin(), status.stages.end(), [&](const api::StageStatus& stage) {
    return stage.state == api::StageState::Succeeded && stage.files && stage.files->in == 0 && names_it(stage.message);
  });
}

// Where files were looked for, when nobody named the folder.
void PrintSource(const Terminal& terminal, const RunOptions& options, const World& world, const std::string& source, const std::vector<PipelineView>& views) {
  if (!options.source.empty()) return;
  if (std::any_of(views.begin(), views.end(), [&](const PipelineView& view) { return MissedAFile(world, view, source); }))
    terminal.err << "\n"
                 << terminal.OnErr(Paint::Yellow, "note") << " files of the store source are looked for in " << OneLine(source)
                 << ", the folder of the manifests, when no --source FOLDER names another\n";
}

void PrintSentences(const Terminal& terminal, const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) terminal.err << "\n" << terminal.OnErr(Paint::Yellow, "note") << " " << Printable(sentence) << "\n";
}

// Only pipelines of this session that are not suspended get a new run.
std::vector<std::string> NotesOnInterrupted(const std::vector<InterruptedRun>& runs, const Declared& declared, const Choice& choice) {
  std::vector<std::string> notes;
  for (const InterruptedRun& run : runs) {
    const bool runs_now = std::any_of(declared.pipelines.begin(), declared.pipelines.end(), [&](const auto& declaration) {
      const api::Pipeline& pipeline = declaration.object;
      return run.ns == choice.ns && run.pipeline == pipeline.meta.name && !pipeline.spec.suspend &&
             std::find(choice.pipelines.begin(), choice.pipelines.end(), run.pipeline) != choice.pipelines.end();
    });
    notes.push_back("run " + run.name + " was interrupted (weir run was killed): marked Cancelled; " +
                    (runs_now ? "a new run continues its work" : "run pipeline " + run.pipeline + " again to continue its work"));
  }
  return notes;
}

// For programs; people have read it by now. A run that does not start has no pipelines, and findings of its manifests or an
// error.
void Answer(const Terminal& terminal, const Findings& findings, const Json& pipelines, const Status& status = Ok()) {
  Json answer = {{"findings", AsJson(findings)}, {"pipelines", pipelines}};
  if (!status) answer["error"] = {{"reason", status.error().reason}, {"message", status.error().message}};
  if (terminal.format == OutputFormat::Json) terminal.out << JsonText(answer) << "\n";
  if (terminal.format == OutputFormat::Yaml) terminal.out << YamlText(answer);
}

Exit Refuse(const Terminal& terminal, const Findings& findings, const Error& error, Exit exit = Exit::Failed) {
  Answer(terminal, findings, Json::array(), error);
  return Complain(terminal, error, exit);
}

// What has passed the checks and is to be run.
struct Job {
  const RunOptions& options;
  const Manifests& manifests;
  const Declared& declared;
  const Findings& findings;  // warnings
  Choice choice;
  SessionOptions place;
};

// `screen`: the terminal as people read it; the answer is given in the form that `terminal` asks for.
Exit RunSession(const Terminal& terminal, const Terminal& screen, const Job& job) {
  const auto& [options, manifests, declared, findings, choice, place] = job;
  const auto& [ns, pipelines] = choice;
  auto opened = Session::Open(place);
  if (!opened) return Refuse(terminal, findings, opened.error());
  Session& session = **opened;
  auto before = ReadPublished(session.Cluster());
  if (!before) return Refuse(terminal, findings, before.error());
  before->lake = options.place.lake;
  Interrupt interrupt;
  RunFollower follower(session, ns, pipelines);
  // The last run of a killed session may have begun in this second, and no state tell of it.
  AwaitNextSecond(interrupt, session.PreviousWasKilled() ? std::max(SystemClock().Now(), follower.NewestCreated()) : follower.NewestCreated());
  PrintSentences(screen, NotesOnInterrupted(follower.CancelInterruptedRuns(), declared, choice));
  if (const Status applied = Apply(session.Cluster(), manifests, pipelines); !applied) return Refuse(terminal, findings, applied.error(), Exit::Usage);
  if (const Status restored = RestoreStatus(session.Cluster(), place.lake, SystemClock().Now()); !restored) return Refuse(terminal, findings, restored.error());
  const auto promised = ReadPublished(session.Cluster());  // a lost state makes no first publication
  if (!promised) return Refuse(terminal, findings, promised.error());
  if (const Status requested = RequestUnchanged(follower, session, declared, *before, pipelines, SystemClock().Now()); !requested)
    return Refuse(terminal, findings, requested.error());
  // A run that could not be remembered is not begun: the next one would take its name.
  if (const Status saved = session.Save(); !saved) return Refuse(terminal, findings, saved.error());
  if (const Status started = session.Start(); !started) return Refuse(terminal, findings, started.error());
  Loop loop(screen, session, follower, interrupt, options.timeout);
  const End end = loop.Run();
  const Status saved = session.Stop();
  const World world{std::shared_ptr<kube::ClusterApi>(&session.Cluster(), [](kube::ClusterApi*) {}), ns, options.place.lake, World::Kind::Local};
  const Exit exit = PrintRuns(screen, world, loop.Views());
  PrintSource(screen, options, world, place.source, loop.Views());
  PrintSentences(screen, LeftBehind(*before, declared, ns));
  if (const auto after = ReadPublished(session.Cluster())) PrintSentences(screen, FirstPublications(*promised, *after, ns));
  if (terminal.format != OutputFormat::Table) Answer(terminal, findings, RunsAsJson(world, loop.Views()), saved);
  if (!saved) return Complain(screen, saved.error());
  return end == End::Interrupted ? Exit::Interrupted : end == End::TimedOut ? Exit::Failed : exit;
}

}  // namespace

Exit RefuseRun(const Terminal& terminal, const Error& error, Exit exit) { return Refuse(terminal, {}, error, exit); }

Exit Run(const Terminal& terminal, const RunOptions& options, std::istream& in) {
  Terminal screen = terminal;
  screen.format = OutputFormat::Table;
  if (const Status source = CheckSource(options); !source) return RefuseRun(terminal, source.error(), Exit::Usage);
  const auto runner = FindRunner();
  if (!runner) return RefuseRun(terminal, runner.error(), Exit::Usage);
  const std::string lake = Absolute(options.place.lake), source = SourceOf(options);
  for (const auto& [folder, means] : {std::pair(lake, "the lake (--lake)"), std::pair(source, "the source files (--source)")})
    if (const Status named = CheckFolderName(folder, means); !named) return RefuseRun(terminal, named.error(), Exit::Usage);
  const Manifests manifests = LoadManifests(options.paths, options.place.ns.empty() ? "default" : options.place.ns, in);
  const Declared declared = ReadManifests(manifests);
  const auto world = OpenLocal(options.place);
  if (!world && world.error().fault != Fault::Missing) return RefuseRun(terminal, world.error());
  if (!world && world.error().reason == kStateMissing)
    screen.err << screen.OnErr(Paint::Yellow, "note") << " the state of the lake is missing or holds no objects (" << OneLine(StateFile(options.place.lake))
               << "): the run continues the tables from their logs; the runs before and their reports are lost\n";
  auto published = world ? ReadPublished(*world->cluster) : Result<Published>(Published{});
  if (!published) return RefuseRun(terminal, published.error());
  published->lake = options.place.lake;
  AddContractsOfLake(declared, options.place.lake, *published);
  const Findings findings = CheckAll(manifests, declared, *published, runner);
  Print(screen, screen.err, findings);
  if (HasErrors(findings)) {
    Answer(terminal, findings, Json::array());
    return Exit::Usage;
  }
  const auto choice = Chosen(declared, options);
  if (!choice) return Refuse(terminal, findings, choice.error(), Exit::Usage);
  const Neighbourhood neighbourhood(declared, *published);
  if (const Status stores = CheckStores(neighbourhood, declared, *choice); !stores) return Refuse(terminal, findings, stores.error(), Exit::Usage);
  const auto keys = KeysFor(neighbourhood.All(choice->ns).lake);
  if (!keys) return Refuse(terminal, findings, keys.error(), Exit::Usage);
  return RunSession(terminal, screen, {options, manifests, declared, findings, *choice, {lake, source, *runner, *keys}});
}

}  // namespace weir::cli
