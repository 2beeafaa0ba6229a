#include "runner/stages/files/file_policy.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <set>
#include <tuple>

#include "crds/base/count.h"
#include "crds/base/text.h"
#include "runner/stages/files/file_zone.h"
#include "runner/storage/http/http_source.h"
#include "runner/storage/paths.h"

namespace weir::stages {
namespace {

constexpr std::size_t kNamed = 3;
constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestShortName = 60;
constexpr std::size_t kRoomOfWarning = 290;  // for names and reasons: a status keeps 500 bytes of a warning

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
    if (!matched.contains(&entry))
      warnings.push_back("spec.exclude of Dataset " + files.name + " names " + Quoted(entry.file, kLongestName) +
                         ", and no file has that name or path; messages show the names as they are excluded");
  return warnings;
}

using Sources = std::map<std::string, std::vector<storage::DataFile>>;

// Deliveries of one name, oldest first, by their content: one that came back while another policy held counts once.
std::vector<std::vector<storage::DataFile>> OfOneContent(const std::vector<storage::DataFile>& deliveries) {
  std::vector<std::vector<storage::DataFile>> contents;
  std::map<std::string, std::size_t> known;  // SHA-256 -> place in contents
  for (const storage::DataFile& file : deliveries) {
    const std::string sha256 = Tag(file, kTagSha256);
    const auto [same, first] = known.emplace(sha256, contents.size());
    if (first || sha256.empty())
      contents.push_back({file});
    else
      contents[same->second].push_back(file);
  }
  return contents;
}

// What tells names apart is mostly at their end.
std::string EndOf(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t begin = text.size() - most + 3;
  while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) ++begin;
  return "..." + text.substr(begin);
}

std::string Named(const Sources& sources) {
  std::string names;
  std::size_t named = 0;
  for (auto source = sources.begin(); source != sources.end() && named < kNamed; ++source, ++named) names += (named == 0 ? "" : ", ") + source->first;
  return sources.size() > kNamed ? names + " and " + std::to_string(sources.size() - kNamed) + " more" : names;
}

// The rows of all deliveries of these names count, and nobody said that they shall.
std::string AppendedUnasked(const api::TaskTable& files, const Sources& again) {
  const std::string verb = again.size() == 1 ? " was" : " were";
  if (files.redelivery == api::Redelivery::Refuse)
    return Named(again) + verb + " accepted more than once, with other content, before spec.redelivery of Dataset " + files.name +
           " was Refuse. Refuse holds for new deliveries, so the rows of all that were accepted count; to leave one out, add to spec.exclude: {file: \"" +
           again.begin()->second.back().path + "\", reason: ...}";
  return Named(again) + verb + " delivered again with other content, and the rows of all deliveries count: declare spec.redelivery of Dataset " + files.name +
         " (Append, ReplaceSameName or Refuse)";
}

}  // namespace

std::string Named(const std::vector<LeftOut>& files, const std::string& before_why) {
  std::string text;
  for (std::size_t i = 0; i < files.size() && i < kNamed; ++i) {
    const auto& [path, source, why] = files[i];
    const std::string name = source.empty() || path.empty() ? source + path : source + " (" + path + ")";
    text += (i == 0 ? "" : "; ") + name + before_why + why;
  }
  return files.size() > kNamed ? text + "; and " + std::to_string(files.size() - kNamed) + " more" : text;
}

std::string NamedWhole(const std::vector<LeftOut>& files, const std::string& one, const std::string& several, const std::string& dataset) {
  const std::size_t named = std::min(files.size(), kNamed);
  const auto count = static_cast<std::int64_t>(files.size());
  std::string text = Counted(count, "file") + " " + (count == 1 ? one : several) + ": ";
  for (std::size_t i = 0; i < named; ++i) {
    const auto& [path, source, why] = files[i];
    const std::string name = EndOf(OneLine(source.empty() ? path : source), kLongestShortName);
    text += (i == 0 ? "" : "; ") + name + ": " + Cut(OneLine(why), kRoomOfWarning / named - name.size());
  }
  if (files.size() > named) text += "; and " + Grouped(static_cast<std::int64_t>(files.size() - named)) + " more";
  if (files.size() > kListed) return text + ". The first " + Grouped(kListed) + " are listed by weir explain dataset/" + dataset;
  return text + (files.size() == 1 ? ". It is listed by weir explain dataset/" : ". Each is listed by weir explain dataset/") + dataset;
}

std::string WithoutSubject(const std::string& message, const std::string& name) {
  if (name.empty() || !message.starts_with(name)) return message;
  const std::size_t end = message.find_first_not_of(": ", name.size());
  return end == std::string::npos || end == name.size() ? message : message.substr(end);
}

RedeliveryRule RedeliveryOf(const api::StageTask& task, const api::TaskTable& landing) {
  RedeliveryRule rule{landing.redelivery, landing.name};
  const bool kept = std::any_of(task.tables.begin(), task.tables.end(),
                                [](const api::TaskTable& table) { return table.zone == api::Zone::RawHistory && table.redelivery.has_value(); });
  // A plan copies what one RawHistory dataset declares into the landing's table, which people would look at in vain.
  if (landing.redelivery && !kept) return rule;
  const auto permissive = [](const RedeliveryRule& r) {
    return r.policy == api::Redelivery::Refuse ? 0 : r.policy == api::Redelivery::ReplaceSameName ? 2 : 1;
  };
  bool first = true;
  for (const api::TaskTable& table : task.tables) {
    if (table.zone != api::Zone::RawHistory) continue;
    const RedeliveryRule its{table.redelivery, table.name};
    if (first || permissive(its) > permissive(rule)) rule = its;
    first = false;
  }
  return rule;
}

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

std::string HowToCorrect(const api::TaskTable& files, const Selection& selection, const storage::DataFile& file) {
  const std::string source = Tag(file, kTagSource), name = Quoted(source, kLongestName);
  const std::string counts = "the newest delivery of each name counts";
  if (files.redelivery == api::Redelivery::ReplaceSameName) return "Correct it at its source, " + name + ": " + counts;
  const auto is_newer = [&](const storage::DataFile& other) { return Tag(other, kTagSource) == source && IsEarlier(file, other); };
  const bool newer = !source.empty() && std::any_of(selection.groups.begin(), selection.groups.end(),
                                                    [&](const auto& group) { return std::any_of(group.begin(), group.end(), is_newer); });
  const std::string replace = "set spec.redelivery: ReplaceSameName of Dataset " + files.name + ", so that " + counts;
  return newer ? "A newer delivery of " + name + " has landed: " + replace : "To correct it, replace " + name + " at its source and " + replace;
}

Selection SelectFiles(const api::TaskTable& files, const storage::TableState& log) {
  Selection selection{.warnings = Unmatched(files, log)};
  Sources sources;
  for (const auto& [path, file] : log.files) {
    const std::string source = Tag(file, kTagSource);
    if (const api::Exclusion* entry = ExclusionOf(files.exclude, path, source)) {
      selection.excluded.push_back({path, source, entry->reason});
      continue;
    }
    sources[source.empty() ? path : source].push_back(file);
  }
  const bool replaces = files.redelivery == api::Redelivery::ReplaceSameName;
  Sources again;
  for (auto& [source, deliveries] : sources) {
    std::sort(deliveries.begin(), deliveries.end(), IsEarlier);
    auto contents = OfOneContent(deliveries);
    if (contents.size() > 1) again[source] = deliveries;
    if (replaces) {
      std::reverse(deliveries.begin(), deliveries.end());
      contents = {std::move(deliveries)};
    }
    std::move(contents.begin(), contents.end(), std::back_inserter(selection.groups));
  }
  if (!again.empty() && (!files.redelivery || files.redelivery == api::Redelivery::Refuse))
    selection.warnings.push_back(selection.redelivered = AppendedUnasked(files, again));
  return selection;
}

}  // namespace weir::stages
