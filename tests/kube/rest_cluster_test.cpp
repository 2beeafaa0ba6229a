#include "operator/kube/rest_cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace weir::kube {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A conversation: the replies in order, and what was asked.
struct Script {
  std::deque<Result<HttpReply>> replies;
  std::vector<HttpRequest> requests;

  Result<HttpReply> Next(const HttpRequest& request) {
    requests.push_back(request);
    if (replies.empty()) return Error{Fault::Bug, "ScriptIsOver", "no reply is left"};
    auto reply = std::move(replies.front());
    replies.pop_front();
    return reply;
  }
};

class ScriptedClient final : public HttpClient {
 public:
  explicit ScriptedClient(Script& script) : script_(script) {}
  Result<HttpReply> Call(const HttpRequest& request, const StopToken&) override { return script_.Next(request); }
  Result<HttpReply> Stream(const HttpRequest& request, const std::function<void(std::string_view)>& sink, const StopToken& stop) override {
    auto reply = script_.Next(request);
    if (!reply || reply->status != 200) return reply;
    for (const char byte : reply->body) sink({&byte, 1});
    reply->body.clear();
    return stop.Stopped() ? Result<HttpReply>(Error{Fault::Transient, "Stopped", "stopped"}) : reply;
  }

 private:
  Script& script_;
};

HttpReply Reply(int status, std::string body) { return {.status = status, .body = std::move(body), .warning = {}}; }
HttpReply Failure(int code, const std::string& reason, const std::string& message = "no") {
  return Reply(code, R"({"kind":"Status","reason":")" + reason + R"(","message":")" + message + R"(","code":)" + std::to_string(code) + "}");
}

class RestClusterTest : public testing::Test {
 protected:
  RestCluster cluster(RestClusterSettings settings = {}) {
    return {std::make_unique<ScriptedClient>(script), std::make_unique<ScriptedClient>(script), std::move(settings)};
  }
  Script script;
  const ObjectRef pod{api::kPods, "data", "a"};
  const Selection pods{api::kPods, "data", "x=y"};
};

TEST_F(RestClusterTest, AListIsReadPageByPageAndItsItemsAreCompleted) {
  script.replies = {Reply(200, R"({"metadata":{"resourceVersion":"7","continue":"next/1"},"items":[{"metadata":{"name":"a","managedFields":[1]}}]})"),
                    Reply(200, R"({"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"b"}}]})")};
  const auto listing = cluster().List(pods);
  ASSERT_TRUE(listing) << listing.error().message;
  EXPECT_EQ(listing->resourceVersion, "7");
  ASSERT_EQ(listing->items.size(), 2u);
  EXPECT_EQ(listing->items[0], Json::parse(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}})"));
  EXPECT_EQ(script.requests[0].target, "/api/v1/namespaces/data/pods?labelSelector=x%3Dy&limit=500");
  EXPECT_EQ(script.requests[1].target, "/api/v1/namespaces/data/pods?labelSelector=x%3Dy&limit=500&continue=next%2F1");
}

TEST_F(RestClusterTest, AListWhosePagesExpireStartsAgainWithoutALimit) {
  script.replies = {Reply(200, R"({"metadata":{"resourceVersion":"7","continue":"n"},"items":[{"metadata":{"name":"old"}}]})"), Failure(410, "Expired"),
                    Reply(200, R"({"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"new"}}]})")};
  const auto listing = cluster().List(pods);
  ASSERT_TRUE(listing) << listing.error().message;
  EXPECT_EQ(listing->resourceVersion, "9");
  ASSERT_EQ(listing->items.size(), 1u);
  EXPECT_EQ(Text(listing->items[0]["metadata"], "name"), "new");
  EXPECT_EQ(script.requests[2].target, "/api/v1/namespaces/data/pods?labelSelector=x%3Dy");
}

TEST_F(RestClusterTest, AListWhosePagesAreTooLargeStartsAgainWithSmallerOnes) {
  const Error large{Fault::Transient, "TooLarge", "too large"};
  script.replies = {Reply(200, R"({"metadata":{"resourceVersion":"7","continue":"n"},"items":[{"metadata":{"name":"old"}}]})"), large, large,
                    Reply(200, R"({"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"new"}}]})")};
  const auto listing = cluster().List(pods);
  ASSERT_TRUE(listing) << listing.error().message;
  ASSERT_EQ(listing->items.size(), 1u);
  EXPECT_EQ(Text(listing->items[0]["metadata"], "name"), "new");
  EXPECT_EQ(script.requests[2].target, "/api/v1/namespaces/data/pods?labelSelector=x%3Dy&limit=50");
  EXPECT_EQ(script.requests[3].target, "/api/v1/namespaces/data/pods?labelSelector=x%3Dy&limit=5");
  script.replies = {large, large, large};
  EXPECT_EQ(cluster().List(pods).error().reason, "TooLarge") << "objects as large as that are none";
}

TEST_F(RestClusterTest, AFailedPageIsNotHalfAList) {
  script.replies = {Reply(200, R"({"metadata":{"continue":"n"},"items":[]})"), Failure(503, "ServiceUnavailable")};
  EXPECT_EQ(cluster().List(pods).error().fault, Fault::Transient);
}

TEST_F(RestClusterTest, APageThatIsNotAListOfObjectsIsATransientError) {
  for (const char* body : {"<html>", R"({"items":[{"a":1})", R"({"items":[{"a":1,}]})", R"({"items":[[1]]})", R"({"items":[{"a":1,"a":2}]})"}) {
    script.replies = {Reply(200, body)};
    const auto listing = cluster().List(pods);
    ASSERT_FALSE(listing) << body;
    EXPECT_EQ(listing.error().fault, Fault::Transient) << body;
    EXPECT_EQ(listing.error().reason, "BadReply") << body;
    EXPECT_THAT(listing.error().message, testing::StartsWith("list pods data: ")) << body;
  }
}

// Webhooks hold a call for 30 seconds at most; the API server then answers.
TEST_F(RestClusterTest, CallsThatWriteHaveAClientThatWaitsLongerThanAWebhookMayTake) {
  Script reads, writes;
  reads.replies = {Reply(200, "{}")};
  for (int i = 0; i < 3; ++i) writes.replies.push_back(Reply(200, "{}"));
  RestCluster api(std::make_unique<ScriptedClient>(reads), std::make_unique<ScriptedClient>(script), {}, std::make_unique<ScriptedClient>(writes));
  EXPECT_TRUE(api.Get(pod));
  EXPECT_TRUE(api.Create(pod, Json::object()));
  EXPECT_TRUE(api.Patch(pod, PatchType::Merge, Subresource::None, Json::object()));
  EXPECT_TRUE(api.Delete(pod, "u-1"));
  EXPECT_EQ(reads.requests.size(), 1u);
  EXPECT_EQ(writes.requests.size(), 3u);
  EXPECT_GT(Deadlines::OfWrites().leg, Duration::Seconds(30));
  EXPECT_GT(Deadlines::OfWrites().whole, Duration::Seconds(30));
}

TEST_F(RestClusterTest, EveryWriteNamesTheFieldManagerAndIsStrict) {
  for (int i = 0; i < 4; ++i) script.replies.push_back(Reply(200, "{}"));
  auto api = cluster();
  EXPECT_TRUE(api.Create(pod, Json::object()));
  EXPECT_TRUE(api.Patch(pod, PatchType::Merge, Subresource::Status, Json::object()));
  EXPECT_TRUE(api.Patch(pod, PatchType::Apply, Subresource::None, Json::object()));
  EXPECT_TRUE(api.Delete(pod, "u-1"));
  EXPECT_EQ(script.requests[0].target, "/api/v1/namespaces/data/pods?fieldManager=weirkeeper&fieldValidation=Strict");
  EXPECT_EQ(script.requests[1].target, "/api/v1/namespaces/data/pods/a/status?fieldManager=weirkeeper&fieldValidation=Strict");
  EXPECT_EQ(script.requests[1].contentType, "application/merge-patch+json");
  EXPECT_EQ(script.requests[2].target, "/api/v1/namespaces/data/pods/a?fieldManager=weirkeeper&fieldValidation=Strict&force=true");
  EXPECT_EQ(script.requests[2].contentType, "application/apply-patch+yaml");
  EXPECT_EQ(Text(Json::parse(script.requests[3].body)["preconditions"], "uid"), "u-1");
}

TEST_F(RestClusterTest, ATestThatFailsInAJsonPatchIsAConflict) {
  script.replies = {Failure(422, "Invalid", "testing value /metadata/uid failed: test failed"), Failure(422, "Invalid", "add operation does not apply")};
  auto api = cluster();
  const Json tested = Json::parse(R"([{"op":"test","path":"/metadata/uid","value":"u"}])");
  EXPECT_EQ(api.Patch(pod, PatchType::JsonPatch, Subresource::None, tested).error().fault, Fault::Conflict);
  EXPECT_EQ(api.Patch(pod, PatchType::JsonPatch, Subresource::None, Json::parse(R"([{"op":"add","path":"/a/b","value":1}])")).error().fault, Fault::Invalid);
}

TEST_F(RestClusterTest, AnAnswerThatIsNotJsonIsTransient) {
  script.replies = {Reply(200, "<html>")};
  EXPECT_EQ(cluster().Get(pod).error().reason, "BadReply");
}

TEST_F(RestClusterTest, EachCallIsObservedAndWarningsAreHandedOn) {
  std::vector<std::string> calls, warnings;
  auto api = cluster(
      {.stop = {},
       .onCall = [&](const ApiCall& call) { calls.push_back(std::string(call.verb) + " " + std::string(call.resource) + " " + std::to_string(call.code)); },
       .onWarning = [&](const std::string& text) { warnings.push_back(text); }});
  script.replies = {Failure(404, "NotFound"), Error{Fault::Transient, "Timeout", "late"}, Reply(200, "{}")};
  script.replies.back()->warning = "299 - \"unknown field\"";
  EXPECT_EQ(api.Get(pod).error().fault, Fault::Missing);
  EXPECT_EQ(api.Get(pod).error().reason, "Timeout");
  EXPECT_TRUE(api.Create(pod, Json::object()));
  EXPECT_THAT(calls, ElementsAre("get pods 404", "get pods 0", "create pods 200"));
  EXPECT_THAT(warnings, ElementsAre("create pods data/a: unknown field"));
}

TEST_F(RestClusterTest, AWatchGivesItsEventsInOrderAndSaysThatTheServerEndedIt) {
  script.replies = {Reply(200, R"({"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"8"}}}
{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}
)")};
  std::vector<std::string> versions;
  const auto end = cluster().Watch(pods, "7", [&](WatchEvent&& event) { versions.push_back(Text(event.object["metadata"], "resourceVersion")); }, {});
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(*end, WatchEnd::Closed);
  EXPECT_THAT(versions, ElementsAre("8", "9"));
  EXPECT_THAT(script.requests[0].target,
              testing::ContainsRegex("\\?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=[3-6][0-9][0-9]&labelSelector=x%3Dy"));
}

TEST_F(RestClusterTest, AnExpiredVersionIsToldApartFromOtherErrors) {
  const std::string event = R"({"type":"ERROR","object":{"kind":"Status","code":CODE,"reason":"R","message":"m"}})";
  const auto with = [&](const std::string& code) { return Reply(200, std::string(event).replace(event.find("CODE"), 4, code) + "\n"); };
  script.replies = {with("410"), Failure(410, "Expired"), with("500"), Failure(429, "TooManyRequests")};
  auto api = cluster();
  const auto watch = [&] { return api.Watch(pods, "7", [](WatchEvent&&) { ADD_FAILURE(); }, {}); };
  EXPECT_EQ(*watch(), WatchEnd::Expired);
  EXPECT_EQ(*watch(), WatchEnd::Expired);
  EXPECT_EQ(watch().error().fault, Fault::Transient);
  EXPECT_EQ(watch().error().reason, "TooManyRequests");
}

TEST_F(RestClusterTest, NothingIsGivenAfterAnEventThatCannotBeRead) {
  script.replies = {Reply(200, "{\"type\":\"ADDED\"}\n{\"type\":\"ADDED\",\"object\":{}}\n")};
  const auto end = cluster().Watch(pods, "7", [](WatchEvent&&) { ADD_FAILURE(); }, {});
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().reason, "BadEvent");
  EXPECT_THAT(end.error().message, HasSubstr("watch pods data"));
}

TEST_F(RestClusterTest, AWatchThatIsClosedAtOnceIsAnError) {
  script.replies = {Reply(200, "")};
  EXPECT_EQ(cluster().Watch(pods, "7", [](WatchEvent&&) {}, {}).error().reason, "WatchClosedAtOnce");
}

TEST_F(RestClusterTest, AWatchStopsForItsCallerAndForTheProgramsEnd) {
  const std::string event = "{\"type\":\"ADDED\",\"object\":{}}\n";
  script.replies = {Reply(200, event + event), Reply(200, event + event)};
  const StopToken mine, programs;
  auto api = cluster({.stop = programs, .onCall = {}, .onWarning = {}});
  int seen = 0;
  EXPECT_EQ(*api.Watch(
                pods, "7", [&](WatchEvent&&) { ++seen, mine.Stop(); }, mine),
            WatchEnd::Stopped);
  EXPECT_EQ(*api.Watch(pods, "7", [&](WatchEvent&&) { ++seen, programs.Stop(); }, {}), WatchEnd::Stopped);
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace weir::kube
