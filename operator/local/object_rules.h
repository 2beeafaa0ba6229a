#pragma once

#include <string>

#include "operator/kube/cluster_api.h"

namespace weir::local {

// What the API server does to an object before it stores it, as functions from JSON to JSON without state. The names
// follow the API server's own strategies; each rule has a test in tests/local/object_rules_test.cpp.

bool HasStatusSubresource(const api::Resource& resource);

// A pod whose containers have all ended.
bool IsTerminal(const Json& pod);

bool IsDeleting(const Json& object);
bool HasFinalizers(const Json& object);

// Whether deletion only marks the object first: a running pod is removed when the kubelet has ended its containers.
bool DeletesGracefully(const api::Resource& resource, const Json& object);

// Fills in apiVersion, kind, name and namespace, drops what a client cannot set (status of kinds with the subresource,
// uid, generation ...) and defaults status. Fault::Invalid when the object contradicts `ref` or its name is invalid.
Result<Json> PrepareCreate(const kube::ObjectRef& ref, Json object);

// `old` with the patch applied: without `Subresource::Status` the status stays, with it nothing but the status changes.
// Server-owned metadata is kept. `applied` is the object of the last PatchType::Apply (null when none): fields that it
// has and the new one lacks are removed. Conflict on a stale resourceVersion or another uid inside the patch; Invalid on
// a patch that cannot be applied, or whose `test` fails, as on the API server.
Result<Json> PreparePatch(const kube::ObjectRef& ref, const Json& old, kube::PatchType type, kube::Subresource sub, const Json& patch, const Json& applied);

// Whether anything outside metadata and status differs: then generation goes up by one.
bool SpecDiffers(const Json& before, const Json& after);

}  // namespace weir::local
