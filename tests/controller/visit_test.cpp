#include "operator/controller/loop/visit.h"

#include <gtest/gtest.h>

namespace weir::controller {
namespace {

const Time kSoon = Time::FromSeconds(100), kLater = Time::FromSeconds(200);
const Error kDenied{Fault::Denied, "Forbidden", "no"};

// The error may last for long, and be about one object of several.
TEST(Visits, AnErrorPutsNothingOffForWhichATimeIsKnown) {
  const Visit visit = NextVisit({.revisit = kSoon}, kDenied);
  EXPECT_EQ(visit.next, Visit::Next::Backoff);
  EXPECT_EQ(visit.at, kSoon);
  EXPECT_EQ(visit.reason, "Forbidden");
  EXPECT_EQ(NextVisit({.revisit = kSoon}, Error{Fault::Conflict, "Conflict", ""}).at, kSoon);
  EXPECT_EQ(NextVisit({}, kDenied).at, Time{});
}

TEST(Visits, OfTwoTimesTheEarlierOneHolds) {
  EXPECT_EQ(NextVisit({.revisit = kSoon}, kDenied, kLater).at, kSoon);
  EXPECT_EQ(NextVisit({.revisit = kLater}, kDenied, kSoon).at, kSoon);
  EXPECT_EQ(NextVisit({}, kDenied, kSoon).at, kSoon);
}

TEST(Visits, WithoutAnErrorThePlanAloneSaysTheTime) {
  EXPECT_EQ(NextVisit({}, Ok()).next, Visit::Next::Forget);
  const Visit visit = NextVisit({.revisit = kLater}, Ok(), kSoon);
  EXPECT_EQ(visit.next, Visit::Next::At);
  EXPECT_EQ(visit.at, kLater);
}

}  // namespace
}  // namespace weir::controller
