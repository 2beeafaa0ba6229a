#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crds/api/dataset.h"
#include "crds/api/describe/read.h"
#include "crds/api/lake.h"
#include "crds/api/protocol/stage_outcome.h"
#include "crds/api/view.h"
#include "operator/plan/action.h"
#include "operator/plan/pipeline/bundle.h"

namespace weir::plan {

// One version that a run made visible, as its status tells.
struct SeenCommit {
  api::Commit commit;
  std::string run;
  std::string revision;
  std::string image;
  std::optional<api::PublishedContract> contract;  // of a View: as the run's revision holds it

  bool operator==(const SeenCommit&) const = default;
};

// What runs report of a table that an attempt could not read.
struct SeenDamage {
  std::optional<api::Damage> newest;  // by epoch
  // Epoch of the newest run that succeeded (RunStatus::epoch), of each pipeline that `newest` or the table's status names.
  std::map<std::string, std::int64_t> succeeded;

  bool operator==(const SeenDamage&) const = default;
};

// Everything that a Dataset's or a View's plan depends on.
struct ObservedDataset {
  std::optional<api::Dataset> dataset;
  std::vector<api::Problem> unreadable;
  std::vector<SeenCommit> commits;
  SeenDamage damage;
  std::vector<std::string> writers;   // pipelines with a stage that writes it
  std::optional<api::Meta> namesake;  // the View of the same name
  bool operator==(const ObservedDataset&) const = default;
};
struct ObservedView {
  std::optional<api::View> view;
  std::vector<api::Problem> unreadable;
  std::vector<SeenCommit> commits;
  SeenDamage damage;
  std::vector<std::string> publishers;  // pipelines with a stage that publishes it
  std::optional<api::Meta> namesake;    // the Dataset of the same name
  bool operator==(const ObservedView&) const = default;
};
struct ObservedLake {
  std::optional<api::Lake> lake;
  std::vector<api::Problem> unreadable;
  Environment environment;
  bool operator==(const ObservedLake&) const = default;
};

// Facts are those of the commit with the highest epoch, of those that runs tell of and the one that status shows already
// (a run whose publish was refused reports what stays published, which brings a lost status back);
// conditions follow from the declaration and from the data's time. Neither ever starts anything. Data that no pipeline brings up
// to date any more leave Ready as it is, since a table may be kept on purpose; Ready and freshness say it.
Plan MakePlan(const ObservedDataset& seen, Time now);
Plan MakePlan(const ObservedView& seen, Time now);
Plan MakePlan(const ObservedLake& seen, Time now);

}  // namespace weir::plan
