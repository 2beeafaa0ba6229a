#include <array>
#include <filesystem>
#include <sstream>
#include <vector>

#include "crds/base/file.h"
#include "crds/base/json.h"
#include "crds/base/text.h"
#include "crds/base/yaml.h"
#include "operator/kube/auth.h"

namespace weir::kube {
namespace {

namespace fs = std::filesystem;

struct File {
  std::string path;
  Json content;
};

// A cluster, user or context by name, and the file that it stands in: relative paths start there.
struct Entry {
  Json content;
  std::string path;
};

Result<std::string> DecodeBase64(const std::string& text) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    if (c == '=' || std::isspace(static_cast<unsigned char>(c))) continue;
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) return BadKubeconfig("is not base64");
    bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xffffff;
    count += 6;
    if (count >= 8) out.push_back(static_cast<char>(bits >> (count -= 8) & 0xff));
  }
  if (out.empty()) return BadKubeconfig("is empty");
  return out;
}

Result<std::vector<File>> ReadFiles(const std::string& paths) {
  std::vector<File> files;
  std::istringstream list(paths);
  for (std::string path; std::getline(list, path, ':');) {
    if (path.empty()) continue;
    const auto text = ReadBounded(path);
    if (!text) return BadKubeconfig("kubeconfig " + text.error().message);
    auto documents = ParseYaml(*text);
    if (!documents) return BadKubeconfig("kubeconfig " + path + ": " + documents.error().message);
    for (auto& document : *documents) files.push_back({path, std::move(document.value)});
  }
  if (files.empty()) return BadKubeconfig("kubeconfig " + paths + " is empty");
  return files;
}

// `list` is clusters, users or contexts, `member` the field that an item of it holds.
Result<Entry> FindEntry(const std::vector<File>& files, const std::string& list, const std::string& member, const std::string& name) {
  for (const File& file : files) {
    const Json& items = At(file.content, list);
    if (!items.is_array()) continue;
    for (const Json& item : items)
      if (Text(item, "name") == name) return Entry{At(item, member), file.path};
  }
  return BadKubeconfig("kubeconfig " + files.front().path + ": " + list + " has no entry named " + Quoted(name));
}

std::string CurrentContext(const std::vector<File>& files) {
  for (const File& file : files)
    if (const std::string name = Text(file.content, "current-context"); !name.empty()) return name;
  return "";
}

// `<field>-data` (base64) wins over `<field>` (a path), as in kubectl.
Result<Credential> ReadCredential(const Entry& entry, const std::string& field, const std::string& where) {
  Credential credential;
  if (const std::string data = Text(entry.content, field + "-data"); !data.empty()) {
    const auto decoded = DecodeBase64(data);
    if (!decoded) return BadKubeconfig(where + ": " + field + "-data " + decoded.error().message);
    credential.text = *decoded;
  } else if (const std::string file = Text(entry.content, field); !file.empty()) {
    credential.file = fs::path(file).is_absolute() ? file : (fs::path(entry.path).parent_path() / file).string();
  }
  return credential;
}

Status RefuseUnsupported(const Entry& entry, const std::string& where) {
  struct Unsupported {
    std::string_view field;
    std::string_view advice;
  };
  static constexpr std::array<Unsupported, 9> kUnsupported{{
      {"exec", "credential plugins are not run; use a token or a client certificate, for example of a service account"},
      {"auth-provider", "credential plugins are not run; use a token or a client certificate"},
      {"username", "passwords are not sent; use a token or a client certificate"},
      {"password", "passwords are not sent; use a token or a client certificate"},
      {"as", "impersonation is not supported; use the account's own credentials"},
      {"as-groups", "impersonation is not supported; use the account's own credentials"},
      {"insecure-skip-tls-verify", "the server's certificate is always verified; give certificate-authority-data"},
      {"tls-server-name", "the certificate must be valid for the host in `server`"},
      {"proxy-url", "proxies are not supported"},
  }};
  for (const auto& [field, advice] : kUnsupported) {
    const Json& value = At(entry.content, field);
    if (!value.is_null() && value != false && value != "")
      return BadKubeconfig(where + ": " + std::string(field) + " is not supported: " + std::string(advice));
  }
  return Ok();
}

Status ReadCluster(const Entry& entry, const std::string& where, Access& access) {
  if (const Status fine = RefuseUnsupported(entry, where); !fine) return fine;
  access.server = Text(entry.content, "server");
  while (access.server.ends_with('/')) access.server.pop_back();
  if (access.server.empty()) return BadKubeconfig(where + ": server is missing");
  auto authority = ReadCredential(entry, "certificate-authority", where);
  if (!authority) return authority.error();
  access.authority = std::move(*authority);
  return Ok();
}

Status ReadUser(const Entry& entry, const std::string& where, Access& access) {
  if (const Status fine = RefuseUnsupported(entry, where); !fine) return fine;
  auto certificate = ReadCredential(entry, "client-certificate", where);
  if (!certificate) return certificate.error();
  auto key = ReadCredential(entry, "client-key", where);
  if (!key) return key.error();
  auto token = ReadCredential(entry, "tokenFile", where);
  if (!token) return token.error();
  access.certificate = std::move(*certificate);
  access.key = std::move(*key);
  access.token = std::move(*token);
  // kubectl lets a tokenFile win over a token.
  if (access.token.file.empty()) access.token.text = Text(entry.content, "token");
  return Ok();
}

}  // namespace

Result<Access> FromKubeconfig(const KubeconfigChoice& choice) {
  const auto files = ReadFiles(choice.path);
  if (!files) return files.error();
  const std::string context_name = choice.context.empty() ? CurrentContext(*files) : choice.context;
  if (context_name.empty()) return BadKubeconfig("kubeconfig " + choice.path + ": current-context is not set; name a context");
  const auto context = FindEntry(*files, "contexts", "context", context_name);
  if (!context) return context.error();
  const std::string cluster_name = Text(context->content, "cluster"), user_name = Text(context->content, "user");
  const auto cluster = FindEntry(*files, "clusters", "cluster", cluster_name);
  if (!cluster) return cluster.error();

  Access access;
  const std::string where = "kubeconfig " + cluster->path + ", cluster " + Quoted(cluster_name);
  if (const Status read = ReadCluster(*cluster, where, access); !read) return read.error();
  if (!user_name.empty()) {
    const auto user = FindEntry(*files, "users", "user", user_name);
    if (!user) return user.error();
    if (const Status read = ReadUser(*user, "kubeconfig " + user->path + ", user " + Quoted(user_name), access); !read) return read.error();
  }
  if (const std::string ns = Text(context->content, "namespace"); !ns.empty()) access.ns = ns;
  if (const Status fine = CheckAccess(access, where); !fine) return fine.error();
  return access;
}

}  // namespace weir::kube
