// The closing sentence of a run.
#include "operator/plan/run/run_report.h"

#include <gtest/gtest.h>

namespace weir::test {
namespace {

api::Commit CommitOf(const std::string& stage, std::int64_t rows, std::int64_t quarantined, api::TargetKind kind = api::TargetKind::View) {
  return {.kind = kind, .name = stage, .rows = rows, .stage = stage, .quarantined = quarantined};
}

// Of a version that was there already.
api::Commit Unchanged(api::Commit commit) {
  commit.unchanged = true;
  return commit;
}

std::string Closing(const std::vector<api::Commit>& commits) {
  api::RunStatus status;
  for (const api::Commit& commit : commits) {
    // A decode reads its new files and may find that they change nothing; SQL reads no row then.
    const bool reads = !commit.unchanged || commit.kind == api::TargetKind::Dataset;
    status.stages.push_back({.name = commit.stage,
                             .state = api::StageState::Succeeded,
                             .attempt = 1,
                             .rows = reads ? std::optional(api::Ledger{.rowsIn = 3, .rowsOut = 3}) : std::nullopt});
  }
  status.commits = commits;
  plan::DescribeRun({}, status, Time::FromSeconds(1'700'000'000));
  const api::Condition* succeeded = api::Find(status.conditions, api::ConditionType::Succeeded);
  const std::string message = succeeded == nullptr ? "" : succeeded->message;
  return message.substr(std::min(message.find(". ") + 2, message.size()));
}

TEST(ClosingSentence, CountsTheViewsThatWerePublishedAnew) {
  const api::Commit o = CommitOf("o", 2, 0), p = CommitOf("p", 3, 1);
  EXPECT_EQ(Closing({o, p}), "Committed: 5 rows in 2 views, 1 quarantined.");
  EXPECT_EQ(Closing({Unchanged(o), p}), "Committed: 3 rows in 1 of 2 views, 1 quarantined.");
  EXPECT_EQ(Closing({o, Unchanged(p)}), "Committed: 2 rows in 1 of 2 views, 0 quarantined.") << "whichever was the last";
  EXPECT_EQ(Closing({Unchanged(o), Unchanged(p)}), "Unchanged: 5 rows in 2 views, 1 quarantined.");
}

TEST(ClosingSentence, OfOneViewNamesItsRows) {
  EXPECT_EQ(Closing({CommitOf("o", 2, 7)}), "Committed: 2 rows, 7 quarantined.");
  EXPECT_EQ(Closing({Unchanged(CommitOf("o", 2, 7))}), "Unchanged: 2 rows, 7 quarantined.");
  const api::Commit d = CommitOf("d", 2, 1, api::TargetKind::Dataset), e = CommitOf("e", 3, 0, api::TargetKind::Dataset);
  EXPECT_EQ(Closing({e}), "Committed: 3 rows, 0 quarantined.");
  EXPECT_EQ(Closing({Unchanged(e)}), "Unchanged: 3 rows, 0 quarantined.");
  EXPECT_EQ(Closing({d, e}), "Committed: 5 rows in 2 tables, 1 quarantined.") << "both figures are of both";
  EXPECT_EQ(Closing({Unchanged(d), e}), "Committed: 3 rows in 1 of 2 tables, 0 quarantined.");
}

}  // namespace
}  // namespace weir::test
