// What only S3 has: parts, memory, wrong keys, servers that are away, replies that get lost.
#include "runner/storage/s3/s3_store.h"

#include <gmock/gmock.h>

#include "runner/storage/digest.h"
#include "tests/storage/http/http_server.h"
#include "tests/storage/loopback.h"
#include "tests/storage/s3/s3_server.h"

namespace weir::storage {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

constexpr S3Options kSmallParts{.partBytes = 5 << 20};

class S3StoreTest : public testing::Test {
 protected:
  std::shared_ptr<ObjectStore> Open(const api::TaskStore& task, const S3Options& options = {}) { return *OpenS3(task, options); }

  // Uploads that were begun and neither ended nor aborted, as the server keeps them.
  static int OpenUploads(const api::TaskStore& task) {
    int found = 0;
    const fs::path folder = S3Server::Shared().data() / (task.bucket + "/.sgwtmp/multipart");
    if (!fs::exists(folder)) return 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) found += entry.is_regular_file() ? 1 : 0;
    return found;
  }

  static std::string Megabytes(int n) {
    std::string bytes(static_cast<std::size_t>(n) << 20, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
    return bytes;
  }

  api::TaskStore task_ = S3Server::Shared().NewBucket();
};

TEST_F(S3StoreTest, ALargeObjectGoesInPartsAndComesBackWhole) {
  const std::string bytes = Megabytes(13);
  const auto store = Open(task_, kSmallParts);
  auto writer = store->Create("big/x.bin");
  ASSERT_TRUE(writer.ok());
  for (std::size_t at = 0; at < bytes.size(); at += 777'777) {
    ASSERT_TRUE((*writer)->Write(std::string_view(bytes).substr(at, 777'777)).ok());
    ASSERT_EQ(store->Stat("big/x.bin").error().fault, Fault::Missing);
  }
  const Status closed = (*writer)->Close();
  ASSERT_TRUE(closed.ok()) << closed.error().message;
  const auto back = store->Get("big/x.bin");
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(Sha256Hex(*back), Sha256Hex(bytes));
  std::string range(9 << 20, '\0');
  auto reader = store->Open("big/x.bin");
  ASSERT_TRUE((*reader)->ReadAt(3'000'000, range.data(), static_cast<std::int64_t>(range.size())).ok());
  EXPECT_EQ(range, bytes.substr(3'000'000, range.size()));
  EXPECT_EQ(OpenUploads(task_), 0);
}

TEST_F(S3StoreTest, AnUploadInPartsNeverOverwrites) {
  const auto store = Open(task_, kSmallParts);
  ASSERT_TRUE(store->PutIfAbsent("x", "old").ok());
  auto writer = store->Create("x");
  ASSERT_TRUE((*writer)->Write(Megabytes(6)).ok());
  const Status closed = (*writer)->Close();
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(closed.error().fault, Fault::Conflict) << closed.error().message;
  EXPECT_EQ(closed.error().reason, "Exists");
  EXPECT_EQ(*store->Get("x"), "old");
  EXPECT_EQ(OpenUploads(task_), 0);
}

TEST_F(S3StoreTest, AnUploadThatIsDroppedIsAborted) {
  const auto store = Open(task_, kSmallParts);
  {
    auto writer = store->Create("x");
    ASSERT_TRUE((*writer)->Write(Megabytes(11)).ok());
    EXPECT_EQ(OpenUploads(task_), 2);
  }
  EXPECT_EQ(OpenUploads(task_), 0);
  EXPECT_EQ(store->Stat("x").error().fault, Fault::Missing);
}

std::int64_t PeakKilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6));
  }
  return 0;
}

TEST_F(S3StoreTest, MemoryIsBoundedWhateverTheSize) {
  const std::string piece = Megabytes(1);
  std::ofstream("/proc/self/clear_refs") << 5;
  const std::int64_t before = PeakKilobytes();
  const auto store = Open(task_);
  auto writer = store->Create("big");
  for (int i = 0; i < 300; ++i) ASSERT_TRUE((*writer)->Write(piece).ok());
  ASSERT_TRUE((*writer)->Close().ok());
  EXPECT_EQ(store->Stat("big")->bytes, 300 << 20);
  EXPECT_LT(PeakKilobytes() - before, 80 << 10) << "kilobytes beyond what the test itself holds";
}

TEST_F(S3StoreTest, OfFourUploadsInPartsExactlyOneWins) {
  const auto store = Open(task_, kSmallParts);
  const std::string bytes = Megabytes(6);
  std::vector<std::unique_ptr<ObjectWriter>> writers;
  for (int i = 0; i < 4; ++i) {
    auto created = store->Create("x");
    writers.push_back(std::move(*created));
    ASSERT_TRUE(writers.back()->Write(bytes).ok());
  }
  int winners = 0;
  for (auto& writer : writers) winners += writer->Close().ok() ? 1 : 0;
  EXPECT_EQ(winners, 1);
}

TEST_F(S3StoreTest, AWrongKeyIsDeniedAndSaysWhatToDo) {
  test::TemporaryFolder keys;
  keys.Write("accessKeyId", "test-access");
  keys.Write("secretAccessKey", "wrong");
  task_.credentials = keys.path();
  const auto put = Open(task_)->PutIfAbsent("x", "1");
  EXPECT_EQ(put.error().fault, Fault::Denied);
  EXPECT_EQ(put.error().reason, "AccessDenied");
  EXPECT_THAT(put.error().message,
              AllOf(HasSubstr("PUT x"), HasSubstr(task_.bucket), HasSubstr(task_.endpoint), HasSubstr("SignatureDoesNotMatch"), HasSubstr("check the keys")));
  EXPECT_THAT(put.error().message, testing::Not(HasSubstr("wrong")));
}

TEST_F(S3StoreTest, ABucketThatIsNotThereIsSaid) {
  task_.bucket = "nobody-made-me";
  const auto store = Open(task_);
  for (const Error& error : {store->PutIfAbsent("x", "1").error(), store->Get("x").error(), store->List("").error()}) {
    EXPECT_EQ(error.fault, Fault::Invalid) << error.message;
    EXPECT_EQ(error.reason, "BucketMissing");
    EXPECT_THAT(error.message, HasSubstr("nobody-made-me"));
  }
}

TEST_F(S3StoreTest, AnEndpointWhereNobodyListensIsUnavailableAndNamed) {
  task_.endpoint = "http://127.0.0.1:" + std::to_string(RefusedPort());
  const auto store = Open(task_);
  for (const Error& error : {store->PutIfAbsent("x", "1").error(), store->Get("x").error(), store->List("").error(), store->Remove("x").error()}) {
    EXPECT_EQ(error.fault, Fault::Transient);
    EXPECT_EQ(error.reason, "StoreUnavailable");
    EXPECT_THAT(error.message, AllOf(HasSubstr(task_.endpoint), HasSubstr(task_.bucket)));
  }
}

TEST_F(S3StoreTest, AServerThatDiesInTheMiddleLeavesNothingHalfDone) {
  S3Server mortal;
  const api::TaskStore task = mortal.NewBucket();
  const auto store = Open(task, kSmallParts);
  auto writer = store->Create("x");
  ASSERT_TRUE((*writer)->Write(Megabytes(6)).ok());
  mortal.Kill();
  const Status closed = (*writer)->Close();
  EXPECT_EQ(closed.error().fault, Fault::Transient);
  EXPECT_FALSE(fs::exists(mortal.data() / (task.bucket + "/x")));
}

struct BadTask {
  const char* name;
  std::string endpoint, bucket, says;
};
class BadTaskTest : public S3StoreTest, public testing::WithParamInterface<BadTask> {};

TEST_P(BadTaskTest, IsInvalidWithoutARequest) {
  task_.endpoint = GetParam().endpoint;
  task_.bucket = GetParam().bucket;
  const auto store = OpenS3(task_);
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().fault, Fault::Invalid);
  EXPECT_THAT(store.error().message, AllOf(HasSubstr("lake"), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(Kinds, BadTaskTest,
                         testing::Values(BadTask{"Scheme", "ftp://h", "b", "endpoint"}, BadTask{"NoScheme", "h:9000", "b", "endpoint"},
                                         BadTask{"Path", "http://h/p", "b", "endpoint"}, BadTask{"Credentials", "http://k:s@h", "b", "endpoint"},
                                         BadTask{"NoBucket", "http://h", "", "bucket"}, BadTask{"BucketWithPath", "http://h", "b/c", "bucket"},
                                         BadTask{"BucketUp", "http://h", "..", "bucket"}),
                         [](const auto& instance) { return instance.param.name; });

TEST_F(S3StoreTest, AMissingKeyFileIsNamed) {
  test::TemporaryFolder keys;
  keys.Write("accessKeyId", "k");
  task_.credentials = keys.path();
  EXPECT_THAT(OpenS3(task_).error().message, AllOf(HasSubstr(keys.path() + "/secretAccessKey"), HasSubstr("Secret")));
  keys.Write("secretAccessKey", "line\nline");
  EXPECT_THAT(OpenS3(task_).error().message, HasSubstr("more than one line"));
}

// A server that plays a scene.
class ScriptedS3Test : public S3StoreTest {
 protected:
  std::shared_ptr<ObjectStore> Against(const HttpServer& server) {
    task_.endpoint = server.Url("");
    return Open(task_);
  }
  static std::string HeaderIn(const std::string& head, const std::string& name) {
    const auto at = head.find(name + ": ");
    return at == std::string::npos ? "" : head.substr(at + name.size() + 2, head.find("\r\n", at) - at - name.size() - 2);
  }
};

TEST_F(ScriptedS3Test, AReadIsRepeatedWhileTheServerIsBusy) {
  std::atomic<int> calls{0};
  HttpServer server(
      [&](const std::string&) { return ++calls < 3 ? Reply("503 Slow Down", "<Error><Code>SlowDown</Code></Error>") : Reply("200 OK", "at last"); });
  EXPECT_EQ(*Against(server)->Get("x"), "at last");
  EXPECT_EQ(calls, 3);
}

TEST_F(ScriptedS3Test, AReadGivesUpSoonAndNamesTheCause) {
  HttpServer server([&](const std::string&) { return Reply("503 Slow Down", "<Error><Code>SlowDown</Code><Message>calm down</Message></Error>"); });
  const auto read = Against(server)->Get("x");
  EXPECT_EQ(read.error().reason, "StoreUnavailable");
  EXPECT_THAT(read.error().message, AllOf(HasSubstr("GET x"), HasSubstr("503 SlowDown, calm down")));
  EXPECT_EQ(server.requests(), 4);
}

TEST_F(ScriptedS3Test, AWriteIsNeverSentTwice) {
  HttpServer server([&](const std::string& head) { return head.starts_with("HEAD") ? Reply("404 Not Found", "") : Reply("500 Oops", ""); });
  const auto put = Against(server)->PutIfAbsent("x", "1");
  EXPECT_EQ(put.error().fault, Fault::Transient);
  EXPECT_EQ(put.error().reason, "OutcomeUnknown");
  EXPECT_EQ(server.requests(), 2) << "one put, one look at what became of it";
}

TEST_F(ScriptedS3Test, ALostReplyIsReadBackByItsToken) {
  std::string token;
  HttpServer server([&](const std::string& head) {
    if (head.starts_with("PUT")) {
      token = HeaderIn(head, "x-amz-meta-weirkeeper-writer");
      return std::string();  // done, and no word of it
    }
    return "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\nx-amz-meta-weirkeeper-writer: " + token + "\r\n\r\n";
  });
  const auto put = Against(server)->PutIfAbsent("x", "1");
  EXPECT_TRUE(put.ok()) << put.error().message;
  EXPECT_NE(token, "");
}

TEST_F(ScriptedS3Test, ALostReplyToAPutThatARivalWonIsAConflict) {
  HttpServer server([&](const std::string& head) {
    return head.starts_with("PUT") ? std::string()
                                   : std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\nx-amz-meta-weirkeeper-writer: rival\r\n\r\n");
  });
  EXPECT_EQ(Against(server)->PutIfAbsent("x", "1").error().reason, "Exists");
}

TEST_F(ScriptedS3Test, ARivalsWriteUnderWayIsWaitedFor) {
  std::atomic<int> calls{0};
  HttpServer server([&](const std::string&) {
    return ++calls == 1 ? Reply("409 Conflict", "<Error><Code>ConditionalRequestConflict</Code></Error>")
                        : Reply("412 Precondition Failed", "<Error><Code>PreconditionFailed</Code></Error>");
  });
  EXPECT_EQ(Against(server)->PutIfAbsent("x", "1").error().reason, "Exists");
}

TEST_F(ScriptedS3Test, AStoreThatOverwritesIsFoundByTheProbe) {
  HttpServer server([&](const std::string&) { return Reply("200 OK", "2"); });
  EXPECT_EQ(ProbeConditionalWrites(*Against(server), "zone").error().reason, "ConditionalWritesMissing");
}

TEST_F(ScriptedS3Test, AnEndedUploadThatTheStoreTakesBackIsNotDone) {
  HttpServer server([&](const std::string& head) {
    if (head.find("?uploads=") != std::string::npos) return Reply("200 OK", "<X><UploadId>u</UploadId></X>");
    if (head.starts_with("PUT")) return Reply("200 OK", "", "ETag: \"e\"\r\n");
    if (head.starts_with("POST")) return Reply("200 OK", "<Error><Code>InternalError</Code></Error>");
    return Reply("404 Not Found", "");
  });
  task_.endpoint = server.Url("");
  auto writer = Open(task_, {.partBytes = 10})->Create("x");
  ASSERT_TRUE((*writer)->Write("more than ten").ok());
  const Status closed = (*writer)->Close();
  EXPECT_EQ(closed.error().reason, "OutcomeUnknown");
  EXPECT_THAT(closed.error().message, HasSubstr("InternalError"));
}

TEST_F(ScriptedS3Test, AFullStoreIsExhausted) {
  HttpServer server([&](const std::string&) { return Reply("507 Insufficient Storage", "<Error><Code>StorageFull</Code></Error>"); });
  EXPECT_EQ(Against(server)->PutIfAbsent("x", "1").error().reason, "DiskFull");
}

TEST_F(ScriptedS3Test, ARangeThatIsNotGivenIsNoData) {
  HttpServer server([&](const std::string& head) {
    return head.starts_with("HEAD") ? std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n") : Reply("200 OK", "0123456789");
  });
  const auto store = Against(server);
  auto reader = store->Open("x");
  char out[4];
  EXPECT_FALSE((*reader)->ReadAt(2, out, 4).ok());
}

TEST_F(ScriptedS3Test, AnotherRangeThanWasAskedForIsNoData) {
  for (const auto& [range, right] :
       {std::pair{"bytes 2-5/10", true}, std::pair{"bytes 3-6/10", false}, std::pair{"bytes 2-4/10", false}, std::pair{"items 2-5/10", false}}) {
    HttpServer server([range = std::string(range)](const std::string& head) {
      return head.starts_with("HEAD") ? std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n")
                                      : Reply("206 Partial Content", "2345", "Content-Range: " + range + "\r\n");
    });
    const auto store = Against(server);
    auto reader = store->Open("x");
    char out[4];
    EXPECT_EQ((*reader)->ReadAt(2, out, 4).ok(), right) << range;
  }
}

TEST_F(ScriptedS3Test, ALengthThatIsNotSureIsNoData) {
  HttpServer server([](const std::string&) { return Reply("200 OK", "012345", "Content-Length: 4\r\n"); });
  EXPECT_EQ(Against(server)->Get("x").error().reason, "StoreUnavailable");
}

TEST_F(ScriptedS3Test, AListOfManyPagesIsFollowedAndItsKeysUnescaped) {
  HttpServer server([&](const std::string& head) {
    const bool second = head.find("continuation-token=t%26") != std::string::npos;
    return Reply("200 OK",
                 second ? "<ListBucketResult><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType><Contents><Key>a/b%2B+c</Key><Size>2</Size></"
                          "Contents></ListBucketResult>"
                        : "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t&amp;</NextContinuationToken><Contents><Key>a/&lt;&#x41;</"
                          "Key><Size>1</Size>"
                          "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents><Contents><Key>a/folder/</Key></Contents></ListBucketResult>");
  });
  const auto found = Against(server)->List("a");
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].path, "a/<A");
  EXPECT_EQ((*found)[0].modified, *ParseTime("2026-01-01T00:00:00Z"));
  EXPECT_EQ((*found)[1].path, "a/b+ c");
  EXPECT_EQ((*found)[1].bytes, 2);
}

}  // namespace
}  // namespace weir::storage
