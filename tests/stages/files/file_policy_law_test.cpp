#include <random>
#include <set>

#include "tests/stages/stage_fixture.h"

namespace weir::stages {
namespace {

constexpr const char* kHeader = "id,city,amount\n";

class FilePolicyLaw : public StageTest {
 protected:
  std::string Ids() { return Rows("orders", "SELECT coalesce(string_agg(id::VARCHAR, ',' ORDER BY id), '') AS ids FROM orders").front(); }
};

// What a supplier delivers under one name, and what must become of it.
struct Content {
  std::string text;
  std::set<int> ids;  // rows that fit
  int bad = 0;        // rows that do not
  bool readable = true;
};

class Supplier {
 public:
  explicit Supplier(unsigned seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  Content Next() {
    Content content{.text = kHeader};
    switch (Below(6)) {
      case 0: return {.text = "", .readable = false};
      case 1: return {.text = "id,city\n" + std::to_string(++id_) + ",Oslo\n", .readable = false};
      case 2: return AddBad(content, 1 + Below(2));
      case 3: return AddBad(AddGood(content, 2), 1);
      default: return AddGood(content, 1 + Below(3));
    }
  }

 private:
  Content AddGood(Content content, int rows) {
    for (int i = 0; i < rows; ++i) content.text += std::to_string(*content.ids.insert(++id_).first) + ",Oslo,1\n";
    return content;
  }
  Content AddBad(Content content, int rows) {
    for (int i = 0; i < rows; ++i) content.text += "x" + std::to_string(++id_) + ",Oslo,1\n";
    content.bad += rows;
    return content;
  }

  std::mt19937 random_;
  int id_ = 0;
};

// What the declared policies make of the deliveries, said again without logs, tags and hashes.
struct Model {
  api::Redelivery policy = api::Redelivery::Append;
  std::map<std::string, Content> source;
  std::map<std::string, std::vector<Content>> kept;  // RawHistory, by name, oldest first
  std::string excluded;

  void Land() {
    for (const auto& [name, content] : source) {
      auto& deliveries = kept[name];
      const auto same = [&content](const Content& other) { return other.text == content.text; };
      const bool known =
          policy == api::Redelivery::ReplaceSameName ? !deliveries.empty() && same(deliveries.back()) : std::any_of(deliveries.begin(), deliveries.end(), same);
      const bool refused = policy == api::Redelivery::Refuse && !deliveries.empty();
      if (!content.text.empty() && !known && !refused) deliveries.push_back(content);
    }
  }
  std::vector<Content> Decoded() const {
    std::vector<Content> used;
    for (const auto& [name, deliveries] : kept) {
      if (name == excluded) continue;
      std::set<std::string> seen;
      for (auto content = deliveries.rbegin(); content != deliveries.rend(); ++content) {
        if (!content->readable || !seen.insert(content->text).second) continue;
        used.push_back(*content);
        if (policy == api::Redelivery::ReplaceSameName) break;
      }
    }
    return used;
  }
};

constexpr api::Redelivery kPolicies[] = {api::Redelivery::Append, api::Redelivery::ReplaceSameName, api::Redelivery::Refuse};

TEST_F(FilePolicyLaw, EachFileAndRowOfAnySequenceOfDeliveriesIsAccountedFor) {
  Table("orders").quarantine = api::QuarantineLimit{.maxShare = "100%"};
  Table("orders-landing").onUnreadable = Table("orders-raw").onUnreadable = api::OnUnreadable::Quarantine;
  for (int history = 0; history < 6; ++history) {
    const bool changes = history >= 3;  // the policy, declared on RawHistory alone
    api::Redelivery policy = kPolicies[history % 3];
    std::filesystem::remove_all(folder_ / "lake");
    std::filesystem::remove_all(folder_ / "source/in");
    std::filesystem::create_directories(folder_ / "lake");
    Supplier supplier(7 + static_cast<unsigned>(history));
    Model model;
    for (int step = 0; step < 5; ++step) {
      NextRun();
      if (changes) policy = kPolicies[supplier.Below(3)];
      model.policy = policy;
      Table("orders-raw").redelivery = policy;
      Table("orders-landing").redelivery = changes ? std::optional<api::Redelivery>() : policy;
      for (int i = supplier.Below(3); i > 0; --i) {
        const std::string name(1, static_cast<char>('a' + supplier.Below(3)));
        const auto& earlier = model.kept[name];
        const Content content = !earlier.empty() && supplier.Below(3) == 0 ? earlier.front() : supplier.Next();
        folder_.Write("source/in/" + name + ".csv", content.text);
        model.source[name] = content;
      }
      model.excluded = supplier.Below(3) == 0 ? "b" : "";
      Table("orders-raw").exclude.clear();
      if (!model.excluded.empty()) Table("orders-raw").exclude = {{model.excluded + ".csv", "not now"}};
      model.Land();
      const auto landed = Good(Land()), accepted = Good(Accept()), decoded = Good(Decode());
      SCOPED_TRACE(std::string(api::Word(policy)) + ", step " + std::to_string(step) + ": " + decoded.message);

      std::int64_t files = 0, quarantined = 0, excluded = 0;
      for (const auto& [name, deliveries] : model.kept) {
        files += static_cast<std::int64_t>(deliveries.size());
        if (name == model.excluded) excluded += static_cast<std::int64_t>(deliveries.size());
      }
      std::set<int> ids;
      for (const Content& content : model.Decoded()) {
        ids.insert(content.ids.begin(), content.ids.end());
        quarantined += content.bad;
      }
      std::string expected;
      for (const int id : ids) expected += (expected.empty() ? "" : ",") + std::to_string(id);
      EXPECT_EQ(Ids(), "{\"ids\":\"" + expected + "\"}");
      for (const auto* outcome : {&landed, &accepted, &decoded}) {
        ASSERT_TRUE(outcome->files && outcome->rows);
        EXPECT_TRUE(outcome->files->Closed()) << outcome->message;
        EXPECT_TRUE(outcome->rows->Closed()) << outcome->message;
      }
      EXPECT_EQ(landed.files->in, static_cast<std::int64_t>(model.source.size()));
      EXPECT_EQ(decoded.files->in, files);
      EXPECT_EQ(decoded.files->excluded, excluded);
      EXPECT_EQ(decoded.rows->rowsOut, static_cast<std::int64_t>(ids.size()));
      EXPECT_EQ(decoded.rows->quarantined, quarantined);
    }
  }
}

}  // namespace
}  // namespace weir::stages
