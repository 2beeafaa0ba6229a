#include "operator/kube/rest_cluster.h"

#include <chrono>
#include <optional>

#include "operator/kube/api_status.h"
#include "operator/kube/http/request_path.h"
#include "operator/kube/watch_frame.h"

namespace weir::kube {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kJson = "application/json";

double SecondsSince(SteadyClock::time_point began) { return std::chrono::duration<double>(SteadyClock::now() - began).count(); }

std::string Describe(std::string_view verb, const api::Resource& resource, std::string_view ns, std::string_view name) {
  std::string what = std::string(verb) + " " + std::string(resource.plural);
  if (!ns.empty() || !name.empty()) what += " " + std::string(ns) + (ns.empty() || name.empty() ? "" : "/") + std::string(name);
  return what;
}

std::string_view ContentType(PatchType type) {
  switch (type) {
    case PatchType::Merge: return "application/merge-patch+json";
    case PatchType::JsonPatch: return "application/json-patch+json";
    case PatchType::Apply: return "application/apply-patch+yaml";
  }
  return kJson;
}

bool HasTest(const Json& patch) {
  if (!patch.is_array()) return false;
  for (const Json& step : patch)
    if (Text(step, "op") == "test") return true;
  return false;
}

// A JSON patch whose `test` fails answers 422, as a wrong patch does; the library that applies it says which.
bool IsFailedTest(const Error& error) { return error.fault == Fault::Invalid && error.message.find("test") != std::string::npos; }

// Lists leave apiVersion and kind out of their items.
Result<Json> ReadListed(std::string_view text, const api::Resource& resource) {
  auto object = ParseJson(text, kUnread);
  if (!object) return object;
  if (!object->is_object()) return Error{Fault::Invalid, "BadJson", "not a list of objects"};
  (*object)["apiVersion"] = resource.ApiVersion();
  (*object)["kind"] = std::string(resource.kind);
  return object;
}

Error Unreadable(const std::string& what, const Error& why) { return {Fault::Transient, "BadReply", what + ": the answer is " + why.message}; }

// A status line of success, or the Error that ClusterApi promises.
Status Accepted(const std::string& what, const Result<HttpReply>& reply) {
  if (!reply) return Error{reply.error().fault, reply.error().reason, what + ": " + reply.error().message};
  if (reply->status >= 200 && reply->status <= 299) return Ok();
  ApiStatus status = ReadApiStatus(reply->status, reply->body);
  if (reply->retryAfterSeconds > 0) status.retryAfterSeconds = reply->retryAfterSeconds;
  return ErrorFor(status, what);
}

// What one watch has brought so far.
struct Progress {
  LineFramer framer;
  bool any = false;
  std::optional<Result<WatchEnd>> end;  // decided by an event, before the server closes
};

void TakeLine(std::string_view line, const std::string& what, const std::function<void(WatchEvent&&)>& sink, const StopToken& cut, Progress& progress) {
  if (progress.end) return;
  auto frame = ReadWatchFrame(line);
  progress.any = true;
  if (!frame) {
    progress.end = Error{frame.error().fault, frame.error().reason, what + ": " + frame.error().message};
  } else if (auto* event = std::get_if<WatchEvent>(&*frame)) {
    sink(std::move(*event));
  } else {
    const ApiStatus& status = std::get<ApiStatus>(*frame);
    progress.end = IsExpired(status) ? Result<WatchEnd>(WatchEnd::Expired) : Result<WatchEnd>(ErrorFor(status, what));
  }
  if (progress.end) cut.Stop();
}

}  // namespace

RestCluster::RestCluster(std::unique_ptr<HttpClient> calls, std::unique_ptr<HttpClient> watches, RestClusterSettings settings,
                         std::unique_ptr<HttpClient> writes)
    : calls_(std::move(calls)), watches_(std::move(watches)), writes_(std::move(writes)), settings_(std::move(settings)), random_(std::random_device{}()) {}

void RestCluster::Observe(const Call& call, const Result<HttpReply>& reply, double seconds) const {
  if (settings_.onCall) settings_.onCall({call.verb, call.resource, reply ? reply->status : 0, seconds});
  if (reply && settings_.onWarning)
    for (const std::string& text : WarningTexts(reply->warning)) settings_.onWarning(call.what + ": " + text);
}

Result<Json> RestCluster::Send(const Call& call) {
  const auto began = SteadyClock::now();
  const bool writes = call.request.method != Method::Get && writes_ != nullptr;
  const auto reply = (writes ? writes_ : calls_)->Call(call.request, settings_.stop);
  Observe(call, reply, SecondsSince(began));
  if (const Status accepted = Accepted(call.what, reply); !accepted) return accepted.error();
  auto json = ParseJson(reply->body, kUnread);
  if (!json) return Unreadable(call.what, json.error());
  return json;
}

Result<Json> RestCluster::Get(const ObjectRef& ref) {
  return Send({"get", ref.resource.plural, Describe("get", ref.resource, ref.ns, ref.name), {Method::Get, ObjectPath(ref.resource, ref.ns, ref.name), {}, {}}});
}

Result<std::string> RestCluster::ListInto(const Selection& selection, const ListSink& sink) {
  auto version = ListPages(selection, settings_.pageSize, sink);
  // A server may send a page as one chunk, and a chunk may be no larger than some objects of the largest size.
  for (int size = settings_.pageSize / 10; !version && version.error().reason == "TooLarge" && size > 0; size /= 10) version = ListPages(selection, size, sink);
  // The pages' snapshot was compacted away in between: one page holds everything.
  if (!version && version.error().reason == "Expired") return ListPages(selection, 0, sink);
  return version;
}

Result<std::string> RestCluster::ListPages(const Selection& selection, int page_size, const ListSink& sink) {
  sink.anew();
  const auto take = [&](std::string_view text) -> Status {
    auto object = ReadListed(text, selection.resource);
    if (!object) return object.error();
    sink.object(std::move(*object));
    return Ok();
  };
  const std::string limit = page_size > 0 ? std::to_string(page_size) : "";
  for (std::string next;;) {
    const std::string target =
        ObjectPath(selection.resource, selection.ns) +
        Query({{"labelSelector", selection.labelSelector}, {"fieldSelector", selection.fieldSelector}, {"limit", limit}, {"continue", next}});
    const auto page =
        ReadPage({"list", selection.resource.plural, Describe("list", selection.resource, selection.ns, {}), {Method::Get, target, {}, {}}}, take);
    if (!page) return page.error();
    const Json& meta = At(*page, "metadata");
    next = Text(meta, "continue");
    if (next.empty()) return Text(meta, "resourceVersion");
  }
}

Result<Json> RestCluster::ReadPage(const Call& call, const ListSplitter::Take& take) {
  ListSplitter splitter;
  Status fed = Ok();
  const StopToken cut;
  const auto by_exit = settings_.stop.OnStop([cut] { cut.Stop(); });
  const auto feed = [&](std::string_view bytes) {
    if (fed) fed = splitter.Feed(bytes, take);
    if (!fed) cut.Stop();
  };
  const auto began = SteadyClock::now();
  const auto reply = calls_->Stream(call.request, feed, cut);
  Observe(call, reply, SecondsSince(began));
  if (!fed) return Unreadable(call.what, fed.error());
  if (const Status accepted = Accepted(call.what, reply); !accepted) return accepted.error();
  auto rest = splitter.Rest();
  if (!rest) return Unreadable(call.what, rest.error());
  return rest;
}

Result<Json> RestCluster::Create(const ObjectRef& ref, const Json& object) {
  const std::string target = ObjectPath(ref.resource, ref.ns) + Query({{"fieldManager", std::string(api::kFieldManager)}, {"fieldValidation", "Strict"}});
  return Send({"create", ref.resource.plural, Describe("create", ref.resource, ref.ns, ref.name), {Method::Post, target, std::string(kJson), Dump(object)}});
}

Result<Json> RestCluster::Patch(const ObjectRef& ref, PatchType type, Subresource sub, const Json& patch) {
  const bool apply = type == PatchType::Apply;
  const std::string_view verb = apply ? "apply" : "patch";
  const std::string_view subresource = sub == Subresource::Status ? "status" : "";
  const std::string target = ObjectPath(ref.resource, ref.ns, ref.name, subresource) +
                             Query({{"fieldManager", std::string(api::kFieldManager)}, {"fieldValidation", "Strict"}, {"force", apply ? "true" : ""}});
  auto patched =
      Send({verb, ref.resource.plural, Describe(verb, ref.resource, ref.ns, ref.name), {Method::Patch, target, std::string(ContentType(type)), Dump(patch)}});
  if (!patched && HasTest(patch) && IsFailedTest(patched.error())) return Error{Fault::Conflict, "Conflict", patched.error().message};
  return patched;
}

Status RestCluster::Delete(const ObjectRef& ref, const std::string& uid) {
  Json options{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", "Background"}};
  if (!uid.empty()) options["preconditions"] = {{"uid", uid}};
  const auto gone = Send({"delete",
                          ref.resource.plural,
                          Describe("delete", ref.resource, ref.ns, ref.name),
                          {Method::Delete, ObjectPath(ref.resource, ref.ns, ref.name), std::string(kJson), Dump(options)}});
  return gone ? Ok() : Status(gone.error());
}

Duration RestCluster::RandomWatchTime() {
  const std::lock_guard lock(random_mutex_);
  return {std::uniform_int_distribution<std::int64_t>(settings_.shortestWatch.ms, settings_.longestWatch.ms)(random_)};
}

Result<WatchEnd> RestCluster::Watch(const Selection& selection, const std::string& resource_version, const std::function<void(WatchEvent&&)>& sink,
                                    const StopToken& stop) {
  const std::string what = Describe("watch", selection.resource, selection.ns, {});
  const std::string seconds = std::to_string(RandomWatchTime().ms / 1000);
  const std::string target = ObjectPath(selection.resource, selection.ns) + Query({{"watch", "true"},
                                                                                   {"allowWatchBookmarks", "true"},
                                                                                   {"resourceVersion", resource_version},
                                                                                   {"timeoutSeconds", seconds},
                                                                                   {"labelSelector", selection.labelSelector},
                                                                                   {"fieldSelector", selection.fieldSelector}});
  const Call call{"watch", selection.resource.plural, what, {Method::Get, target, {}, {}}};
  const StopToken cut;
  const auto by_caller = stop.OnStop([cut] { cut.Stop(); });
  const auto by_exit = settings_.stop.OnStop([cut] { cut.Stop(); });
  Progress progress;
  const auto take = [&](std::string_view bytes) {
    const Status framed = progress.framer.Feed(bytes, [&](std::string_view line) {
      if (!cut.Stopped()) TakeLine(line, what, sink, cut, progress);
    });
    if (framed || progress.end) return;
    progress.end = framed.error();
    cut.Stop();
  };
  const auto began = SteadyClock::now();
  const auto reply = watches_->Stream(call.request, take, cut);
  Observe(call, reply, reply ? reply->headSeconds : SecondsSince(began));

  if (progress.end) return *progress.end;
  if (cut.Stopped()) return WatchEnd::Stopped;
  if (!reply) return Error{reply.error().fault, reply.error().reason, what + ": " + reply.error().message};
  if (reply->status != 200) {
    ApiStatus status = ReadApiStatus(reply->status, reply->body);
    if (reply->retryAfterSeconds > 0) status.retryAfterSeconds = reply->retryAfterSeconds;
    return IsExpired(status) ? Result<WatchEnd>(WatchEnd::Expired) : Result<WatchEnd>(ErrorFor(status, what));
  }
  if (!progress.any && SecondsSince(began) < 1) return Error{Fault::Transient, "WatchClosedAtOnce", what + ": the server closed the watch at once"};
  return WatchEnd::Closed;
}

Result<std::unique_ptr<RestCluster>> ConnectCluster(const Access& access, RestClusterSettings settings, const std::optional<Deadlines>& deadlines) {
  auto calls = ConnectHttp(access, deadlines.value_or(Deadlines::OfCalls()));
  if (!calls) return calls.error();
  auto watches = ConnectHttp(access, Deadlines::OfWatches());
  if (!watches) return watches.error();
  if (deadlines) return std::make_unique<RestCluster>(std::move(*calls), std::move(*watches), std::move(settings));
  auto writes = ConnectHttp(access, Deadlines::OfWrites());
  if (!writes) return writes.error();
  return std::make_unique<RestCluster>(std::move(*calls), std::move(*watches), std::move(settings), std::move(*writes));
}

}  // namespace weir::kube
