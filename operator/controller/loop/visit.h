#pragma once

#include "operator/controller/reconcile.h"
#include "operator/plan/action.h"

namespace weir::controller {

// When an object is looked at again after an error: the one place that turns a fault into a schedule.
Visit VisitFor(const Error& error);

// After a plan was carried out, as far as `done` says it was. An error puts nothing off for which a time is known: the plan's
// revisit, and `latest`.
Visit NextVisit(const plan::Plan& plan, const Status& done, std::optional<Time> latest = std::nullopt);

// The API server will not take the object as it is: say so to the user, and go on trying, for rules and quotas change.
bool IsRefusal(const Error& error);

}  // namespace weir::controller
