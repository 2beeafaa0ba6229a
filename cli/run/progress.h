#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/screen/terminal.h"
#include "crds/api/run.h"
#include "crds/base/time.h"

namespace weir::cli {

// One run as progress shows it.
struct RunView {
  std::string name;
  std::string pipeline;
  api::RunStatus status;
  Time created;
};

// Shows runs while they go on. On a terminal: one bar for each run and one line for each stage, drawn over in place.
// Elsewhere: one line whenever a stage changes its state, and nothing in between. Writes to `terminal.err`. Used by one
// thread.
class Progress {
 public:
  explicit Progress(const Terminal& terminal) : terminal_(terminal) {}

  void Show(const std::vector<RunView>& runs, Time now);
  // One line for people that stays: what is drawn afterwards stands below it.
  void Say(const std::string& text);

 private:
  void Draw(const std::vector<std::string>& lines);
  void Tell(const RunView& run, const api::StageStatus& stage, Time now);
  std::string Why(const api::StageStatus& stage, const std::string& run);

  const Terminal& terminal_;
  std::size_t drawn_ = 0;                        // lines on the screen that the next drawing replaces
  std::map<std::string, std::string> told_;      // run/stage -> state and attempt
  std::map<std::string, std::string> messages_;  // run/stage -> the last message
};

}  // namespace weir::cli
