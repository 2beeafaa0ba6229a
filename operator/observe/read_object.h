#pragma once

#include <utility>
#include <vector>

#include "crds/api/read.h"
#include "operator/observe/store.h"

namespace weir::observe {

// An object of ours from what the API server sent. Problems of the spec are collected, unknown fields aside: the API
// server has let them pass, so its schema is newer than ours. Status is ours; what of it cannot be read counts as never written.
template <typename Object>
Object ReadObject(const Item& item, std::vector<api::Problem>& problems) {
  std::vector<api::Problem> ignored;
  Object object;
  object.meta = item.meta;
  object.spec = api::Read<decltype(object.spec)>(At(item.json, "spec"), "spec", problems);
  std::erase_if(problems, [](const api::Problem& problem) { return problem.message.starts_with("is unknown"); });
  if (const Json& status = At(item.json, "status"); status.is_object()) object.status = api::Read<decltype(object.status)>(status, "status", ignored);
  return object;
}

template <typename Object>
std::vector<Object> ReadObjects(const std::vector<ItemPtr>& items) {
  std::vector<api::Problem> ignored;
  std::vector<Object> objects;
  objects.reserve(items.size());
  for (const ItemPtr& item : items) objects.push_back(ReadObject<Object>(*item, ignored));
  return objects;
}

}  // namespace weir::observe
