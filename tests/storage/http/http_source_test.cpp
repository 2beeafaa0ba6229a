#include "runner/storage/http/http_source.h"

#include <gmock/gmock.h>

#include <future>

#include "runner/storage/digest.h"
#include "tests/storage/http/endless_server.h"
#include "tests/storage/http/http_server.h"
#include "tests/storage/loopback.h"

namespace weir::storage {
namespace {

struct Body {
  std::string bytes;
  std::function<Status(std::string_view)> Sink() {
    return [this](std::string_view piece) {
      bytes += piece;
      return Ok();
    };
  }
};

TEST(HttpSource, AFileArrivesAsItIsWithItsDigest) {
  std::string content(300'000, 'x');
  content[7] = '\0';
  HttpServer server([&](const std::string&) { return Reply("200 OK", content); });
  Body body;
  const auto fetched = Fetch(server.Url("/data/my%20file.csv?token=1"), body.Sink());
  ASSERT_TRUE(fetched.ok()) << fetched.error().message;
  EXPECT_EQ(body.bytes, content);
  EXPECT_EQ(fetched->bytes, 300'000);
  EXPECT_EQ(fetched->sha256, Sha256Hex(content));
}

TEST(HttpSource, RedirectsAreFollowedAndTheirBodiesLeftOut) {
  HttpServer server(
      [&](const std::string& head) { return head.starts_with("GET /b ") ? Reply("200 OK", "end") : Reply("302 Found", "go on", "Location: /b\r\n"); });
  Body body;
  ASSERT_TRUE(Fetch(server.Url("/a"), body.Sink()).ok());
  EXPECT_EQ(body.bytes, "end");
}

TEST(HttpSource, ACircleOfRedirectsEnds) {
  HttpServer server([&](const std::string&) { return Reply("302 Found", "", "Location: /a\r\n"); });
  Body body;
  const auto fetched = Fetch(server.Url("/a"), body.Sink());
  EXPECT_EQ(fetched.error().fault, Fault::Invalid);
  EXPECT_THAT(fetched.error().message, testing::HasSubstr("more than 5 redirects"));
  EXPECT_EQ(server.requests(), 6);
}

TEST(HttpSource, ARedirectToMetadataIsBlocked) {
  HttpServer server([&](const std::string&) { return Reply("302 Found", "", "Location: http://169.254.169.254/latest/meta-data/\r\n"); });
  Body body;
  const auto fetched = Fetch(server.Url("/a"), body.Sink());
  EXPECT_EQ(fetched.error().fault, Fault::Invalid);
  EXPECT_EQ(fetched.error().reason, "SourceUnavailable");
  EXPECT_THAT(fetched.error().message, testing::HasSubstr("169.254.169.254 is link-local"));
}

TEST(HttpSource, ARedirectToAFileOfTheMachineIsRefused) {
  HttpServer server([&](const std::string&) { return Reply("302 Found", "", "Location: file:///etc/passwd\r\n"); });
  Body body;
  EXPECT_EQ(Fetch(server.Url("/a"), body.Sink()).error().fault, Fault::Invalid);
  EXPECT_EQ(body.bytes, "");
}

TEST(HttpSource, MetadataAddressesAreBlockedInEveryForm) {
  Body body;
  for (const char* url : {"http://169.254.169.254/", "http://2852039166/", "http://0xA9FEA9FE/", "http://[::ffff:169.254.169.254]/", "http://[fe80::1]/",
                          "http://[fd00:ec2::254]/", "http://[64:ff9b::a9fe:a9fe]/", "http://100.100.100.200/", "http://168.63.129.16/"}) {
    const auto fetched = Fetch(url, body.Sink(), {.connectTimeout = Duration::Seconds(2)});
    ASSERT_FALSE(fetched.ok()) << url;
    EXPECT_EQ(fetched.error().fault, Fault::Invalid) << url << ": " << fetched.error().message;
  }
}

TEST(HttpSource, OnlyLinkLocalAndMetadataAddressesAreBlocked) {
  for (const char* address : {"127.0.0.1", "::1", "10.0.0.1", "169.253.0.1", "169.255.0.1", "fec0::1", "::ffff:10.0.0.1", "8.8.8.8", "nonsense"})
    EXPECT_FALSE(IsBlockedAddress(address)) << address;
  for (const char* address : {"169.254.0.1", "169.254.170.2", "fe80::1", "febf::1", "192.0.0.192"}) EXPECT_TRUE(IsBlockedAddress(address)) << address;
}

// A variable of the process's environment while this lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(HttpSource, TheProxyOfTheEnvironmentIsAskedExceptForHostsThatGoWithoutIt) {
  std::string asked;
  HttpServer proxy([&](const std::string& head) {
    asked = head.substr(0, head.find("\r\n"));
    return Reply("200 OK", "by proxy");
  });
  HttpServer direct([&](const std::string&) { return Reply("200 OK", "direct"); });
  const Variable use("http_proxy", proxy.Url("")), none("no_proxy", "127.0.0.1,.internal.example.com");
  Body far, near;
  const auto fetched = Fetch("http://data.example.com/flights.csv", far.Sink());
  ASSERT_TRUE(fetched.ok()) << fetched.error().message;
  EXPECT_EQ(far.bytes, "by proxy");
  EXPECT_EQ(asked, "GET http://data.example.com/flights.csv HTTP/1.1");
  ASSERT_TRUE(Fetch(direct.Url("/a"), near.Sink()).ok());
  EXPECT_EQ(near.bytes, "direct");
}

TEST(HttpSource, AProxyIsNotAskedForBlockedAddresses) {
  HttpServer proxy([&](const std::string&) { return Reply("302 Found", "", "Location: http://0xA9FEA9FE/latest/meta-data/\r\n"); });
  const Variable use("http_proxy", proxy.Url(""));
  Body body;
  EXPECT_THAT(Fetch("http://169.254.169.254/latest/meta-data/", body.Sink()).error().message, testing::HasSubstr("169.254.169.254 is link-local"));
  EXPECT_EQ(proxy.requests(), 0);
  EXPECT_THAT(Fetch("http://data.example.com/a", body.Sink()).error().message, testing::HasSubstr("169.254.169.254 is link-local"));
  EXPECT_EQ(proxy.requests(), 1);
}

TEST(HttpSource, ACaBundleThatCannotBeUsedIsNamed) {
  HttpServer server([&](const std::string&) { return Reply("200 OK", "x"); });
  Body body;
  {
    const Variable missing("WEIR_CA_BUNDLE", "/nonexistent/ca.crt");
    EXPECT_THAT(Fetch(server.Url("/a"), body.Sink()).error().message, testing::HasSubstr("/nonexistent/ca.crt"));
  }
  const Variable garbage("WEIR_CA_BUNDLE", "/proc/self/cmdline");
  EXPECT_THAT(Fetch(server.Url("/a"), body.Sink()).error().message, testing::HasSubstr("has no certificate in PEM form"));
  EXPECT_EQ(server.requests(), 0);
}

struct Answered {
  const char* status;
  Fault fault;
};

class StatusTest : public testing::TestWithParam<Answered> {};

TEST_P(StatusTest, SaysWhatHappensNext) {
  HttpServer server([&](const std::string&) { return Reply(GetParam().status, "no"); });
  Body body;
  const auto fetched = Fetch(server.Url("/f.csv?token=secret"), body.Sink());
  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().fault, GetParam().fault) << fetched.error().message;
  EXPECT_EQ(fetched.error().reason, GetParam().fault == Fault::Denied ? "AccessDenied" : "SourceUnavailable");
  EXPECT_THAT(fetched.error().message, testing::HasSubstr("/f.csv"));
  EXPECT_THAT(fetched.error().message, testing::Not(testing::HasSubstr("secret")));
  EXPECT_EQ(body.bytes, "");
}

INSTANTIATE_TEST_SUITE_P(Codes, StatusTest,
                         testing::Values(Answered{"404 Not Found", Fault::Missing}, Answered{"401 Unauthorized", Fault::Denied},
                                         Answered{"403 Forbidden", Fault::Denied}, Answered{"500 Oops", Fault::Transient},
                                         Answered{"503 Busy", Fault::Transient}, Answered{"429 Slow", Fault::Transient}, Answered{"400 Bad", Fault::Invalid},
                                         Answered{"206 Partial", Fault::Invalid}, Answered{"204 No Content", Fault::Invalid}),
                         [](const auto& instance) { return std::string(instance.param.status).substr(0, 3); });

TEST(HttpSource, ABodyThatIsCutShortIsAnError) {
  HttpServer server([&](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"; });
  Body body;
  const auto fetched = Fetch(server.Url("/f"), body.Sink());
  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().fault, Fault::Transient);
}

// By RFC 9110 and 9112: who takes one of two ends loses rows, or takes what is not the file's.
TEST(HttpSource, AFileWhoseEndIsNotSureIsRefusedWithTheReason) {
  for (const std::string fields : {"Content-Length: 6\r\nContent-Length: 4\r\n", "Content-Length: 4\r\nContent-Length: 6\r\n", "Content-Length: 6, 4\r\n",
                                   "Content-Length: +6\r\n", "Content-Length: 6x\r\n", "Content-Length: -6\r\n", "Content-Length:\r\n",
                                   "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n"}) {
    const bool chunked = fields.find("chunked") != std::string::npos;
    HttpServer server([&](const std::string&) {
      return "HTTP/1.1 200 OK\r\nConnection: close\r\n" + fields + "\r\n" + (chunked ? "6\r\nn\n1\n2\n\r\n0\r\n\r\n" : "n\n1\n2\n");
    });
    Body body;
    const auto fetched = Fetch(server.Url("/f.csv"), body.Sink());
    ASSERT_FALSE(fetched.ok()) << fields;
    EXPECT_EQ(fetched.error().fault, Fault::Invalid) << fields;
    EXPECT_EQ(fetched.error().reason, "SourceUnavailable") << fields;
    EXPECT_THAT(fetched.error().message, testing::AllOf(testing::HasSubstr("/f.csv"), testing::HasSubstr("where the file ends is not sure"))) << fields;
    EXPECT_EQ(body.bytes, "") << fields;
  }
  HttpServer twice([&](const std::string&) { return Reply("200 OK", "n\n1\n2\n", "Content-Length: 6\r\n"); });
  Body body;
  EXPECT_TRUE(Fetch(twice.Url("/f.csv"), body.Sink()).ok()) << "the same length twice is one";
  EXPECT_EQ(body.bytes, "n\n1\n2\n");
}

TEST(HttpSource, ABodyInACodingThatNobodyReadsIsRefused) {
  for (const std::string coding : {"br", "zstd", "deflate", "compress", "gzip, br", "BR,gzip"}) {
    HttpServer server([&](const std::string&) { return Reply("200 OK", "xyz", "Content-Encoding: " + coding + "\r\n"); });
    Body body;
    const auto fetched = Fetch(server.Url("/f.csv"), body.Sink());
    ASSERT_FALSE(fetched.ok()) << coding;
    EXPECT_EQ(fetched.error().fault, Fault::Invalid) << coding;
    EXPECT_THAT(fetched.error().message, testing::HasSubstr("its Content-Encoding is \"" + coding + "\"")) << coding;
    EXPECT_EQ(body.bytes, "");
  }
  for (const std::string coding : {"gzip", "X-GZIP", "identity", "", "gzip, identity", "utf-8", "aws-chunked", "binary"}) {
    HttpServer server([&](const std::string&) { return Reply("200 OK", "xyz", "Content-Encoding: " + coding + "\r\n"); });
    Body body;
    EXPECT_TRUE(Fetch(server.Url("/f.csv"), body.Sink()).ok()) << coding;
  }
}

TEST(HttpSource, ANobodyListeningIsTransientAndNamed) {
  Body body;
  const std::string url = "http://127.0.0.1:" + std::to_string(RefusedPort()) + "/f";
  const auto fetched = Fetch(url, body.Sink());
  EXPECT_EQ(fetched.error().fault, Fault::Transient);
  EXPECT_THAT(fetched.error().message, testing::HasSubstr(url));
}

TEST(HttpSource, AnUnknownHostIsTransient) {
  Body body;
  EXPECT_EQ(Fetch("http://host.invalid/f", body.Sink()).error().fault, Fault::Transient);
}

TEST(HttpSource, AFileThatIsTooLargeIsStopped) {
  HttpServer server([&](const std::string&) { return Reply("200 OK", std::string(1000, 'x')); });
  Body body;
  const auto fetched = Fetch(server.Url("/f"), body.Sink(), {.maxBytes = 999});
  EXPECT_EQ(fetched.error().fault, Fault::Invalid);
  EXPECT_THAT(fetched.error().message, testing::HasSubstr("limit of 999 bytes"));
}

TEST(HttpSource, AnErrorOfTheSinkIsHandedOn) {
  HttpServer server([&](const std::string&) { return Reply("200 OK", "x"); });
  const auto fetched = Fetch(server.Url("/f"), [](std::string_view) { return Status(Error{Fault::Exhausted, "DiskFull", "full"}); });
  EXPECT_EQ(fetched.error().reason, "DiskFull");
}

TEST(HttpSource, UrlsThatAreNotPlainHttpAreRefused) {
  Body body;
  for (const char* url :
       {"", "file:///etc/passwd", "ftp://h/f", "http://", "https:///f", "http://user:pw@h/f", "http://h/a b", "http://h/\r\nX: y", "gopher://h"}) {
    const auto fetched = Fetch(url, body.Sink());
    ASSERT_FALSE(fetched.ok()) << url;
    EXPECT_EQ(fetched.error().fault, Fault::Invalid) << url;
    EXPECT_THAT(fetched.error().message, testing::Not(testing::HasSubstr("pw"))) << url;
  }
}

TEST(HttpSource, AnEndpointThatFallsSilentIsTransient) {
  std::promise<void> over;
  HttpServer server([&](const std::string&) {
    over.get_future().wait();
    return std::string();
  });
  Body body;
  const auto fetched = Fetch(server.Url("/f?token=secret"), body.Sink(), {.stallTimeout = Duration::Seconds(1)});
  over.set_value();
  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().fault, Fault::Transient);
  EXPECT_THAT(fetched.error().message, testing::StartsWith("cannot fetch " + server.Url("/f?…")));
}

constexpr const char* kChunk = "8\r\nabcdefgh\r\n";

TEST(HttpSource, AnErrorWhoseBodyHasNoEndIsToldAtOnce) {
  EndlessServer server("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n", kChunk);
  Body body;
  const auto fetched = Fetch(server.Url(), body.Sink());
  EXPECT_EQ(fetched.error().fault, Fault::Transient);
  EXPECT_THAT(fetched.error().message, testing::HasSubstr("status 500"));
  EXPECT_EQ(body.bytes, "");
}

TEST(HttpSource, ARedirectWhoseBodyHasNoEndIsRefused) {
  EndlessServer server("HTTP/1.1 302 Found\r\nLocation: /b\r\nTransfer-Encoding: chunked\r\n\r\n", kChunk);
  Body body;
  EXPECT_EQ(Fetch(server.Url(), body.Sink()).error().fault, Fault::Invalid);
}

TEST(HttpSource, AnotherSuccessThanAFileIsNotReadToItsEnd) {
  EndlessServer server("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n", kChunk);
  Body body;
  EXPECT_THAT(Fetch(server.Url(), body.Sink()).error().message, testing::HasSubstr("status 201"));
}

TEST(HttpSource, HeadersWithoutEndAreRefused) {
  EndlessServer server("HTTP/1.1 200 OK\r\n", "X-Filler: " + std::string(1000, 'x') + "\r\n");
  Body body;
  EXPECT_FALSE(Fetch(server.Url(), body.Sink()).ok());
  EXPECT_LT(server.sent(), 64 << 20);
}

TEST(HttpSource, AHeaderLineWithoutEndIsRefused) {
  EndlessServer server("HTTP/1.1 200 OK\r\nX-Filler: ", std::string(1000, 'x'));
  Body body;
  EXPECT_FALSE(Fetch(server.Url(), body.Sink()).ok());
  EXPECT_LT(server.sent(), 64 << 20);
}

TEST(HttpSource, AByteNowAndThenEndsAtTheTimeout) {
  EndlessServer server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", Duration{20});
  Body body;
  const auto fetched = Fetch(server.Url(), body.Sink(), {.timeout = Duration{300}});
  EXPECT_EQ(fetched.error().fault, Fault::Transient);
  EXPECT_THAT(fetched.error().message, testing::HasSubstr("the whole may take 300ms (land.from.http.timeout)"));
}

TEST(HttpSource, ABodyWithoutEndStopsAtTheLimit) {
  EndlessServer server("HTTP/1.1 200 OK\r\n\r\n", std::string(4096, 'x'));
  Body body;
  EXPECT_THAT(Fetch(server.Url(), body.Sink(), {.maxBytes = 100'000}).error().message, testing::HasSubstr("limit of 100000 bytes (land.from.http.maxBytes)"));
  EXPECT_LE(body.bytes.size(), 100'000U);
}

TEST(HttpSource, TheLastPartOfThePathIsTheNameUnlessItIsNotSafe) {
  EXPECT_EQ(FileNameOfUrl("https://h/data/my%20file.csv?token=1"), "my file.csv");
  EXPECT_EQ(FileNameOfUrl("https://h/a.csv#/b"), "a.csv");
  for (const char* url : {"http://h", "http://h/", "http://h?/x", "http://h/..%2f..%2fetc%2fpasswd", "http://h/%2e%2e", "http://h/a%00b"})
    EXPECT_EQ(FileNameOfUrl(url), "download") << url;
}

}  // namespace
}  // namespace weir::storage
