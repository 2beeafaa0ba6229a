#include "operator/kube/http/request_path.h"

#include <gtest/gtest.h>

namespace weir::kube {
namespace {

TEST(RequestPath, TheCoreGroupStandsUnderApi) {
  EXPECT_EQ(ObjectPath(api::kPods, "data", "a"), "/api/v1/namespaces/data/pods/a");
  EXPECT_EQ(ObjectPath(api::kPods, ""), "/api/v1/pods");
}

TEST(RequestPath, OtherGroupsStandUnderApis) {
  EXPECT_EQ(ObjectPath(api::kPipelines, "data", "a", "status"), "/apis/weirkeeper.io/v1alpha1/namespaces/data/pipelines/a/status");
}

TEST(RequestPath, ANameCannotLeaveItsPlace) { EXPECT_EQ(ObjectPath(api::kPods, "a/b", "../c?x"), "/api/v1/namespaces/a%2Fb/pods/..%2Fc%3Fx"); }

TEST(Query, EmptyValuesAreLeftOutAndTheRestIsEncoded) {
  EXPECT_EQ(Query({{"labelSelector", "a in (b, c),d=e"}, {"continue", ""}, {"limit", "5"}}), "?labelSelector=a%20in%20%28b%2C%20c%29%2Cd%3De&limit=5");
  EXPECT_EQ(Query({{"a", ""}}), "");
}

}  // namespace
}  // namespace weir::kube
