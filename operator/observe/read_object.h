#pragma once

#include <utility>
#include <vector>

#include "crds/api/describe/read.h"
#include "operator/observe/store.h"

namespace weir::observe {

// An object of ours from spec and status as the API server sent them. Problems of the spec are collected, except unknown
// fields: the API server has accepted them, so its schema is newer than ours. Parts of status that cannot be read are
// treated as never written.
template <typename Object>
Object ReadFrom(const api::Meta& meta, const Json& json, std::vector<api::Problem>& problems) {
  std::vector<api::Problem> ignored;
  Object object;
  object.meta = meta;
  object.spec = api::Read<decltype(object.spec)>(At(json, "spec"), "spec", problems);
  std::erase_if(problems, [](const api::Problem& problem) { return problem.message.starts_with("is unknown"); });
  if (const Json& status = At(json, "status"); status.is_object()) object.status = api::Read<decltype(object.status)>(status, "status", ignored);
  return object;
}

template <typename Object>
Object ReadObject(const Item& item, std::vector<api::Problem>& problems) {
  return ReadFrom<Object>(item.meta, item.Whole(), problems);
}

// With the members of Kept::parsedPaths only.
template <typename Object>
Object ReadBrief(const Item& item) {
  std::vector<api::Problem> ignored;
  return ReadFrom<Object>(item.meta, item.brief, ignored);
}

inline plan::Pod ReadPodWithNote(const Stores& stores, const Item& item) {
  plan::Pod pod = plan::ReadPod(item.meta, item.Whole());
  pod.note = stores.podNotes.Of(item.meta.uid);
  return pod;
}

}  // namespace weir::observe
