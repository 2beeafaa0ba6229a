#pragma once

#include "crds/api/condition.h"
#include "crds/api/describe/choice.h"
#include "crds/api/describe/words.h"
#include "crds/api/kubernetes/meta.h"
#include "crds/api/kubernetes/owner.h"
#include "crds/api/runner_settings.h"

namespace weir::api {

// Where data is stored, in the order in which it flows. Landing and RawHistory hold files as they came; the rest tables.
WEIR_ENUM(Zone, Landing, RawHistory, Processed, Curated, Views);
constexpr bool HoldsFiles(Zone zone) { return zone == Zone::Landing || zone == Zone::RawHistory; }

struct S3Store {
  static constexpr std::string_view kField = "s3";
  static constexpr std::string_view kDoc = "A bucket of an S3 service with conditional writes (If-None-Match).";
  std::string endpoint;
  std::string region = "us-east-1";
  std::string bucket;
  SecretRef secretRef;
  bool operator==(const S3Store&) const = default;
};
void Describe(auto&& field, Of<S3Store> auto& self) {
  field("endpoint", self.endpoint,
        Rules{.doc = "URL of the S3 service, without bucket or path.", .required = true, .maxLength = 512, .pattern = "^https?://[^/\\s]+$"});
  field("region", self.region, Rules{.doc = "Region that requests are signed for.", .minLength = 1, .maxLength = 63});
  field("bucket", self.bucket,
        Rules{.doc = "Name of the bucket. It exists already.", .required = true, .minLength = 3, .maxLength = 63, .pattern = "^[a-z0-9][-.a-z0-9]*$"});
  field("secretRef", self.secretRef,
        Rules{.doc = "Secret with the keys accessKeyId and secretAccessKey. It reaches runner pods as files, never as environment.", .required = true});
}

struct VolumeStore {
  static constexpr std::string_view kField = "volume";
  static constexpr std::string_view kDoc = "A file system.";
  std::optional<std::string> claim;
  std::optional<std::string> path;
  bool operator==(const VolumeStore&) const = default;
};
void Describe(auto&& field, Of<VolumeStore> auto& self) {
  field("claim", self.claim,
        Rules{.doc = "PersistentVolumeClaim in this namespace, mounted into each runner pod; pods of one run may be on several nodes, so ReadWriteMany "
                     "on a cluster with several nodes.",
              .maxLength = 253,
              .pattern = kSubdomainPattern});
  field("path", self.path, Rules{.doc = "Folder on this machine; for weir run only, a cluster refuses it.", .maxLength = 1024});
  field.OneOf({"claim", "path"});
}

struct Store {
  std::string name;
  Choice<VolumeStore, S3Store> place;
  bool operator==(const Store&) const = default;
};
void Describe(auto&& field, Of<Store> auto& self) {
  field("name", self.name, Rules{.doc = "Name that zones refer to.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
  field.OneOf(self.place);
}

struct ZonePlace {
  Zone name = Zone::Landing;
  std::string store;
  std::string path;
  bool operator==(const ZonePlace&) const = default;
};
void Describe(auto&& field, Of<ZonePlace> auto& self) {
  field("name", self.name, Rules{.doc = "Zone to store here.", .required = true});
  field("store", self.store, Rules{.doc = "Name of one of the stores.", .required = true, .maxLength = 63});
  field("path", self.path,
        Rules{.doc = "Folder or key prefix inside the store. Absent means the zone's own name in small letters (landing, raw-history, processed, curated, "
                     "views).",
              .maxLength = 512,
              .pattern = "^([A-Za-z0-9_][-A-Za-z0-9_.]*)(/[A-Za-z0-9_][-A-Za-z0-9_.]*)*$"});
}

struct LakeSpec {
  std::string environment = "default";
  std::vector<Store> stores;
  std::vector<ZonePlace> zones;
  RunnerSettings runner;
  bool operator==(const LakeSpec&) const = default;
};
void Describe(auto&& field, Of<LakeSpec> auto& self) {
  field(
      "environment", self.environment,
      Rules{
          .doc = "First folder of every path, such as production or staging.", .maxLength = 63, .pattern = kObjectNamePattern, .change = Change::NewRevision});
  field("stores", self.stores, Rules{.doc = "Places where data can be stored.", .required = true, .minItems = 1, .maxItems = 16, .listKey = "name"});
  field("zones", self.zones,
        Rules{.doc = "Store of each zone. A zone that is not listed is in the first store.", .maxItems = 5, .listKey = "name", .change = Change::NewRevision});
  field("runner", self.runner,
        Rules{.doc = "Settings of runner pods in this namespace. An absent field has the operator's default (runnerDefaults of the chart); an "
                     "empty list or mapping means none; \"absent means\" below applies where those defaults do not set it either."});
  field.Rule({.rule = "!has(self.zones) || self.zones.all(z, self.stores.exists(s, s.name == z.store))",
              .message = "zones name only stores that are listed in stores",
              .fieldPath = ".zones"});
}

struct LakeStatus {
  std::int64_t observedGeneration = -1;
  Conditions conditions;
  bool operator==(const LakeStatus&) const = default;
};
void Describe(auto&& field, Of<LakeStatus> auto& self) {
  field("observedGeneration", self.observedGeneration, Rules{.doc = "Generation of the spec that this status describes."});
  field("conditions", self.conditions, Rules{.doc = "Ready, and Reconciling or Stalled while they hold.", .maxItems = 16, .listKey = "type"});
}

using Lake = Object<LakeSpec, LakeStatus>;

}  // namespace weir::api
