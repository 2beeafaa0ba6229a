#include "cli/run/session.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>

#include "cli/lake/world.h"
#include "cli/run/leftovers.h"
#include "operator/controller/owner_map.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

Result<int> Lock(const std::string& lake) {
  const fs::path folder = fs::path(StateFile(lake)).parent_path();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error{Fault::Exhausted, "DiskFull", "cannot create the folder " + folder.string() + ": " + error.message() + "; name another with --lake"};
  const int lock = open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0)
    return Error{Fault::Exhausted, "DiskFull", "cannot write in " + folder.string() + ": " + std::strerror(errno) + "; name another lake with --lake"};
  if (flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  close(lock);
  return Error{Fault::Conflict, "LakeInUse", "another weir run works on the lake " + lake + ": wait for it, or name another lake with --lake"};
}

// The lock file is non-empty while a session runs, and when it was killed.
Status Mark(int lock, const std::string& lake, const std::string& text) {
  if (ftruncate(lock, 0) == 0 && pwrite(lock, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size())) return Ok();
  return Error{Fault::Exhausted, "DiskFull",
               "cannot write " + (fs::path(StateFile(lake)).parent_path() / "lock").string() + ": " + std::strerror(errno) + "; name another lake with --lake"};
}

bool IsMarked(int lock) {
  struct stat file {};
  return fstat(lock, &file) == 0 && file.st_size > 0;
}

local::KubeletOptions KubeletFor(const SessionOptions& options) {
  const fs::path folder = fs::path(StateFile(options.lake)).parent_path();
  local::KubeletOptions kubelet;
  kubelet.runner = options.runner;
  kubelet.folder = folder / "pods";
  kubelet.logs = folder / "logs";
  kubelet.parallel = static_cast<int>(std::max(2U, std::thread::hardware_concurrency()));
  return kubelet;
}

}  // namespace

Session::Session(SessionOptions options, int lock)
    : options_(std::move(options)),
      lock_(lock),
      previous_killed_(IsMarked(lock)),
      cluster_(clock_),
      ports_{stores_, cluster_, clock_, {"local", options_.lake, options_.source, options_.keys}},
      kubelet_(cluster_, clock_, KubeletFor(options_)),
      log_(fs::path(StateFile(options_.lake)).parent_path() / "controllers.log", std::ios::trunc) {}

Result<std::unique_ptr<Session>> Session::Open(SessionOptions options) {
  const auto lock = Lock(options.lake);
  if (!lock) return lock.error();
  std::unique_ptr<Session> session(new Session(std::move(options), *lock));
  if (const Status loaded = LoadState(session->cluster_, session->options_.lake); !loaded && loaded.error().fault != Fault::Missing) return loaded.error();
  RemoveLeftovers(session->options_.lake, KubeletFor(session->options_).folder);
  return session;
}

Session::~Session() {
  static_cast<void>(Stop());
  close(lock_);
}

Status Session::Start() {
  if (Status marked = Mark(lock_, options_.lake, std::to_string(getpid()) + "\n"); !marked) return marked;
  if (Status started = kubelet_.Start(); !started) return started;
  controller::RuntimeOptions options;
  options.debounce = Duration::Millis(2);
  const auto affected = [this](const api::Resource& resource, const observe::Item& item) { return controller::Affected(resource, item, stores_); };
  controller::RuntimeMeters meters;
  meters.reconciled = [this](const controller::Key& key, const controller::Visit& visit, Duration) { Log(key, visit); };
  runtime_ = std::make_unique<controller::Runtime>(ports_, clock_, controller::Reconcile, affected, options, meters);
  runtime_->Start();
  return Ok();
}

void Session::Log(const controller::Key& key, const controller::Visit& visit) {
  if (visit.error.empty()) return;
  const std::lock_guard lock(log_mutex_);
  log_ << FormatMicros(clock_.Now()) << " " << key.resource.kind << "/" << key.name << ": " << visit.error << std::endl;
}

bool Session::Idle() { return runtime_ != nullptr && runtime_->Synced() && runtime_->Queue().Idle(); }

Status Session::Save() const {
  const Status saved = cluster_.Save(StateFile(options_.lake), options_.lake);
  if (saved) return saved;
  return Error{saved.error().fault, saved.error().reason,
               "the state of the lake cannot be saved: " + saved.error().message +
                   ". Run again once it can be written: until then weir get may show an older state than the tables have"};
}

Status Session::Stop() {
  if (runtime_ == nullptr) return Ok();
  kubelet_.Stop();
  runtime_->Stop();
  runtime_.reset();
  Status saved = Save();
  if (saved) static_cast<void>(Mark(lock_, options_.lake, ""));  // at worst the next session takes this one for killed
  return saved;
}

}  // namespace weir::cli
