#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>

#include "operator/local/memory_cluster.h"
#include "tests/temporary_folder.h"

namespace weir::local {

class StandingClock final : public Clock {
 public:
  Time Now() const override { return {now_.load()}; }
  void Advance(Duration d) { now_ += d.ms * 1000; }

 private:
  std::atomic<std::int64_t> now_{Time::FromSeconds(1'767'323'045).us};  // 2026-01-02T03:04:05Z
};

inline kube::ObjectRef Pipeline(const std::string& name) { return {api::kPipelines, "default", name}; }
inline kube::ObjectRef RunRef(const std::string& name) { return {api::kPipelineRuns, "default", name}; }
inline kube::ObjectRef PodRef(const std::string& name) { return {api::kPods, "default", name}; }

inline std::string MetaText(const Json& object, std::string_view field) { return Text(At(object, "metadata"), field); }

inline Json OwnedBy(const Json& owner) {
  const api::Resource resource = Text(owner, "kind") == "Pipeline" ? api::kPipelines : api::kPipelineRuns;
  return {{"metadata", {{"ownerReferences", Json::array({api::OwnerReference(resource, api::ReadMeta(owner))})}}}};
}

class MemoryClusterTest : public testing::Test {
 protected:
  Json Make(const kube::ObjectRef& ref, const Json& object) {
    Result<Json> made = cluster_.Create(ref, object);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return made.ok() ? *made : Json();
  }
  Json Merge(const kube::ObjectRef& ref, const Json& patch, kube::Subresource sub = kube::Subresource::None) {
    Result<Json> patched = cluster_.Patch(ref, kube::PatchType::Merge, sub, patch);
    EXPECT_TRUE(patched.ok()) << (patched.ok() ? "" : patched.error().message);
    return patched.ok() ? *patched : Json();
  }
  bool Exists(const kube::ObjectRef& ref) { return cluster_.Get(ref).ok(); }

  StandingClock clock_;
  MemoryCluster cluster_{clock_, {.history = 200, .seed = 7}};
};

}  // namespace weir::local
