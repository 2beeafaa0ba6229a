#include "crds/api/protocol/stage_outcome.h"

#include "crds/api/describe/write.h"
#include "crds/base/text.h"

namespace weir::api {
namespace {

constexpr std::size_t kRoomForColumns = 512;
constexpr std::size_t kShortLocation = 512;  // longer than any that our layout makes of names that are allowed

// As StageOutcome and its parts are described; `FitOutcome.IsReadBackWhateverCame` holds both together.
constexpr std::size_t kLongestMessage = 2048, kLongestDependencies = 4096, kMostFindings = 1000;
constexpr std::size_t kMostWarnings = 8, kLongestWarning = 512;
constexpr std::size_t kMostNotes = 4, kLongestNote = 512;

constexpr std::size_t kMostInputs = 16;  // in a termination message; the outcome file has all

// The first inputs by their names, and one entry for the rest, so that the rows still add up.
void Shorten(std::vector<LedgerInput>& inputs, std::size_t most) {
  if (inputs.size() <= most) return;
  LedgerInput rest{.name = "..."};
  for (std::size_t i = most - 1; i < inputs.size(); ++i) rest.rows += inputs[i].rows;
  inputs.resize(most - 1);
  inputs.push_back(rest);
}

// A contract is needed only where status was lost; the table's log has it anyway. The query is the largest part.
void CutContract(std::optional<PublishedContract>& contract, std::size_t room) {
  if (!contract) return;
  contract->query.clear();
  if (room <= kRoomForColumns) contract.reset();
}

// A place that is cut would look like a move; one that is missing is not compared.
void CutCommit(Commit& commit, std::size_t room) {
  CutContract(commit.contract, room);
  if (commit.warnings.size() > room / 128 + 1) commit.warnings.resize(room / 128 + 1);
  for (std::string& warning : commit.warnings) warning = Cut(warning, room / 4);
  if (room > kShortLocation) return;
  commit.location = Cut(commit.location, room);
  if (commit.place.size() > room) commit.place.clear();
}

// What the schema bounds, the reader refuses when it is longer.
void CutToBounds(StageOutcome& outcome) {
  outcome.message = Cut(outcome.message, kLongestMessage);
  outcome.dependencies = Cut(outcome.dependencies, kLongestDependencies);
  if (outcome.findings.size() > kMostFindings) outcome.findings.resize(kMostFindings);
  for (Finding& finding : outcome.findings) finding.message = Cut(finding.message, kLongestFinding);
  if (outcome.notes.size() > kMostNotes) outcome.notes.resize(kMostNotes);
  for (std::string& note : outcome.notes) note = Cut(note, kLongestNote);
  for (Commit& commit : outcome.commits) {
    if (commit.warnings.size() > kMostWarnings) commit.warnings.resize(kMostWarnings);
    for (std::string& warning : commit.warnings) warning = Cut(warning, kLongestWarning);
  }
}

}  // namespace

bool Ledger::Closed() const {
  if (filtered) return rowsIn == rowsOut + quarantined + *filtered && inputs.empty();
  std::int64_t read = 0;
  for (const LedgerInput& input : inputs) read += input.rows;
  return rowsIn == read && rowsOut >= 0 && quarantined >= 0;
}

std::string FitOutcome(StageOutcome outcome, std::size_t limit) {
  CutToBounds(outcome);
  if (outcome.rows) Shorten(outcome.rows->inputs, kMostInputs);
  std::string text = Dump(Write(outcome));
  for (std::size_t room = 1024; text.size() > limit && room >= 8; room /= 2) {
    outcome.message = Cut(outcome.message, room);
    outcome.dependencies = Cut(outcome.dependencies, room);
    if (outcome.findings.size() > room / 64 + 1) outcome.findings.resize(room / 64 + 1);
    if (outcome.rows) Shorten(outcome.rows->inputs, room / 64 + 1);
    for (Finding& finding : outcome.findings) finding.message = Cut(finding.message, room / 4);
    for (std::string& note : outcome.notes) note = Cut(note, room / 4);
    for (Commit& commit : outcome.commits) CutCommit(commit, room);
    if (outcome.standing) CutCommit(*outcome.standing, room);
    text = Dump(Write(outcome));
  }
  return text;
}

}  // namespace weir::api
