#include "cli/check/first_publication.h"

#include <charconv>
#include <set>

namespace weir::cli {
namespace {

constexpr std::size_t kNamed = 3;

// delays-v1 -> delays-v2
std::string NextVersion(const std::string& name) {
  const std::size_t version = name.rfind("-v");
  int number = 0;
  if (version == std::string::npos || std::from_chars(name.data() + version + 2, name.data() + name.size(), number).ec != std::errc()) return name + "-v2";
  return name.substr(0, version + 2) + std::to_string(number + 1);
}

}  // namespace

std::vector<std::string> FirstPublications(const Published& before, const Published& after, const std::string& ns) {
  std::set<std::string> known;
  for (const api::View& view : before.views)
    if (view.meta.ns == ns && view.status.published && view.status.published->stability == api::Stability::Stable) known.insert(view.meta.name);
  std::vector<std::string> names;
  for (const api::View& view : after.views)
    if (view.meta.ns == ns && view.status.published && view.status.published->stability == api::Stability::Stable && !known.contains(view.meta.name))
      names.push_back(view.meta.name);
  if (names.empty()) return {};
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kNamed; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kNamed) text += " and " + std::to_string(names.size() - kNamed) + " more";
  text += names.size() == 1 ? " is published as Stable for the first time: its" : " are published as Stable for the first time: their";
  text +=
      " columns, types, units, meanings, keys, grain, query, freshness, event time and lookback are promised to readers from now on, also those that weir "
      "init guessed. A change that breaks one needs a new View such as ";
  text += NextVersion(names.front());
  text += ", or a waiver (docs/how-to/change-a-published-view.md). A View that has stability: Alpha before its first run stays free to change";
  return {text};
}

}  // namespace weir::cli
