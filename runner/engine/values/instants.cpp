#include "runner/engine/values/instants.h"

#include <duckdb/function/scalar_function.hpp>
#include <duckdb/main/extension/extension_loader.hpp>

namespace weir::engine {

void RegisterInstants(duckdb::DatabaseInstance& database) {
  const auto reinterpret = [](duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) { result.Reinterpret(arguments.data[0]); };
  duckdb::ExtensionLoader(database, "weirkeeper")
      .RegisterFunction(duckdb::ScalarFunction(kAsTimestamp, {duckdb::LogicalType::TIMESTAMP_TZ}, duckdb::LogicalType::TIMESTAMP, reinterpret));
}

}  // namespace weir::engine
