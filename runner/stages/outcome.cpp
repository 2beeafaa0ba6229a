#include "runner/stages/outcome.h"

namespace weir::stages {
namespace {

using api::OutcomeClass;
using api::Reason;

Reason OwnReason(Fault fault) {
  switch (fault) {
    case Fault::Invalid: return Reason::Invalid;
    case Fault::Data: return Reason::BadInput;
    case Fault::Exhausted: return Reason::OutOfMemory;
    case Fault::Fenced: return Reason::Fenced;
    case Fault::Conflict: return Reason::CommitConflict;
    case Fault::Waiting:
    case Fault::Transient:
    case Fault::Missing: return Reason::StoreUnavailable;
    case Fault::Denied: return Reason::AccessDenied;
    case Fault::Bug: break;
  }
  return Reason::InternalError;
}

}  // namespace

OutcomeClass ClassOf(Fault fault) {
  switch (fault) {
    case Fault::Invalid: return OutcomeClass::User;
    case Fault::Data: return OutcomeClass::Data;
    case Fault::Exhausted: return OutcomeClass::Resource;
    case Fault::Fenced: return OutcomeClass::Fenced;
    case Fault::Waiting:
    case Fault::Transient:
    case Fault::Conflict:
    case Fault::Missing:
    case Fault::Denied: return OutcomeClass::Transient;
    case Fault::Bug: break;
  }
  return OutcomeClass::Bug;
}

Reason ReasonOf(const Error& error) { return api::FromWord<Reason>(error.reason).value_or(OwnReason(error.fault)); }

api::StageOutcome Failed(const Error& error) {
  api::StageOutcome outcome;
  outcome.result = ClassOf(error.fault);
  outcome.reason = ReasonOf(error);
  outcome.message = error.fault == Fault::Denied ? "not allowed: " + error.message : error.message;
  return outcome;
}

}  // namespace weir::stages
