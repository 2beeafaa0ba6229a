#include "operator/kube/http/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace weir::kube {
namespace {

struct Tool {
  std::atomic<int> users{0};
  bool broken = false;
};

const auto kWhole = [](const Tool& tool) { return !tool.broken; };

TEST(Pool, HandsOutNothingThatIsBroken) {
  int made = 0;
  const auto pool = std::make_shared<Pool<Tool>>([&] { return ++made, std::make_unique<Tool>(); }, kWhole);
  pool->Take()->broken = true;
  pool->Take();
  pool->Take();
  EXPECT_EQ(made, 2);
}

TEST(Pool, HandsOutWhatCameBack) {
  int made = 0;
  const auto pool = std::make_shared<Pool<Tool>>([&] { return ++made, std::make_unique<Tool>(); }, kWhole);
  const Tool* first = pool->Take().get();
  auto again = pool->Take();
  EXPECT_EQ(again.get(), first);
  const auto other = pool->Take();
  EXPECT_NE(other, again);
  EXPECT_EQ(made, 2);
}

TEST(Pool, HandsOutNothingFromBeforeARenewal) {
  int made = 0;
  const auto pool = std::make_shared<Pool<Tool>>([&] { return ++made, std::make_unique<Tool>(); }, kWhole);
  auto used = pool->Take();
  pool->Take();
  pool->Renew();
  used.reset();
  pool->Take();
  EXPECT_EQ(made, 3);
}

TEST(Pool, MayEndBeforeWhatItHandedOut) {
  auto pool = std::make_shared<Pool<Tool>>([] { return std::make_unique<Tool>(); }, kWhole);
  const auto used = pool->Take();
  pool.reset();
  EXPECT_EQ(used->users, 0);
}

TEST(Pool, LetsOneAtATimeUseAThing) {
  std::atomic<int> made{0};
  const auto pool = std::make_shared<Pool<Tool>>([&] { return ++made, std::make_unique<Tool>(); }, kWhole);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 1000; ++round) {
        const auto tool = pool->Take();
        EXPECT_EQ(++tool->users, 1);
        --tool->users;
        if (round % 100 == 0) pool->Renew();
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_LE(made, 4 + 4 * 10 * 4);
}

}  // namespace
}  // namespace weir::kube
