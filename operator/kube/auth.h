#pragma once

#include <functional>
#include <optional>
#include <string>

#include "crds/base/result.h"
#include "crds/base/time.h"

namespace weir::kube {

// A credential: text that was given once, or a file that is read again at every use, so that a rotated certificate or
// token is picked up without a restart. Neither set: no credential.
struct Credential {
  std::string text;
  std::string file;

  bool Given() const { return !text.empty() || !file.empty(); }
  // "" when none is given. Waits for a pipe at most `wait`. Fault::Denied with reason "BadCredentials" when the file
  // cannot be read or is empty.
  Result<std::string> Read(Duration wait = Duration::Seconds(10)) const;
};

// One API server and our credentials for it. Certificates and keys are PEM.
struct Access {
  std::string server;      // https://host:port, with a path if the server has one; no '/' at the end
  Credential authority;    // CA of the server's certificate; nothing else is trusted
  Credential certificate;  // ours, with `key`
  Credential key;
  Credential token;
  std::string ns = "default";  // the namespace of the context or of our own pod
};

// Reads one environment variable; empty when it is not set. Tests pass their own.
using Environment = std::function<std::string(const std::string& name)>;
std::string ProcessEnvironment(const std::string& name);

// A kubeconfig and its context. `path` may name several files separated by ':', as KUBECONFIG does; of two entries with the
// same name the first is used. An empty `context` is the file's current-context.
struct KubeconfigChoice {
  std::string path;
  std::string context;
};

// Fault::Invalid, reason "BadKubeconfig"; the message names the file and the entry. What is not supported is refused
// instead of ignored: exec and auth-provider plugins, user names with passwords, impersonation, proxies, servers whose
// certificate is not verified or verified under another name, and IPv6 addresses.
Result<Access> FromKubeconfig(const KubeconfigChoice& choice);

// The pod's own service account, by the files that kubelet mounts in `folder`. Fault::Invalid, reason "NotInCluster",
// without KUBERNETES_SERVICE_HOST and _PORT; reason "BadKubeconfig" when the host is an IPv6 address.
Result<Access> InCluster(const Environment& environment, const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

// The first of: `choice.path` (a flag), KUBECONFIG, the cluster that we run in, ~/.kube/config.
Result<Access> FindAccess(const KubeconfigChoice& choice, const Environment& environment);

// Fault::Invalid, reason "BadKubeconfig".
Error BadKubeconfig(const std::string& message);

// BadKubeconfig unless http.cpp can reach such a server: https with an authority, or http
// without any credential (`kubectl proxy`), and a name or an IPv4 address. `where` begins the message.
Status CheckAccess(const Access& access, const std::string& where);

}  // namespace weir::kube
