#pragma once

#include "crds/api/port.h"

namespace weir::api {

struct TransformStage {
  static constexpr std::string_view kField = "transform";
  static constexpr std::string_view kDoc = "Decode files, or run SQL.";
  std::string from;
  std::string sql;
  std::string into;
  bool operator==(const TransformStage&) const = default;
  bool IsDecoding() const { return sql.empty(); }
};
inline Ports PortsOf(const TransformStage& stage) {
  return {Reads("from", stage.from, {Zone::Landing, Zone::RawHistory}, "from decodes files; read tables with sql"), ReadsBySql("sql", stage.sql),
          stage.IsDecoding() ? Writes("into", stage.into, {Zone::Processed}, "decoded files are tables in the zone Processed")
                             : Writes("into", stage.into, {Zone::Processed, Zone::Curated}, "SQL writes into Processed or Curated")};
}
void Describe(auto&& field, Of<TransformStage> auto& self) {
  field("from", self.from,
        Rules{.doc = "Dataset of files to decode into typed columns; rows that do not fit are quarantined with file, line, column and text.",
              .maxLength = 63,
              .pattern = kObjectNamePattern});
  field("sql", self.sql,
        Rules{.doc = "One SELECT over datasets of this namespace, by table name. Its result replaces the target.", .minLength = 8, .maxLength = 65536});
  field("into", self.into, Rules{.doc = "Dataset in the zone Processed or Curated.", .required = true, .maxLength = 63, .pattern = kObjectNamePattern});
  field.OneOf({"from", "sql"});
}

}  // namespace weir::api
