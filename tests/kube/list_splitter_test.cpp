#include "operator/kube/list_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/counted_memory.h"

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

TEST(ListSplitter, ItemsThatAreNoObjectsAreNoList) {
  for (const char* text : {R"({"items":[1]})", R"({"items":["a"]})", R"({"items":[[{}]]})", R"({"items":[{} {}]})", R"({"items":[{},,{}]})", R"({"items":[,]})",
                           R"({"items":[{},]})", R"({"items":[{}]]})", R"({"items":[null]})", R"(["items",[{}]])", R"({"items":[{}}})"})
    EXPECT_FALSE(Cut(text, 1).status.ok() && Cut(text, 1).rest.ok()) << text;
  EXPECT_TRUE(Cut("{\"items\": [ {} ,\n{} ] }", 1).rest.ok());
}

// Memory of what is fed without an end, up to the refusal.
std::size_t MemoryOfEndless(const std::string& begin, const std::string& piece, std::string& reason) {
  const PeakMemory peak;
  ListSplitter splitter;
  const auto take = [](std::string_view) { return Ok(); };
  Status status = splitter.Feed(begin, take);
  for (std::size_t fed = 0; status && fed < (64U << 20); fed += piece.size()) status = splitter.Feed(piece, take);
  reason = status ? "" : status.error().reason;
  return peak.Bytes();
}

TEST(ListSplitter, WhatHasNoEndIsRefusedBeforeItIsInMemory) {
  struct Endless {
    const char* begin;
    std::string piece;
    std::size_t most;
  };
  const auto times = [](const std::string& text) {
    std::string piece;
    while (piece.size() < 100'000) piece += text;
    return piece;
  };
  for (const Endless& endless : {Endless{"", times(" "), 4 << 20},
                                 {"{\"", times("k"), 6 << 20},
                                 {"{", times("\"a\":1,"), 4 << 20},
                                 {"{\"a\":[", times("["), 4 << 20},
                                 {"{\"items\":[", times("{},"), 1 << 20},
                                 {"{\"items\":[{\"a\":\"", times("x"), 50 << 20},
                                 {"{\"a\":\"", times("\\"), 6 << 20}}) {
    std::string reason;
    EXPECT_LT(MemoryOfEndless(endless.begin, endless.piece, reason), endless.most) << endless.begin << endless.piece.substr(0, 10);
    EXPECT_EQ(reason, "TooLarge") << endless.begin << endless.piece.substr(0, 10);
  }
}

}  // namespace
}  // namespace weir::kube
