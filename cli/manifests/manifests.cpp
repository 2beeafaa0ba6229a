#include "cli/manifests/manifests.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "crds/api/describe/read.h"
#include "crds/base/file.h"
#include "crds/base/text.h"
#include "crds/base/yaml.h"
#include "crds/schema/kinds.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

bool IsManifest(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

// "line 12: message" of ParseYaml, taken apart again.
Finding BadYaml(const std::string& file, const std::string& text, const Error& error) {
  constexpr std::string_view kLine = "line ";
  const std::string hint = text.find("{{") == std::string::npos ? "" : "; a template is rendered first, as by helm template CHART | weir check -";
  const std::size_t colon = error.message.find(": ");
  if (!error.message.starts_with(kLine) || colon == std::string::npos) return {file, 0, "", "", "BadYaml", error.message + hint};
  return {file, std::atoi(error.message.c_str() + kLine.size()), "", "", "BadYaml", error.message.substr(colon + 2) + hint};
}

// As a person gave it, or found in a folder: there other files may lie beside manifests.
enum class Origin { Given, Found };

// Data beside manifests may be larger than memory: what is longer than any manifest is not read to its end.
std::string ReadManifest(std::istream& in) {
  std::string text(kLongestYaml + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

constexpr std::size_t kMostRefused = 100;  // findings of one file that are told

// What other tools keep in a folder: a kustomization without kind, values of a chart, rows of JSON.
bool IsNoManifest(const Json& document) {
  for (const char* member : {"apiVersion", "kind", "metadata", "spec"})
    if (!At(document, member).is_null()) return false;
  return true;
}

// The manifest or folder in its folder whose name is most alike: " (did you mean orders.yaml?)", or "".
std::string NearestBeside(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code unknown;
    if (!name.starts_with('.') && (IsManifest(name) || entry->is_directory(unknown))) names.push_back(name);
  }
  return api::Suggest(path.filename().string(), {names.begin(), names.end()});
}

class Loader {
 public:
  Loader(std::string ns, std::istream& in) : ns_(std::move(ns)), in_(in) {}

  void Path(const std::string& path) {
    std::error_code error;
    if (path == "-") return Documents("<stdin>", ReadManifest(in_), Origin::Given);
    if (fs::is_directory(path, error)) return Folder(path);
    File(path, Origin::Given);
  }
  Manifests Take() {
    TellHowManyMore();
    return std::move(out_);
  }

 private:
  void Refuse(Finding finding) {
    if (finding.file != refused_file_) TellHowManyMore(), refused_file_ = finding.file, refused_ = 0;
    if (++refused_ <= kMostRefused) out_.findings.push_back(std::move(finding));
  }
  void RefuseAll(Finding finding) {
    out_.incomplete = true;
    Refuse(std::move(finding));
  }
  // The document names an object, and what refers to it is not to blame.
  void RefuseNamed(const Manifest& manifest, Finding finding) {
    const std::string ns = Text(At(manifest.object, "metadata"), "namespace");
    if (!manifest.Name().empty()) out_.refused.push_back((ns.empty() ? ns_ : ns) + "/" + manifest.Name());
    Refuse(std::move(finding));
  }
  void TellHowManyMore() {
    if (refused_ > kMostRefused)
      out_.findings.push_back(
          {refused_file_, 0, "", "", "Schema", "has " + std::to_string(refused_ - kMostRefused) + " more documents or items that are not Weirkeeper objects"});
  }

  void Folder(const std::string& path) {
    std::vector<std::string> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path, error))
      if (entry.is_regular_file(error) && IsManifest(entry.path())) files.push_back(entry.path().lexically_normal().string());
    std::sort(files.begin(), files.end());
    if (error) return RefuseAll({path, 0, "", "", "FileUnreadable", "cannot be read: " + error.message()});
    if (files.empty()) Refuse({path, 0, "", "", "NoManifests", "has no .yaml, .yml or .json file; folders inside are not looked into"});
    for (const std::string& file : files) File(file, Origin::Found);
  }

  static std::string WhyUnread(const std::string& path) {
    std::error_code error;
    const bool missing = fs::symlink_status(path, error).type() == fs::file_type::not_found;
    return missing ? "does not exist" + NearestBeside(path) : "cannot be read";
  }

  void File(const std::string& path, Origin origin) {
    std::error_code error;
    if (origin == Origin::Given && fs::exists(path, error) && !fs::is_regular_file(path, error)) return Pipe(path);
    std::ifstream file(path, std::ios::binary);
    if (!file) return RefuseAll({path, 0, "", "", "FileUnreadable", WhyUnread(path) + ": give a manifest file, a folder of them, or - for standard input"});
    Documents(path, ReadManifest(file), origin);
  }

  // A pipe, such as bash makes of <(...): its writer may be slow, and may be silent for ever.
  void Pipe(const std::string& path) {
    const auto text = ReadBounded(path, {kLongestYaml, Duration::Minutes(1)});
    if (!text) return RefuseAll({path, 0, "", "", "FileUnreadable", text.error().message});
    Documents(path, *text, Origin::Given);
  }

  void Documents(const std::string& file, const std::string& text, Origin origin) {
    const bool data = origin == Origin::Found && file.ends_with(".json") && text.find("apiVersion") == std::string::npos;
    if (data) return static_cast<void>(++out_.foreign);
    auto documents = ParseYaml(text);
    if (!documents) return RefuseAll(BadYaml(file, text, documents.error()));
    if (documents->empty() && origin == Origin::Given) Refuse({file, 0, "", "", "NoManifests", "holds no object"});
    for (YamlDocument& document : *documents) {
      Manifest manifest{file, document.line, "", std::make_shared<const YamlLines>(std::move(document.lines)), nullptr, std::move(document.value)};
      if (Text(manifest.object, "apiVersion").starts_with(api::kGroup)) RefuseRemarks(file, document.remarks);
      if (origin == Origin::Found && IsNoManifest(manifest.object))
        ++out_.foreign;
      else if (Text(manifest.object, "kind").ends_with("List") && At(manifest.object, "items").is_array())
        Items(std::move(manifest));
      else
        Object(std::move(manifest));
    }
  }

  // Other tools have tags of their own.
  void RefuseRemarks(const std::string& file, const std::vector<YamlRemark>& remarks) {
    for (const YamlRemark& remark : remarks) Refuse({file, remark.line, "", "", "BadYaml", remark.message});
  }

  void Items(Manifest list) {
    Json& items = list.object["items"];
    for (std::size_t i = 0; i < items.size(); ++i)
      Object({list.file, list.line, "items[" + std::to_string(i) + "].", list.lines, nullptr, std::move(items[i])});
  }

  void Object(Manifest manifest) {
    manifest.line = manifest.LineOf("kind") > 0 ? manifest.LineOf("kind") : manifest.line;
    if (!manifest.object.is_object())
      return Refuse({manifest.file, manifest.line, "", "", "Schema", "must be a mapping with apiVersion, kind, metadata and spec"});
    const std::string version = Text(manifest.object, "apiVersion"), kind = Text(manifest.object, "kind");
    for (const char* field : {"apiVersion", "kind"})
      if (Text(manifest.object, field).empty()) return RefuseNamed(manifest, {manifest.file, manifest.line, "", field, "Schema", "is required, as text"});
    if (!Ours(manifest, version)) return;
    manifest.resource = FindKind(kind);
    if (manifest.resource == nullptr || manifest.resource->kind != kind)
      return RefuseNamed(manifest, {manifest.file, manifest.LineOf("kind"), "", "kind", "Schema", UnknownKind(kind)});
    Json& meta = manifest.object["metadata"];
    if (meta.is_null()) meta = Json::object();
    if (!meta.is_object()) return Refuse({manifest.file, manifest.LineOf("metadata"), kind, "metadata", "Schema", api::WrongType(meta, "a mapping")});
    if (At(meta, "namespace").is_null()) meta["namespace"] = ns_;
    out_.objects.push_back(std::move(manifest));
  }

  // Whether the document is for us; a misspelt group of ours is refused rather than left alone.
  bool Ours(const Manifest& manifest, const std::string& version) {
    if (version == api::kApiVersion) return true;
    const bool near = version.starts_with(api::kGroup) || !api::Suggest(version, {api::kApiVersion}).empty();
    if (near)
      RefuseNamed(manifest, {manifest.file, manifest.LineOf("apiVersion"), "", "apiVersion", "Schema",
                             "must be " + std::string(api::kApiVersion) + ", not " + Quoted(version)});
    else
      ++out_.foreign;
    return false;
  }

  static std::string UnknownKind(const std::string& kind) {
    std::vector<std::string_view> kinds;
    std::string all;
    for (const api::Resource& resource : api::kOurKinds) kinds.push_back(resource.kind), all += (all.empty() ? "" : ", ") + std::string(resource.kind);
    return "must be one of " + all + ", not " + Quoted(kind) + api::Suggest(kind, kinds);
  }

  std::string ns_;
  std::istream& in_;
  Manifests out_;
  std::string refused_file_;
  std::size_t refused_ = 0;
};

}  // namespace

int Manifest::LineOf(const std::string& path) const {
  const int found = lines ? lines->Nearest(prefix + path) : 0;
  return found > 0 ? found : line;
}

Finding Manifest::Problem(std::string field, std::string rule, std::string message) const {
  const int at = LineOf(field);
  return {file, at, Label(), std::move(field), std::move(rule), std::move(message)};
}

Manifests LoadManifests(const std::vector<std::string>& paths, const std::string& ns, std::istream& in) {
  Loader loader(ns, in);
  for (const std::string& path : paths) loader.Path(path);
  return loader.Take();
}

const api::Resource* FindKind(const std::string& word) {
  const std::string wanted = Lower(word);
  if (wanted == "run" || wanted == "runs") return &api::kPipelineRuns;
  for (std::size_t i = 0; i < api::kOurKinds.size(); ++i) {
    const api::Resource& resource = api::kOurKinds[i];
    if (wanted == Lower(std::string(resource.kind)) || wanted == resource.plural || wanted == schema::Kinds()[i].shortName) return &resource;
  }
  return nullptr;
}

Status SplitKind(std::string& kind, std::string& name) {
  const std::size_t slash = kind.find('/');
  if (slash == std::string::npos) return Ok();
  if (!name.empty()) return Error{Fault::Invalid, "Usage", "one object at a time: " + Quoted(kind) + " has a name, and " + Quoted(name) + " is another one"};
  name = kind.substr(slash + 1);
  kind.resize(slash);
  return Ok();
}

}  // namespace weir::cli
