#include "operator/plan/notice.h"

#include <optional>
#include <set>

#include "operator/plan/run/attempt.h"

namespace weir::plan {
namespace {

using api::Condition;
using api::ConditionStatus;
using api::ConditionType;
using api::Reason;

bool IsRefusal(Reason reason) { return reason == Reason::Refused || reason == Reason::NameTaken; }

bool IsTrouble(Reason reason) {
  switch (reason) {
    case Reason::Refused:
    case Reason::NameTaken:
    case Reason::ProgressingWithRetry:
    case Reason::DatasetMissing:
    case Reason::ViewMissing:
    case Reason::LakeInvalid: return true;
    default: return BlocksProgress(reason);
  }
}

std::optional<NoticeType> TypeOf(const Condition* before, const Condition& after) {
  const bool flipped = before == nullptr ? after.status == ConditionStatus::True : before->status != after.status;
  const bool changed = before == nullptr || before->status != after.status || before->reason != after.reason;
  switch (after.type) {
    case ConditionType::Stalled: return changed ? std::optional(NoticeType::Warning) : std::nullopt;
    case ConditionType::Reconciling: return changed && IsTrouble(after.reason) ? std::optional(NoticeType::Warning) : std::nullopt;
    case ConditionType::Ready: return flipped && after.status == ConditionStatus::True ? std::optional(NoticeType::Normal) : std::nullopt;
    case ConditionType::LastRunSucceeded: return changed && IsRefusal(after.reason) ? std::optional(NoticeType::Warning) : std::nullopt;
    case ConditionType::SLAMet:
      if (before == nullptr || !flipped || after.status == ConditionStatus::Unknown) return std::nullopt;
      return after.status == ConditionStatus::False ? NoticeType::Warning : NoticeType::Normal;
    default: return std::nullopt;
  }
}

void AddWarnings(const Json& list, const std::string& of, std::vector<std::string>& texts) {
  if (!list.is_array()) return;
  for (const Json& text : list)
    if (text.is_string()) texts.push_back(of + text.get<std::string>());
}

std::vector<std::string> WarningTexts(const Json& status) {
  std::vector<std::string> texts;
  AddWarnings(At(status, "warnings"), "", texts);
  const Json& stages = At(status, "stages");
  if (stages.is_array())
    for (const Json& stage : stages) AddWarnings(At(stage, "warnings"), "Stage \"" + Text(stage, "name") + "\": ", texts);
  return texts;
}

}  // namespace

std::vector<Notice> NoticesOf(const api::Conditions& before, const api::Conditions& after) {
  std::vector<Notice> notices;
  for (const Condition& condition : after) {
    const auto type = TypeOf(api::Find(before, condition.type), condition);
    if (!type) continue;
    const std::string reason(api::Word(condition.reason));
    notices.push_back({*type, reason, condition.message, std::string(api::Word(condition.type)) + "/" + reason + "/" + condition.message});
  }
  return notices;
}

std::vector<Notice> WarningsOf(const Json& before, const Json& after) {
  const std::vector<std::string> old = WarningTexts(before);
  const std::set<std::string> known(old.begin(), old.end());
  const std::string reason(api::Word(Reason::Warned));
  std::vector<Notice> notices;
  for (const std::string& text : WarningTexts(after))
    if (!known.contains(text)) notices.push_back({NoticeType::Warning, reason, text, reason + "/" + text});
  return notices;
}

}  // namespace weir::plan
