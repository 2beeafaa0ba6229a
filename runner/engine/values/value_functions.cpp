#include "runner/engine/values/value_functions.h"

#include <duckdb/common/types/hugeint.hpp>
#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/execution/expression_executor.hpp>
#include <duckdb/function/scalar_function.hpp>
#include <duckdb/main/extension/extension_loader.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>

#include "runner/engine/values/types.h"
#include "runner/formats/values/instant.h"
#include "runner/formats/values/value.h"

namespace weir::engine {
namespace {

using duckdb::idx_t;
using duckdb::string_t;
using formats::ValueType;

struct ValueData final : duckdb::FunctionData {
  std::string word;
  formats::ColumnType type;
  std::string format;
  std::optional<formats::TimestampFormat> compiled;

  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<ValueData>(*this); }
  bool Equals(const duckdb::FunctionData& other) const override {
    const auto& same = other.Cast<ValueData>();
    return word == same.word && format == same.format;
  }
};

std::string_view View(const string_t& text) { return {text.GetData(), text.GetSize()}; }

// `read` answers a Reading; `to` makes DuckDB's value of it.
template <typename T>
void Read(duckdb::Vector& texts, duckdb::Vector& result, idx_t rows, const auto& read, const auto& to) {
  duckdb::UnaryExecutor::ExecuteWithNulls<string_t, T>(texts, result, rows, [&](string_t text, duckdb::ValidityMask& valid, idx_t row) {
    const auto reading = read(View(text));
    if (!reading) valid.SetInvalid(row);
    return to(reading.value);
  });
}

template <typename T>
void ReadInteger(duckdb::Vector& texts, duckdb::Vector& result, idx_t rows, ValueType type) {
  Read<T>(
      texts, result, rows, [type](std::string_view text) { return formats::ParseInteger(text, type); },
      [](std::int64_t value) { return static_cast<T>(value); });
}

template <typename T>
void ReadDecimal(duckdb::Vector& texts, duckdb::Vector& result, idx_t rows, const formats::ColumnType& type) {
  Read<T>(
      texts, result, rows, [&type](std::string_view text) { return formats::ParseDecimal(text, type.precision, type.scale); },
      [](formats::Int128 value) {
        if constexpr (std::is_same_v<T, duckdb::hugeint_t>)
          return duckdb::hugeint_t(static_cast<std::int64_t>(value >> 64), static_cast<std::uint64_t>(value));
        else
          return static_cast<T>(value);
      });
}

void ReadAnyDecimal(duckdb::Vector& texts, duckdb::Vector& result, idx_t rows, const formats::ColumnType& type) {
  switch (result.GetType().InternalType()) {
    case duckdb::PhysicalType::INT16: return ReadDecimal<std::int16_t>(texts, result, rows, type);
    case duckdb::PhysicalType::INT32: return ReadDecimal<std::int32_t>(texts, result, rows, type);
    case duckdb::PhysicalType::INT64: return ReadDecimal<std::int64_t>(texts, result, rows, type);
    default: return ReadDecimal<duckdb::hugeint_t>(texts, result, rows, type);
  }
}

void ReadTimestamp(duckdb::Vector& texts, duckdb::Vector& result, idx_t rows, const ValueData& data) {
  const auto to = [](std::int64_t micros) { return duckdb::timestamp_t(micros); };
  if (data.compiled)
    return Read<duckdb::timestamp_t>(
        texts, result, rows, [&data](std::string_view text) { return data.compiled->Parse(text); }, to);
  Read<duckdb::timestamp_t>(texts, result, rows, formats::ParseTimestamp, to);
}

void ReadValues(duckdb::DataChunk& arguments, duckdb::ExpressionState& state, duckdb::Vector& result) {
  const auto& data = state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<ValueData>();
  duckdb::Vector& texts = arguments.data[0];
  const idx_t rows = arguments.size();
  const auto same = [](auto value) { return value; };
  switch (data.type.type) {
    case ValueType::Boolean: return Read<bool>(texts, result, rows, formats::ParseBoolean, same);
    case ValueType::Tinyint: return ReadInteger<std::int8_t>(texts, result, rows, data.type.type);
    case ValueType::Smallint: return ReadInteger<std::int16_t>(texts, result, rows, data.type.type);
    case ValueType::Integer: return ReadInteger<std::int32_t>(texts, result, rows, data.type.type);
    case ValueType::Bigint: return ReadInteger<std::int64_t>(texts, result, rows, data.type.type);
    case ValueType::Float: return Read<float>(texts, result, rows, formats::ParseFloat, same);
    case ValueType::Double: return Read<double>(texts, result, rows, formats::ParseDouble, same);
    case ValueType::Decimal: return ReadAnyDecimal(texts, result, rows, data.type);
    case ValueType::Date: return Read<duckdb::date_t>(texts, result, rows, formats::ParseDate, [](std::int32_t days) { return duckdb::date_t(days); });
    case ValueType::Timestamp: return ReadTimestamp(texts, result, rows, data);
    case ValueType::Varchar:
    case ValueType::Blob: return result.Reinterpret(texts);
  }
}

std::string Constant(duckdb::ClientContext& context, const duckdb::Expression& argument) {
  if (!argument.IsFoldable()) throw duckdb::BinderException("%s needs its type and its format as constants", kValueOfText);
  return duckdb::ExpressionExecutor::EvaluateScalar(context, argument).ToString();
}

duckdb::unique_ptr<duckdb::FunctionData> BindValue(duckdb::ClientContext& context, duckdb::ScalarFunction& function,
                                                   duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  auto data = duckdb::make_uniq<ValueData>();
  data->word = Constant(context, *arguments[1]);
  data->format = Constant(context, *arguments[2]);
  const auto type = formats::ParseColumnType(data->word);
  if (!type) throw duckdb::BinderException("%s is not a column type", data->word);
  data->type = *type;
  if (!data->format.empty()) {
    auto compiled = formats::TimestampFormat::Compile(data->format);
    if (!compiled.ok()) throw duckdb::BinderException("%s", compiled.error().message);
    data->compiled = *compiled;
  }
  function.return_type = DeclaredType(data->word);
  return data;
}

}  // namespace

void RegisterValueFunctions(duckdb::DatabaseInstance& database) {
  const auto text = duckdb::LogicalType::VARCHAR;
  duckdb::ExtensionLoader(database, "weirkeeper")
      .RegisterFunction(duckdb::ScalarFunction(kValueOfText, {text, text, text}, duckdb::LogicalType::ANY, ReadValues, BindValue));
}

}  // namespace weir::engine
