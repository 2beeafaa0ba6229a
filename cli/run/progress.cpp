#include "cli/run/progress.h"

#include <algorithm>
#include <utility>

#include "cli/report/cells.h"
#include "cli/screen/text_table.h"

namespace weir::cli {
namespace {

constexpr std::size_t kBar = 30, kShortBar = 8;
constexpr std::size_t kName = 24, kShortName = 12;  // of a stage
constexpr int kNarrow = 70;                         // columns of a terminal

std::string Seconds(Duration duration) {
  const std::int64_t tenths = std::max<std::int64_t>(duration.ms, 0) / 100;
  return tenths < 1200 ? std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "s" : Age(duration);
}

std::string Elapsed(const std::optional<Time>& started, const std::optional<Time>& finished, Time now) {
  return started ? Seconds(finished.value_or(now) - *started) : "";
}

// Files that were there before and files that are excluded are two things; an older release told only their sum.
std::string LeftOut(const api::StageStatus& stage) {
  const std::int64_t sum = stage.rows->filtered.value_or(0);
  if (sum == 0) return "";
  if (!stage.files || stage.files->known + stage.files->excluded != sum) return ", " + Grouped(sum) + " left out";
  std::string text;
  if (stage.files->known > 0) text += ", " + Grouped(stage.files->known) + " known before";
  if (stage.files->excluded > 0) text += ", " + Grouped(stage.files->excluded) + " excluded";
  return text;
}

std::string Rows(const api::StageStatus& stage) {
  if (!stage.rows) return "";
  std::string text = Grouped(stage.rows->rowsIn) + " in, " + Grouped(stage.rows->rowsOut) + " out";
  if (stage.rows->quarantined > 0) text += ", " + Grouped(stage.rows->quarantined) + " quarantined";
  return text + LeftOut(stage);
}

Paint PaintOf(api::StageState state) {
  switch (state) {
    case api::StageState::Succeeded: return Paint::Green;
    case api::StageState::Failed: return Paint::Red;
    case api::StageState::Running: return Paint::Blue;
    case api::StageState::Retrying: return Paint::Yellow;
    case api::StageState::Pending:
    case api::StageState::Skipped:
    case api::StageState::Superseded: return Paint::Dim;
  }
  return Paint::Plain;
}

std::string Padded(std::string text, std::size_t width) {
  if (Width(text) < width) text.append(width - Width(text), ' ');
  return text;
}

// What a person looks for when not everything fits on the screen.
bool IsUnderWay(api::StageState state) { return state == api::StageState::Running || state == api::StageState::Retrying || state == api::StageState::Failed; }

std::string Cut(const std::string& text, int width) { return Clip(text, static_cast<std::size_t>(std::max(width - 1, 0))); }

std::string BarLine(const Terminal& terminal, const RunView& run, Time now) {
  const auto& stages = run.status.stages;
  const auto done =
      static_cast<std::size_t>(std::count_if(stages.begin(), stages.end(), [](const api::StageStatus& s) { return s.state == api::StageState::Succeeded; }));
  const std::size_t length = terminal.width < kNarrow ? kShortBar : kBar;
  const std::size_t filled = stages.empty() ? 0 : length * done / stages.size();
  const std::string bar = "[" + std::string(filled, '#') + std::string(length - filled, '.') + "] ";
  return bar + Cut(std::to_string(done) + " of " + std::to_string(stages.size()) + " stages  " + Elapsed(run.status.started, run.status.finished, now) + "  " +
                       OneLine(run.pipeline),
                   terminal.width - static_cast<int>(bar.size()));
}

std::string StageLine(const Terminal& terminal, const api::StageStatus& stage, Time now) {
  const std::string state = Padded(std::string(api::Word(stage.state)), 10);
  const std::size_t name = terminal.width < kNarrow ? kShortName : kName;
  std::string rest =
      " " + Padded(OneLine(stage.name), name) + " " + Padded(stage.state == api::StageState::Pending ? "" : Elapsed(stage.started, stage.finished, now), 8);
  if (stage.state == api::StageState::Succeeded)
    rest += Rows(stage);
  else
    rest += stage.state == api::StageState::Failed && stage.reason ? std::string(api::Word(*stage.reason)) : OneLine(stage.message);
  return "  " + terminal.OnErr(PaintOf(stage.state), state) + Cut(rest, terminal.width - 12);
}

}  // namespace

void Progress::Show(const std::vector<RunView>& runs, Time now) {
  std::vector<std::string> lines;
  std::size_t all = runs.size();
  for (const RunView& run : runs) all += run.status.stages.size();
  const bool fits = all < static_cast<std::size_t>(terminal_.height);
  for (const RunView& run : runs) {
    lines.push_back(BarLine(terminal_, run, now));
    for (const api::StageStatus& stage : run.status.stages) {
      if (fits || IsUnderWay(stage.state)) lines.push_back(StageLine(terminal_, stage, now));
      if (terminal_.errKind == Terminal::Kind::Pipe) Tell(run, stage, now);
    }
  }
  lines.resize(std::min(lines.size(), static_cast<std::size_t>(std::max(terminal_.height - 1, 1))));
  if (terminal_.errKind == Terminal::Kind::Tty) Draw(lines);
}

void Progress::Say(const std::string& text) {
  drawn_ = 0;
  terminal_.err << text << std::endl;
}

void Progress::Draw(const std::vector<std::string>& lines) {
  std::string text;
  if (drawn_ > 0) text += "\033[" + std::to_string(drawn_) + "A\r\033[J";
  for (const std::string& line : lines) text += line + "\n";
  drawn_ = lines.size();
  terminal_.err << text << std::flush;
}

// The message of an end that is final is in the closing lines; that of one which is tried again is nowhere else.
std::string Progress::Why(const api::StageStatus& stage, const std::string& run) {
  const bool is_final = stage.state == api::StageState::Failed || stage.state == api::StageState::Superseded;
  if (is_final) return stage.reason ? " (" + std::string(api::Word(*stage.reason)) + ")" : "";
  if (stage.message.empty()) return "";
  const bool again = std::exchange(messages_[run + "/" + stage.name], stage.message) == stage.message;
  return again ? ": as before" : ": " + Printable(stage.message);
}

void Progress::Tell(const RunView& run, const api::StageStatus& stage, Time now) {
  if (stage.state == api::StageState::Pending) return;
  const std::string state = std::string(api::Word(stage.state)) + (stage.attempt > 1 ? ", attempt " + std::to_string(stage.attempt) : "");
  if (std::string& told = told_[run.name + "/" + stage.name]; std::exchange(told, state) == state) return;
  terminal_.err << OneLine(run.pipeline) << " " << OneLine(stage.name) << ": " << state;
  if (stage.state == api::StageState::Succeeded)
    terminal_.err << " in " << Elapsed(stage.started, stage.finished, now) << (stage.rows ? ", " + Rows(stage) : "");
  else
    terminal_.err << Why(stage, run.name);
  terminal_.err << std::endl;
}

}  // namespace weir::cli
