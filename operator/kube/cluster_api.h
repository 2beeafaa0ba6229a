#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crds/api/kubernetes/meta.h"
#include "crds/base/json.h"
#include "crds/base/result.h"

namespace weir::kube {

struct ObjectRef {
  api::Resource resource;
  std::string ns;
  std::string name;
};

struct Selection {
  api::Resource resource;
  std::string ns;             // empty = all namespaces
  std::string labelSelector;  // as the API server takes it; empty = all
  std::string fieldSelector;  // the same
};

// Receives the objects of a list one by one, with apiVersion and kind filled in, without managedFields.
struct ListSink {
  std::function<void()> anew;  // before the first object, and again when the list restarts and all objects so far must be dropped
  std::function<void(Json&&)> object;
};

struct Listing {
  std::vector<Json> items;
  std::string resourceVersion;
};

enum class PatchType { Merge, JsonPatch, Apply };
enum class Subresource { None, Status };

enum class WatchEventType { Added, Modified, Deleted, Bookmark };
struct WatchEvent {
  WatchEventType type = WatchEventType::Added;
  Json object;  // for Bookmark only metadata.resourceVersion
};

// How a watch ended. `Expired` = the resource version is gone (410): list again. `Closed` = the server ended it: watch
// on from the last version seen. Everything else is an Error.
enum class WatchEnd { Closed, Expired, Stopped };

// A flag that another thread raises to end a blocking call soon. Copies share the flag.
class StopToken {
 public:
  StopToken();
  void Stop() const;
  bool Stopped() const;
  // Calls `callback` once: now if Stop was called, else from the thread that calls Stop. Destroying the result deregisters it.
  std::shared_ptr<void> OnStop(std::function<void()> callback) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Client of an API server. Two implementations: operator/kube/rest_cluster (HTTP) and operator/local/memory_cluster (in one
// process: `weir run`, simulation). Calls block and are safe from several threads. Each call is made once, without
// retries. Errors: Missing 404; Conflict 409 for a stale resourceVersion, a failed precondition or
// an object that exists already (reason "AlreadyExists"); Denied 401/403; Invalid 400/422; Transient for 429, 5xx,
// timeouts and connections (reason "TooManyRequests" with the seconds to wait in the message for 429).
class ClusterApi {
 public:
  virtual ~ClusterApi() = default;

  virtual Result<Json> Get(const ObjectRef& ref) = 0;
  // Returns the list's resourceVersion. After an error the objects given to the sink are incomplete.
  virtual Result<std::string> ListInto(const Selection& selection, const ListSink& sink) = 0;
  // The whole list in memory: for short lists.
  Result<Listing> List(const Selection& selection);
  virtual Result<Json> Create(const ObjectRef& ref, const Json& object) = 0;
  // `patch` is a merge patch (object), a JSON patch (list) or an applied object (server-side apply, force, field
  // manager `weirkeeper`), by type. A metadata.resourceVersion inside a merge patch is a precondition.
  virtual Result<Json> Patch(const ObjectRef& ref, PatchType type, Subresource sub, const Json& patch) = 0;
  // Deletes only the object with this uid; an empty uid deletes by name alone. Missing counts as an error.
  virtual Status Delete(const ObjectRef& ref, const std::string& uid) = 0;
  // Blocks; calls `sink` in order from one thread for each event after `resource_version`. Returns when the server ends
  // the watch, when `stop` is raised, or with an Error.
  virtual Result<WatchEnd> Watch(const Selection& selection, const std::string& resource_version, const std::function<void(WatchEvent&&)>& sink,
                                 const StopToken& stop) = 0;
};

}  // namespace weir::kube
