// What a change of a View's declaration lets its query do: that change, and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "crds/contract/contract.h"
#include "crds/contract/query_change.h"

namespace weir::contract {
namespace {

using api::ContractRule;
using testing::Contains;
using testing::IsEmpty;

const Time kNow = *ParseTime("2026-11-30T12:00:00Z");

struct FreedomCase {
  const char* before;
  const char* after;
  bool covered;
};

void Check(const std::vector<FreedomCase>& cases, const ColumnFreedom& freedom) {
  for (const auto& [before, after, covered] : cases)
    EXPECT_EQ(CompareQueries(before, after, {{"a", {}}, {"n", freedom}}), covered ? QueryChange::Additive : QueryChange::Undetermined) << before << "\n"
                                                                                                                                       << after;
}

TEST(ContractFreedom, MoreDigitsChangeTheTypeOfTheCastAndNothingElse) {
  Check(
      {
          {"SELECT n::DECIMAL(10,2) AS n FROM t", "SELECT n::DECIMAL(12,2) AS n FROM t", true},
          {"SELECT CAST(n AS DECIMAL(10,2)) AS n FROM t", "SELECT CAST(n AS NUMERIC(12, 2)) AS n FROM t", true},
          {"SELECT a, (x + y)::DECIMAL(10,2) AS n FROM t", "SELECT a, CAST((x + y) AS DECIMAL(12,2)) n FROM t", true},
          {"SELECT CASE WHEN n > 1 THEN n END::DECIMAL(10,2) AS n FROM t", "SELECT CASE WHEN n > 1 THEN n END::DECIMAL(12,2) AS n FROM t", true},
          {"SELECT n FROM t", "SELECT n::DECIMAL(12,2) AS n FROM t", true},
          {"SELECT x * y::DECIMAL(10,2) AS n FROM t", "SELECT x * y::DECIMAL(12,2) AS n FROM t", true},
          {"SELECT n::DECIMAL(10,2) AS n FROM t", "SELECT (n*100)::DECIMAL(12,2) AS n FROM t", false},
          {"SELECT n::DECIMAL(10,2) AS n FROM t", "SELECT CASE WHEN n > 1 THEN n END::DECIMAL(12,2) AS n FROM t", false},
          {"SELECT n::DECIMAL(10,2) AS n FROM t", "SELECT m::DECIMAL(12,2) AS n FROM t", false},
          {"SELECT n::DECIMAL(10,2) AS n FROM t", "SELECT n::DECIMAL(13,2) AS n FROM t", false},
          {"SELECT n::DECIMAL(10,2) AS n FROM t", "SELECT n::DECIMAL(12,3) AS n FROM t", false},
          {"SELECT n::DECIMAL(10,2) AS n FROM t", "SELECT n AS n FROM t", false},
          {"SELECT n::DECIMAL(10,2) AS n FROM t", "SELECT TRY_CAST(n AS DECIMAL(12,2)) AS n FROM t", false},
          {"SELECT n::INTEGER::DECIMAL(10,2) AS n FROM t", "SELECT n::DECIMAL(12,2) AS n FROM t", false},
          {"SELECT n::DECIMAL(10,2) AS n FROM t", "SELECT coalesce(n, 0)::DECIMAL(12,2) AS n FROM t", false},
          {"SELECT x * y AS n FROM t", "SELECT x * y::DECIMAL(12,2) AS n FROM t", false},
          {"SELECT x * y::DECIMAL(10,2) AS n FROM t", "SELECT CAST(x * y AS DECIMAL(12,2)) AS n FROM t", false},
          {"SELECT n FROM t", "SELECT a FROM t", false},
      },
      {.cast = true, .was = "DECIMAL(10,2)", .is = "DECIMAL(12,2)"});
}

TEST(ContractFreedom, AWiderTypeChangesTheTypeOfTheCastAndNothingElse) {
  Check({{"SELECT n::INT AS n FROM t", "SELECT n::BIGINT AS n FROM t", true},
         {"SELECT t.n FROM t", "SELECT t.n::INT8 AS n FROM t", true},
         {"SELECT n::INT AS n FROM t", "SELECT (n + 1)::BIGINT AS n FROM t", false}},
        {.cast = true, .was = "INTEGER", .is = "BIGINT"});
}

TEST(ContractFreedom, GapsChangeWhatFillsThemAndNothingElse) {
  Check({{"SELECT coalesce(n, 0) AS n FROM t", "SELECT n FROM t", true},
         {"SELECT a, x + 1 AS n FROM t", "SELECT a, nullif(x + 1, -1) AS n FROM t", true},
         {"SELECT coalesce(n, 0) AS n FROM t", "SELECT m AS n FROM t", false},
         {"SELECT coalesce(n, 0) AS n FROM t", "SELECT n * 2 AS n FROM t", false},
         {"SELECT n FROM t", "SELECT nullif(n * 2, 0) AS n FROM t", false}},
        {.gaps = true, .was = "INTEGER", .is = "INTEGER"});
}

// What the engine takes for the column: another expression that names it, a star, HAVING.
TEST(ContractFreedom, NothingElseTakesOtherValuesByTheName) {
  Check({{"SELECT c * 2 AS n, n + 1 AS a FROM t", "SELECT c * 3 AS n, n + 1 AS a FROM t", false},
         {"SELECT t.n, n + 1 AS a FROM t", "SELECT t.n * 3 AS n, n + 1 AS a FROM t", false},
         {"SELECT n, n + 1 AS a FROM t", "SELECT n * 3 AS n, n + 1 AS a FROM t", true},
         {"SELECT * FROM t", "SELECT c AS n, * FROM t", false},
         {"SELECT * FROM t", "SELECT *, c AS a FROM t", false},
         {"SELECT * FROM t", "SELECT *, c AS b FROM t", true},
         {"SELECT a, n FROM t", "SELECT a, n * 2 AS n, c AS n FROM t", false},
         {"SELECT a, n, count(*) AS k FROM t GROUP BY a, n, b HAVING b > 0", "SELECT a, n, count(*) AS k, min(c) AS b FROM t GROUP BY a, n, b HAVING b > 0",
          false}},
        {.any = true});
}

// ---- a change of the declaration that may pass, together with another change of the query

struct Item {
  std::string name, expression, type;
  std::optional<bool> nullable;
  std::string unit, meaning;
};

struct Model {
  std::vector<Item> items{{"day", "f.day", "DATE", false, "", ""},
                          {"delay", "f.delay::INTEGER", "INTEGER", true, "minutes", ""},
                          {"fare", "CAST(f.fare + f.tax AS DECIMAL(10,2))", "DECIMAL(10,2)", true, "EUR", "Fare with tax"},
                          {"gaps", "coalesce(f.gaps, 0)", "BIGINT", false, "", ""},
                          {"carrier", "upper(f.carrier)", "VARCHAR", true, "", ""}};
  std::string from = "flights AS f LEFT JOIN planes AS p ON f.plane = p.id";
  std::string where = "f.delay > 10 AND f.carrier <> 'X'";
  std::vector<api::Key> keys{{{"day"}}};
  api::Freshness freshness{Duration::Hours(4)};
  std::vector<api::Waiver> waivers;

  Item& At(const std::string& name) {
    return *std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
  }
  bool Has(const std::string& name) const {
    return std::any_of(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
  }
  api::PublishedContract Contract() const {
    api::ViewSpec spec;
    spec.grain = "One day.";
    std::string list;
    for (const Item& item : items) {
      list += (list.empty() ? "" : ", ") + item.expression + " AS " + item.name;
      spec.columns.push_back({.name = item.name, .type = item.type, .nullable = item.nullable, .meaning = item.meaning, .unit = item.unit});
    }
    spec.query.sql = "SELECT " + list + " FROM " + from + " WHERE " + where;
    spec.keys = keys;
    spec.freshness = freshness;
    spec.waivers = waivers;
    return ContractOf(spec);
  }
};

using Edit = std::function<void(Model&)>;
api::Waiver For(ContractRule rule) { return {rule, "Readers agreed to this.", {}, "2027-06-30"}; }

// Each may pass: free, or waived by the rule that is about it.
const std::vector<Edit>& AllowedChanges() {
  static const std::vector<Edit> kEdits{
      [](Model& m) { m.At("fare").type = "DECIMAL(12,2)", m.At("fare").expression = "CAST(f.fare + f.tax AS DECIMAL(12,2))"; },
      [](Model& m) { m.At("delay").meaning = "Delay at arrival"; },
      [](Model& m) { m.At("delay").nullable = false; },
      [](Model& m) {
        m.items.push_back({"plane", "p.name", "VARCHAR", true, "", ""});
      },
      [](Model& m) { std::swap(m.items[1], m.items[2]); },
      [](Model& m) {
        m.keys.push_back({{"day", "carrier"}});
      },
      [](Model& m) { m.freshness.maxLag = Duration::Hours(5); },
      [](Model& m) { m.At("delay").type = "BIGINT", m.At("delay").expression = "f.delay::BIGINT", m.waivers.push_back(For(ContractRule::TypeWiden)); },
      [](Model& m) { m.At("delay").unit = "s", m.At("delay").expression = "(f.delay * 60)::INTEGER", m.waivers.push_back(For(ContractRule::MeaningUnit)); },
      [](Model& m) { m.At("fare").meaning = "Fare without tax", m.At("fare").expression = "f.fare", m.waivers.push_back(For(ContractRule::MeaningUnit)); },
      [](Model& m) { m.At("gaps").nullable = true, m.At("gaps").expression = "f.gaps", m.waivers.push_back(For(ContractRule::NullabilityLoosen)); },
      [](Model& m) { m.At("delay").name = "late", m.waivers.push_back(For(ContractRule::ColumnNoDelete)); },
      [](Model& m) { m.items.erase(m.items.begin() + 2), m.waivers.push_back(For(ContractRule::ColumnNoDelete)); },
      [](Model& m) { m.At("carrier").type = "INTEGER", m.At("carrier").expression = "f.code", m.waivers.push_back(For(ContractRule::TypeClassChange)); },
  };
  return kEdits;
}

// Another value of a column that the declaration leaves as it is; nothing when that column is gone or has another type,
// unit or meaning now, which may take other values.
const std::vector<std::function<bool(Model&, const Model&)>>& OtherChanges() {
  static const auto of_column = [](const std::string& name, const std::string& expression, bool cast_only = false) {
    return [=](Model& m, const Model& was) {
      if (!m.Has(name)) return false;
      Model first = was;
      Item& item = m.At(name);
      const Item& before = first.At(name);
      const bool freed = item.unit != before.unit || (!before.meaning.empty() && item.meaning != before.meaning) || (item.type != before.type && !cast_only);
      if (freed) return false;
      item.expression = cast_only ? expression + "::" + item.type : expression;
      return true;
    };
  };
  static const std::vector<std::function<bool(Model&, const Model&)>> kEdits{
      of_column("day", "f.landed"),
      of_column("delay", "(f.delay + 1)", true),
      of_column("delay", "CASE WHEN f.delay > 1 THEN f.delay END", true),
      of_column("fare", "(f.fare * 100)", true),
      of_column("gaps", "coalesce(f.gaps, 1)"),
      of_column("gaps", "f.other"),
      of_column("carrier", "lower(f.carrier)"),
      of_column("carrier", "f.carrier"),
      [](Model& m, const Model&) { return m.where += " AND f.day > DATE '2020-01-01'", true; },
      [](Model& m, const Model&) { return m.where = "f.delay >= 10 AND f.carrier <> 'X'", true; },
      [](Model& m, const Model&) { return m.where = "f.delay > 10 AND f.carrier <> 'x'", true; },
      [](Model& m, const Model&) { return m.from = "flights AS f JOIN planes AS p ON f.plane = p.id", true; },
      [](Model& m, const Model&) { return m.items[0].expression = "DISTINCT " + m.items[0].expression, true; },
      [](Model& m, const Model&) {
        return m.items.push_back({"part", "unnest(f.parts)", "VARCHAR", true, "", ""}), true;
      },
  };
  return kEdits;
}

TEST(ContractFreedom, AnAllowedChangeOfTheDeclarationAloneMayPass) {
  const api::PublishedContract published = Succeed(std::nullopt, Model().Contract(), kNow);
  for (std::size_t i = 0; i < AllowedChanges().size(); ++i) {
    Model next;
    AllowedChanges()[i](next);
    EXPECT_EQ(Describe(Breaking(Compare(published, next.Contract(), kNow))), "") << i;
  }
}

TEST(ContractFreedom, NoAllowedChangeOfTheDeclarationFreesAnotherPartOfTheQuery) {
  const Model first;
  const api::PublishedContract published = Succeed(std::nullopt, first.Contract(), kNow);
  std::mt19937_64 random(31);
  int judged = 0;
  for (int i = 0; i < 4000; ++i) {
    Model next;
    std::string edits;
    for (std::size_t n = 1 + random() % 2; n > 0; --n) {
      const std::size_t edit = random() % AllowedChanges().size();
      edits += " " + std::to_string(edit);
      if (edit == 12 && !next.Has("fare")) continue;
      Model tried = next;
      if (next.items.size() == first.items.size() && next.Has("delay")) AllowedChanges()[edit](tried);
      next = tried;
    }
    const std::size_t other = random() % OtherChanges().size();
    if (!OtherChanges()[other](next, first)) continue;
    ++judged;
    std::vector<ContractRule> rules;
    for (const Finding& finding : Breaking(Compare(published, next.Contract(), kNow))) rules.push_back(finding.rule);
    ASSERT_THAT(rules, Contains(ContractRule::CardinalityQuery)) << "allowed" << edits << ", other " << other << "\n" << next.Contract().query;
  }
  EXPECT_GT(judged, 2000);
}

}  // namespace
}  // namespace weir::contract
