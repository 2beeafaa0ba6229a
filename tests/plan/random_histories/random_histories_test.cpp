#include <gtest/gtest.h>

#include "tests/plan/random_histories/life.h"

// Random lives of a pipeline and its runs. A failure prints the smallest story that breaks a law, and the RC_PARAMS that
// repeat it; RC_PARAMS="max_success=10000" tries more of them.
namespace weir::test {
namespace {

TEST(Lives, KeepEveryLawWhateverHappens) {
  EXPECT_TRUE(rc::check([] {
    const Story story = *AnyStory();
    const std::string broken = Live(story);
    if (!broken.empty()) RC_FAIL(broken);
  }));
}

}  // namespace
}  // namespace weir::test
