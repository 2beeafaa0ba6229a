#pragma once

#include "crds/api/protocol/stage_outcome.h"
#include "crds/base/result.h"

namespace weir::stages {

// One table from faults to classes, which decide about retries:
//   Invalid            -> User       (not retried: the declaration must change)
//   Data               -> Data       (not retried: the same input gives the same answer)
//   Exhausted          -> Resource
//   Fenced             -> Fenced
//   Bug                -> Bug
//   Transient, Conflict, Waiting, Missing, Denied -> Transient: stores and sources come back, races end, and permissions
//                         are often repaired outside of our objects; the message says which it was
api::OutcomeClass ClassOf(Fault fault);

// The word for the status; reasons that are not of the closed set become the fault's own.
api::Reason ReasonOf(const Error& error);

api::StageOutcome Failed(const Error& error);

}  // namespace weir::stages
