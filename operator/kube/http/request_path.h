#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crds/api/kubernetes/meta.h"

namespace weir::kube {

// Everything but letters, digits and -._~ as %XX.
std::string PercentEncode(std::string_view text);

// URL path of a resource: /api/v1/namespaces/<ns>/pods[/<name>[/<sub>]], /apis/<group>/... With an empty `ns`: all
// namespaces, or a cluster-scoped resource.
std::string ObjectPath(const api::Resource& resource, std::string_view ns, std::string_view name = {}, std::string_view subresource = {});

// "?a=b&c=d"; pairs with an empty value are left out; empty when nothing is left.
std::string Query(const std::vector<std::pair<std::string_view, std::string>>& pairs);

}  // namespace weir::kube
