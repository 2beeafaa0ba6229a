#include "cli/init/shapes.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "cli/init/shape_of.h"
#include "crds/base/name.h"
#include "crds/base/text.h"
#include "runner/formats/columns/sql_names.h"
#include "runner/formats/json/json_lists.h"
#include "runner/formats/values/value.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

struct Judged {
  InferredFile file;
  bool numbered = false;  // its name gets a number where another has it
  std::string shape;
};

fs::path AbsolutePath(const GivenFile& file) { return fs::absolute(file.path).lexically_normal(); }

fs::path CommonFolder(const std::vector<GivenFile>& files) {
  fs::path common;
  for (const GivenFile& file : files) {
    const fs::path folder = AbsolutePath(file).parent_path();
    if (common.empty()) common = folder;
    while (!common.empty() && common != common.root_path() && *fs::relative(folder, common).begin() == "..") common = common.parent_path();
  }
  return common;
}

// Files beside those of `group`, which its path must not take.
std::vector<std::string> NamesBeside(const fs::path& folder, const std::vector<std::string>& group) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (const std::string name = entry->path().filename().string(); std::find(group.begin(), group.end(), name) == group.end()) names.push_back(name);
  return names;
}

bool HasLetters(const std::string& path) {
  const std::string name = fs::path(path).stem().string();
  return std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

// "csv" of "in/sales.csv"
std::string EndingWord(const fs::path& path) {
  const std::string ending = path.extension().string();
  return ending.empty() ? "file" : ending.substr(1);
}

// A manifest is UTF-8, and takes * and ? in a path for a wildcard.
Status CheckPath(const std::string& folder, const std::string& path) {
  const auto refused = [&](const std::string& why) {
    return Error{Fault::Invalid, "NotDeclarable", "the name " + formats::Shown(path) + " " + why + ": rename the file or its folder"};
  };
  if (FirstByteNotUtf8(path) != std::string::npos) return refused("is not UTF-8, so a manifest cannot contain it");
  const std::string name = fs::path(path).filename().string();
  if (name.find_first_of("*?") == std::string::npos) return Ok();
  if (!TakesName(name, name)) return refused("cannot be a path in a manifest: * and ? are wildcards there");
  for (const std::string& other : NamesBeside((fs::path(folder) / path).parent_path(), {name}))
    if (TakesName(name, other)) return refused("is a wildcard as a path in a manifest, and takes " + formats::Shown(other) + " too");
  return Ok();
}

// The names of all objects that a Dataset of this name brings with it.
std::vector<std::string> NamesWith(const std::string& name) { return {name, name + "-landing", name + "-history", name + "-v1"}; }

std::string NameOf(const Judged& one) { return fs::path(one.file.path).filename().string(); }

std::vector<std::string> NamesOf(const std::vector<Judged>& group) {
  std::vector<std::string> names;
  for (const Judged& one : group) names.push_back(NameOf(one));
  return names;
}

// For people; of two files at least.
std::string Those(const std::vector<Judged>& group) { return group[0].file.path + " and " + group[1].file.path + (group.size() > 2 ? " and others" : ""); }

bool IsEmptyFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && fs::file_size(path, error) == 0 && !error;
}

// A path with a wildcard, and what it matches though it does not fit.
struct Pattern {
  std::string path;
  std::vector<api::Exclusion> exclude;
};

class Shapes {
 public:
  Shapes(engine::Engine& engine, const GivenFiles& given, ReadingProgress& progress) : engine_(engine), given_(given), progress_(progress) {
    found_.folder = CommonFolder(given.files).string();
  }

  Result<InferredShapes> Find() {
    if (Status judged = JudgeEach(); !judged) return judged.error();
    ShapeEach();
    while (!judged_.empty())
      if (Status added = AddShape(TakeShape()); !added) return added.error();
    if (Status named = NameEach(); !named) return named.error();
    for (InferredFile& file : found_.files)
      for (std::string& note : file.notes)
        if (const std::size_t at = note.rfind(formats::kTableMark); at != std::string::npos)
          note.replace(at, formats::kTableMark.size(), formats::SqlQuoted(TableName(file.name)));
    return std::move(found_);
  }

 private:
  Status JudgeEach() {
    std::set<std::string> seen;
    std::optional<Error> first;
    for (const GivenFile& file : given_.files) {
      const std::string path = AbsolutePath(file).lexically_relative(found_.folder).string();
      if (!seen.insert(path).second) continue;
      const Status named = CheckPath(found_.folder, path);
      auto one = named.ok() ? Infer(engine_, found_.folder, {path}, path, progress_) : Result<InferredFile>(named.error());
      const bool may_lack = file.listed || IsOfSeries(file);
      if (one && may_lack && !one->unfit.empty())
        one = Error{Fault::Data, "FileUnreadable", "weir run would stop at it, for no row fits: " + one->notes.back()};
      if (one) {
        all_.emplace(path, *one);
        judged_.push_back({std::move(*one), file.listed, ""});
        continue;
      }
      const bool no_data = one.error().fault == Fault::Data || one.error().fault == Fault::Invalid;
      if (!may_lack || !no_data) return one.error();
      if (!first) first = one.error();
      left_out_.emplace(path, one.error().message);
      found_.notes.push_back((named.ok() ? path + " is left out: " : "left out: ") + one.error().message);
    }
    return judged_.empty() ? Status(*first) : Ok();
  }

  // Whether another file that was given is of the same series: the shell may have listed them.
  bool IsOfSeries(const GivenFile& file) const {
    const auto series = [](const GivenFile& one) { return AbsolutePath(one).parent_path() / SeriesOf(AbsolutePath(one).filename().string()); };
    return std::count_if(given_.files.begin(), given_.files.end(), [&](const GivenFile& one) { return series(one) == series(file); }) > 1;
  }

  // A file of ASCII is also of the encoding that others of its shape have.
  void ShapeEach() {
    std::map<std::string, std::set<std::string>> encodings;
    for (const Judged& one : judged_)
      if (!one.file.ascii) encodings[ShapeOf(one.file, "")].insert(EncodingOf(one.file));
    for (Judged& one : judged_) {
      const auto others = encodings.find(ShapeOf(one.file, ""));
      const bool follows = one.file.ascii && others != encodings.end() && !others->second.contains(EncodingOf(one.file));
      one.shape = ShapeOf(one.file, follows ? *others->second.begin() : EncodingOf(one.file));
    }
  }

  // The first file and all that one Dataset can hold with it.
  std::vector<Judged> TakeShape() {
    const Judged first = judged_[0];
    SharedKeys keys(first.file);
    const auto others =
        std::stable_partition(judged_.begin(), judged_.end(), [&](const Judged& one) { return one.shape == first.shape || keys.Take(one.file); });
    std::vector<Judged> group(std::make_move_iterator(judged_.begin()), std::make_move_iterator(others));
    judged_.erase(judged_.begin(), others);
    return group;
  }

  Status AddShape(std::vector<Judged> group) {
    if (group.size() < 2) return AddApart(std::move(group));
    const auto wide = std::find_if(group.begin(), group.end(), [](const Judged& one) { return !one.file.ascii; });
    const auto pattern = PatternFor(wide == group.end() ? group[0].file : wide->file, NamesOf(group));
    if (!pattern) return AddBySeries(std::move(group));
    std::vector<std::string> paths;
    for (const Judged& one : group) paths.push_back(one.file.path);
    auto together = Infer(engine_, found_.folder, paths, pattern->path, progress_);
    if (!together && together.error().fault != Fault::Data && together.error().fault != Fault::Invalid) return together.error();
    if (!together) {
      found_.notes.push_back(Those(group) + " stay one Dataset each: " + together.error().message);
      return AddApart(std::move(group));
    }
    if (!together->unfit.empty() && together->unfit.size() < group.size()) return AddWithout(together->unfit, std::move(group));
    AddTogether(group, *pattern, std::move(*together));
    return Ok();
  }

  void AddTogether(const std::vector<Judged>& group, const Pattern& pattern, InferredFile together) {
    together.exclude = pattern.exclude;
    for (const api::Exclusion& one : pattern.exclude) {
      excluded_.insert((fs::path(pattern.path).parent_path() / one.file).string());
      together.notes.push_back(one.file + " also matches the path and does not fit: " + one.reason + "; added to exclude");
    }
    std::vector<const InferredFile*> files;
    for (const Judged& one : group) files.push_back(&one.file);
    DeclareOptionalKeys(files, together);
    numbered_.push_back(group[0].numbered);
    found_.files.push_back(std::move(together));
  }

  Status AddApart(std::vector<Judged> group) {
    for (Judged& one : group) {
      numbered_.push_back(one.numbered);
      if (!excluded_.contains(one.file.path)) one.file.successors = SuccessorsOf(one.file.path);
      found_.files.push_back(std::move(one.file));
    }
    return Ok();
  }

  // Files of one shape may be of several series: sales-2024-01.csv beside returns-2024-01.csv.
  Status AddBySeries(std::vector<Judged> group) {
    const bool rotated = AreRotated(NamesOf(group));
    const std::vector<std::string> current = CurrentOf(NamesOf(group));
    const std::string too_many = tooManyOdd_;
    std::map<std::string, std::vector<Judged>> series;
    for (Judged& one : group) {
      one.numbered = one.numbered || rotated || !current.empty();
      series[SeriesOf(NameOf(one))].push_back(one);
    }
    if (series.size() == 1 || series.size() == group.size()) {
      found_.notes.push_back(Those(group) + (rotated ? kRotated : too_many.empty() ? kNoPath : too_many));
      return AddApart(std::move(group));
    }
    const std::size_t before = found_.notes.size();
    for (auto& [name, files] : series)
      if (Status added = AddShape(std::move(files)); !added) return added;
    const auto of_rotation = [](const std::string& note) { return note.ends_with(kRotated); };
    if (std::any_of(found_.notes.begin() + static_cast<std::ptrdiff_t>(before), found_.notes.end(), of_rotation)) return Ok();
    for (const std::string& name : current) found_.notes.push_back((fs::path(group[0].file.path).parent_path() / name).string() + kCurrent);
    return Ok();
  }

  // A file of which no row fits would stop every run.
  Status AddWithout(const std::vector<std::string>& unfit, std::vector<Judged> group) {
    const auto fits = [&](const Judged& one) { return std::find(unfit.begin(), unfit.end(), one.file.path) == unfit.end(); };
    const auto odd = std::stable_partition(group.begin(), group.end(), fits);
    std::vector<Judged> others(std::make_move_iterator(odd), std::make_move_iterator(group.end()));
    group.erase(odd, group.end());
    for (const std::string& path : unfit) apart_.emplace(path, "no row of it fits the types that the others have");
    if (Status added = AddShape(std::move(group)); !added) return added;
    return AddShape(std::move(others));
  }

  // Files of the same series that do not fit are fewer than those that do, or nobody knows which of them are the odd ones.
  std::optional<Pattern> PatternFor(const InferredFile& first, const std::vector<std::string>& names) {
    tooManyOdd_.clear();
    const fs::path folder = fs::path(first.path).parent_path();
    std::vector<std::string> beside = NamesBeside(fs::path(found_.folder) / folder, names);
    if (const auto wildcard = WildcardFor(names, beside)) return Pattern{(folder / *wildcard).string(), {}};
    std::set<std::string> series;
    for (const std::string& name : names) series.insert(SeriesOf(name));
    std::vector<api::Exclusion> odd;
    std::size_t rivals = 0;  // of another shape; what cannot be read does not count
    for (const std::string& name : beside)
      // A name that is not UTF-8 cannot be excluded.
      if (const std::string why = series.contains(SeriesOf(name)) && FirstByteNotUtf8(name) == std::string::npos ? WhyApart(first, folder / name) : "";
          !why.empty()) {
        odd.push_back({name, Cut(why, kLongestReason)});
        rivals += all_.contains((folder / name).string()) ? 1 : 0;
      }
    std::erase_if(beside,
                  [&](const std::string& name) { return std::any_of(odd.begin(), odd.end(), [&](const api::Exclusion& one) { return one.file == name; }); });
    const auto wildcard = rivals < names.size() ? WildcardFor(names, beside) : std::nullopt;
    if (!wildcard) return std::nullopt;
    std::erase_if(odd, [&](const api::Exclusion& one) { return !TakesName(*wildcard, one.file); });
    if (odd.size() > kMostExcluded) {
      tooManyOdd_ = " have the same columns, but " + std::to_string(odd.size()) + " files that do not fit match the path " + *wildcard + " too, and at most " +
                    std::to_string(kMostExcluded) + " are excluded: one Dataset each. Move those files to another folder and run weir init again";
      return std::nullopt;
    }
    return Pattern{(folder / *wildcard).string(), std::move(odd)};
  }

  // Empty for a file of which nothing is known.
  std::string WhyApart(const InferredFile& first, const fs::path& path) {
    if (const auto why = left_out_.find(path.string()); why != left_out_.end()) return OneLine(why->second);
    if (const auto why = apart_.find(path.string()); why != apart_.end()) return why->second;
    if (const auto other = all_.find(path.string()); other != all_.end()) return DifferenceOf(first, other->second);
    return IsEmptyFile(fs::path(found_.folder) / path) ? "it was empty when weir init read the others" : "";
  }

  std::string SuccessorsOf(const std::string& path) {
    const fs::path folder = fs::path(path).parent_path();
    const std::string name = fs::path(path).filename().string();
    const auto wildcard = WildcardForSuccessors(name, NamesBeside(fs::path(found_.folder) / folder, {name}));
    return wildcard ? (folder / *wildcard).string() : "";
  }

  // A file by its name, and in a folder by its ending too where objects of two would have one name.
  Status NameEach() {
    std::map<std::string, std::string> taken;  // name -> path
    const auto is_taken = [&](const std::string& name) {
      const auto names = NamesWith(name);
      return std::find_if(names.begin(), names.end(), [&](const std::string& one) { return taken.contains(one); }) != names.end();
    };
    for (std::size_t i = 0; i < found_.files.size(); ++i) {
      InferredFile& file = found_.files[i];
      const fs::path path(file.path);
      if (file.files > 1 && !HasLetters(file.path)) file.name = ObjectNameFor((fs::path(found_.folder) / path).parent_path().string());
      if (numbered_[i] && is_taken(file.name)) file.name = ObjectNameFor(file.name + "-" + EndingWord(path));
      const std::string plain = file.name;
      for (int n = 2; numbered_[i] && is_taken(file.name); ++n) file.name = plain.substr(0, kLongestName - 4) + "-" + std::to_string(n);
      for (const std::string& name : NamesWith(file.name)) {
        const auto [at, added] = taken.try_emplace(name, file.path);
        if (!added)
          return Error{Fault::Invalid, "NameTaken",
                       at->second + " and " + file.path + (name == file.name ? " would both become the dataset " : " would both bring an object named ") +
                           name + ": rename one, or init them apart"};
      }
    }
    return Ok();
  }

  static constexpr const char* kNoPath = " have the same columns, but no path with a wildcard takes them and nothing else: one Dataset each";
  static constexpr const char* kRotated =
      " stay one Dataset each: log rotation renames or compresses such files, and one Dataset would load the same rows again under each new name. Files that "
      "keep their names, such as app.log-20240131 (logrotate: dateext), become one Dataset";
  static constexpr const char* kCurrent =
      " stays a Dataset of its own: log rotation renames or compresses it, and one Dataset with the files that rotation made would load its rows again under "
      "the new name";
  static constexpr std::size_t kLongestName = 40;     // of ObjectNameFor
  static constexpr std::size_t kLongestReason = 256;  // of an exclusion
  static constexpr std::size_t kMostExcluded = 20;

  engine::Engine& engine_;
  const GivenFiles& given_;
  ReadingProgress& progress_;
  std::vector<Judged> judged_;
  std::map<std::string, InferredFile> all_;      // by path
  std::string tooManyOdd_;                       // of the last group: why it got no path, when that is the reason
  std::map<std::string, std::string> left_out_;  // path -> why
  std::map<std::string, std::string> apart_;     // path -> why, of files that would fit by their shape
  std::set<std::string> excluded_;               // paths
  InferredShapes found_;
  std::vector<bool> numbered_;  // of found_.files
};

}  // namespace

Result<InferredShapes> InferShapes(engine::Engine& engine, const GivenFiles& given, ReadingProgress& progress) {
  return Shapes(engine, given, progress).Find();
}

}  // namespace weir::cli
