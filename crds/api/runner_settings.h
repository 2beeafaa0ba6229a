#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/describe/describe.h"
#include "crds/api/describe/words.h"
#include "crds/api/kubernetes/affinity.h"
#include "crds/api/kubernetes/owner.h"

namespace weir::api {

struct SecretRef {
  std::string name;
  bool operator==(const SecretRef&) const = default;
};
void Describe(auto&& field, Of<SecretRef> auto& self) {
  field("name", self.name, Rules{.doc = "Name of a Secret in this namespace.", .required = true, .maxLength = 253, .pattern = kSubdomainPattern});
}

// Said alike by the API server and by operator/plan.
inline constexpr std::string_view kTooLittleMemory = "must be at least 64Mi: the engine has no buffer in less";

// CPU and memory of one pod; request and limit are equal. Empty: what is said elsewhere, see the field's documentation.
struct Resources {
  std::string cpu;
  std::string memory;
  bool operator==(const Resources&) const = default;
};
void Describe(auto&& field, Of<Resources> auto& self) {
  field("cpu", self.cpu,
        Rules{.doc = "CPU request and limit of the pod, such as 500m or 2; the engine uses as many threads. Absent means the default: of a stage 1, of a "
                     "validation 250m, unless the Lake or the chart names another.",
              .maxLength = 16,
              .pattern = "^([1-9][0-9]{0,3}(\\.[0-9]{1,3})?|0\\.([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9])|[1-9][0-9]{0,6}m)$",
              .change = Change::NewRevision});
  field("memory", self.memory,
        Rules{.doc = "Memory request and limit of the pod, such as 512Mi or 4Gi. Absent means the default: of a stage 1Gi, of a validation 256Mi, unless the "
                     "Lake or the chart names another.",
              .maxLength = 16,
              .pattern = "^[1-9][0-9]{0,14}(Ki|Mi|Gi|Ti|k|M|G|T)?$",
              .change = Change::NewRevision});
  field.Rule({.rule = "!has(self.memory) || !isQuantity(self.memory) || quantity(self.memory).compareTo(quantity('64Mi')) >= 0",
              .message = kTooLittleMemory,
              .fieldPath = ".memory"});
}

// An environment variable with a plain value. Credentials belong into Secrets of stores.
struct EnvVar {
  std::string name;
  std::string value;
  bool operator==(const EnvVar&) const = default;
};
void Describe(auto&& field, Of<EnvVar> auto& self) {
  field("name", self.name,
        Rules{.doc = "Name of the variable. Names that begin with WEIR_ are reserved.",
              .required = true,
              .minLength = 1,
              .maxLength = 128,
              .pattern = "^[A-Za-z_][A-Za-z0-9_]*$"});
  field("value", self.value, Rules{.doc = "Its value, in plain text: visible to everybody who may read the Lake or the pod.", .maxLength = 1024});
  field.Rule({.rule = "!self.name.startsWith('WEIR_')", .message = "names that begin with WEIR_ are reserved for the operator", .fieldPath = ".name"});
}

// HTTP proxies of the runner, for HTTPS sources and S3 alike.
struct Proxy {
  std::string http;
  std::string https;
  std::string noProxy;
  bool operator==(const Proxy&) const = default;
};
inline constexpr std::string_view kProxyPattern = "^https?://[^/@\\s]+/?$";
void Describe(auto&& field, Of<Proxy> auto& self) {
  field("http", self.http,
        Rules{.doc = "Proxy for http:// URLs, such as http://proxy.example.com:3128; without credentials.", .maxLength = 512, .pattern = kProxyPattern});
  field("https", self.https,
        Rules{.doc = "Proxy for https:// URLs, such as http://proxy.example.com:3128; without credentials.", .maxLength = 512, .pattern = kProxyPattern});
  field("noProxy", self.noProxy,
        Rules{.doc = "Hosts that are reached without the proxy: names, domains and IP addresses, separated by commas.", .maxLength = 1024});
}

// Certificate authorities that the runner trusts besides those of its image.
struct CaBundle {
  std::string configMap;
  std::string key;
  bool operator==(const CaBundle&) const = default;
};
void Describe(auto&& field, Of<CaBundle> auto& self) {
  field("configMap", self.configMap, Rules{.doc = "Name of a ConfigMap in this namespace.", .required = true, .maxLength = 253, .pattern = kSubdomainPattern});
  field("key", self.key,
        Rules{.doc = "Key of the ConfigMap that holds certificates in PEM form. Absent means ca.crt.", .maxLength = 253, .pattern = "^[-._a-zA-Z0-9]+$"});
}

// Who chooses the user and group IDs of runner pods.
WEIR_ENUM(UserIds, Fixed, FromCluster);

// Pods of validations, which bind SQL and read no data.
struct ValidatorSettings {
  std::optional<Resources> resources;
  bool operator==(const ValidatorSettings&) const = default;
};
void Describe(auto&& field, Of<ValidatorSettings> auto& self) {
  field("resources", self.resources, Rules{.doc = "CPU and memory of validation pods. Absent means 250m and 256Mi."});
}

using TextMap = std::map<std::string, std::string>;

// How runner pods look. The operator is installed with defaults of the same form; what a Lake sets wins, field by field, and
// maps and lists of named things are merged by key. Absent means the default, an empty list or mapping means none. Everything
// is absent by default, so that a bundle that does not use a field is written as before the field existed.
struct RunnerSettings {
  std::string image;
  std::optional<Resources> resources;
  std::optional<ValidatorSettings> validator;
  std::string scratchSize;
  std::optional<TextMap> nodeSelector;
  std::optional<std::vector<Toleration>> tolerations;
  std::optional<Affinity> affinity;
  std::string priorityClassName;
  std::optional<TextMap> labels;
  std::optional<TextMap> annotations;
  std::optional<TextMap> serviceAccountAnnotations;
  std::optional<std::vector<SecretRef>> imagePullSecrets;
  std::optional<UserIds> userIds;
  std::optional<std::int64_t> runAsUser;
  std::optional<std::int64_t> runAsGroup;
  std::optional<std::int64_t> fsGroup;
  std::optional<std::vector<EnvVar>> env;
  std::optional<Proxy> proxy;
  std::optional<CaBundle> caBundle;
  bool operator==(const RunnerSettings&) const = default;
};
inline constexpr std::int64_t kLargestId = 2'147'483'647;
void Describe(auto&& field, Of<RunnerSettings> auto& self) {
  constexpr auto kChange = Change::NewRevision;
  field("image", self.image, Rules{.doc = "Image of the runner. Absent means the one the operator was installed with.", .maxLength = 512, .change = kChange});
  field("resources", self.resources, Rules{.doc = "CPU and memory of stages without resources. Absent means 1 and 1Gi."});
  field("validator", self.validator, Rules{.doc = "Pods that validate a revision."});
  field("scratchSize", self.scratchSize,
        Rules{.doc = "Limit of the scratch space of each pod, such as 20Gi. Absent means no limit but the node's.",
              .maxLength = 16,
              .pattern = "^[1-9][0-9]{0,14}(Ki|Mi|Gi|Ti|k|M|G|T)?$",
              .change = kChange});
  field("nodeSelector", self.nodeSelector, Rules{.doc = "Labels that a node must have to run stages.", .maxLength = 63, .maxItems = 16, .change = kChange});
  field("tolerations", self.tolerations, Rules{.doc = "Taints of nodes that the pods tolerate, as in a pod's spec.", .maxItems = 16, .change = kChange});
  field("affinity", self.affinity, Rules{.doc = "Node and pod affinity, as in a pod's spec.", .change = kChange});
  field("priorityClassName", self.priorityClassName,
        Rules{.doc = "PriorityClass of the pods.", .maxLength = 253, .pattern = kSubdomainPattern, .change = kChange});
  field("labels", self.labels,
        Rules{.doc = "Labels of the pods, such as those that a NetworkPolicy or a mesh selects by; none of weirkeeper.io.",
              .maxLength = 63,
              .maxItems = 16,
              .change = kChange});
  field("annotations", self.annotations,
        Rules{.doc = "Annotations of the pods, such as sidecar.istio.io/inject; none of weirkeeper.io.", .maxLength = 1024, .maxItems = 16, .change = kChange});
  field("serviceAccountAnnotations", self.serviceAccountAnnotations,
        Rules{.doc = "Annotations of the service accounts of the pods, such as those that bind a cloud identity. Removing one here keeps it on accounts "
                     "that exist.",
              .maxLength = 1024,
              .maxItems = 16,
              .change = Change::InPlace});
  field("imagePullSecrets", self.imagePullSecrets, Rules{.doc = "Secrets to pull the image with.", .maxItems = 8, .change = kChange});
  field("userIds", self.userIds,
        Rules{.doc = "Fixed (the default): the pods run as runAsUser, runAsGroup and fsGroup. FromCluster: the pods set none of the three, and the cluster "
                     "assigns them, as OpenShift does.",
              .change = kChange});
  field("runAsUser", self.runAsUser, Rules{.doc = "User ID of the pods. Absent means 65532.", .min = 1, .max = kLargestId, .change = kChange});
  field("runAsGroup", self.runAsGroup, Rules{.doc = "Group ID of the pods. Absent means 65532.", .min = 1, .max = kLargestId, .change = kChange});
  field("fsGroup", self.fsGroup, Rules{.doc = "Group that gets write access to volumes. Absent means 65532.", .min = 1, .max = kLargestId, .change = kChange});
  field("env", self.env, Rules{.doc = "Environment variables of the runner.", .maxItems = 32, .listKey = "name", .change = kChange});
  field("proxy", self.proxy, Rules{.doc = "HTTP proxies for sources and stores.", .change = kChange});
  field("caBundle", self.caBundle, Rules{.doc = "Certificate authorities to trust besides those of the image.", .change = kChange});
  field.Rule({.rule = "!has(self.labels) || self.labels.all(k, !k.startsWith('weirkeeper.io/') && !k.contains('.weirkeeper.io/'))",
              .message = "labels of weirkeeper.io are set by the operator alone",
              .fieldPath = ".labels"});
  field.Rule({.rule = "!has(self.annotations) || self.annotations.all(k, !k.startsWith('weirkeeper.io/') && !k.contains('.weirkeeper.io/'))",
              .message = "annotations of weirkeeper.io are set by the operator alone",
              .fieldPath = ".annotations"});
  field.Rule(
      {.rule =
           "!has(self.serviceAccountAnnotations) || self.serviceAccountAnnotations.all(k, !k.startsWith('weirkeeper.io/') && !k.contains('.weirkeeper.io/'))",
       .message = "annotations of weirkeeper.io are set by the operator alone",
       .fieldPath = ".serviceAccountAnnotations"});
  field.Rule({.rule = "!has(self.userIds) || self.userIds != 'FromCluster' || !(has(self.runAsUser) || has(self.runAsGroup) || has(self.fsGroup))",
              .message = "with userIds FromCluster, runAsUser, runAsGroup and fsGroup are not set: the cluster chooses them",
              .fieldPath = ".userIds"});
}

}  // namespace weir::api
