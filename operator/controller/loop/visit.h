#pragma once

#include "operator/controller/reconcile.h"
#include "operator/plan/action.h"

namespace weir::controller {

// When an object is reconciled again after an error: the only place that maps a fault to a schedule.
Visit VisitFor(const Error& error);

// The next visit after a plan was executed with the result `done`. An error does not delay the visit beyond the plan's
// revisit or `latest`.
Visit NextVisit(const plan::Plan& plan, const Status& done, std::optional<Time> latest = std::nullopt);

// Whether the API server refuses the object itself: reported to the user and still retried, because policies and quotas
// change.
bool IsRefusal(const Error& error);

}  // namespace weir::controller
