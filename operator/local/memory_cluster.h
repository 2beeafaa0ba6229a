#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "crds/base/time.h"
#include "operator/kube/cluster_api.h"
#include "operator/local/label_selector.h"

namespace weir::local {

enum class Verb { Get, List, Create, Patch, Delete, Watch };
enum class Moment { Before, After };  // before or after the call took effect

// Called for each API call, without a lock held. A returned Error is the result of the call: `Before` the call has no
// effect, `After` it has (a lost reply). It may also throw, to model a crash of the caller. For List and Watch ref.name is
// empty.
using FaultHook = std::function<std::optional<Error>(Verb verb, const kube::ObjectRef& ref, Moment moment)>;

// The API server in one process, for `weir run` and for simulation: objects of any resource with uid, resourceVersion,
// generation and creationTimestamp, the status subresource apart, merge patch, JSON patch and a simple server-side apply
// (lists are replaced as a whole, finalizers and owner references are merged), preconditions, finalizers, garbage
// collection of objects without an owner, and watches with a bounded history. Not modelled: admission by schema,
// namespaces, access rights, paging. Safe from any thread.
class MemoryCluster final : public kube::ClusterApi {
 public:
  struct Options {
    std::size_t history = 10'000;  // changes that a watch may lag behind before it is Expired
    std::uint64_t seed = 0;        // of the uids; 0 takes a random one, so that uids of two clusters never meet
  };
  explicit MemoryCluster(const Clock& clock) : MemoryCluster(clock, Options{}) {}
  MemoryCluster(const Clock& clock, Options options);

  Result<Json> Get(const kube::ObjectRef& ref) override;
  Result<std::string> ListInto(const kube::Selection& selection, const kube::ListSink& sink) override;
  Result<Json> Create(const kube::ObjectRef& ref, const Json& object) override;
  Result<Json> Patch(const kube::ObjectRef& ref, kube::PatchType type, kube::Subresource sub, const Json& patch) override;
  Status Delete(const kube::ObjectRef& ref, const std::string& uid) override;
  Result<kube::WatchEnd> Watch(const kube::Selection& selection, const std::string& resource_version, const std::function<void(kube::WatchEvent&&)>& sink,
                               const kube::StopToken& stop) override;

  // The whole state as one JSON file, replaced atomically. Load replaces all objects; existing watches become Expired.
  // `root` is the absolute folder that contains the paths and file:// locations in the objects: a state that is loaded with
  // another root than it was saved with has them rewritten. New uids never equal earlier ones, saved or not.
  // Errors: Exhausted when it cannot be written; Missing when the file does not exist; Denied when it cannot be read; Data when it is not a saved state.
  Status Save(const std::filesystem::path& path, const std::string& root = "") const;
  Status Load(const std::filesystem::path& path, const std::string& root = "");

  void SetFaultHook(FaultHook hook);
  void CloseWatches();          // every watch that runs ends as Closed
  void ForgetHistory();         // every watch from a version before now is Expired
  std::string Version() const;  // the newest resourceVersion; equal before and after means that nothing was written

 private:
  struct Key {
    std::string resource;  // group/plural
    std::string ns;
    std::string name;
    auto operator<=>(const Key&) const = default;
  };
  using ObjectPtr = std::shared_ptr<const Json>;
  struct Entry {
    api::Resource resource;  // views into names_
    ObjectPtr object;
    Json applied;
  };
  struct Change {
    std::uint64_t version = 0;
    std::string resource;
    std::string ns;
    ObjectPtr before;
    ObjectPtr after;
    bool deleted = false;
  };
  struct WatchState;

  static Key KeyOf(const kube::ObjectRef& ref);
  static std::string ResourceKey(const api::Resource& resource);
  std::optional<Error> Fault(Verb verb, const kube::ObjectRef& ref, Moment moment);
  std::string NewUid();
  api::Resource Intern(const api::Resource& resource);
  ObjectPtr Put(const Key& key, const api::Resource& resource, Json object, Json applied);
  void Erase(const Key& key);
  void DeleteHeld(const Key& key);
  void CollectDependents(const Json& owner);
  bool HasLivingOwner(const Json& object) const;
  void Index(const Key& key, const Json& object);
  void Unindex(const Key& key, const Json& object);
  void Record(Change change);
  Result<Json> CreateHeld(const kube::ObjectRef& ref, const Json& object, Json applied);
  Result<Json> PatchHeld(const kube::ObjectRef& ref, kube::PatchType type, kube::Subresource sub, const Json& patch);
  Result<kube::WatchEnd> Follow(WatchState& state, const std::function<void(kube::WatchEvent&&)>& sink, const kube::StopToken& stop);
  bool Collect(WatchState& state, std::deque<kube::WatchEvent>& events) const;
  Json Snapshot() const;
  Status Restore(const Json& snapshot);

  const Clock& clock_;
  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t seed_;
  std::uint64_t version_ = 0;
  std::uint64_t uids_made_ = 0;
  std::uint64_t oldest_ = 0;  // watches from a version below this one are Expired
  std::uint64_t closings_ = 0;
  std::map<Key, Entry> entries_;
  std::set<std::string> living_;                     // uids
  std::map<std::string, std::set<Key>> dependents_;  // owner uid -> objects
  std::deque<Change> history_;
  std::set<std::string, std::less<>> names_;  // what Entry.resource refers to
  std::mutex hook_mutex_;
  FaultHook hook_;
};

}  // namespace weir::local
