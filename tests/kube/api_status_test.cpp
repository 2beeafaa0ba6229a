#include "operator/kube/api_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::kube {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Body(int code, const std::string& reason, const std::string& message, const std::string& details = "{}") {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":")" + message + R"(","reason":")" + reason + R"(","details":)" +
         details + R"(,"code":)" + std::to_string(code) + "}";
}

TEST(ApiStatus, TheServersOwnWordsReachTheUser) {
  const auto status = ReadApiStatus(409, Body(409, "AlreadyExists", R"(pods \"a\" already exists)"));
  const Error error = ErrorFor(status, "create pods ns/a");
  EXPECT_EQ(error.fault, Fault::Conflict);
  EXPECT_EQ(error.reason, "AlreadyExists");
  EXPECT_EQ(error.message, "create pods ns/a: pods \"a\" already exists (HTTP 409)");
}

TEST(ApiStatus, CausesThatTheMessageLeavesOutAreAdded) {
  const auto status =
      ReadApiStatus(422, Body(422, "Invalid", "it is invalid", R"({"causes":[{"field":"spec.x","message":"must be set"},{"message":"it is invalid"}]})"));
  EXPECT_EQ(status.message, "it is invalid (spec.x: must be set)");
}

TEST(ApiStatus, ABodyOfAProxyBecomesTheMessageCutShort) {
  const auto status = ReadApiStatus(502, "<html>" + std::string(1000, 'x'));
  EXPECT_EQ(status.message.size(), 300u);
  EXPECT_EQ(ErrorFor(status, "get").fault, Fault::Transient);
  EXPECT_THAT(ErrorFor(ReadApiStatus(503, ""), "get").message, HasSubstr("no explanation"));
}

TEST(ApiStatus, AKindThatTheServerDoesNotServeIsToldFromAnObjectThatIsNotThere) {
  const Error kind = ErrorFor(ReadApiStatus(404, "404 page not found\n"), "list views default");
  EXPECT_EQ(kind.fault, Fault::Missing);
  EXPECT_THAT(kind.message, HasSubstr("does not know the kind (404 page not found): install"));
  const Error object = ErrorFor(ReadApiStatus(404, Body(404, "NotFound", "views x not found")), "get views default/x");
  EXPECT_EQ(object.message, "get views default/x: views x not found (HTTP 404)");
}

TEST(ApiStatus, EachHttpStatusHasOneFault) {
  const auto fault = [](int code) { return ErrorFor({.code = code, .reason = {}, .message = {}}, "get").fault; };
  for (const int code : {400, 413, 422}) EXPECT_EQ(fault(code), Fault::Invalid) << code;
  for (const int code : {401, 403}) EXPECT_EQ(fault(code), Fault::Denied) << code;
  for (const int code : {302, 408, 410, 429, 500, 502, 503, 504}) EXPECT_EQ(fault(code), Fault::Transient) << code;
  EXPECT_EQ(fault(404), Fault::Missing);
  EXPECT_EQ(fault(409), Fault::Conflict);
  EXPECT_EQ(fault(405), Fault::Bug);
}

// Nobody can tell how long: the user is to read it, not an operator's log.
TEST(ApiStatus, AWebhookThatIsDownRefuses) {
  const std::string words = "Internal error occurred: failed calling webhook \"mesh.example.com\": Post \"https://mesh\": connection refused";
  const Error error =
      ErrorFor(ReadApiStatus(500, Body(500, "InternalError", "Internal error occurred: failed calling webhook 'mesh': refused")), "create pods");
  EXPECT_EQ(error.fault, Fault::Denied);
  EXPECT_EQ(error.reason, "WebhookFailed");
  EXPECT_THAT(error.message, HasSubstr("failed calling webhook"));
  EXPECT_EQ(ErrorFor({.code = 500, .reason = "InternalError", .message = words}, "create pods").fault, Fault::Denied);
}

// All of them are 403 Forbidden; only what a policy says does not pass by itself.
TEST(ApiStatus, RefusalsThatPassHaveReasonsOfTheirOwn) {
  const auto reason = [](const std::string& words) { return ErrorFor({.code = 403, .reason = "Forbidden", .message = words}, "create Pod a/b").reason; };
  EXPECT_EQ(reason("pods \"b\" is forbidden: exceeded quota: compute, requested: cpu=1, used: cpu=9, limited: cpu=9"), "QuotaExceeded");
  EXPECT_EQ(reason("pods \"b\" is forbidden: unable to create new content in namespace a because it is being terminated"), "NamespaceTerminating");
  EXPECT_EQ(reason("pods \"b\" is forbidden: error looking up service account a/x: serviceaccount \"x\" not found"), "AccountMissing");
  EXPECT_EQ(reason("pods \"b\" is forbidden: no PriorityClass with name gold was found"), "ClassMissing");
  EXPECT_EQ(reason("pods \"b\" is forbidden: pod rejected: RuntimeClass \"gvisor\" not found"), "ClassMissing");
  EXPECT_EQ(reason("pods is forbidden: User \"x\" cannot create resource \"pods\" in API group \"\" in the namespace \"a\""), "MissingRight");
  for (const char* policy :
       {"pods \"b\" is forbidden: violates PodSecurity \"restricted:latest\": privileged", "admission webhook \"x\" denied the request: no",
        "pods \"b\" is forbidden: [maximum cpu usage per Container is 1, but limit is 2]"})
    EXPECT_EQ(reason(policy), "Forbidden") << policy;
}

TEST(ApiStatus, AnInternalErrorOfTheServerIsNotCalledOurs) {
  const Error error = ErrorFor({.code = 500, .reason = "InternalError", .message = "etcdserver: request timed out"}, "get");
  EXPECT_EQ(error.fault, Fault::Transient);
  EXPECT_EQ(error.reason, "ServerError");
}

TEST(ApiStatus, TooManyRequestsSaysHowLongToWait) {
  const Error error = ErrorFor(ReadApiStatus(429, Body(429, "TooManyRequests", "slow down", R"({"retryAfterSeconds":7})")), "list pods");
  EXPECT_EQ(error.reason, "TooManyRequests");
  EXPECT_THAT(error.message, HasSubstr("try again in 7 s"));
}

TEST(ApiStatus, GoneIsExpired) {
  EXPECT_TRUE(IsExpired(ReadApiStatus(410, Body(410, "Expired", "too old resource version"))));
  EXPECT_FALSE(IsExpired(ReadApiStatus(409, Body(409, "Conflict", "x"))));
}

TEST(Warnings, AreTakenOutOfTheHeader) {
  EXPECT_THAT(WarningTexts(R"(299 - "unknown field \"spec.x\"", 299 - "deprecated")"), ElementsAre("unknown field \"spec.x\"", "deprecated"));
  EXPECT_THAT(WarningTexts(""), IsEmpty());
  EXPECT_THAT(WarningTexts("299 - no quotes"), IsEmpty());
}

TEST(RetryAfter, IsAtMostAnHourAndNeverNegative) {
  EXPECT_EQ(ReadRetryAfter("7"), 7);
  EXPECT_EQ(ReadRetryAfter("99999999999"), 3600);
  for (const char* none : {"", "-5", "soon", "7 s", "Wed, 21 Oct 2015 07:28:00 GMT", "99999999999999999999999"}) EXPECT_EQ(ReadRetryAfter(none), 0) << none;
}

TEST(ApiStatus, SaysHowToMendAMissingRight) {
  const std::string rbac =
      R"(pods is forbidden: User "system:serviceaccount:weirkeeper:weirkeeper" cannot create resource "pods" in API group "" in the namespace "default")";
  const Error missing = ErrorFor({.code = 403, .reason = "Forbidden", .message = rbac}, "create Pod default/a");
  EXPECT_EQ(missing.fault, Fault::Denied);
  EXPECT_NE(missing.message.find("cannot create resource \"pods\""), std::string::npos);
  EXPECT_NE(missing.message.find("grant this account the right"), std::string::npos);
  const Error quota = ErrorFor({.code = 403, .reason = "Forbidden", .message = "pods \"a\" is forbidden: exceeded quota: compute"}, "create Pod default/a");
  EXPECT_EQ(quota.message.find("grant"), std::string::npos);
}

}  // namespace
}  // namespace weir::kube
