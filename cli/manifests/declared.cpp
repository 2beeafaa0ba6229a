#include "cli/manifests/declared.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "cli/manifests/schema_fields.h"
#include "crds/api/describe/read.h"
#include "crds/api/describe/type_words.h"
#include "crds/base/count.h"
#include "crds/base/name.h"
#include "crds/schema/kinds.h"

namespace weir::cli {
namespace {

constexpr std::array<std::string_view, 5> kMembers{"apiVersion", "kind", "metadata", "spec", "status"};
constexpr std::array<std::string_view, 14> kMetaMembers{
    "name",          "namespace",       "labels",     "annotations",       "finalizers",        "ownerReferences",
    "uid",           "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
    "managedFields", "selfLink"};

constexpr std::size_t kMostProblems = 100;  // of one object that are told

template <std::size_t N>
std::vector<std::string_view> List(const std::array<std::string_view, N>& words) {
  return {words.begin(), words.end()};
}

void CheckTextMap(const Json& meta, const char* member, std::vector<api::Problem>& problems) {
  const Json& map = At(meta, member);
  const std::string path = std::string("metadata.") + member;
  if (map.is_null()) return;
  if (!map.is_object()) return problems.push_back({path, api::WrongType(map, "a mapping of text to text")});
  std::size_t wrong = 0;
  for (const auto& [key, value] : map.items())
    if (!value.is_string() && ++wrong <= kMostProblems) problems.push_back({path + "." + key, api::WrongType(value, "a string") + "; quote it"});
}

void CheckName(const Json& meta, const schema::Kind& kind, std::vector<api::Problem>& problems) {
  const Json& name = At(meta, "name");
  if (name.is_null()) return problems.push_back({"metadata.name", "is required"});
  if (!name.is_string()) return problems.push_back({"metadata.name", api::WrongType(name, "a string") + "; quote it"});
  api::Rules rules;
  rules.pattern = kind.namePattern, rules.maxLength = kind.nameMaxLength, rules.minLength = 1;
  api::CheckText(name.get<std::string>(), rules, "metadata.name", problems);
}

void CheckNamespace(const Json& meta, std::vector<api::Problem>& problems) {
  const Json& ns = At(meta, "namespace");
  if (!ns.is_string()) return problems.push_back({"metadata.namespace", api::WrongType(ns, "a string") + "; quote it"});
  if (!IsDnsLabel(ns.get<std::string>()))
    problems.push_back({"metadata.namespace", "must be small letters, digits and '-', not \"" + ns.get<std::string>() + "\""});
}

void CheckEnvelope(const Json& object, const schema::Kind& kind, std::vector<api::Problem>& problems) {
  const Json& meta = At(object, "metadata");
  for (const auto& [value, members, path] : {std::tuple(&object, List(kMembers), ""), std::tuple(&meta, List(kMetaMembers), "metadata")}) {
    std::vector<api::Problem> unknown;
    api::CheckUnknown(*value, members, path, unknown);
    AddPlaces(kind, Unknown::Every, unknown);
    problems.insert(problems.end(), unknown.begin(), unknown.end());
  }
  CheckName(meta, kind, problems);
  CheckNamespace(meta, problems);
  CheckTextMap(meta, "labels", problems);
  CheckTextMap(meta, "annotations", problems);
  if (At(object, "spec").is_null()) problems.push_back({"spec", "is required: " + std::string(kind.specDoc)});
}

// A column whose type has another name elsewhere has a finding; what reads it can be judged all the same.
template <typename Column>
void ReplaceForeignTypes(const Json& json, std::vector<Column>& columns) {
  for (std::size_t i = 0; i < columns.size() && json.is_array() && i < json.size(); ++i)
    if (columns[i].type.empty()) columns[i].type = api::TypeMeantBy(Text(json[i], "type"));
}
void ReplaceForeignTypes(const Json& object, api::DatasetSpec& spec) {
  if (spec.schema) ReplaceForeignTypes(At(At(At(object, "spec"), "schema"), "columns"), spec.schema->columns);
}
void ReplaceForeignTypes(const Json& object, api::ViewSpec& spec) { ReplaceForeignTypes(At(At(object, "spec"), "columns"), spec.columns); }
template <typename Spec>
void ReplaceForeignTypes(const Json&, const Spec&) {}

// Nobody knows which of two things a stage is to do: it does none, and what one of them would collide with is no finding.
void LeaveOpen(const std::vector<api::Problem>& problems, api::PipelineSpec& spec) {
  for (std::size_t i = 0; i < spec.stages.size(); ++i) {
    const std::string path = "spec.stages[" + std::to_string(i) + "]";
    if (std::any_of(problems.begin(), problems.end(), [&path](const api::Problem& problem) { return problem.path == path; })) spec.stages[i].work = {};
  }
}
template <typename Spec>
void LeaveOpen(const std::vector<api::Problem>&, const Spec&) {}

class ManifestReader {
 public:
  explicit ManifestReader(const Manifests& manifests) : manifests_(manifests) {}

  Declared Read() {
    out_.findings = manifests_.findings;
    for (std::size_t i = 0; i < manifests_.objects.size(); ++i) {
      const Manifest& manifest = manifests_.objects[i];
      if (IsTwice(i)) continue;
      if (*manifest.resource == api::kLakes)
        Take(i, out_.lakes);
      else if (*manifest.resource == api::kDatasets)
        Take(i, out_.datasets);
      else if (*manifest.resource == api::kViews)
        Take(i, out_.views);
      else if (*manifest.resource == api::kPipelines)
        Take(i, out_.pipelines);
      else
        Take(i, out_.runs);
    }
    return std::move(out_);
  }

 private:
  bool IsTwice(std::size_t index) {
    const Manifest& manifest = manifests_.objects[index];
    const auto [first, fresh] = first_.emplace(manifest.Namespace() + "/" + manifest.Label(), index);
    if (fresh || manifest.Name().empty()) return false;
    const Manifest& other = manifests_.objects[first->second];
    out_.findings.push_back(
        manifest.Problem("metadata.name", "NameTaken",
                         "is declared a second time here; the first is in " + other.file + ":" + std::to_string(other.LineOf("metadata.name")) + ": keep one"));
    return true;
  }

  template <typename T>
  void Take(std::size_t index, std::vector<Declaration<T>>& list) {
    const Manifest& manifest = manifests_.objects[index];
    const auto kind = std::find_if(schema::Kinds().begin(), schema::Kinds().end(), [&](const schema::Kind& k) { return k.resource == *manifest.resource; });
    std::vector<api::Problem> problems;
    CheckEnvelope(manifest.object, *kind, problems);
    T object;
    object.meta = api::ReadMeta(manifest.object);
    if (const Json& spec = At(manifest.object, "spec"); !spec.is_null()) object.spec = api::Read<decltype(object.spec)>(spec, "spec", problems);
    CheckValues(*kind, manifest.object, problems);
    AddPlaces(*kind, Unknown::BySchema, problems);
    AddExamples(*kind, manifest.object, problems);
    if (!problems.empty()) out_.broken.push_back(index);
    for (const api::Problem& problem : problems) out_.unread[index].push_back(problem.path);
    const std::vector<api::Problem> all = problems;
    DropConsequences(*kind, manifest.object, problems);
    for (std::size_t i = 0; i < std::min(problems.size(), kMostProblems); ++i)
      out_.findings.push_back(manifest.Problem(problems[i].path, "Schema", problems[i].message));
    if (problems.size() > kMostProblems)
      out_.findings.push_back(manifest.Problem("", "Schema", "has " + Counted(static_cast<std::int64_t>(problems.size() - kMostProblems), "more problem")));
    ReplaceForeignTypes(manifest.object, object.spec);
    LeaveOpen(all, object.spec);
    list.push_back({index, std::move(object)});
  }

  const Manifests& manifests_;
  Declared out_;
  std::map<std::string, std::size_t> first_;
};

}  // namespace

Declared ReadManifests(const Manifests& manifests) { return ManifestReader(manifests).Read(); }

}  // namespace weir::cli
