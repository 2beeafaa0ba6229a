#include "crds/api/stage_outcome.h"

#include "crds/api/write.h"

namespace weir::api {
namespace {

constexpr std::size_t kShortLocation = 512;  // longer than any that our layout makes of names that are allowed

std::string Cut(const std::string& text, std::size_t size) {
  if (text.size() <= size) return text;
  std::size_t end = size;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

std::string FitOutcome(StageOutcome outcome, std::size_t limit) {
  std::string text = Dump(Write(outcome));
  for (std::size_t room = 1024; text.size() > limit && room >= 8; room /= 2) {
    outcome.message = Cut(outcome.message, room);
    outcome.dependencies = Cut(outcome.dependencies, room);
    if (outcome.findings.size() > room / 64 + 1) outcome.findings.resize(room / 64 + 1);
    for (Finding& finding : outcome.findings) finding.message = Cut(finding.message, room / 4);
    if (room <= kShortLocation)
      for (Commit& commit : outcome.commits) commit.location = Cut(commit.location, room);
    text = Dump(Write(outcome));
  }
  return text;
}

}  // namespace weir::api
