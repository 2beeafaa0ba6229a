#include "operator/kube/list_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::kube {
namespace {

using testing::ElementsAre;

struct Split {
  std::vector<std::string> objects;
  Result<Json> rest = Json();
  Status status = Ok();
};

// Fed in pieces of that many bytes.
Split Cut(std::string_view text, std::size_t piece) {
  Split split;
  ListSplitter splitter;
  const auto take = [&](std::string_view object) { return split.objects.emplace_back(object), Ok(); };
  for (std::size_t at = 0; at < text.size() && split.status; at += piece) split.status = splitter.Feed(text.substr(at, piece), take);
  split.rest = splitter.Rest();
  return split;
}

TEST(ListSplitter, ObjectsAreWholeWhereverThePiecesBeginAndEnd) {
  const std::string text =
      R"({"kind":"PodList","metadata":{"resourceVersion":"7","items":[{"no":1}]},"items":[{"a":{"b":[1,{}]}},{},{"c":"}]{["}],"after":["x"]})";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Split split = Cut(text, piece);
    EXPECT_THAT(split.objects, ElementsAre(R"({"a":{"b":[1,{}]}})", "{}", R"({"c":"}]{["})")) << piece;
    ASSERT_TRUE(split.rest.ok()) << piece;
    EXPECT_EQ(*split.rest, Json::parse(R"({"kind":"PodList","metadata":{"resourceVersion":"7","items":[{"no":1}]},"items":[],"after":["x"]})"));
  }
}

TEST(ListSplitter, QuotesAndBackslashesInsideOfTextsMeanNothing) {
  const Split split = Cut(R"({"note":"say \"items\"","items": [ {"a":"\\"}, {"b\"}":"\\\"]"} ] })", 1);
  EXPECT_THAT(split.objects, ElementsAre(R"({"a":"\\"})", R"({"b\"}":"\\\"]"})"));
  EXPECT_TRUE(split.rest.ok());
}

TEST(ListSplitter, OnlyItemsAtTheTopAreTheList) {
  EXPECT_TRUE(Cut(R"({"kind":"items","other":[{"a":1}],"items":null})", 3).objects.empty());
  EXPECT_TRUE(Cut(R"({"metadata":{"items":[{"a":1}]}})", 3).objects.empty());
  EXPECT_TRUE(Cut(R"([{"items":[{"a":1}]}])", 3).objects.empty());
}

TEST(ListSplitter, WhatBreaksOffOrIsNoJsonIsSeenAtTheEnd) {
  EXPECT_FALSE(Cut("", 1).rest.ok());
  EXPECT_FALSE(Cut(R"({"items":[{"a":1})", 4).rest.ok());
  EXPECT_FALSE(Cut(R"({"items":[{"a":1}])", 4).rest.ok());
  EXPECT_FALSE(Cut("<html>no</html>", 4).rest.ok());
  EXPECT_FALSE(Cut(R"({"items":[]}}})", 4).rest.ok());
}

TEST(ListSplitter, TheFirstErrorEndsTheCall) {
  ListSplitter splitter;
  int taken = 0;
  const Status fed = splitter.Feed(R"({"items":[{},{}]})", [&](std::string_view) { return ++taken, Status(Error{Fault::Invalid, "No", ""}); });
  EXPECT_EQ(fed.error().reason, "No");
  EXPECT_EQ(taken, 1);
}

TEST(ListSplitter, AnObjectLargerThanAnyThatEtcdHoldsIsRefused) {
  ListSplitter splitter;
  const auto take = [](std::string_view) { return Ok(); };
  ASSERT_TRUE(splitter.Feed(R"({"items":[{"a":")", take).ok());
  const std::string piece(1 << 20, 'x');
  Status fed = Ok();
  for (int i = 0; i < 17 && fed; ++i) fed = splitter.Feed(piece, take);
  EXPECT_EQ(fed.error().reason, "TooLarge");
}

}  // namespace
}  // namespace weir::kube
