#include "cli/init/data_files.h"

#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <set>

#include "crds/base/count.h"
#include "runner/formats/columns/other_text.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

Error Unreadable(Fault fault, const std::string& what) { return {fault, "FileUnreadable", what}; }

bool IsManifest(const std::string& name) { return name.ends_with(".yaml") || name.ends_with(".yml"); }

// Why a file of a folder is no data, as far as that shows without opening it; empty where it may be.
std::string NoDataBecause(const fs::directory_entry& entry) {
  std::error_code error;
  if (entry.is_directory(error)) return "is a folder: pass it alone";
  if (!entry.is_regular_file(error)) return "is not a regular file";
  if (entry.file_size(error) == 0) return "is empty";
  return access(entry.path().c_str(), R_OK) == 0 ? "" : std::string("may not be read: ") + std::strerror(errno);
}

std::string WithoutGz(const std::string& name) { return name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name; }

bool IsNamedAsData(const std::string& name) {
  const std::string ending = fs::path(WithoutGz(name)).extension().string();
  constexpr std::array<std::string_view, 7> kEndings{".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet"};
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

// "in/.x.csv and 2 more hidden files are left out: ..."
std::string NoteOnHidden(const std::vector<std::string>& hidden) {
  if (hidden.size() == 1) return hidden[0] + " is left out: it is hidden. Rename it to load it";
  return hidden[0] + " and " + Counted(static_cast<std::int64_t>(hidden.size()) - 1, "more hidden file") + " are left out: rename them to load them";
}

Status AddFolder(const std::string& folder, GivenFiles& given) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) entries.push_back(*entry);
  if (error) return Unreadable(Fault::Denied, folder + " may not be read: " + error.message());
  std::sort(entries.begin(), entries.end());
  const std::size_t before = given.files.size();
  std::vector<std::string> hidden;
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && IsNamedAsData(name) && entry.is_regular_file(error)) hidden.push_back(entry.path().string());
    if (name.starts_with('.') || IsManifest(name)) continue;
    if (const std::string why = NoDataBecause(entry); !why.empty())
      given.notes.push_back(entry.path().string() + " is left out: it " + why);
    else
      given.files.push_back({(fs::path(folder) / name).string(), true});
  }
  if (!hidden.empty()) given.notes.push_back(NoteOnHidden(hidden));
  if (given.files.size() > before) return Ok();
  return Unreadable(Fault::Missing,
                    folder + " has no data files: give a folder with CSV, JSON or Parquet files" + (hidden.empty() ? "" : ". " + NoteOnHidden(hidden)));
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSeparator(char c) { return c == '-' || c == '_' || c == '.' || c == ' '; }

bool EndsWithNumber(const std::string& name) {
  const std::string stem = WithoutGz(name);
  return !stem.empty() && IsDigit(stem.back());
}

// ".csv.gz" of "sales.csv.gz", ".gz" of "app.log.1.gz": a number is no ending.
std::string EndingOf(const std::string& name) {
  const std::string stem = WithoutGz(name);
  if (EndsWithNumber(name)) return name.substr(stem.size());
  const std::size_t point = stem.rfind('.');
  return point == std::string::npos || point == 0 ? name.substr(stem.size()) : name.substr(point);
}

// Takes the start of a number or date from the end of what names have in common: "sales-2026-0" becomes "sales-".
std::string WithoutDate(std::string text) {
  while (!text.empty() && IsDigit(text.back())) text.pop_back();
  while (true) {
    std::size_t at = text.size();
    if (at == 0 || !IsSeparator(text[at - 1])) return text;
    std::size_t begin = at - 1;
    while (begin > 0 && IsDigit(text[begin - 1])) --begin;
    const bool whole = begin + 1 < at && (begin == 0 || IsSeparator(text[begin - 1]));
    if (!whole) return text;
    text.resize(begin);
  }
}

// ".csv" of "app.csv.1"
std::string FormatOf(const std::string& name) { return fs::path(formats::NameOfContent(name)).extension().string(); }

// Nothing where the endings differ.
std::optional<std::string> CommonEnding(const std::vector<std::string>& names) {
  const std::string ending = EndingOf(names[0]), format = FormatOf(names[0]);
  const auto same = [&](const std::string& name) { return EndingOf(name) == ending && FormatOf(name) == format; };
  return std::all_of(names.begin(), names.end(), same) ? std::optional(ending) : std::nullopt;
}

struct Ends {
  std::string front;
  std::string back;
};

// What all names begin and end with, the ending of the file left out; never more than the shortest name has.
Ends CommonEnds(const std::vector<std::string>& stems) {
  Ends ends{stems[0], stems[0]};
  std::size_t shortest = stems[0].size();
  for (const std::string& stem : stems) {
    shortest = std::min(shortest, stem.size());
    ends.front.resize(static_cast<std::size_t>(std::mismatch(ends.front.begin(), ends.front.end(), stem.begin(), stem.end()).first - ends.front.begin()));
    const auto same = std::mismatch(ends.back.rbegin(), ends.back.rend(), stem.rbegin(), stem.rend()).first - ends.back.rbegin();
    ends.back = ends.back.substr(ends.back.size() - static_cast<std::size_t>(same));
  }
  if (ends.front.size() + ends.back.size() > shortest) ends.back = ends.back.substr(ends.front.size() + ends.back.size() - shortest);
  return ends;
}

// What a wildcard means is no part of a name.
std::string Literal(std::string text) {
  for (char& c : text)
    if (c == '[' || c == ']' || c == '\\' || c == '*') c = '?';
  return text;
}

// sales-????-??.csv: every digit of what differs is one character.
std::string ByCharacter(const std::vector<std::string>& names, const Ends& wide) {
  std::string pattern = names[0];
  for (const std::string& name : names) {
    if (name.size() != pattern.size()) return "";
    for (std::size_t i = 0; i < pattern.size(); ++i)
      if (name[i] != pattern[i]) pattern[i] = '?';
  }
  for (std::size_t i = wide.front.size(); i + wide.back.size() < pattern.size(); ++i)
    if (IsDigit(pattern[i])) pattern[i] = '?';
  return pattern;
}

std::size_t Letters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c) != 0; }));
}

// Where the last digit of a year is, the number of which may go on with month, day and time; npos where there is no year.
std::size_t YearEnd(const std::string& name) {
  constexpr std::size_t kYear = 4, kWithSeconds = 14;
  for (std::size_t at = 0; at < name.size();) {
    if (!IsDigit(name[at])) {
      ++at;
      continue;
    }
    const std::size_t end = std::min(name.find_first_not_of("0123456789", at), name.size());
    const std::size_t digits = end - at;
    const std::string century = name.substr(at, 2);
    if (digits >= kYear && digits <= kWithSeconds && digits % 2 == 0 && (century == "19" || century == "20")) return at + kYear - 1;
    at = end;
  }
  return std::string::npos;
}

// What the rotation of logs has appended: ".1" to app.log.1, "-20240131" to app.log-20240131.gz, nothing to part-00001.
std::string RotationOf(const std::string& name) {
  const std::string stem = WithoutGz(name), content(formats::NameOfContent(name));
  const std::string rotation = stem.substr(content.size());
  return !content.empty() && (rotation.starts_with('.') || fs::path(content).has_extension()) ? rotation : "";
}

// Whether the next rotation gives it another name: app.log.1, and not app.log-20240131 or app.log.1706659200.
bool IsRenumbered(const std::string& name) {
  constexpr std::ptrdiff_t kDate = 6;  // digits of one at least; no rotation counts so far
  const std::string rotation = RotationOf(name);
  return !rotation.empty() && std::count_if(rotation.begin(), rotation.end(), IsDigit) < kDate && YearEnd(rotation) == std::string::npos;
}

// "-20240131" of app-20240131.csv, ".1" of app.1.csv.gz: a date, or a number behind a point, that rotation puts before the
// ending; else empty.
std::string RotationBeforeEnding(const std::string& name) {
  const std::string stem = WithoutGz(name);
  const std::string front = stem.substr(0, stem.size() - std::min(stem.size(), fs::path(stem).extension().string().size()));
  const std::size_t begin = front.find_last_not_of("0123456789-_. ") + 1;
  const std::string rotation = front.substr(begin);
  if (begin == 0 || front.size() == stem.size() || rotation.size() < 2 || !IsSeparator(rotation[0])) return "";
  const bool is_number = rotation[0] == '.' && std::all_of(rotation.begin() + 1, rotation.end(), IsDigit);
  return is_number || YearEnd(rotation) != std::string::npos ? rotation : "";
}

// "app.csv" of app.csv.1, app-20240131.csv and app.csv.gz: the name before rotation.
std::string NameBefore(const std::string& name) {
  std::string before(RotationOf(name).empty() ? WithoutGz(name) : formats::NameOfContent(name));
  if (const std::string rotation = RotationBeforeEnding(before); !rotation.empty()) before.erase(before.rfind(rotation), rotation.size());
  return before;
}

// Whether the next rotation gives app.1.csv the name app.2.csv. Numbers without a file that has none are parts of one delivery.
bool IsRenumberedBeforeEnding(const std::string& name, const std::vector<std::string>& others) {
  const std::string rotation = RotationBeforeEnding(name);
  return !rotation.empty() && YearEnd(rotation) == std::string::npos && std::find(others.begin(), others.end(), NameBefore(name)) != others.end();
}

}  // namespace

std::vector<std::string> CurrentOf(const std::vector<std::string>& names) {
  std::set<std::string> before;
  for (const std::string& name : names)
    for (const std::string& earlier : std::array{NameBefore(name), WithoutGz(name)})
      if (earlier != name) before.insert(earlier);
  std::vector<std::string> current;
  std::copy_if(names.begin(), names.end(), std::back_inserter(current), [&before](const std::string& name) { return before.contains(name); });
  return current;
}

bool AreRotated(const std::vector<std::string>& names) {
  const auto all_have = [&names](auto&& part) {
    const auto first = part(names[0]);
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) { return part(name) == first; });
  };
  const auto is_renamed = [](const std::string& name) { return !RotationOf(name).empty(); };
  if (all_have([](const std::string& name) { return formats::NameOfContent(name); }) && std::any_of(names.begin(), names.end(), is_renamed)) return true;
  return all_have(NameBefore) && !CurrentOf(names).empty();
}

bool TakesName(const std::string& pattern, const std::string& name) { return fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0; }

std::string SeriesOf(const std::string& name) {
  std::string series;
  for (const char c : name)
    if (!IsDigit(c) || series.empty() || series.back() != '#') series += IsDigit(c) ? '#' : c;
  return series;
}

std::optional<std::string> WildcardForSuccessors(const std::string& name, const std::vector<std::string>& others) {
  const std::size_t year = YearEnd(name);
  if (year == std::string::npos) return std::nullopt;
  std::string next = name;
  next[year] = name[year] == '9' ? '0' : static_cast<char>(name[year] + 1);
  return WildcardFor({name, next}, others);
}

Result<GivenFiles> FindDataFiles(const std::vector<std::string>& arguments) {
  GivenFiles given;
  for (const std::string& argument : arguments) {
    std::error_code error;
    if (!fs::exists(argument, error)) return Unreadable(Fault::Missing, argument + " does not exist: give CSV, JSON or Parquet files, or a folder with them");
    if (fs::is_directory(argument, error)) {
      if (Status added = AddFolder(argument, given); !added) return added.error();
      continue;
    }
    if (!fs::is_regular_file(argument, error))
      return Unreadable(Fault::Missing, argument + " is not a regular file: give CSV, JSON or Parquet files, or a folder with them");
    if (access(argument.c_str(), R_OK) != 0) return Unreadable(Fault::Denied, argument + " may not be read: " + std::strerror(errno));
    given.files.push_back({argument, false});
  }
  return given;
}

std::optional<std::string> WildcardFor(const std::vector<std::string>& names, const std::vector<std::string>& others) {
  constexpr std::size_t kLetters = 3;
  const auto common_ending = CommonEnding(names);
  const auto is_renumbered = [&others](const std::string& name) { return IsRenumbered(name) || IsRenumberedBeforeEnding(name, others); };
  if (!common_ending || std::any_of(names.begin(), names.end(), is_renumbered) || !CurrentOf(names).empty()) return std::nullopt;
  const std::string& ending = *common_ending;
  std::vector<std::string> stems;
  for (const std::string& name : names) stems.push_back(name.substr(0, name.size() - ending.size()));
  const Ends narrow = CommonEnds(stems);
  std::string turned(narrow.back.rbegin(), narrow.back.rend());
  turned = WithoutDate(turned);
  const Ends wide{WithoutDate(narrow.front), std::string(turned.rbegin(), turned.rend()) + ending};
  const std::size_t common = Letters(wide.front) + Letters(wide.back) - Letters(ending);
  const bool by_date = std::all_of(stems.begin(), stems.end(), [common](const std::string& stem) { return Letters(stem) == common; });
  if (common < kLetters && !by_date) return std::nullopt;
  for (const std::string& pattern : {Literal(wide.front) + "*" + Literal(wide.back), Literal(ByCharacter(names, wide)),
                                     Literal(narrow.front) + "*" + Literal(narrow.back) + Literal(ending)}) {
    const auto matches = [&](const std::string& name) { return TakesName(pattern, name); };
    if (std::all_of(names.begin(), names.end(), matches) && std::none_of(others.begin(), others.end(), matches)) return pattern;
  }
  return std::nullopt;
}

}  // namespace weir::cli
