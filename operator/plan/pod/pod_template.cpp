#include "operator/plan/pod/pod_template.h"

#include <algorithm>
#include <limits>

#include "crds/api/describe/write.h"
#include "crds/api/protocol/attempt.h"
#include "crds/base/name.h"
#include "crds/base/text.h"
#include "operator/plan/pod/pod.h"
#include "operator/plan/run/task.h"

namespace weir::plan {
namespace {

constexpr std::int64_t kOurId = 65532;

constexpr std::string_view kSkeleton = R"({
  "apiVersion": "v1",
  "kind": "Pod",
  "metadata": {"labels": {}, "annotations": {}, "finalizers": ["weirkeeper.io/outcome"], "ownerReferences": []},
  "spec": {
    "restartPolicy": "Never",
    "automountServiceAccountToken": false,
    "enableServiceLinks": false,
    "terminationGracePeriodSeconds": 10,
    "securityContext": {
      "runAsNonRoot": true, "fsGroupChangePolicy": "OnRootMismatch",
      "seccompProfile": {"type": "RuntimeDefault"}
    },
    "containers": [{
      "name": "runner",
      "args": ["--task", "/var/run/weirkeeper/task/task.json", "--termination-log", "", "--scratch", "/scratch"],
      "env": [
        {"name": "WEIR_MEMORY_LIMIT", "valueFrom": {"resourceFieldRef": {"containerName": "runner", "resource": "limits.memory", "divisor": "1"}}},
        {"name": "WEIR_CPU_LIMIT", "valueFrom": {"resourceFieldRef": {"containerName": "runner", "resource": "limits.cpu", "divisor": "1"}}}
      ],
      "resources": {},
      "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
      "terminationMessagePolicy": "File",
      "volumeMounts": [
        {"name": "task", "mountPath": "/var/run/weirkeeper/task", "readOnly": true},
        {"name": "scratch", "mountPath": "/scratch"}
      ]
    }],
    "volumes": [
      {"name": "task", "downwardAPI": {"items": [{"path": "task.json", "fieldRef": {"fieldPath": "metadata.annotations['weirkeeper.io/task']"}}]}},
      {"name": "scratch", "emptyDir": {}}
    ]
  }
})";

void SetMeta(Json& pod, const PodRequest& request) {
  Json& meta = pod["metadata"];
  meta["name"] = request.name;
  meta["namespace"] = request.owner.ns;
  meta["annotations"] = request.runner.annotations.value_or(api::TextMap{});
  Json& labels = meta["labels"] = request.runner.labels.value_or(api::TextMap{});
  for (const auto& [label, value] : api::PodLabels(api::AttemptOf(request.task))) labels[label] = value;
  meta["annotations"][std::string(api::kAnnotationTask)] = TaskText(request.task);
  meta["ownerReferences"].push_back(api::OwnerReference(request.ownerKind, request.owner));
}

void SetRunner(Json& pod, const std::string& image) {
  Json& runner = pod["spec"]["containers"][0];
  runner["image"] = image;
  runner["args"][3] = std::string(kTerminationLog);
  runner["terminationMessagePath"] = std::string(kTerminationLog);
}

// Of a quantity as scratchSize is declared: "20Gi", "500M", "1000".
std::int64_t BytesOf(const std::string& quantity) {
  const std::size_t unit = quantity.find_first_not_of("0123456789");
  std::int64_t bytes = WholeNumber(quantity.substr(0, unit)).value_or(0);
  if (unit == std::string::npos) return bytes;
  const std::int64_t step = quantity.ends_with('i') ? 1024 : 1000;
  for (std::size_t power = std::string_view("kMGT").find(quantity[unit] == 'K' ? 'k' : quantity[unit]) + 1; power > 0 && power < 5; --power) {
    if (bytes > std::numeric_limits<std::int64_t>::max() / step) return std::numeric_limits<std::int64_t>::max();
    bytes *= step;
  }
  return bytes;
}

// The kubelet evicts a pod whose scratch grows beyond its limit, and an eviction is tried again elsewhere. A runner that knows
// the limit says that its disk is full.
void LimitScratch(Json& pod, const std::string& size) {
  if (size.empty()) return;
  pod["spec"]["volumes"][1]["emptyDir"]["sizeLimit"] = size;
  pod["spec"]["containers"][0]["env"].push_back({{"name", "WEIR_SCRATCH_LIMIT"}, {"value", std::to_string(BytesOf(size))}});
}

void SetLimits(Json& pod, const PodRequest& request) {
  const Json limits{{"cpu", request.resources.cpu}, {"memory", request.resources.memory}};
  pod["spec"]["containers"][0]["resources"] = {{"requests", limits}, {"limits", limits}};
  pod["spec"]["activeDeadlineSeconds"] = DeadlineSeconds(request.timeout);
  LimitScratch(pod, request.runner.scratchSize);
}

void MountStore(Json& pod, const api::Store& store) {
  const std::string volume = DerivedName({"store-" + store.name});
  Json& mounts = pod["spec"]["containers"][0]["volumeMounts"];
  store.place.Visit(
      api::Overloaded{[&](const api::VolumeStore& place) {
                        if (!place.claim) return;
                        pod["spec"]["volumes"].push_back({{"name", volume}, {"persistentVolumeClaim", {{"claimName", *place.claim}}}});
                        mounts.push_back({{"name", volume}, {"mountPath", "/lake/" + store.name}});
                      },
                      [&](const api::S3Store& place) {
                        pod["spec"]["volumes"].push_back({{"name", volume}, {"secret", {{"secretName", place.secretRef.name}, {"defaultMode", 0440}}}});
                        mounts.push_back({{"name", volume}, {"mountPath", "/var/run/weirkeeper/secrets/" + store.name}, {"readOnly", true}});
                      }});
}

void MountStores(Json& pod, const PodRequest& request, const Bundle& bundle) {
  for (const api::TaskStore& needed : request.task.stores)
    for (const api::Store& store : bundle.stores)
      if (store.name == needed.name) MountStore(pod, store);
}

bool IsSet(const auto& list) { return list && !list->empty(); }

void SetPlacement(Json& pod, const api::RunnerSettings& runner) {
  Json& spec = pod["spec"];
  if (IsSet(runner.nodeSelector)) spec["nodeSelector"] = *runner.nodeSelector;
  if (IsSet(runner.tolerations)) spec["tolerations"] = api::Write(*runner.tolerations);
  if (runner.affinity && runner.affinity != api::Affinity{}) spec["affinity"] = api::Write(*runner.affinity);
  if (!runner.priorityClassName.empty()) spec["priorityClassName"] = runner.priorityClassName;
  if (runner.imagePullSecrets)
    for (const api::SecretRef& secret : *runner.imagePullSecrets) spec["imagePullSecrets"].push_back({{"name", secret.name}});
}

void SetIds(Json& pod, const api::RunnerSettings& runner) {
  if (runner.userIds == api::UserIds::FromCluster) return;
  Json& security = pod["spec"]["securityContext"];
  security["runAsUser"] = runner.runAsUser.value_or(kOurId);
  security["runAsGroup"] = runner.runAsGroup.value_or(kOurId);
  security["fsGroup"] = runner.fsGroup.value_or(kOurId);
}

// Of two with one name the later one holds, as in a shell.
void SetVariable(Json& pod, const std::string& name, const std::string& value) {
  Json& env = pod["spec"]["containers"][0]["env"];
  for (Json& variable : env)
    if (Text(variable, "name") == name) return void(variable["value"] = value);
  env.push_back({{"name", name}, {"value", value}});
}

// Programs differ in which spelling they read; libcurl takes http_proxy in small letters only.
void SetProxy(Json& pod, const api::Proxy& proxy) {
  const auto set = [&pod](const char* small, const char* capital, const std::string& value) {
    if (!value.empty()) SetVariable(pod, small, value), SetVariable(pod, capital, value);
  };
  set("http_proxy", "HTTP_PROXY", proxy.http);
  set("https_proxy", "HTTPS_PROXY", proxy.https);
  set("no_proxy", "NO_PROXY", proxy.noProxy);
}

void MountAuthorities(Json& pod, const api::CaBundle& bundle) {
  const std::string folder(kCaBundleFile.substr(0, kCaBundleFile.rfind('/')));
  const std::string file(kCaBundleFile.substr(folder.size() + 1));
  const Json items = Json::array({{{"key", bundle.key.empty() ? file : bundle.key}, {"path", file}}});
  pod["spec"]["volumes"].push_back({{"name", "ca"}, {"configMap", {{"name", bundle.configMap}, {"items", items}}}});
  pod["spec"]["containers"][0]["volumeMounts"].push_back({{"name", "ca"}, {"mountPath", folder}, {"readOnly", true}});
  SetVariable(pod, "WEIR_CA_BUNDLE", std::string(kCaBundleFile));
}

void SetSurroundings(Json& pod, const api::RunnerSettings& runner) {
  if (runner.proxy) SetProxy(pod, *runner.proxy);
  if (runner.caBundle) MountAuthorities(pod, *runner.caBundle);
  if (runner.env)
    for (const api::EnvVar& variable : *runner.env) SetVariable(pod, variable.name, variable.value);
}

}  // namespace

std::int64_t DeadlineSeconds(Duration timeout) { return std::max<std::int64_t>(1, (timeout.ms + 999) / 1000); }

std::string ServiceAccountName(const std::string& pipeline) { return DerivedName({"weir-" + pipeline}); }

Json ServiceAccountFor(const api::Meta& pipeline, const std::map<std::string, std::string>& annotations) {
  Json account{{"apiVersion", "v1"},
               {"kind", "ServiceAccount"},
               {"metadata",
                {{"name", ServiceAccountName(pipeline.name)},
                 {"namespace", pipeline.ns},
                 {"labels", {{std::string(api::kLabelPipeline), api::LabelValue(pipeline.name)}}},
                 {"ownerReferences", Json::array({api::OwnerReference(api::kPipelines, pipeline)})}}},
               {"automountServiceAccountToken", false}};
  if (!annotations.empty()) account["metadata"]["annotations"] = annotations;
  return account;
}

Json PodFor(const PodRequest& request, const Bundle& bundle) {
  Json pod = ParseJson(kSkeleton).value();
  SetMeta(pod, request);
  pod["spec"]["serviceAccountName"] = ServiceAccountName(request.task.pipeline);
  SetRunner(pod, request.image);
  SetLimits(pod, request);
  MountStores(pod, request, bundle);
  SetPlacement(pod, request.runner);
  SetIds(pod, request.runner);
  SetSurroundings(pod, request.runner);
  return pod;
}

}  // namespace weir::plan
