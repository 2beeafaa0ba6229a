#include "runner/engine/parquet/parquet_functions.h"

#include <chrono>
#include <cstdio>
#include <duckdb/common/vector_operations/binary_executor.hpp>
#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/execution/expression_executor.hpp>
#include <duckdb/function/scalar_function.hpp>
#include <duckdb/main/extension/extension_loader.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>
#include <set>
#include <utility>

#include "crds/base/json.h"
#include "runner/engine/values/json_values.h"
#include "runner/formats/encoding/utf8.h"
#include "runner/formats/values/value.h"

namespace weir::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::string_t;
using duckdb::Value;
using formats::ParquetLeaf;

constexpr std::int64_t kNanosOfDay = 86'400'000'000'000;
constexpr std::int64_t kJulianDayOf1970 = 2'440'588;
constexpr std::int64_t kFarthestDay = 5'000'000;  // from 1970, that a calendar is asked about
constexpr std::size_t kLongestDecimal = 128;      // bytes
constexpr std::size_t kLongestText = 64 << 20;
constexpr std::size_t kShownKey = 80;

std::string_view View(const string_t& text) { return {text.GetData(), text.GetSize()}; }

// Why bytes are no text that a table holds; null where they are one.
const char* ProblemOfText(std::string_view text) {
  if (formats::ValidUtf8(text) < text.size()) return "is not UTF-8";
  return text.find('\0') == std::string_view::npos ? nullptr : "has the character U+0000";
}

std::string InstantText(std::int64_t days, std::int64_t nanos) {
  days += nanos / kNanosOfDay;
  nanos %= kNanosOfDay;
  if (nanos < 0) --days, nanos += kNanosOfDay;
  if (days < -kFarthestDay || days > kFarthestDay) return "day " + std::to_string(days);
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  const auto seconds = nanos / 1'000'000'000;
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d.%09d", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60),
                static_cast<int>(nanos % 1'000'000'000));
  return text;
}

std::string Int96Text(std::string_view bytes) {
  if (bytes.size() != 12) return "no INT96";
  const auto day = static_cast<std::int32_t>(formats::LittleEndian(bytes.substr(8)));
  return InstantText(day - kJulianDayOf1970, static_cast<std::int64_t>(formats::LittleEndian(bytes.substr(0, 8))));
}

// Of a big-endian number in two's complement.
std::string DecimalText(std::string_view bytes, int scale) {
  if (bytes.size() > kLongestDecimal || scale < 0 || scale > static_cast<int>(3 * kLongestDecimal))
    return "a number of " + std::to_string(bytes.size()) + " bytes";
  std::vector<unsigned> digits(bytes.begin(), bytes.end());  // to base 256
  for (unsigned& digit : digits) digit &= 0xFF;
  const bool negative = !digits.empty() && digits[0] >= 0x80;
  if (negative) {
    for (unsigned& digit : digits) digit = 0xFF - digit;
    for (std::size_t i = digits.size(); i-- > 0;)
      if (++digits[i] <= 0xFF)
        break;
      else
        digits[i] = 0;
  }
  std::string text;  // backwards
  for (std::size_t first = 0; first < digits.size();) {
    unsigned rest = 0;
    for (std::size_t i = first; i < digits.size(); ++i) {
      const unsigned part = rest * 256 + digits[i];
      digits[i] = part / 10;
      rest = part % 10;
    }
    text += static_cast<char>('0' + rest);
    while (first < digits.size() && digits[first] == 0) ++first;
  }
  while (text.size() <= static_cast<std::size_t>(scale)) text += '0';
  if (scale > 0) text.insert(static_cast<std::size_t>(scale), 1, '.');
  if (negative) text += '-';
  return {text.rbegin(), text.rend()};
}

// The tree of a column's type, with what the footer says of its leaves and fields.
struct Shape {
  ParquetLeaf leaf;
  std::vector<Shape> parts;
  std::vector<std::string> names;  // of a struct's fields

  bool IsMapEntry() const { return names.size() == 2 && names[0] == formats::kMapKey && names[1] == formats::kMapValue; }
};

// Plain where values of the type cannot be such a leaf's.
ParquetLeaf LeafOf(const LogicalType& type, const Json& pair) {
  const ParquetLeaf leaf{static_cast<ParquetLeaf::Kind>(pair[0].get<int>()), pair[1].get<int>()};
  const bool is_number = leaf.kind == ParquetLeaf::Kind::Nanoseconds;
  return type.id() == (is_number ? LogicalTypeId::BIGINT : LogicalTypeId::BLOB) ? leaf : ParquetLeaf{};
}

class ShapeBuilder {
 public:
  ShapeBuilder(const Json& leaves, const Json& fields) : leaves_(leaves), fields_(fields) {}

  Shape Build(const LogicalType& type) {
    Shape shape;
    switch (type.id()) {
      case LogicalTypeId::LIST: shape.parts.push_back(Build(duckdb::ListType::GetChildType(type))); break;
      case LogicalTypeId::ARRAY: shape.parts.push_back(Build(duckdb::ArrayType::GetChildType(type))); break;
      case LogicalTypeId::STRUCT:
        for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
          shape.names.push_back(fields_.contains(name) ? Text(fields_, name) : name);
          shape.parts.push_back(Build(child));
        }
        break;
      default:
        if (next_ < leaves_.size()) shape.leaf = LeafOf(type, leaves_[next_]);
        ++next_;
    }
    return shape;
  }
  bool UsedAll() const { return next_ == leaves_.size(); }

 private:
  const Json& leaves_;
  const Json& fields_;
  std::size_t next_ = 0;
};

Shape ShapeOf(const LogicalType& type, const Json& spec) {
  const Json& fields = At(spec, "fields");
  ShapeBuilder builder(At(spec, "leaves"), fields);
  Shape shape = builder.Build(type);
  if (builder.UsedAll()) return shape;
  const Json none = Json::array();
  return ShapeBuilder(none, fields).Build(type);
}

// Appends values as JSON; the first thing that keeps one from being exact JSON is its problem.
class JsonWriter {
 public:
  void Append(const Value& value, const Shape& shape) {
    if (value.IsNull()) return void(out_ += "null");
    switch (value.type().id()) {
      case LogicalTypeId::LIST:
        if (shape.parts[0].IsMapEntry()) return AppendMap(duckdb::ListValue::GetChildren(value), shape.parts[0]);
        return AppendList(duckdb::ListValue::GetChildren(value), shape.parts[0]);
      case LogicalTypeId::ARRAY: return AppendList(duckdb::ArrayValue::GetChildren(value), shape.parts[0]);
      case LogicalTypeId::STRUCT: return AppendStruct(duckdb::StructValue::GetChildren(value), shape);
      default: AppendLeaf(value, shape.leaf);
    }
  }
  std::string Take() { return std::exchange(out_, {}); }
  std::string TakeProblem() { return std::exchange(problem_, {}); }

 private:
  void AppendLeaf(const Value& value, const ParquetLeaf& leaf) {
    switch (leaf.kind) {
      case ParquetLeaf::Kind::Text: return AppendText(duckdb::StringValue::Get(value));
      case ParquetLeaf::Kind::Nanoseconds: return AppendText(InstantText(0, value.GetValue<std::int64_t>()));
      case ParquetLeaf::Kind::Int96: return AppendText(Int96Text(duckdb::StringValue::Get(value)));
      case ParquetLeaf::Kind::WideDecimal: return AppendText(DecimalText(duckdb::StringValue::Get(value), leaf.scale));
      case ParquetLeaf::Kind::Plain: break;
    }
    AppendJson(out_, value);
  }

  void AppendText(const std::string& text) {
    if (const char* problem = ProblemOfText(text)) Report(problem);
    out_ += Dump(formats::ValidUtf8(text) == text.size() ? text : formats::Legible(text, kLongestText));
  }

  void AppendList(const duckdb::vector<Value>& items, const Shape& shape) {
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ',';
      Append(items[i], shape);
    }
    out_ += ']';
  }

  void AppendStruct(const duckdb::vector<Value>& fields, const Shape& shape) {
    out_ += '{';
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) out_ += ',';
      AppendText(shape.names[i]);
      out_ += ':';
      Append(fields[i], shape.parts[i]);
    }
    out_ += '}';
  }

  // An object; keys that are no texts become texts.
  void AppendMap(const duckdb::vector<Value>& entries, const Shape& shape) {
    std::set<std::string> keys;
    out_ += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto& pair = duckdb::StructValue::GetChildren(entries[i]);
      if (i > 0) out_ += ',';
      const std::size_t from = out_.size();
      Append(pair[0], shape.parts[0]);
      if (pair[0].IsNull()) Report("has a key that is null");
      if (out_[from] != '"') {
        const std::string key = out_.substr(from);
        out_.resize(from);
        AppendText(key);
      }
      const auto [key, added] = keys.insert(out_.substr(from));
      if (!added) Report("has the key " + formats::Legible(*key, kShownKey) + " twice");
      out_ += ':';
      Append(pair[1], shape.parts[1]);
    }
    out_ += '}';
  }

  void Report(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  std::string out_;
  std::string problem_;
};

struct ShapeData final : duckdb::FunctionData {
  Json spec;
  Shape shape;

  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<ShapeData>(*this); }
  bool Equals(const duckdb::FunctionData& other) const override { return spec == other.Cast<ShapeData>().spec; }
};

duckdb::unique_ptr<duckdb::FunctionData> BindShape(duckdb::ClientContext& context, duckdb::ScalarFunction& function,
                                                   duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  if (!arguments[1]->IsFoldable()) throw duckdb::BinderException("%s needs its spec as a constant", function.name);
  const auto spec = ParseJson(duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[1]).ToString());
  if (!spec.ok()) throw duckdb::BinderException("%s: its spec is not JSON", function.name);
  auto data = duckdb::make_uniq<ShapeData>();
  data->spec = *spec;
  for (const Json& leaf : At(data->spec, "leaves"))
    if (!leaf.is_array() || leaf.size() != 2 || !leaf[0].is_number_integer() || !leaf[1].is_number_integer())
      throw duckdb::BinderException("%s: its spec has another form", function.name);
  data->shape = ShapeOf(arguments[0]->return_type, data->spec);
  function.arguments[0] = arguments[0]->return_type;
  return data;
}

enum class Answer { Exact, Legible, Problem };

template <Answer answer>
void WriteJson(duckdb::DataChunk& arguments, duckdb::ExpressionState& state, duckdb::Vector& result) {
  const Shape& shape = state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<ShapeData>().shape;
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  JsonWriter writer;
  for (duckdb::idx_t row = 0; row < arguments.size(); ++row) {
    const Value value = arguments.data[0].GetValue(row);
    writer.Append(value, shape);
    const std::string json = writer.Take(), problem = writer.TakeProblem();
    if (value.IsNull() || (answer != Answer::Legible && problem.empty() != (answer == Answer::Exact)))
      duckdb::FlatVector::SetNull(result, row, true);
    else
      duckdb::FlatVector::GetData<string_t>(result)[row] = duckdb::StringVector::AddString(result, answer == Answer::Problem ? problem : json);
  }
}

void ReadUtf8(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  duckdb::UnaryExecutor::ExecuteWithNulls<string_t, string_t>(arguments.data[0], result, arguments.size(),
                                                              [](string_t text, duckdb::ValidityMask& valid, duckdb::idx_t row) {
                                                                if (ProblemOfText(View(text)) != nullptr) valid.SetInvalid(row);
                                                                return text;
                                                              });
  duckdb::StringVector::AddHeapReference(result, arguments.data[0]);
}

void TellProblem(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  duckdb::UnaryExecutor::ExecuteWithNulls<string_t, string_t>(arguments.data[0], result, arguments.size(),
                                                              [&result](string_t text, duckdb::ValidityMask& valid, duckdb::idx_t row) {
                                                                const char* problem = ProblemOfText(View(text));
                                                                if (problem == nullptr) valid.SetInvalid(row);
                                                                return duckdb::StringVector::AddString(result, problem == nullptr ? "" : problem);
                                                              });
}

void DropBlank(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  duckdb::UnaryExecutor::ExecuteWithNulls<string_t, string_t>(arguments.data[0], result, arguments.size(),
                                                              [](string_t text, duckdb::ValidityMask& valid, duckdb::idx_t row) {
                                                                if (formats::Trimmed(View(text)).empty()) valid.SetInvalid(row);
                                                                return text;
                                                              });
  duckdb::StringVector::AddHeapReference(result, arguments.data[0]);
}

void MakeLegible(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  duckdb::UnaryExecutor::Execute<string_t, string_t>(arguments.data[0], result, arguments.size(), [&result](string_t text) {
    return duckdb::StringVector::AddString(result, formats::Legible(View(text), kLongestText));
  });
}

void ReadInt96(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  duckdb::UnaryExecutor::Execute<string_t, string_t>(arguments.data[0], result, arguments.size(),
                                                     [&result](string_t bytes) { return duckdb::StringVector::AddString(result, Int96Text(View(bytes))); });
}

void ReadNanoseconds(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  duckdb::UnaryExecutor::Execute<std::int64_t, string_t>(
      arguments.data[0], result, arguments.size(), [&result](std::int64_t nanos) { return duckdb::StringVector::AddString(result, InstantText(0, nanos)); });
}

void ReadWideDecimal(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  duckdb::BinaryExecutor::Execute<string_t, std::int32_t, string_t>(
      arguments.data[0], arguments.data[1], result, arguments.size(),
      [&result](string_t bytes, std::int32_t scale) { return duckdb::StringVector::AddString(result, DecimalText(View(bytes), scale)); });
}

}  // namespace

std::string ParquetSpec(const formats::ParquetColumn& column) {
  Json leaves = Json::array();
  for (const ParquetLeaf& leaf : column.leaves) leaves.push_back({static_cast<int>(leaf.kind), leaf.scale});
  return Dump({{"leaves", leaves}, {"fields", column.fields}});
}

void RegisterParquetFunctions(duckdb::DatabaseInstance& database) {
  duckdb::ExtensionLoader loader(database, "weirkeeper");
  const LogicalType text = LogicalType::VARCHAR;
  const LogicalType blob = LogicalType::BLOB;
  loader.RegisterFunction(duckdb::ScalarFunction(kUtf8, {blob}, text, ReadUtf8));
  loader.RegisterFunction(duckdb::ScalarFunction(kUtf8Problem, {blob}, text, TellProblem));
  loader.RegisterFunction(duckdb::ScalarFunction(kNotBlank, {blob}, blob, DropBlank));
  loader.RegisterFunction(duckdb::ScalarFunction(kLegible, {blob}, text, MakeLegible));
  loader.RegisterFunction(duckdb::ScalarFunction(kInt96, {blob}, text, ReadInt96));
  loader.RegisterFunction(duckdb::ScalarFunction(kNanoseconds, {LogicalType::BIGINT}, text, ReadNanoseconds));
  loader.RegisterFunction(duckdb::ScalarFunction(kWideDecimal, {blob, LogicalType::INTEGER}, text, ReadWideDecimal));
  loader.RegisterFunction(duckdb::ScalarFunction(kParquetJson, {LogicalType::ANY, text}, text, WriteJson<Answer::Exact>, BindShape));
  loader.RegisterFunction(duckdb::ScalarFunction(kParquetLegible, {LogicalType::ANY, text}, text, WriteJson<Answer::Legible>, BindShape));
  loader.RegisterFunction(duckdb::ScalarFunction(kParquetProblem, {LogicalType::ANY, text}, text, WriteJson<Answer::Problem>, BindShape));
}

}  // namespace weir::engine
