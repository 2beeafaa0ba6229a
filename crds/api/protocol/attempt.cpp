#include "crds/api/protocol/attempt.h"

#include <algorithm>
#include <cctype>

#include "crds/base/name.h"

namespace weir::api {
namespace {

constexpr std::int64_t kRunEpoch = 100'000;
constexpr std::int64_t kStageEpoch = 1'000;
constexpr std::size_t kLongestLane = 128;

// Where the stage begins in `<owner>-<stage>` as a reader takes it: after the last word that begins with a digit, as names of
// the operator's runs end and stages seldom have one; without such a word, at the last word.
std::size_t StageStartsAt(const std::string& both) {
  std::size_t numbered = std::string::npos;
  for (std::size_t i = 1; i < both.size(); ++i)
    if (both[i - 1] == '-' && std::isdigit(static_cast<unsigned char>(both[i])) != 0) numbered = i;
  return (numbered == std::string::npos ? both.rfind('-') : both.find('-', numbered)) + 1;
}

}  // namespace

Attempt AttemptOf(const StageTask& task) {
  return {.ns = task.ns,
          .pipeline = task.pipeline,
          .run = task.run,
          .runUid = task.runUid,
          .revision = task.revision,
          .image = task.image,
          .stage = task.stage,
          .attempt = task.attempt,
          .epoch = task.epoch};
}

std::int64_t EpochOf(std::int64_t run, std::size_t stage, int attempt) { return run * kRunEpoch + static_cast<std::int64_t>(stage) * kStageEpoch + attempt; }

std::int64_t RunOfEpoch(std::int64_t epoch) { return epoch / kRunEpoch; }

std::int64_t LastEpochOfStage(std::int64_t epoch) { return epoch / kStageEpoch * kStageEpoch + kStageEpoch - 1; }

std::string LabelValue(const std::string& name) { return DerivedName({name}); }

TextMap PodLabels(const Attempt& attempt) {
  TextMap labels{{std::string(kLabelPipeline), LabelValue(attempt.pipeline)},
                 {std::string(kLabelRevision), LabelValue(attempt.revision)},
                 {std::string(kLabelStage), attempt.stage},
                 {std::string(kLabelAttempt), std::to_string(attempt.attempt)}};
  if (!attempt.run.empty()) labels[std::string(kLabelRun)] = LabelValue(attempt.run);
  return labels;
}

std::string PodName(const std::string& owner, const std::string& stage, int attempt) {
  const std::string number = std::to_string(attempt);
  const std::string both = owner + '-' + stage;
  return StageStartsAt(both) == owner.size() + 1 ? DerivedName({both, number}) : HashedName({owner, stage, number});
}

std::string AttemptPath(const Attempt& attempt) {
  std::string path = attempt.run;
  path.append("/").append(attempt.runUid).append("/").append(attempt.stage).append("-").append(std::to_string(attempt.attempt));
  if (!attempt.lane.empty()) path.append("/").append(attempt.lane);
  return path;
}

std::string ResultPath(const Attempt& attempt) { return "part/" + AttemptPath(attempt) + "/0.parquet"; }

std::string QuarantinePath(const std::string& folder, const Attempt& attempt) { return folder + "/quarantine/" + AttemptPath(attempt) + ".jsonl"; }

std::string OutcomePath(const std::string& folder, const Attempt& attempt) { return folder + "/outcomes/" + AttemptPath(attempt) + ".json"; }

bool IsLane(std::string_view text) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  const auto is_fit = [&is_plain](char c) { return is_plain(c) || std::string_view("._=%-").find(c) != std::string_view::npos; };
  return !text.empty() && text.size() <= kLongestLane && is_plain(text.front()) && std::all_of(text.begin(), text.end(), is_fit);
}

std::string TransactionOf(const Attempt& attempt) {
  std::string app(kTransactions);
  app.append(attempt.runUid).append("/").append(attempt.stage);
  if (!attempt.lane.empty()) app.append("/").append(attempt.lane);
  return app;
}

std::string LaneOfTransaction(std::string_view app) {
  if (!app.starts_with(kTransactions)) return "";
  const std::size_t stage = app.find('/', kTransactions.size());
  const std::size_t lane = stage == std::string_view::npos ? stage : app.find('/', stage + 1);
  return lane == std::string_view::npos ? "" : std::string(app.substr(lane + 1));
}

std::string FenceOf(std::string_view lane) {
  std::string app(kFence);
  if (!lane.empty()) app.append("/").append(lane);
  return app;
}

}  // namespace weir::api
