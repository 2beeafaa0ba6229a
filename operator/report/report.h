#pragma once

#include <functional>
#include <string>
#include <vector>

#include "operator/kube/cluster_api.h"
#include "operator/observe/store.h"
#include "operator/plan/notice.h"

namespace weir::report {

// The only writer of status. One merge patch on /status with the resourceVersion that the plan was made of as precondition,
// and no call when nothing differs. Puts the reply into the store and returns the current object. On Conflict and Missing the
// store was updated by a read, so observe again.
Result<observe::ItemPtr> ReportStatus(const api::Resource& resource, const observe::ItemPtr& seen, const Json& status, kube::ClusterApi& cluster,
                                      observe::Stores& stores);

// Checks by one read that the object is unchanged on the API server; a write of status includes this check. Conflict when it
// was changed or deleted; the store is then updated.
Status CheckUnchanged(const api::Resource& resource, const observe::Item& seen, kube::ClusterApi& cluster, observe::Stores& stores);

// Creates Kubernetes events. Their names are derived from object and content, so that a retry creates no second one. A
// failure is not fatal: it is returned for the log, and the remaining events are still created. `may_continue` is called before
// each but the first; false skips the rest. Empty: no limit.
Status CreateEvents(const api::Resource& resource, const api::Meta& about, const std::vector<plan::Notice>& notices, Time now, kube::ClusterApi& cluster,
                    const std::function<bool()>& may_continue = {});

// The merge patch that changes `from` into `to`: members that differ, null for removed ones.
Json MergePatch(const Json& from, const Json& to);

}  // namespace weir::report
