#include "operator/controller/loop/visit.h"

namespace weir::controller {
namespace {

Visit::Next NextAfter(Fault fault) {
  switch (fault) {
    case Fault::Conflict:
    case Fault::Missing: return Visit::Next::Now;  // the caches lag behind, or somebody was faster
    case Fault::Waiting:
    case Fault::Invalid:
    case Fault::Transient:
    case Fault::Denied:
    case Fault::Exhausted:
    case Fault::Fenced:
    case Fault::Data:
    case Fault::Bug: return Visit::Next::Backoff;
  }
  return Visit::Next::Backoff;
}

}  // namespace

Visit VisitFor(const Error& error) { return {NextAfter(error.fault), {}, error.message, error.reason}; }

Visit NextVisit(const plan::Plan& plan, const Status& done, std::optional<Time> latest) {
  if (!done) {
    Visit visit = VisitFor(done.error());
    visit.at = plan::Sooner(plan.revisit, latest).value_or(Time{});
    return visit;
  }
  if (plan.revisit) return {Visit::Next::At, *plan.revisit, ""};
  return {};
}

bool IsRefusal(const Error& error) { return error.fault == Fault::Denied || error.fault == Fault::Invalid || error.fault == Fault::Exhausted; }

}  // namespace weir::controller
