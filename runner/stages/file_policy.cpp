#include "runner/stages/file_policy.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <tuple>

#include "runner/stages/file_zone.h"
#include "runner/storage/http_source.h"
#include "runner/storage/paths.h"

namespace weir::stages {
namespace {

constexpr std::size_t kNamed = 3;

auto Order(const storage::DataFile& file) {
  const auto number = [&file](const char* tag) { return std::strtoll(Tag(file, tag).c_str(), nullptr, 10); };
  return std::make_tuple(number(kTagDelivery), number(kTagLanded), file.path);
}

bool IsEarlier(const storage::DataFile& a, const storage::DataFile& b) { return Order(a) < Order(b); }

// "source/in/a.csv" without its store: "in/a.csv". A URL stays as it is.
std::string WithoutStore(const std::string& source) {
  const auto slash = source.find('/');
  return source.find("://") != std::string::npos || slash == std::string::npos ? source : source.substr(slash + 1);
}

// Entries that no file of the log answers to, removed ones included: most likely a name that is misspelt.
std::vector<std::string> Unmatched(const api::TaskTable& files, const storage::TableState& log) {
  std::set<const api::Exclusion*> matched;
  for (const auto* list : {&log.files, &log.tombstones})
    for (const auto& [path, file] : *list)
      for (const api::Exclusion& entry : files.exclude)
        if (ExclusionOf({entry}, path, Tag(file, kTagSource)) != nullptr) matched.insert(&entry);
  std::vector<std::string> warnings;
  for (const api::Exclusion& entry : files.exclude)
    if (!matched.contains(&entry)) warnings.push_back("spec.exclude of Dataset " + files.name + " names " + entry.file + ", and no file has that name or path");
  return warnings;
}

}  // namespace

const api::Exclusion* ExclusionOf(const std::vector<api::Exclusion>& exclude, const std::string& path, const std::string& source) {
  const std::string inside = WithoutStore(source);
  for (const api::Exclusion& entry : exclude) {
    const bool here = !path.empty() && (entry.file == path || entry.file == storage::FileNameOf(path));
    const bool there = !source.empty() && (entry.file == source || entry.file == inside || entry.file == storage::FileNameOf(source));
    if (here || there) return &entry;
  }
  return nullptr;
}

Deliveries::Deliveries(const storage::TableState& log) {
  for (const auto* files : {&log.files, &log.tombstones})
    for (const auto& [path, file] : *files) Add(file);
}

void Deliveries::Add(const storage::DataFile& file) {
  auto& files = sources_[Tag(file, kTagSource)];
  files.insert(std::upper_bound(files.begin(), files.end(), file, IsEarlier), file);
}

bool Deliveries::Has(const std::string& source, const std::string& sha256, api::Redelivery policy) const {
  const auto found = sources_.find(source);
  if (found == sources_.end()) return false;
  if (policy == api::Redelivery::ReplaceSameName) return Tag(found->second.back(), kTagSha256) == sha256;
  return std::any_of(found->second.begin(), found->second.end(), [&](const storage::DataFile& file) { return Tag(file, kTagSha256) == sha256; });
}

bool Deliveries::HasAtUrl(const std::string& url, const std::string& sha256) const {
  const std::string place = storage::UrlWithoutQuery(url);
  return std::any_of(sources_.begin(), sources_.end(),
                     [&](const auto& source) { return storage::UrlWithoutQuery(source.first) == place && Has(source.first, sha256, api::Redelivery::Append); });
}

std::int64_t Deliveries::Next(const std::string& source) const {
  const auto found = sources_.find(source);
  if (found == sources_.end()) return 1;
  const std::int64_t newest = std::strtoll(Tag(found->second.back(), kTagDelivery).c_str(), nullptr, 10);
  return std::max<std::int64_t>(newest, static_cast<std::int64_t>(found->second.size())) + 1;
}

Selection SelectFiles(const api::TaskTable& files, const storage::TableState& log) {
  Selection selection{.warnings = Unmatched(files, log)};
  std::map<std::string, std::vector<storage::DataFile>> sources;
  for (const auto& [path, file] : log.files) {
    const std::string source = Tag(file, kTagSource);
    if (const api::Exclusion* entry = ExclusionOf(files.exclude, path, source)) {
      selection.excluded.push_back({path, source, entry->reason});
      continue;
    }
    sources[source.empty() ? path : source].push_back(file);
    if (files.redelivery != api::Redelivery::ReplaceSameName) selection.groups.push_back({file});
  }
  std::vector<std::string> again;
  for (auto& [source, deliveries] : sources) {
    if (deliveries.size() > 1) again.push_back(source);
    if (files.redelivery != api::Redelivery::ReplaceSameName) continue;
    std::sort(deliveries.begin(), deliveries.end(), [](const auto& a, const auto& b) { return IsEarlier(b, a); });
    selection.groups.push_back(std::move(deliveries));
  }
  if (!again.empty() && !files.redelivery) selection.warnings.push_back(UndeclaredRedelivery(files, again));
  return selection;
}

std::string UndeclaredRedelivery(const api::TaskTable& files, const std::vector<std::string>& sources) {
  std::string names;
  for (std::size_t i = 0; i < sources.size() && i < kNamed; ++i) names += (i == 0 ? "" : ", ") + sources[i];
  if (sources.size() > kNamed) names += " and " + std::to_string(sources.size() - kNamed) + " more";
  return names + (sources.size() == 1 ? " was" : " were") +
         " delivered again with other content, and the rows of all deliveries count: declare spec.redelivery of Dataset " + files.name +
         " (Append, ReplaceSameName or Refuse)";
}

}  // namespace weir::stages
