#include "operator/kube/http/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::kube {
namespace {

using testing::HasSubstr;

// A certificate of a throw-away authority, its key, and the key of nobody.
const std::string kCertificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBjDCCATGgAwIBAgIUMNjR+C9hO6PgC5hQh0vlJ5Jh7dAwCgYIKoZIzj0EAwIw\n"
    "GjEYMBYGA1UEAwwPd2VpcmtlZXBlci10ZXN0MCAXDTI2MTEyNTA5MDAwNloYDzIx\n"
    "MjYxMTAxMDkwMDA2WjAaMRgwFgYDVQQDDA93ZWlya2VlcGVyLXRlc3QwWTATBgcq\n"
    "hkjOPQIBBggqhkjOPQMBBwNCAAQFGASplivcuwxnpN2kUTyYj+xDmms7Zt59zMgv\n"
    "d278tpI2aZ9rYtXi/CTxzakS/x/VXyPLyu8Kb+kdtAnHS88No1MwUTAdBgNVHQ4E\n"
    "FgQUBwxBz6jP4ViufFRdVWCv+C65tagwHwYDVR0jBBgwFoAUBwxBz6jP4ViufFRd\n"
    "VWCv+C65tagwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAnzPz\n"
    "3i+w1jqXnIVFvCxoDHK5LG4JEYBb4P2K/JaGxVECIQCbrZQ/TIzYiyZXy7tTe9sN\n"
    "TR51sqNKKxzFetwn+001pw==\n"
    "-----END CERTIFICATE-----\n";
const std::string kKey =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEID9EGC4scbv2Si8RTGwqe8SSF2RiSTm16E/7iCM144p5oAoGCCqGSM49\n"
    "AwEHoUQDQgAEBRgEqZYr3LsMZ6TdpFE8mI/sQ5prO2befczIL3du/LaSNmmfa2LV\n"
    "4vwk8c2pEv8f1V8jy8rvCm/pHbQJx0vPDQ==\n"
    "-----END EC PRIVATE KEY-----\n";
const std::string kOtherKey =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIFQC9isedH4IQev9+QyyoxfGYXXRkLn06DFi/St4rl/QoAoGCCqGSM49\n"
    "AwEHoUQDQgAEN9SLWVecpah2nDVsQ0tmB4WkgDAIlBLMSs7KwguA9NwXiDFuIPXj\n"
    "irsV4qwTYN50g1oR+Y0oLn+3qG/DYjq2Hg==\n"
    "-----END EC PRIVATE KEY-----\n";

std::string ProblemOf(const TlsMaterial& material) {
  const Status checked = CheckTls(material);
  return checked ? "" : checked.error().message;
}

TEST(Tls, ACertificateWithItsKeyIsAccepted) {
  EXPECT_EQ(ProblemOf({kCertificate, "", ""}), "");
  EXPECT_EQ(ProblemOf({kCertificate + kCertificate, kCertificate + kCertificate, kKey}), "");
}

TEST(Tls, WhatDoesNotFitIsSaid) {
  EXPECT_THAT(ProblemOf({"", "", ""}), HasSubstr("authority is not a PEM certificate"));
  EXPECT_THAT(ProblemOf({kKey, "", ""}), HasSubstr("authority is not a PEM certificate"));
  EXPECT_THAT(ProblemOf({kCertificate, "nonsense", kKey}), HasSubstr("client certificate is not a PEM certificate"));
  EXPECT_THAT(ProblemOf({kCertificate, kCertificate, kCertificate}), HasSubstr("client key is not a PEM private key"));
  EXPECT_THAT(ProblemOf({kCertificate, kCertificate, kOtherKey}), HasSubstr("does not belong"));
}

}  // namespace
}  // namespace weir::kube
