#include "tests/plan/random_histories/fates.h"

namespace weir::test {
namespace {

using api::OutcomeClass;
using api::Reason;

Fate Says(OutcomeClass result, Reason reason) { return {.name = std::string(api::Word(result)), .ending = Fails(result, reason, "It says so.")}; }

Fate Silent(const std::string& name, Ending ending, Counts counts, Budget budget = Budget::AsDeclared) { return {name, std::move(ending), counts, budget}; }

}  // namespace

// What says something of a class is judged by FateOf.
const std::vector<Fate>& BadFates() {
  static const std::vector<Fate> kFates{
      Says(OutcomeClass::Infrastructure, Reason::RunnerKilled),
      Says(OutcomeClass::Transient, Reason::StoreUnavailable),
      Says(OutcomeClass::Resource, Reason::DiskFull),
      Says(OutcomeClass::Data, Reason::CheckFailed),
      Says(OutcomeClass::User, Reason::SqlInvalid),
      Says(OutcomeClass::Bug, Reason::InternalError),
      Silent("out of memory", {.exitCode = 137, .reason = "OOMKilled"}, Counts::Own),
      Silent("out of memory once it had committed", {.exitCode = 137, .reason = "OOMKilled", .works = true}, Counts::Own),
      Silent("killed", {.exitCode = 137, .reason = "Error"}, Counts::Infrastructure),
      Silent("killed once it had committed", {.exitCode = 137, .reason = "Error", .works = true}, Counts::Infrastructure),
      Silent("terminated", {.exitCode = 143, .reason = "Error"}, Counts::Infrastructure),
      Silent("evicted", {.exitCode = 137, .reason = "Error", .podReason = "Evicted"}, Counts::Infrastructure),
      Silent("too slow", {.exitCode = 143, .reason = "Error", .podReason = "DeadlineExceeded"}, Counts::Own),
      Silent("not startable", {.exitCode = 128, .reason = "StartError"}, Counts::Infrastructure),
      Silent("crashed", {.exitCode = 139, .reason = "Error"}, Counts::Own, Budget::AsOurs),
      Silent("a silent transient failure", {.exitCode = api::ExitCodeOf(OutcomeClass::Transient), .reason = "Error"}, Counts::Own),
      Silent("a silent failure for the data", {.exitCode = api::ExitCodeOf(OutcomeClass::Data), .reason = "Error"}, Counts::Own, Budget::None),
      Silent("half a message", {.exitCode = 0, .garbled = R"({"result":"Succe)", .works = true}, Counts::Own, Budget::AsOurs),
      Silent("a message with a field that we do not know",
             {.exitCode = api::ExitCodeOf(OutcomeClass::Resource), .reason = "Error", .garbled = R"({"result":"Resource","hint":"more"})"}, Counts::Own),
      {.name = "overtaken by a newer run", .ending = Succeeds(), .overtaken = true},
  };
  return kFates;
}

Fate FateOf(const api::StageOutcome& said) {
  Fate fate{.name = "says " + std::string(api::Word(said.result)), .firm = true};
  switch (said.result) {
    case OutcomeClass::Succeeded: fate.counts = Counts::Success; break;
    case OutcomeClass::Infrastructure: fate.counts = Counts::Infrastructure, fate.firm = false; break;
    case OutcomeClass::Transient:
    case OutcomeClass::Resource: break;
    case OutcomeClass::Data:
    case OutcomeClass::User: fate.budget = Budget::None; break;
    case OutcomeClass::Fenced: fate.counts = Counts::Superseded; break;
    case OutcomeClass::Bug: fate.budget = Budget::AsOurs; break;
  }
  return fate;
}

}  // namespace weir::test
