#include "operator/plan/bundle.h"

#include <algorithm>
#include <cctype>

#include "crds/api/read.h"
#include "crds/api/write.h"
#include "crds/base/name.h"

namespace weir::plan {
namespace {

bool IsPartOfAName(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::string RevisionName(const Bundle& bundle) { return DerivedName({bundle.pipeline, StableHashText(Dump(api::Write(bundle))).substr(0, 10)}); }

Json RevisionObject(const Bundle& bundle, const api::Meta& pipeline, std::int64_t number) {
  return {{"apiVersion", api::kRevisions.ApiVersion()},
          {"kind", api::kRevisions.kind},
          {"metadata",
           {{"name", RevisionName(bundle)},
            {"namespace", pipeline.ns},
            {"labels", {{std::string(api::kLabelPipeline), pipeline.name}}},
            {"ownerReferences", Json::array({api::OwnerReference(api::kPipelines, pipeline)})}}},
          {"data", api::Write(bundle)},
          {"revision", number}};
}

Result<Revision> ReadRevision(api::Meta meta, const Json& object) {
  Revision revision{.meta = std::move(meta), .number = Integer(object, "revision")};
  Result<Bundle> bundle = api::ReadStrict<Bundle>(At(object, "data"), "data");
  if (!bundle) return Error{Fault::Bug, "BadRevision", "ControllerRevision " + revision.meta.name + " cannot be read: " + bundle.error().message};
  revision.bundle = std::move(bundle).value();
  return revision;
}

const api::TaskTable* FindTable(const Bundle& bundle, api::TargetKind kind, const std::string& name) {
  const auto found = std::find_if(bundle.tables.begin(), bundle.tables.end(), [&](const api::TaskTable& t) { return t.kind == kind && t.name == name; });
  return found == bundle.tables.end() ? nullptr : &*found;
}

const BundleView* FindView(const Bundle& bundle, const std::string& name) {
  const auto found = std::find_if(bundle.views.begin(), bundle.views.end(), [&](const BundleView& v) { return v.name == name; });
  return found == bundle.views.end() ? nullptr : &*found;
}

bool MayName(const std::string& sql, const std::string& table) {
  const std::string text = Lower(sql);
  const std::string word = Lower(table);
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !IsPartOfAName(text[at - 1])) && (end == text.size() || !IsPartOfAName(text[end]))) return true;
  }
  return false;
}

Contract ContractOf(const api::ViewSpec& view) {
  Contract contract{.keys = view.keys};
  for (const api::ViewColumn& column : view.columns)
    contract.columns.push_back(
        {.name = column.name, .type = column.type, .nullable = column.IsNullable() ? std::nullopt : column.nullable, .unit = column.unit});
  contract.hash = StableHashText(Dump(api::Write(contract)));
  return contract;
}

}  // namespace weir::plan
