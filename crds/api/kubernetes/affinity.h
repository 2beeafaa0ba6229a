#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/describe/describe.h"
#include "crds/api/describe/words.h"
#include "crds/api/kubernetes/owner.h"

namespace weir::api {

// Tolerations and affinities with the names and meanings that they have in a pod's spec, so that what is read is what the
// pod gets. Bounded, and checked when a Lake is applied instead of when a pod is created.

inline constexpr std::string_view kLabelKeyPattern = "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$";
inline constexpr std::string_view kLabelValuePattern = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";
inline constexpr int kLongestLabelKey = 317;

WEIR_ENUM(TolerationOperator, Exists, Equal);
WEIR_ENUM(TaintEffect, NoSchedule, PreferNoSchedule, NoExecute);

struct Toleration {
  std::string key;
  std::optional<TolerationOperator> op;
  std::string value;
  std::optional<TaintEffect> effect;
  std::optional<std::int64_t> tolerationSeconds;
  bool operator==(const Toleration&) const = default;
};
void Describe(auto&& field, Of<Toleration> auto& self) {
  field("key", self.key, Rules{.doc = "Key of the taint. Absent means every taint, with operator Exists.", .maxLength = kLongestLabelKey});
  field("operator", self.op, Rules{.doc = "Exists or Equal. Absent means Equal."});
  field("value", self.value, Rules{.doc = "Value of the taint, with operator Equal.", .maxLength = 63});
  field("effect", self.effect, Rules{.doc = "Effect of the taint. Absent means every effect."});
  field("tolerationSeconds", self.tolerationSeconds, Rules{.doc = "How long a NoExecute taint is tolerated. Absent means permanently."});
  field.Rule({.rule = "(has(self.key) && self.key != '') || (has(self.operator) && self.operator == 'Exists')",
              .message = "a toleration without key has the operator Exists",
              .fieldPath = ".operator"});
  field.Rule({.rule = "!has(self.operator) || self.operator != 'Exists' || !has(self.value) || self.value == ''",
              .message = "a toleration with the operator Exists has no value",
              .fieldPath = ".value"});
}

WEIR_ENUM(LabelOperator, In, NotIn, Exists, DoesNotExist, Gt, Lt);

struct LabelRequirement {
  std::string key;
  LabelOperator op = LabelOperator::In;
  std::vector<std::string> values;
  bool operator==(const LabelRequirement&) const = default;
};
void Describe(auto&& field, Of<LabelRequirement> auto& self) {
  field("key", self.key, Rules{.doc = "Key of the label.", .required = true, .minLength = 1, .maxLength = kLongestLabelKey, .pattern = kLabelKeyPattern});
  field("operator", self.op, Rules{.doc = "In, NotIn, Exists, DoesNotExist; for nodes Gt and Lt too.", .required = true});
  field("values", self.values, Rules{.doc = "Values to compare with.", .maxLength = 63, .pattern = kLabelValuePattern, .maxItems = 32});
  field.Rule({.rule = "self.operator in ['Exists', 'DoesNotExist'] ? !has(self.values) || self.values.size() == 0 : has(self.values) && self.values.size() > 0",
              .message = "In, NotIn, Gt and Lt need values; Exists and DoesNotExist have none",
              .fieldPath = ".values"});
}

struct NodeSelectorTerm {
  std::vector<LabelRequirement> matchExpressions;
  std::vector<LabelRequirement> matchFields;
  bool operator==(const NodeSelectorTerm&) const = default;
};
void Describe(auto&& field, Of<NodeSelectorTerm> auto& self) {
  field("matchExpressions", self.matchExpressions, Rules{.doc = "Requirements by labels of the node; all must hold.", .maxItems = 16});
  field("matchFields", self.matchFields, Rules{.doc = "Requirements by fields of the node, such as metadata.name; all must hold.", .maxItems = 8});
}

struct NodeSelector {
  std::vector<NodeSelectorTerm> nodeSelectorTerms;
  bool operator==(const NodeSelector&) const = default;
};
void Describe(auto&& field, Of<NodeSelector> auto& self) {
  field("nodeSelectorTerms", self.nodeSelectorTerms, Rules{.doc = "Alternatives; one must hold.", .required = true, .minItems = 1, .maxItems = 8});
}

struct PreferredNodes {
  int weight = 1;
  NodeSelectorTerm preference;
  bool operator==(const PreferredNodes&) const = default;
};
void Describe(auto&& field, Of<PreferredNodes> auto& self) {
  field("weight", self.weight, Rules{.doc = "Weight against other preferences.", .required = true, .min = 1, .max = 100});
  field("preference", self.preference, Rules{.doc = "Nodes that are preferred.", .required = true});
}

struct NodeAffinity {
  std::optional<NodeSelector> required;
  std::vector<PreferredNodes> preferred;
  bool operator==(const NodeAffinity&) const = default;
};
void Describe(auto&& field, Of<NodeAffinity> auto& self) {
  field("requiredDuringSchedulingIgnoredDuringExecution", self.required, Rules{.doc = "Nodes that the pods may run on."});
  field("preferredDuringSchedulingIgnoredDuringExecution", self.preferred, Rules{.doc = "Nodes that are preferred.", .maxItems = 8});
}

struct LabelSelector {
  std::map<std::string, std::string> matchLabels;
  std::vector<LabelRequirement> matchExpressions;
  bool operator==(const LabelSelector&) const = default;
};
void Describe(auto&& field, Of<LabelSelector> auto& self) {
  field("matchLabels", self.matchLabels, Rules{.doc = "Labels that a pod has.", .maxLength = 63, .maxItems = 16});
  field("matchExpressions", self.matchExpressions, Rules{.doc = "Requirements by labels; all must hold.", .maxItems = 16});
}

struct PodAffinityTerm {
  std::optional<LabelSelector> labelSelector;
  std::vector<std::string> namespaces;
  std::string topologyKey;
  bool operator==(const PodAffinityTerm&) const = default;
};
void Describe(auto&& field, Of<PodAffinityTerm> auto& self) {
  field("labelSelector", self.labelSelector, Rules{.doc = "Pods that are meant."});
  field("namespaces", self.namespaces, Rules{.doc = "Namespaces of those pods. Absent means this one.", .maxLength = 63, .maxItems = 8});
  field("topologyKey", self.topologyKey,
        Rules{.doc = "Node label that defines the topology, such as kubernetes.io/hostname.",
              .required = true,
              .minLength = 1,
              .maxLength = kLongestLabelKey,
              .pattern = kLabelKeyPattern});
}

struct WeightedPodAffinityTerm {
  int weight = 1;
  PodAffinityTerm podAffinityTerm;
  bool operator==(const WeightedPodAffinityTerm&) const = default;
};
void Describe(auto&& field, Of<WeightedPodAffinityTerm> auto& self) {
  field("weight", self.weight, Rules{.doc = "Weight against other preferences.", .required = true, .min = 1, .max = 100});
  field("podAffinityTerm", self.podAffinityTerm, Rules{.doc = "Pods that are meant.", .required = true});
}

struct PodAffinity {
  std::vector<PodAffinityTerm> required;
  std::vector<WeightedPodAffinityTerm> preferred;
  bool operator==(const PodAffinity&) const = default;
};
void Describe(auto&& field, Of<PodAffinity> auto& self) {
  field("requiredDuringSchedulingIgnoredDuringExecution", self.required, Rules{.doc = "Terms that must hold.", .maxItems = 4});
  field("preferredDuringSchedulingIgnoredDuringExecution", self.preferred, Rules{.doc = "Terms that are preferred.", .maxItems = 4});
}

struct Affinity {
  std::optional<NodeAffinity> nodeAffinity;
  std::optional<PodAffinity> podAffinity;
  std::optional<PodAffinity> podAntiAffinity;
  bool operator==(const Affinity&) const = default;
};
void Describe(auto&& field, Of<Affinity> auto& self) {
  field("nodeAffinity", self.nodeAffinity, Rules{.doc = "Nodes to run on."});
  field("podAffinity", self.podAffinity, Rules{.doc = "Pods to run near."});
  field("podAntiAffinity", self.podAntiAffinity, Rules{.doc = "Pods to run apart from."});
}

}  // namespace weir::api
