#include "operator/kube/http/request_path.h"

namespace weir::kube {

std::string PercentEncode(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

std::string ObjectPath(const api::Resource& resource, std::string_view ns, std::string_view name, std::string_view subresource) {
  std::string path = (resource.group.empty() ? "/api/" : "/apis/") + resource.ApiVersion();
  if (!ns.empty()) path += "/namespaces/" + PercentEncode(ns);
  path += "/" + std::string(resource.plural);
  if (!name.empty()) path += "/" + PercentEncode(name);
  if (!subresource.empty()) path += "/" + std::string(subresource);
  return path;
}

std::string Query(const std::vector<std::pair<std::string_view, std::string>>& pairs) {
  std::string query;
  for (const auto& [key, value] : pairs) {
    if (value.empty()) continue;
    query += (query.empty() ? "?" : "&") + std::string(key) + "=" + PercentEncode(value);
  }
  return query;
}

}  // namespace weir::kube
