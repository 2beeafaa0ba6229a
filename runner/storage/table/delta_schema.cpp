#include "runner/storage/table/delta_schema.h"

#include <array>
#include <utility>

#include "crds/base/json.h"

namespace weir::storage {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kTypes{{{"BOOLEAN", "boolean"},
                                                                                {"TINYINT", "byte"},
                                                                                {"SMALLINT", "short"},
                                                                                {"INTEGER", "integer"},
                                                                                {"BIGINT", "long"},
                                                                                {"FLOAT", "float"},
                                                                                {"DOUBLE", "double"},
                                                                                {"VARCHAR", "string"},
                                                                                {"DATE", "date"},
                                                                                {"TIMESTAMP", "timestamp"},
                                                                                {"BLOB", "binary"}}};

Result<std::string> DeltaType(const api::Column& column) {
  for (const auto& [ours, theirs] : kTypes) {
    if (column.type == ours) return std::string(theirs);
  }
  if (column.type.starts_with("DECIMAL(") && column.type.ends_with(")")) return "decimal" + column.type.substr(7);
  return Error{Fault::Invalid, "SchemaMismatch",
               "column " + column.name + " has the type " + column.type + ", which a table cannot hold: use one of the types of a Dataset"};
}

}  // namespace

Result<std::string> DeltaSchemaString(const std::vector<api::Column>& columns) {
  Json fields = Json::array();
  for (const api::Column& column : columns) {
    const Result<std::string> type = DeltaType(column);
    if (!type) return type.error();
    Json metadata = Json::object();
    if (!column.description.empty()) metadata["comment"] = column.description;
    if (!column.unit.empty()) metadata["unit"] = column.unit;
    fields.push_back({{"name", column.name}, {"type", *type}, {"nullable", column.IsNullable()}, {"metadata", metadata}});
  }
  return Dump({{"type", "struct"}, {"fields", fields}});
}

}  // namespace weir::storage
