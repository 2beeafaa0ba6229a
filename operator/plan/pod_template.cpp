#include "operator/plan/pod_template.h"

#include <algorithm>
#include <cctype>

#include "crds/base/name.h"
#include "operator/plan/task.h"

namespace weir::plan {
namespace {

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
      "runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532, "fsGroupChangePolicy": "OnRootMismatch",
      "seccompProfile": {"type": "RuntimeDefault"}
    },
    "containers": [{
      "name": "runner",
      "args": ["--task", "/var/run/weirkeeper/task/task.json", "--termination-log", "/dev/termination-log", "--scratch", "/scratch"],
      "env": [
        {"name": "WEIR_MEMORY_LIMIT", "valueFrom": {"resourceFieldRef": {"containerName": "runner", "resource": "limits.memory", "divisor": "1"}}},
        {"name": "WEIR_CPU_LIMIT", "valueFrom": {"resourceFieldRef": {"containerName": "runner", "resource": "limits.cpu", "divisor": "1"}}}
      ],
      "resources": {},
      "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
      "terminationMessagePath": "/dev/termination-log",
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
  Json& labels = meta["labels"];
  labels[std::string(api::kLabelPipeline)] = DerivedName({request.task.pipeline});
  labels[std::string(api::kLabelStage)] = request.task.stage;
  labels[std::string(api::kLabelAttempt)] = std::to_string(request.task.attempt);
  labels[std::string(api::kLabelRevision)] = DerivedName({request.task.revision});
  if (!request.task.run.empty()) labels[std::string(api::kLabelRun)] = DerivedName({request.task.run});
  meta["annotations"][std::string(api::kAnnotationTask)] = TaskText(request.task);
  meta["ownerReferences"].push_back(api::OwnerReference(request.ownerKind, request.owner));
}

void SetLimits(Json& pod, const PodRequest& request) {
  const Json limits{{"cpu", request.resources.cpu.empty() ? "1" : request.resources.cpu},
                    {"memory", request.resources.memory.empty() ? std::string(kDefaultMemory) : request.resources.memory}};
  pod["spec"]["containers"][0]["resources"] = {{"requests", limits}, {"limits", limits}};
  pod["spec"]["activeDeadlineSeconds"] = std::max<std::int64_t>(1, (request.timeout.ms + 999) / 1000);
}

void MountStore(Json& pod, const api::Store& store) {
  const std::string volume = DerivedName({"store-" + store.name});
  Json& mounts = pod["spec"]["containers"][0]["volumeMounts"];
  if (store.volume && store.volume->claim) {
    pod["spec"]["volumes"].push_back({{"name", volume}, {"persistentVolumeClaim", {{"claimName", *store.volume->claim}}}});
    mounts.push_back({{"name", volume}, {"mountPath", "/lake/" + store.name}});
  }
  if (store.s3) {
    pod["spec"]["volumes"].push_back({{"name", volume}, {"secret", {{"secretName", store.s3->secretRef.name}, {"defaultMode", 0440}}}});
    mounts.push_back({{"name", volume}, {"mountPath", "/var/run/weirkeeper/secrets/" + store.name}, {"readOnly", true}});
  }
}

void MountStores(Json& pod, const PodRequest& request, const Bundle& bundle) {
  for (const api::TaskStore& needed : request.task.stores)
    for (const api::Store& store : bundle.stores)
      if (store.name == needed.name) MountStore(pod, store);
}

void SetPlacement(Json& pod, const api::RunnerSettings& runner) {
  for (const auto& [label, value] : runner.nodeSelector) pod["spec"]["nodeSelector"][label] = value;
  for (const api::SecretRef& secret : runner.imagePullSecrets) pod["spec"]["imagePullSecrets"].push_back({{"name", secret.name}});
}

// Where the stage begins in `<run>-<stage>` as a reader takes it: after the last word that begins with a digit, as names of
// the operator's runs end and stages seldom have one; without such a word, at the last word.
std::size_t StageStartsAt(const std::string& both) {
  std::size_t numbered = std::string::npos;
  for (std::size_t i = 1; i < both.size(); ++i)
    if (both[i - 1] == '-' && std::isdigit(static_cast<unsigned char>(both[i])) != 0) numbered = i;
  return (numbered == std::string::npos ? both.rfind('-') : both.find('-', numbered)) + 1;
}

}  // namespace

std::string AttemptName(const std::string& run, const std::string& stage, int attempt) {
  const std::string number = std::to_string(attempt);
  const std::string both = run + '-' + stage;
  return StageStartsAt(both) == run.size() + 1 ? DerivedName({both, number}) : HashedName({run, stage, number});
}

std::string ServiceAccountName(const std::string& pipeline) { return DerivedName({"weir-" + pipeline}); }

Json ServiceAccountFor(const api::Meta& pipeline) {
  return {{"apiVersion", "v1"},
          {"kind", "ServiceAccount"},
          {"metadata",
           {{"name", ServiceAccountName(pipeline.name)},
            {"namespace", pipeline.ns},
            {"labels", {{std::string(api::kLabelPipeline), DerivedName({pipeline.name})}}},
            {"ownerReferences", Json::array({api::OwnerReference(api::kPipelines, pipeline)})}}},
          {"automountServiceAccountToken", false}};
}

Json PodFor(const PodRequest& request, const Bundle& bundle) {
  Json pod = ParseJson(kSkeleton).value();
  SetMeta(pod, request);
  pod["spec"]["serviceAccountName"] = ServiceAccountName(request.task.pipeline);
  pod["spec"]["containers"][0]["image"] = request.image;
  SetLimits(pod, request);
  MountStores(pod, request, bundle);
  SetPlacement(pod, bundle.runner);
  return pod;
}

}  // namespace weir::plan
