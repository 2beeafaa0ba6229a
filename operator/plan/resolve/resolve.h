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

// The objects that a pipeline refers to, as observed. Problems of the Lake's own spec are reported in the Lake's status.
struct Elsewhere {
  std::string object;  // "Dataset shop/orders"
  Time created;
  std::string place;
  bool operator==(const Elsewhere&) const = default;
};
struct Surroundings {
  std::optional<api::Lake> lake;       // the one named `default`; absent: the built-in one is used
  std::vector<api::Dataset> datasets;  // of the namespace: at least those that the stages or their SQL may name
  std::vector<api::View> views;
  std::vector<Elsewhere> elsewhere;  // Datasets of other namespaces whose tables have the name of one of these
  bool operator==(const Surroundings&) const = default;
};

// A reference that cannot be resolved yet, for which the pipeline waits, or one that is refused.
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
  std::vector<api::Problem> problems;  // errors, by field of the pipeline
  std::vector<Missing> missing;        // references to objects that do not exist yet
  std::vector<std::string> broken;     // findings against published contracts
  std::vector<Missing> refused;        // conflicts with other objects or existing data: NameTaken, Moved
  std::optional<Time> revisit;         // next begin or end of a waiver, when the result may change
  Bundle bundle;                       // complete only when the four lists are empty
};

// Largest task in a pod's annotation, in bytes; all annotations of a pod together may have 256 KiB.
inline constexpr std::size_t kTaskLimit = std::size_t{200} * 1024;

Resolution Resolve(const api::Pipeline& pipeline, const Surroundings& around, const Environment& environment, Time now);

// Whether `other`, of the other kind and with the same table name, owns the name because it is older.
bool OwnsTableName(api::TargetKind kind, const api::Meta& meta, const api::Meta& other);
std::string NameTakenBy(api::TargetKind kind, const api::Meta& meta);

// Every Dataset and View with its place, as `weir check` compares them over namespaces.
// A claim is a volume of its namespace; a bucket or a folder may be shared by several.
bool IsSharedPlace(const std::string& place);
std::vector<api::TaskTable> TablesOf(const Surroundings& around, const Environment& environment);

// Every SQL text that the pipeline runs, its views' included.
std::vector<std::string> SqlOf(const api::PipelineSpec& pipeline, const std::vector<api::View>& views);

}  // namespace weir::plan
