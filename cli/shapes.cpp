#include "cli/shapes.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "crds/api/write.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

struct Judged {
  InferredFile file;
  bool listed = false;
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

// Equal for files that one Dataset can hold. Words for missing values add up, so they make no difference.
std::string ShapeOf(const InferredFile& file) {
  api::Format format = file.format;
  if (format.csv) format.csv->nullTexts.clear();
  std::vector<std::string> titles;
  for (const api::Column& column : file.columns) titles.push_back(column.sourceName.empty() ? column.name : column.sourceName);
  if (format.json) std::sort(titles.begin(), titles.end());
  return Dump({fs::path(file.path).parent_path().string(), api::Write(format), titles});
}

// Files beside those of `group`, which its path must not take.
std::vector<std::string> NamesBeside(const fs::path& folder, const std::vector<std::string>& group) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (const std::string name = entry->path().filename().string(); std::find(group.begin(), group.end(), name) == group.end()) names.push_back(name);
  return names;
}

// "csv" of "in/sales.csv"
std::string EndingWord(const fs::path& path) {
  const std::string ending = path.extension().string();
  return ending.empty() ? "file" : ending.substr(1);
}

bool HasLetters(const std::string& path) {
  const std::string name = fs::path(path).stem().string();
  return std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

class Shapes {
 public:
  Shapes(engine::Engine& engine, const GivenFiles& given) : engine_(engine), given_(given) { found_.folder = CommonFolder(given.files).string(); }

  Result<InferredShapes> Find() {
    if (Status judged = JudgeEach(); !judged) return judged.error();
    while (!judged_.empty())
      if (Status added = AddShape(TakeShape()); !added) return added.error();
    if (Status named = NameEach(); !named) return named.error();
    return std::move(found_);
  }

 private:
  Status JudgeEach() {
    std::set<std::string> seen;
    std::optional<Error> first;
    for (const GivenFile& file : given_.files) {
      const std::string path = AbsolutePath(file).lexically_relative(found_.folder).string();
      if (!seen.insert(path).second) continue;
      auto one = Infer(engine_, found_.folder, {path}, path);
      if (one) {
        judged_.push_back({std::move(*one), file.listed});
        continue;
      }
      const bool no_data = one.error().fault == Fault::Data || one.error().fault == Fault::Invalid;
      if (!file.listed || !no_data) return one.error();
      if (!first) first = one.error();
      found_.notes.push_back(path + " is left out: " + one.error().message);
    }
    return judged_.empty() ? Status(*first) : Ok();
  }

  // The first file and all of its shape.
  std::vector<Judged> TakeShape() {
    const std::string shape = ShapeOf(judged_[0].file);
    const auto others = std::stable_partition(judged_.begin(), judged_.end(), [&](const Judged& one) { return ShapeOf(one.file) == shape; });
    std::vector<Judged> group(std::make_move_iterator(judged_.begin()), std::make_move_iterator(others));
    judged_.erase(judged_.begin(), others);
    return group;
  }

  Status AddShape(std::vector<Judged> group) {
    if (group.size() > 1) {
      auto together = Together(group);
      if (!together) return together.error();
      if (*together) {
        listed_.push_back(group[0].listed);
        found_.files.push_back(std::move(**together));
        return Ok();
      }
    }
    for (Judged& one : group) {
      listed_.push_back(one.listed);
      found_.files.push_back(std::move(one.file));
    }
    return Ok();
  }

  // Nothing where they are to stay apart.
  Result<std::optional<InferredFile>> Together(const std::vector<Judged>& group) {
    std::vector<std::string> paths, names;
    for (const Judged& one : group) paths.push_back(one.file.path), names.push_back(fs::path(one.file.path).filename().string());
    const fs::path folder = fs::path(paths[0]).parent_path();
    const auto wildcard = WildcardFor(names, NamesBeside(fs::path(found_.folder) / folder, names));
    if (!wildcard) {
      found_.notes.push_back(paths[0] + " and " + paths[1] + (paths.size() > 2 ? " and others" : "") +
                             " have the same columns, but no path with a wildcard takes them and nothing else: one Dataset each");
      return std::optional<InferredFile>();
    }
    auto together = Infer(engine_, found_.folder, paths, (folder / *wildcard).string());
    if (together) return std::optional(std::move(*together));
    if (together.error().reason == "OtherShape") return std::optional<InferredFile>();
    return together.error();
  }

  // A file by its name, and in a folder by its ending too where two would have one name.
  Status NameEach() {
    std::map<std::string, std::string> taken;  // name -> path
    for (std::size_t i = 0; i < found_.files.size(); ++i) {
      InferredFile& file = found_.files[i];
      const fs::path path(file.path);
      if (file.files > 1 && !HasLetters(file.path)) file.name = ObjectNameFor((fs::path(found_.folder) / path).parent_path().string());
      if (listed_[i] && taken.contains(file.name)) file.name = ObjectNameFor(file.name + "-" + EndingWord(path));
      const std::string plain = file.name;
      for (int n = 2; listed_[i] && taken.contains(file.name); ++n) file.name = plain + "-" + std::to_string(n);
      const auto [at, added] = taken.try_emplace(file.name, file.path);
      if (!added)
        return Error{Fault::Invalid, "NameTaken",
                     at->second + " and " + file.path + " would both become the dataset " + file.name + ": rename one, or init them apart"};
    }
    return Ok();
  }

  engine::Engine& engine_;
  const GivenFiles& given_;
  std::vector<Judged> judged_;
  InferredShapes found_;
  std::vector<bool> listed_;  // of found_.files
};

}  // namespace

Result<InferredShapes> InferShapes(engine::Engine& engine, const GivenFiles& given) { return Shapes(engine, given).Find(); }

}  // namespace weir::cli
