#include "operator/kube/auth.h"

#include <cstdlib>
#include <filesystem>

#include "crds/base/file.h"
#include "crds/base/text.h"

namespace weir::kube {
namespace {

constexpr std::size_t kLongestMessage = 1024;  // bytes

std::string TrimRight(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  return text;
}

}  // namespace

// The message quotes what is in the file, which may be anything.
Error BadKubeconfig(const std::string& message) { return {Fault::Invalid, "BadKubeconfig", OneLine(Cut(message, kLongestMessage))}; }

Result<std::string> Credential::Read(Duration wait) const {
  if (file.empty()) return text;
  const auto content = ReadBounded(file, {.wait = wait});
  if (!content) return Error{Fault::Denied, "BadCredentials", "credential file " + content.error().message};
  std::string read = TrimRight(*content);
  if (read.empty()) return Error{Fault::Denied, "BadCredentials", "credential file " + file + " is empty"};
  return read;
}

std::string ProcessEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

Status CheckAccess(const Access& access, const std::string& where) {
  const bool tls = access.server.starts_with("https://");
  if (!tls && !access.server.starts_with("http://"))
    return BadKubeconfig(where + ": server \"" + access.server + "\" must start with https:// (or http:// for a local proxy)");
  if (access.server.find('[') != std::string::npos) {
    return BadKubeconfig(where + ": server \"" + access.server +
                         "\" is an IPv6 address, which the HTTP client cannot reach; give a host name or an IPv4 address");
  }
  const bool credentials = access.certificate.Given() || access.key.Given() || access.token.Given();
  if (!tls) return credentials ? Status(BadKubeconfig(where + ": credentials are not sent over http; use https")) : Ok();
  if (!access.authority.Given()) return BadKubeconfig(where + ": certificate-authority or certificate-authority-data is missing; system roots are not trusted");
  if (access.certificate.Given() != access.key.Given()) return BadKubeconfig(where + ": client certificate and client key must be given together");
  return Ok();
}

Result<Access> InCluster(const Environment& environment, const std::string& folder) {
  const std::string host = environment("KUBERNETES_SERVICE_HOST"), port = environment("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty()) {
    return Error{Fault::Invalid, "NotInCluster", "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; outside of a cluster give a kubeconfig"};
  }
  Access access;
  // The HTTP client cannot reach an IPv6 address as such, but a name of one; the certificate is valid for this one in every cluster.
  access.server = "https://" + (host.find(':') == std::string::npos ? host : "kubernetes.default.svc") + ":" + port;
  access.authority.file = folder + "/ca.crt";
  access.token.file = folder + "/token";
  if (const auto ns = Credential{.text = {}, .file = folder + "/namespace"}.Read()) access.ns = *ns;
  for (const Credential* needed : {&access.authority, &access.token})
    if (const auto read = needed->Read(); !read) return read.error();
  if (const Status fine = CheckAccess(access, "service account"); !fine) return fine.error();
  return access;
}

Result<Access> FindAccess(const KubeconfigChoice& choice, const Environment& environment) {
  if (!choice.path.empty()) return FromKubeconfig(choice);
  if (const std::string path = environment("KUBECONFIG"); !path.empty()) return FromKubeconfig({path, choice.context});
  if (!environment("KUBERNETES_SERVICE_HOST").empty()) return InCluster(environment);
  const std::string standard = environment("HOME") + "/.kube/config";
  if (std::filesystem::exists(standard)) return FromKubeconfig({standard, choice.context});
  return Error{Fault::Invalid, "NotInCluster", "no cluster is known: give --kubeconfig, set KUBECONFIG, or run inside a cluster"};
}

}  // namespace weir::kube
