// The examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
#include "runner/storage/s3/sigv4.h"

#include <gmock/gmock.h>

#include "runner/storage/digest.h"

namespace weir::storage {
namespace {

using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;

const S3Credentials kExample{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
const std::string kHost = "examplebucket.s3.amazonaws.com";
const Time kNow = *ParseTime("2013-05-24T00:00:00Z");

TEST(SigV4, SignsTheExampleOfARangedGet) {
  const auto headers = SignV4({"GET", kHost, "/test.txt", {}, {{"range", "bytes=0-9"}}, Sha256Hex("")}, kExample, "us-east-1", kNow);
  EXPECT_THAT(headers, Contains("authorization: AWS4-HMAC-SHA256 "
                                "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                                "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
  EXPECT_THAT(headers, Contains("x-amz-date: 20130524T000000Z"));
}

TEST(SigV4, SignsTheExampleOfAPutWithASignInItsName) {
  const std::map<std::string, std::string> extra{{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  const auto headers = SignV4({"PUT", kHost, "/test$file.text", {}, extra, Sha256Hex("Welcome to Amazon S3.")}, kExample, "us-east-1", kNow);
  EXPECT_THAT(headers, Contains(EndsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")));
}

TEST(SigV4, SignsTheExampleOfAList) {
  const auto headers = SignV4({"GET", kHost, "/", {{"prefix", "J"}, {"max-keys", "2"}}, {}, Sha256Hex("")}, kExample, "us-east-1", kNow);
  EXPECT_THAT(headers, Contains(EndsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")));
}

TEST(SigV4, SignsTheExampleOfAParameterWithoutValue) {
  const auto headers = SignV4({"GET", kHost, "/", {{"lifecycle", ""}}, {}, Sha256Hex("")}, kExample, "us-east-1", kNow);
  EXPECT_THAT(headers, Contains(EndsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")));
}

TEST(SigV4, ASessionTokenIsSentAndSigned) {
  S3Credentials credentials = kExample;
  credentials.sessionToken = "token";
  const auto headers = SignV4({"GET", kHost, "/", {}, {}, Sha256Hex("")}, credentials, "us-east-1", kNow);
  EXPECT_THAT(headers, Contains("x-amz-security-token: token"));
  EXPECT_THAT(headers, Contains(HasSubstr("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,")));
}

TEST(SigV4, TheSecretIsInNoHeader) {
  for (const std::string& header : SignV4({"GET", kHost, "/", {}, {}, Sha256Hex("")}, kExample, "us-east-1", kNow)) {
    EXPECT_THAT(header, testing::Not(HasSubstr(kExample.secretAccessKey)));
  }
}

}  // namespace
}  // namespace weir::storage
