#pragma once

#include <rapidcheck.h>

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "crds/base/json.h"

namespace weir::test {

// What can happen in the life of a pipeline and its runs.
enum class Deed {
  Work,     // the operator does all that it can see to do
  Wait,     // time passes
  Start,    // a pod gets a node and runs
  Hinder,   // a pod has no image, no node, or none of these troubles any more
  End,      // a pod ends, in one of many ways
  Take,     // a pod is deleted, evicted, or loses its node
  Strip,    // a pod vanishes at once, finalizer and all, or loses its owner, with its labels or without
  Crash,    // the operator will die at one of its next writes, before or after it takes effect
  Trouble,  // some of its next writes fail, or their replies are lost
  Deny,     // it has not the right to one kind of write, until CatchUp
  Lag,      // one of its caches hears nothing, until CatchUp
  CatchUp,
  Edit,     // somebody changes the pipeline
  Steer,    // somebody pauses, resumes or cancels a run
  Request,  // somebody asks for a run
  Suspend,  // or wants none for now, or again
  Remove    // somebody deletes a run, a revision or the whole pipeline
};

// `which` picks what it happens to, of what there is; `how` picks one of its forms.
struct Step {
  Deed deed = Deed::Work;
  unsigned which = 0;
  unsigned how = 0;
};

struct StageShape {
  unsigned needs = 0;  // bit i: the stage at place i, of those above
  int maxAttempts = 1;
  int backoff = 1;  // seconds
};

struct Story {
  std::vector<StageShape> stages;
  std::vector<Step> steps;
  unsigned quiet = 0;  // `how` of each pod's End when nothing else happens any more
};

std::ostream& operator<<(std::ostream& out, const Story& story);

rc::Gen<Story> AnyStory();

// One Dataset for each stage that the shapes may have.
std::vector<Json> DatasetsOf(const Story& story);
// spec of the Pipeline `p`. Texts that differ give revisions that differ.
Json SpecOf(const std::vector<StageShape>& stages, unsigned text);

}  // namespace weir::test
