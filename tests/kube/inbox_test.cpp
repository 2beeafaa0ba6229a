#include "operator/kube/http/inbox.h"

#include <gtest/gtest.h>

namespace weir::kube {
namespace {

const Inbox::Deadline kPast = std::chrono::steady_clock::now();
const auto kNoResume = [] { ADD_FAILURE() << "resumed"; };

TEST(Inbox, BytesAreTakenTogetherAndThenTheEnd) {
  Inbox inbox;
  inbox.Head({.status = 200, .body = {}, .warning = {}});
  EXPECT_TRUE(inbox.Put("a", kNoResume));
  EXPECT_TRUE(inbox.Put("b", kNoResume));
  inbox.End(Ok());
  std::string bytes;
  EXPECT_TRUE(inbox.AwaitHead(kPast));
  EXPECT_EQ(inbox.Take(bytes, kPast), Inbox::Took::Bytes);
  EXPECT_EQ(bytes, "ab");
  EXPECT_EQ(inbox.Take(bytes, kPast), Inbox::Took::End);
  EXPECT_TRUE(inbox.status().ok());
}

TEST(Inbox, AFullInboxResumesWhenItIsEmptied) {
  Inbox inbox;
  bool resumed = false;
  EXPECT_FALSE(inbox.Put(std::string(2 << 20, 'x'), [&] { resumed = true; }));
  EXPECT_FALSE(resumed);
  std::string bytes;
  EXPECT_EQ(inbox.Take(bytes, kPast), Inbox::Took::Bytes);
  EXPECT_TRUE(resumed);
}

TEST(Inbox, AFullInboxResumesWhenNobodyWillTakeAnyMore) {
  Inbox inbox;
  bool resumed = false;
  EXPECT_FALSE(inbox.Put(std::string(2 << 20, 'x'), [&] { resumed = true; }));
  inbox.End(Error{Fault::Transient, "Stopped", ""});
  EXPECT_TRUE(resumed);
  EXPECT_TRUE(inbox.Put("dropped", kNoResume));
}

TEST(Inbox, TheFirstEndCounts) {
  Inbox inbox;
  inbox.End(Error{Fault::Transient, "Timeout", ""});
  inbox.End(Ok());
  EXPECT_TRUE(inbox.ended_without_head());
  EXPECT_EQ(inbox.status().error().reason, "Timeout");
}

TEST(Inbox, WaitingEndsAtTheDeadline) {
  Inbox inbox;
  std::string bytes;
  EXPECT_FALSE(inbox.AwaitHead(kPast));
  EXPECT_EQ(inbox.Take(bytes, kPast), Inbox::Took::Late);
}

}  // namespace
}  // namespace weir::kube
