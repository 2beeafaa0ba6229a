#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crds/api/describe/describe.h"
#include "crds/base/json.h"
#include "crds/base/result.h"
#include "crds/base/time.h"

namespace weir::api {

inline constexpr std::string_view kGroup = "weirkeeper.io";
inline constexpr std::string_view kVersion = "v1alpha1";
inline constexpr std::string_view kApiVersion = "weirkeeper.io/v1alpha1";
inline constexpr std::string_view kFieldManager = "weirkeeper";

// Labels and annotations, the one set that selects and explains everything the operator makes.
inline constexpr std::string_view kLabelPipeline = "weirkeeper.io/pipeline";
inline constexpr std::string_view kLabelRun = "weirkeeper.io/run";  // name of the run, cut to 63
inline constexpr std::string_view kLabelStage = "weirkeeper.io/stage";
inline constexpr std::string_view kLabelAttempt = "weirkeeper.io/attempt";
inline constexpr std::string_view kLabelRevision = "weirkeeper.io/revision";
inline constexpr std::string_view kAnnotationTask = "weirkeeper.io/task";
inline constexpr std::string_view kAnnotationRequestedAt = "weirkeeper.io/requested-at";
inline constexpr std::string_view kAnnotationFluxRequestedAt = "reconcile.fluxcd.io/requestedAt";
// On a Dataset or View: epoch (status.committedBy.epoch) of the version whose lost log is accepted as lost.
inline constexpr std::string_view kAnnotationAcceptLoss = "weirkeeper.io/accept-loss-of-epoch";
inline constexpr std::string_view kAnnotationKeep = "weirkeeper.io/keep";               // "true": the run is not pruned
inline constexpr std::string_view kAnnotationSchemaHash = "weirkeeper.io/schema-hash";  // of a definition
inline constexpr std::string_view kAnnotationRelease = "weirkeeper.io/release";         // that a definition came with
inline constexpr std::string_view kPodFinalizer = "weirkeeper.io/outcome";              // held until an attempt's outcome is in status

// A kind of object on the API server. `group` is empty for the core group.
struct Resource {
  std::string_view group;
  std::string_view version;
  std::string_view plural;
  std::string_view kind;

  bool operator==(const Resource&) const = default;
  std::string ApiVersion() const { return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version); }
  // Of its CustomResourceDefinition, and of itself for kubectl: "views.weirkeeper.io".
  std::string QualifiedName() const { return std::string(plural) + "." + std::string(group); }
};

inline constexpr Resource kLakes{kGroup, kVersion, "lakes", "Lake"};
inline constexpr Resource kDatasets{kGroup, kVersion, "datasets", "Dataset"};
inline constexpr Resource kViews{kGroup, kVersion, "views", "View"};
inline constexpr Resource kPipelines{kGroup, kVersion, "pipelines", "Pipeline"};
inline constexpr Resource kPipelineRuns{kGroup, kVersion, "pipelineruns", "PipelineRun"};
inline constexpr Resource kPods{"", "v1", "pods", "Pod"};
inline constexpr Resource kRevisions{"apps", "v1", "controllerrevisions", "ControllerRevision"};
inline constexpr Resource kServiceAccounts{"", "v1", "serviceaccounts", "ServiceAccount"};
inline constexpr Resource kEvents{"events.k8s.io", "v1", "events", "Event"};
inline constexpr Resource kLeases{"coordination.k8s.io", "v1", "leases", "Lease"};
inline constexpr Resource kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition"};
inline constexpr std::array<Resource, 5> kOurKinds{kLakes, kDatasets, kViews, kPipelines, kPipelineRuns};

// What we read of metav1.ObjectMeta. `resourceVersion` is opaque: only equality means something.
struct Meta {
  std::string name;
  std::string ns;
  std::string uid;
  std::string resourceVersion;
  std::int64_t generation = 0;
  Time created;
  std::optional<Time> deleted;  // deletionTimestamp
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::vector<std::string> finalizers;
  std::string ownerUid;  // of the controlling owner reference
  std::string ownerName;
  std::string ownerKind;

  bool operator==(const Meta&) const = default;
};

// Lenient: takes what is there, from an object as the API server sent it.
Meta ReadMeta(const Json& object);

// {apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true}
Json OwnerReference(const Resource& resource, const Meta& owner);

// One object of a kind of ours. The API server has validated the spec against our schema; what it holds beyond that
// (a newer schema) is ignored here and refused in `weir check`.
template <typename Spec, typename StatusT>
struct Object {
  Meta meta;
  Spec spec;
  StatusT status;

  bool operator==(const Object&) const = default;
};

}  // namespace weir::api
