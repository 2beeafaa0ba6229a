#pragma once

#include <functional>
#include <string>
#include <vector>

#include "operator/kube/cluster_api.h"
#include "operator/observe/store.h"
#include "operator/plan/notice.h"

namespace weir::report {

// The only writer of status. One merge patch on /status, guarded by the resourceVersion that the plan was made of
// (Conflict or Missing: the store has learnt what stands there by a read, so observe again), and none when nothing differs.
// Puts the answer into the store and returns the object as it stands now.
Result<observe::ItemPtr> ReportStatus(const api::Resource& resource, const observe::ItemPtr& seen, const Json& status, kube::ClusterApi& cluster,
                                      observe::Stores& stores);

// That the API server holds the object as it was seen, by one read: what a write of status proves on the way. Conflict when
// it has changed or is gone; the store then knows it.
Status ConfirmSeen(const api::Resource& resource, const observe::Item& seen, kube::ClusterApi& cluster, observe::Stores& stores);

// Events for people. Their names derive from what they say about which object, so that a retry makes no second one. A
// failure to write one is not fatal: it is returned, for the log, and ends nothing. `goes_on` is asked before each but
// the first; false leaves out the others. Empty: all are told.
Status TellEvents(const api::Resource& resource, const api::Meta& about, const std::vector<plan::Notice>& notices, Time now, kube::ClusterApi& cluster,
                  const std::function<bool()>& goes_on = {});

// The merge patch that turns one object into the other: members that differ, null for those that are gone.
Json MergePatch(const Json& from, const Json& to);

}  // namespace weir::report
