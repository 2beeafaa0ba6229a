#include "tests/stages/stage_fixture.h"
#include "tests/storage/http/http_server.h"

namespace weir::stages {
namespace {

using storage::HttpServer;
using storage::Reply;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kSecret = "?token=s3cret";

// Landing from a real server on a loopback port.
class LandHttp : public StageTest {
 protected:
  api::StageTask LandUrl(const std::string& url, int attempt = 1) {
    api::StageTask task = Land("", attempt);
    task.source = api::HttpSource{url};
    return task;
  }
  // Refused with a message that names the URL and keeps its query to itself; nothing has landed.
  void Refused(const std::string& url, api::OutcomeClass result, api::Reason reason, const std::string& what) {
    const std::string message = Bad(LandUrl(url + kSecret), result, reason).message;
    EXPECT_THAT(message, HasSubstr(url));
    EXPECT_THAT(message, HasSubstr(what));
    EXPECT_THAT(message, Not(HasSubstr("s3cret")));
    EXPECT_EQ(State("orders-landing").files.size(), 0U);
  }
};

TEST_F(LandHttp, AUrlLandsOnceAndAgainWhenItsContentChanged) {
  std::string body = "id,city,amount\n1,Oslo,10\n";
  const HttpServer server([&](const std::string&) { return Reply("200 OK", body); });
  const std::string url = server.Url("/exports/orders%202024.csv");
  const auto first = Good(LandUrl(url + kSecret));
  EXPECT_EQ(first.rows, Sums(1, 1, 0, 0));
  EXPECT_EQ(folder_.Read("lake/Landing/default/shop/orders_landing/file_land_timestamp=1700003600/orders 2024_1700003600.csv"), body);
  const storage::DataFile landed = State("orders-landing").files.begin()->second;
  EXPECT_THAT(landed.tags.at("source"), AllOf(StartsWith(url + "?sha256="), Not(HasSubstr("secret"))));
  EXPECT_EQ(landed.bytes, static_cast<std::int64_t>(body.size()));

  NextRun();
  EXPECT_EQ(Good(LandUrl(url + kSecret)).rows, Sums(1, 0, 0, 1));
  NextRun();
  body += "2,Rome,20\n";
  EXPECT_EQ(Good(LandUrl(url + kSecret)).rows, Sums(1, 1, 0, 0));
  Good(Accept());
  EXPECT_EQ(Good(Decode()).rows, Sums(3, 3, 0, 0));
  EXPECT_EQ(server.requests(), 3);
}

TEST_F(LandHttp, AFileThatMayBeMissingIsNamedThoughTheStageSucceeds) {
  const HttpServer server([](const std::string&) { return Reply("404 Not Found", ""); });
  const std::string url = server.Url("/orders.csv");
  api::StageTask task = LandUrl(url + kSecret);
  task.whenEmpty = api::WhenEmpty::Succeed;
  EXPECT_THAT(Good(task).message, AllOf(HasSubstr("there is no file to land: GET " + url), HasSubstr("404"), Not(HasSubstr("s3cret"))));
}

TEST_F(LandHttp, ANewTokenLandsNothingWhileTheContentIsTheSame) {
  std::string body = "id,city,amount\n1,Oslo,10\n";
  const HttpServer server([&](const std::string&) { return Reply("200 OK", body); });
  const std::string url = server.Url("/orders.csv");
  Good(LandUrl(url));
  for (const std::string token : {"?sig=monday", "?sig=tuesday", "#part"}) {
    NextRun();
    EXPECT_EQ(Good(LandUrl(url + token)).rows, Sums(1, 0, 0, 1)) << token;
  }
  NextRun();
  EXPECT_EQ(Good(LandUrl(server.Url("/returns.csv?sig=monday"))).rows, Sums(1, 1, 0, 0));
  NextRun();
  body += "2,Rome,20\n";
  EXPECT_EQ(Good(LandUrl(url + "?sig=wednesday")).rows, Sums(1, 1, 0, 0));
  NextRun();
  EXPECT_EQ(Good(LandUrl(url + "?sig=thursday")).rows, Sums(1, 0, 0, 1));
}

TEST_F(LandHttp, TwoServersAreTwoSourcesWhateverTheirFilesAreCalled) {
  const HttpServer first([](const std::string&) { return Reply("200 OK", "id,city,amount\n1,Oslo,10\n"); });
  const HttpServer second([](const std::string&) { return Reply("200 OK", "id,city,amount\n1,Oslo,10\n"); });
  Good(LandUrl(first.Url("")));
  NextRun();
  EXPECT_EQ(Good(LandUrl(second.Url(""))).rows, Sums(1, 1, 0, 0));
}

TEST_F(LandHttp, ARedirectLandsWhatItLeadsToUnderTheNameThatWasAskedFor) {
  const HttpServer server([](const std::string& head) {
    if (head.starts_with("GET /latest.csv")) return Reply("302 Found", "not this", "Location: /store/8f3a\r\n");
    return Reply("200 OK", "id,city,amount\n7,Bern,1\n");
  });
  Good(LandUrl(server.Url("/latest.csv")));
  EXPECT_EQ(folder_.Read("lake/Landing/default/shop/orders_landing/file_land_timestamp=1700003600/latest_1700003600.csv"), "id,city,amount\n7,Bern,1\n");
}

TEST_F(LandHttp, WhatTheServerRefusesIsNamed) {
  std::string status = "404 Not Found";
  const HttpServer server([&](const std::string&) { return Reply(status, "<html>no</html>"); });
  const std::string url = server.Url("/orders.csv");
  Refused(url, api::OutcomeClass::Transient, api::Reason::SourceUnavailable, "404");
  status = "403 Forbidden";
  Refused(url, api::OutcomeClass::Transient, api::Reason::AccessDenied, "not allowed: GET " + url);
  status = "401 Unauthorized";
  Refused(url, api::OutcomeClass::Transient, api::Reason::AccessDenied, "401");
  status = "503 Service Unavailable";
  Refused(url, api::OutcomeClass::Transient, api::Reason::SourceUnavailable, "503");
  status = "200 OK";
  Good(LandUrl(url, 2));
}

TEST_F(LandHttp, ABodyThatIsCutShortLandsNothingAndARetryAllOfIt) {
  const std::string whole = Reply("200 OK", "id,city,amount\n1,Oslo,10\n2,Rome,20\n");
  std::size_t missing = 9;
  const HttpServer server([&](const std::string&) { return whole.substr(0, whole.size() - missing); });
  Refused(server.Url("/orders.csv"), api::OutcomeClass::Transient, api::Reason::SourceUnavailable, "");
  missing = 0;
  Good(LandUrl(server.Url("/orders.csv"), 2));
  Good(Accept(2));
  EXPECT_EQ(Good(Decode(2)).rows, Sums(2, 2, 0, 0));
}

TEST_F(LandHttp, AnEmptyBodyIsNoFile) {
  const HttpServer server([](const std::string&) { return Reply("200 OK", ""); });
  Refused(server.Url("/orders.csv"), api::OutcomeClass::Data, api::Reason::BadInput, "is empty (0 bytes)");
}

TEST_F(LandHttp, AnEndpointThatCannotBeReachedIsNamed) {
  std::string url;
  {
    url = HttpServer([](const std::string&) { return ""; }).Url("/orders.csv");
  }
  Refused(url, api::OutcomeClass::Transient, api::Reason::SourceUnavailable, "");
  Refused("http://no-such-host.invalid/orders.csv", api::OutcomeClass::Transient, api::Reason::SourceUnavailable, "");
}

}  // namespace
}  // namespace weir::stages
