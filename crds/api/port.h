#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crds/api/describe/words.h"
#include "crds/api/lake.h"
#include "crds/api/protocol/stage_outcome.h"

namespace weir::api {

// One field by which a stage names what it reads or writes. A kind of stage lists its ports beside its fields (PortsOf in
// crds/api/stages/), and all that follows data from stage to stage goes by them: order within a pipeline, references and zones,
// which changes wake a pipeline, its one writer per table, lineage.
struct Port {
  enum class Flow { Reads, ReadsBySql, Writes };
  Flow flow = Flow::Reads;
  std::string field;  // below the stage: "land.into"
  std::string value;  // name of the Dataset or View; the SQL text of ReadsBySql
  TargetKind target = TargetKind::Dataset;
  std::vector<Zone> zones;         // in which the Dataset may be; empty for a View and for SQL
  std::string_view zoneRule = "";  // what to say of another zone: "files are landed in the zone Landing"

  // "Dataset/flights"
  std::string Label() const { return std::string(Word(target)) + "/" + value; }
  // Whether the stage runs the query of the View; one that only reads a View has nothing to do with how it is made.
  bool RunsQueryOfView() const { return flow == Flow::Writes && target == TargetKind::View; }
  // Whether it is about rows: SQL cannot name a Dataset of files.
  bool IsTable() const { return flow == Flow::ReadsBySql || zones.empty() || !HoldsFiles(zones.front()); }
};
using Ports = std::vector<Port>;

inline Port Reads(std::string_view field, std::string dataset, std::vector<Zone> zones, std::string_view zone_rule) {
  return {Port::Flow::Reads, std::string(field), std::move(dataset), TargetKind::Dataset, std::move(zones), zone_rule};
}
inline Port ReadsView(std::string_view field, std::string view) { return {Port::Flow::Reads, std::string(field), std::move(view), TargetKind::View}; }
inline Port ReadsBySql(std::string_view field, std::string sql) { return {Port::Flow::ReadsBySql, std::string(field), std::move(sql)}; }
inline Port Writes(std::string_view field, std::string dataset, std::vector<Zone> zones, std::string_view zone_rule) {
  return {Port::Flow::Writes, std::string(field), std::move(dataset), TargetKind::Dataset, std::move(zones), zone_rule};
}
// The stage runs the query of the View, and writes its table.
inline Port Publishes(std::string_view field, std::string view) { return {Port::Flow::Writes, std::string(field), std::move(view), TargetKind::View}; }

}  // namespace weir::api
