#include "runner/engine/facts.h"

#include <cstdio>

#include "runner/engine/sql.h"

namespace weir::engine {
namespace {

struct Sum {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

std::string Hex(const Sum& sum) {
  char buffer[33];
  std::snprintf(buffer, sizeof buffer, "%016llx%016llx", static_cast<unsigned long long>(sum.high), static_cast<unsigned long long>(sum.low));
  return buffer;
}

Sum FromHex(const std::string& text) {
  if (text.size() != 32) return {};
  return {std::stoull(text.substr(0, 16), nullptr, 16), std::stoull(text.substr(16), nullptr, 16)};
}

std::optional<Time> TimeOf(const duckdb::Value& value) {
  if (value.IsNull()) return std::nullopt;
  return Time{value.GetValue<std::int64_t>()};
}

}  // namespace

std::string AddContentHash(const std::string& a, const std::string& b) {
  const Sum x = FromHex(a);
  const Sum y = FromHex(b);
  Sum sum{x.high + y.high, x.low + y.low};
  if (sum.low < x.low) ++sum.high;
  return Hex(sum);
}

std::string EmptyContentHash() { return Hex({}); }

Result<RelationFacts> MeasureRelation(Session& session, const std::string& relation, const std::string& event_time_column) {
  auto described = session.Run("SELECT * FROM " + Quote(relation) + " LIMIT 0");
  if (!described.ok()) return described.error();
  std::vector<std::string> names;
  for (const std::string& name : described.value()->names) names.push_back(Quote(name));
  const std::string time = event_time_column.empty() ? "NULL::BIGINT" : "epoch_us(max(" + Quote(event_time_column) + ")::TIMESTAMP)";
  auto rows = session.Run("SELECT count(*), coalesce(sum(hash(" + JoinSql(names) + ")), 0::HUGEINT), " + time + " FROM " + Quote(relation));
  if (!rows.ok()) return rows.error();
  auto& answer = *rows.value();
  const auto sum = answer.GetValue(1, 0).GetValue<duckdb::hugeint_t>();
  return RelationFacts{answer.GetValue(0, 0).GetValue<std::int64_t>(), Hex({static_cast<std::uint64_t>(sum.upper), sum.lower}), TimeOf(answer.GetValue(2, 0))};
}

}  // namespace weir::engine
