#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crds/api/dataset.h"
#include "crds/api/describe/read.h"
#include "crds/api/pipeline.h"
#include "crds/api/view.h"
#include "operator/plan/action.h"
#include "operator/plan/pipeline/bundle.h"

namespace weir::plan {

// What a pipeline refers to, as observed. Problems of the Lake's own spec are said by the Lake.
struct Elsewhere {
  std::string object;  // "Dataset shop/orders"
  Time created;
  std::string place;
  bool operator==(const Elsewhere&) const = default;
};
struct Surroundings {
  std::optional<api::Lake> lake;       // the one named `default`, else the built-in one holds
  std::vector<api::Dataset> datasets;  // of the namespace: at least those that the stages or their SQL may name
  std::vector<api::View> views;
  std::vector<Elsewhere> elsewhere;  // Datasets of other namespaces whose tables have the name of one of these
  bool operator==(const Surroundings&) const = default;
};

// A reference that nothing answers yet: the pipeline waits for it. Or one that is refused.
struct Missing {
  api::Reason reason = api::Reason::DatasetMissing;
  std::string path;     // field of the pipeline; empty for the Lake
  std::string name;     // of the object that is missing, not valid yet or refused
  std::string message;  // without the path
  std::string advice;   // " (did you mean X?)", or empty
  bool operator==(const Missing&) const = default;
};
// "spec.stages[0].land.into: there is no Dataset ...".
std::string Sentence(const Missing& missing);

struct Resolution {
  std::vector<api::Problem> problems;  // what is wrong, by field of the pipeline
  std::vector<Missing> missing;        // what is not there yet
  std::vector<std::string> broken;     // findings against published contracts
  std::vector<Missing> refused;        // what other objects or data that are there forbid: NameTaken, Moved
  std::optional<Time> revisit;         // when a waiver ends, and with it perhaps the answer
  Bundle bundle;                       // whole only when the four are empty
};

// The largest task that may travel in a pod's annotation, of the 256 KiB that annotations have together.
inline constexpr std::size_t kTaskLimit = std::size_t{200} * 1024;

Resolution Resolve(const api::Pipeline& pipeline, const Surroundings& around, const Environment& environment, Time now);

// Whether `other`, of the other kind and with the same table name, has the name: it was there first.
bool HasTheName(api::TargetKind kind, const api::Meta& meta, const api::Meta& other);
std::string NameTakenBy(api::TargetKind kind, const api::Meta& meta);

// Every Dataset and View with its place, as `weir check` compares them over namespaces.
// A claim is a volume of its namespace; a bucket or a folder may be shared by several.
bool IsSharedPlace(const std::string& place);
std::vector<api::TaskTable> TablesOf(const Surroundings& around, const Environment& environment);

// Every SQL text that the pipeline runs, its views' included.
std::vector<std::string> SqlOf(const api::PipelineSpec& pipeline, const std::vector<api::View>& views);

}  // namespace weir::plan
