#include "operator/plan/validate/validate_source.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "crds/base/text.h"

namespace weir::plan {
namespace {

using api::Problem;

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

void CheckPath(const std::string& value, const std::string& path, std::vector<Problem>& problems) {
  const std::vector<std::string> parts = Split(value, '/');
  if (std::any_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty() || part == "." || part == ".."; }))
    problems.push_back({path, "\"" + value +
                                  "\" is not a path inside the store: give one such as in/*.csv, without a leading or trailing slash, empty parts, . or "
                                  "..; for another folder, list it as a store of the Lake (weir run takes --source)"});
  if (std::any_of(parts.begin(), parts.end() - 1, [](const std::string& part) { return part.find_first_of("*?") != std::string::npos; }))
    problems.push_back(
        {path, "\"" + value + "\" has * or ? before its last part: only the last part may have them (in/*.csv). Use one land stage for each folder"});
}

std::string AuthorityOf(const std::string& url) {
  const auto start = url.find("://");
  if (start == std::string::npos) return "";
  return url.substr(start + 3, url.find_first_of("/?#", start + 3) - start - 3);
}

bool IsNumber(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) return text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool IsOctet(const std::string& text) {
  if (text.empty() || text.size() > 3 || text.find_first_not_of("0123456789") != std::string::npos) return false;
  return WholeNumber(text, 0, 255) && (text == "0" || text[0] != '0');
}

bool IsAddress(const std::string& host) {
  const std::vector<std::string> parts = Split(host, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), IsOctet);
}

bool IsLinkLocal(const std::string& host) {
  if (host.starts_with("169.254.") || host == "metadata.google.internal") return true;
  if (!host.starts_with('[')) return false;
  if (host.starts_with("[fe8") || host.starts_with("[fe9") || host.starts_with("[fea") || host.starts_with("[feb")) return true;
  const auto mapped = host.find(":ffff:");
  return mapped != std::string::npos && (host.compare(mapped + 6, 8, "169.254.") == 0 || host.compare(mapped + 6, 5, "a9fe:") == 0);
}

void CheckUrl(const std::string& url, const std::string& path, std::vector<Problem>& problems) {
  const std::string authority = AuthorityOf(url);
  if (authority.find('@') != std::string::npos) return problems.push_back({path, "holds a user name or password: keep credentials out of URLs"});
  const bool brackets = authority.starts_with('[');
  const std::string host = Lower(brackets ? authority.substr(0, authority.find(']') + 1) : authority.substr(0, authority.find(':')));
  if (IsLinkLocal(host))
    problems.push_back({path, "host " + host + " is a link-local address, where clouds serve the credentials of their machines: it is refused"});
  if (!brackets && IsNumber(Split(host, '.').back()) && !IsAddress(host))
    problems.push_back({path, "host " + host + " is a number: write an IPv4 address as four numbers from 0 to 255, such as 192.0.2.7"});
}

}  // namespace

void CheckSource(const api::LandSource& source, const std::string& path, std::vector<Problem>& problems) {
  source.Visit(api::Overloaded{[&](const api::FilesSource& files) { CheckPath(files.path, path + ".files.path", problems); },
                               [&](const api::HttpSource& http) { CheckUrl(http.url, path + ".http.url", problems); }});
}

}  // namespace weir::plan
