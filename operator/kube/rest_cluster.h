#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>

#include "operator/kube/cluster_api.h"
#include "operator/kube/http/http.h"
#include "operator/kube/list_splitter.h"

namespace weir::kube {

// One call, for metrics. `code` is the HTTP status, or 0 without a reply; `seconds` lasts until the end of the reply's
// body, for a watch until its headers.
struct ApiCall {
  std::string_view verb;      // get, list, create, patch, apply, delete, watch
  std::string_view resource;  // pods, pipelines, ...
  int code = 0;
  double seconds = 0;
};

struct RestClusterSettings {
  int pageSize = 500;                               // objects of one page of a list
  Duration shortestWatch = Duration::Seconds(300);  // the server ends each watch after a random time of these
  Duration longestWatch = Duration::Seconds(600);
  StopToken stop;                                          // ends every call: raise it before exit
  std::function<void(const ApiCall&)> onCall;              // any thread
  std::function<void(const std::string& text)> onWarning;  // Warning headers: deprecated versions, unknown fields; any thread
};

// The API server over HTTP. Safe from any thread; the clients are shared by all calls. Holds no state about objects.
class RestCluster final : public ClusterApi {
 public:
  // `watches` has longer timeouts, because a watch may be silent for longer than a call; so has `writes`, because webhooks may
  // delay a write. Null: `calls` is used for them.
  RestCluster(std::unique_ptr<HttpClient> calls, std::unique_ptr<HttpClient> watches, RestClusterSettings settings = {},
              std::unique_ptr<HttpClient> writes = nullptr);

  Result<Json> Get(const ObjectRef& ref) override;
  Result<std::string> ListInto(const Selection& selection, const ListSink& sink) override;
  Result<Json> Create(const ObjectRef& ref, const Json& object) override;
  Result<Json> Patch(const ObjectRef& ref, PatchType type, Subresource sub, const Json& patch) override;
  Status Delete(const ObjectRef& ref, const std::string& uid) override;
  // A watch that the server ends within a second and without an event is an Error (reason "WatchClosedAtOnce"): the
  // caller must back off instead of watching again at once.
  Result<WatchEnd> Watch(const Selection& selection, const std::string& resource_version, const std::function<void(WatchEvent&&)>& sink,
                         const StopToken& stop) override;

 private:
  struct Call {
    std::string_view verb;
    std::string_view resource;
    std::string what;  // for messages
    HttpRequest request;
  };
  Result<Json> Send(const Call& call);
  Result<std::string> ListPages(const Selection& selection, int page_size, const ListSink& sink);
  // Returns the page without its objects.
  Result<Json> ReadPage(const Call& call, const ListSplitter::Take& take);
  void Observe(const Call& call, const Result<HttpReply>& reply, double seconds) const;
  Duration RandomWatchTime();

  std::unique_ptr<HttpClient> calls_;
  std::unique_ptr<HttpClient> watches_;
  std::unique_ptr<HttpClient> writes_;  // may be null
  RestClusterSettings settings_;
  std::mutex random_mutex_;
  std::mt19937_64 random_;
};

// Creates a RestCluster for one server. The leader elector uses a separate one with `deadlines` OfLease, for writes too.
Result<std::unique_ptr<RestCluster>> ConnectCluster(const Access& access, RestClusterSettings settings = {},
                                                    const std::optional<Deadlines>& deadlines = std::nullopt);

}  // namespace weir::kube
