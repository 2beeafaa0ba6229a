// The closing sentence of a run.
#include "operator/plan/run_report.h"

#include <gtest/gtest.h>

namespace weir::test {
namespace {

api::Commit CommitOf(const std::string& stage, std::int64_t rows, std::int64_t quarantined, api::TargetKind kind = api::TargetKind::View) {
  return {.kind = kind, .name = stage, .rows = rows, .stage = stage, .quarantined = quarantined};
}

// A stage that reads no row confirms the version that is there.
api::StageStatus StageOf(const std::string& name, std::optional<api::Ledger> rows) {
  return {.name = name, .state = api::StageState::Succeeded, .attempt = 1, .rows = std::move(rows)};
}

std::string Closing(std::vector<api::StageStatus> stages, std::vector<api::Commit> commits) {
  api::RunStatus status;
  status.stages = std::move(stages), status.commits = std::move(commits);
  plan::DescribeRun({}, status, Time::FromSeconds(1'700'000'000));
  const api::Condition* succeeded = api::Find(status.conditions, api::ConditionType::Succeeded);
  const std::string message = succeeded == nullptr ? "" : succeeded->message;
  return message.substr(std::min(message.find(". ") + 2, message.size()));
}

const api::Ledger kRead{.rowsIn = 3, .rowsOut = 3};

TEST(ClosingSentence, CountsTheViewsThatWerePublishedAnew) {
  const std::vector<api::Commit> views{CommitOf("o", 2, 0), CommitOf("p", 3, 1)};
  EXPECT_EQ(Closing({StageOf("o", kRead), StageOf("p", kRead)}, views), "Committed: 5 rows in 2 views, 1 quarantined.");
  EXPECT_EQ(Closing({StageOf("o", {}), StageOf("p", kRead)}, views), "Committed: 3 rows in 1 of 2 views, 1 quarantined.");
  EXPECT_EQ(Closing({StageOf("o", kRead), StageOf("p", {})}, views), "Committed: 2 rows in 1 of 2 views, 0 quarantined.") << "whichever was the last";
  EXPECT_EQ(Closing({StageOf("o", {}), StageOf("p", {})}, views), "Unchanged: 5 rows in 2 views, 1 quarantined.");
}

TEST(ClosingSentence, OfOneViewNamesItsRows) {
  EXPECT_EQ(Closing({StageOf("o", kRead)}, {CommitOf("o", 2, 7)}), "Committed: 2 rows, 7 quarantined.");
  EXPECT_EQ(Closing({StageOf("o", {})}, {CommitOf("o", 2, 7)}), "Unchanged: 2 rows, 7 quarantined.");
  EXPECT_EQ(Closing({StageOf("d", kRead)}, {CommitOf("d", 2, 0, api::TargetKind::Dataset)}), "Committed: 2 rows, 0 quarantined.");
  const api::Commit d = CommitOf("d", 2, 1, api::TargetKind::Dataset), e = CommitOf("e", 3, 0, api::TargetKind::Dataset);
  EXPECT_EQ(Closing({StageOf("d", kRead), StageOf("e", kRead)}, {d, e}), "Committed: 5 rows in 2 tables, 1 quarantined.") << "both figures are of both";
  EXPECT_EQ(Closing({StageOf("d", {}), StageOf("e", kRead)}, {d, e}), "Committed: 3 rows in 1 of 2 tables, 0 quarantined.");
}

}  // namespace
}  // namespace weir::test
