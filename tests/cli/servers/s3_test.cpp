// The lake in a bucket of a real S3 server, on this machine: run, query, explain.
#include <gmock/gmock.h>

#include "crds/base/json.h"
#include "tests/cli/servers/bucket.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Bucket : public BucketCommands {};

TEST_F(Bucket, IsRunQueriedAndExplainedLikeAFolder) {
  const Ended run = WithKeys("run .");
  ASSERT_EQ(run.code, 0) << run.err;
  const Ended query = WithKeys("query 'SELECT count(*) AS n, max(celsius) AS warmest FROM weather_readings_v1' -o csv");
  EXPECT_EQ(query.out, "n,warmest\n6,6.0\n") << query.err;
  const auto report = ParseJson(WithKeys("explain run -o json").out);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(At(*report, "quarantined").size(), 4U) << "the quarantined rows are in the bucket too";
  EXPECT_THAT(Text(At(*report, "commits")[0], "location"), HasSubstr("s3://" + bucket_.bucket));
  const Ended view = WithKeys("explain view/weather-readings-v1");
  EXPECT_THAT(view.out, HasSubstr("SLAMet=False LimitExceeded"));
  EXPECT_THAT(view.out, HasSubstr("as of 2020-03-01T02:00:00Z"));
}

TEST_F(Bucket, AsksForItsKeysBeforeAnythingIsRun) {
  const Ended run = Weir("run .");
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("store lake is the bucket " + bucket_.bucket + ": name a folder"));
  EXPECT_THAT(run.err, HasSubstr("WEIR_S3_CREDENTIALS"));
  EXPECT_EQ(Shell("ls .weir").code, 2) << "nothing was written";
}

TEST_F(Bucket, WithoutItsKeysIsQueriedAndExplainedAsFarAsMayBe) {
  ASSERT_EQ(WithKeys("run .").code, 0);
  const Ended query = Weir("query 'SELECT * FROM weather_readings_v1'");
  EXPECT_EQ(query.code, 1);
  EXPECT_THAT(query.err, HasSubstr("WEIR_S3_CREDENTIALS"));
  EXPECT_EQ(Weir("query 'SELECT 1 AS a'").code, 0) << "a query that names no table needs no key";
  const Ended run = Weir("explain run");
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, HasSubstr("Committed"));
  EXPECT_THAT(run.out, HasSubstr("What is quarantined cannot be read from here: store lake is the bucket"));
}

TEST_F(Bucket, WithWrongKeysOrAtADeadEndpointIsToldByName) {
  ASSERT_EQ(WithKeys("run .").code, 0);
  Shell("mkdir wrong; printf wrong >wrong/accessKeyId; printf wrong >wrong/secretAccessKey; mkdir none");
  const Ended wrong = Shell("WEIR_S3_CREDENTIALS=wrong weir query 'SELECT * FROM weather_readings_v1'");
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr(bucket_.bucket + " at " + bucket_.endpoint));
  EXPECT_THAT(wrong.err, Not(HasSubstr("wrong\n"))) << "a key is never printed";
  const Ended none = Shell("WEIR_S3_CREDENTIALS=none weir query 'SELECT * FROM weather_readings_v1'");
  EXPECT_THAT(none.err, HasSubstr("accessKeyId"));
  Shell("sed -i 's#http://127.0.0.1:[0-9]*#http://127.0.0.1:1#' lake.yaml; sed -i 's/  stages:/  retry: {maxAttempts: 1}\\n  stages:/' readings.yaml");
  const Ended dead = WithKeys("run . --lake elsewhere --timeout 20s");
  EXPECT_EQ(dead.code, 1);
  EXPECT_THAT(dead.err, HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace weir::test
