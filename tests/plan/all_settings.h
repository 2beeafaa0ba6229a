#pragma once

#include "crds/api/runner_settings.h"

namespace weir::test {

// Every field set, to something that no default is.
inline api::RunnerSettings AllSettings() {
  api::RunnerSettings all;
  all.image = "registry.example.com/runner:2";
  all.resources = {"2", "4Gi"};
  all.validator = api::ValidatorSettings{api::Resources{"500m", "512Mi"}};
  all.scratchSize = "20Gi";
  all.nodeSelector = api::TextMap{{"pool", "etl"}};
  all.tolerations =
      std::vector<api::Toleration>{{.key = "dedicated", .value = "etl", .effect = api::TaintEffect::NoSchedule},
                                   {.key = "spot", .op = api::TolerationOperator::Exists, .effect = api::TaintEffect::NoExecute, .tolerationSeconds = 60}};
  api::NodeSelectorTerm zones{.matchExpressions = {{.key = "topology.kubernetes.io/zone", .values = {"a", "b"}}}};
  all.affinity = api::Affinity{.nodeAffinity = api::NodeAffinity{.required = api::NodeSelector{{zones}}, .preferred = {{.weight = 5, .preference = zones}}}};
  all.affinity->podAntiAffinity = api::PodAffinity{
      .preferred = {{.weight = 10, .podAffinityTerm = {.labelSelector = api::LabelSelector{{{"app", "db"}}, {}}, .topologyKey = "kubernetes.io/hostname"}}}};
  all.priorityClassName = "batch.low";
  all.labels = api::TextMap{{"mesh", "off"}, {"team", "data"}};
  all.annotations = api::TextMap{{"sidecar.istio.io/inject", "false"}};
  all.serviceAccountAnnotations = api::TextMap{{"eks.amazonaws.com/role-arn", "arn:aws:iam::1:role/weir"}};
  all.imagePullSecrets = std::vector<api::SecretRef>{{"registry"}};
  all.userIds = api::UserIds::Fixed;
  all.runAsUser = 1000;
  all.runAsGroup = 2000;
  all.fsGroup = 3000;
  all.env = std::vector<api::EnvVar>{{"TZ", "Europe/Berlin"}};
  all.proxy = api::Proxy{"http://proxy.example.com:3128", "http://proxy.example.com:3128", "10.0.0.0/8,.svc"};
  all.caBundle = api::CaBundle{"corporate-ca", "bundle.pem"};
  return all;
}

}  // namespace weir::test
