#pragma once

#include <string>
#include <vector>

#include "crds/api/dataset.h"
#include "crds/base/result.h"

namespace weir::storage {

// The columns as a Delta `schemaString` (protocol, "Schema Serialization Format"): nullability, description as comment,
// unit as metadata. Equal columns give equal bytes. Fault::Invalid, reason "SchemaMismatch", for a type we do not have.
Result<std::string> DeltaSchemaString(const std::vector<api::Column>& columns);

}  // namespace weir::storage
