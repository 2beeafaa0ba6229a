#include "crds/base/result.h"

namespace weir {

const char* Name(Fault fault) {
  switch (fault) {
    case Fault::Invalid: return "Invalid";
    case Fault::Waiting: return "Waiting";
    case Fault::Transient: return "Transient";
    case Fault::Conflict: return "Conflict";
    case Fault::Missing: return "Missing";
    case Fault::Denied: return "Denied";
    case Fault::Exhausted: return "Exhausted";
    case Fault::Fenced: return "Fenced";
    case Fault::Data: return "Data";
    case Fault::Bug: return "Bug";
  }
  return "Bug";
}

}  // namespace weir
