#include "runner/engine/sql/check_values.h"

#include <vector>

#include "runner/engine/sql/sql.h"
#include "runner/formats/values/value.h"

namespace weir::engine {
namespace {

using formats::ColumnType;
using formats::ValueType;

std::string DecimalExample(const ColumnType& type) {
  std::string example = type.precision > type.scale ? "1" : "0";
  if (type.scale > 0) example.append(".5").append(static_cast<std::size_t>(type.scale - 1), '0');
  return example;
}

std::string Example(const ColumnType& type) {
  switch (type.type) {
    case ValueType::Boolean: return "true";
    case ValueType::Tinyint:
    case ValueType::Smallint:
    case ValueType::Integer:
    case ValueType::Bigint: return "10";
    case ValueType::Float:
    case ValueType::Double: return "1.5";
    case ValueType::Decimal: return DecimalExample(type);
    case ValueType::Date: return "2024-01-31";
    case ValueType::Timestamp: return "2024-01-31T10:00:00Z";
    case ValueType::Varchar:
    case ValueType::Blob: break;
  }
  return "text";
}

// Of two texts that are values of the type.
bool IsGreater(const std::string& a, const std::string& b, const ColumnType& type) {
  switch (type.type) {
    case ValueType::Boolean: return formats::ParseBoolean(a).value && !formats::ParseBoolean(b).value;
    case ValueType::Tinyint:
    case ValueType::Smallint:
    case ValueType::Integer:
    case ValueType::Bigint: return formats::ParseInteger(a, type.type).value > formats::ParseInteger(b, type.type).value;
    case ValueType::Float: return formats::ParseFloat(a).value > formats::ParseFloat(b).value;
    case ValueType::Double: return formats::ParseDouble(a).value > formats::ParseDouble(b).value;
    case ValueType::Decimal: return formats::ParseDecimal(a, type.precision, type.scale).value > formats::ParseDecimal(b, type.precision, type.scale).value;
    case ValueType::Date: return formats::ParseDate(a).value > formats::ParseDate(b).value;
    case ValueType::Timestamp: return formats::ParseTimestamp(a).value > formats::ParseTimestamp(b).value;
    case ValueType::Varchar:
    case ValueType::Blob: break;
  }
  return a > b;
}

std::string ValueInSql(const std::string& text, const std::string& type) { return FromText(Literal(text), type, ""); }

std::string FullMatch(const std::string& value, const std::string& pattern) { return "regexp_full_match(" + value + ", " + Literal(pattern) + ")"; }

class Texts {
 public:
  explicit Texts(const api::Column& column) : word_(column.type), type_(formats::ParseColumnType(column.type).value_or(ColumnType{})) {}

  bool Add(const std::string& field, const std::string& text) {
    if (!CanBeLiteral(field, text)) return false;
    const formats::Misfit misfit = formats::MisfitOf(text, type_);
    if (misfit == formats::Misfit::None) return true;
    problems_.push_back(field + " " + formats::Explain(misfit, text, word_) + "; write one such as " + Example(type_));
    return false;
  }
  void AddRange(const api::RangeCheck& range) {
    bool readable = true;
    if (!range.min.empty()) readable = Add("range.min", range.min);
    if (!range.max.empty()) readable = Add("range.max", range.max) && readable;
    if (readable && !range.min.empty() && !range.max.empty() && IsGreater(range.min, range.max, type_))
      problems_.push_back("range.min " + formats::Shown(range.min) + " is greater than range.max " + formats::Shown(range.max) +
                          ", so that no value passes; exchange them");
  }
  Status AddRegex(Session& session, const api::RegexCheck& regex) {
    if (type_.type != ValueType::Varchar) {
      problems_.push_back("column " + regex.column + " is " + word_ + ", and regex matches VARCHAR only; use range or acceptedValues");
      return Ok();
    }
    if (!CanBeLiteral("regex.pattern", regex.pattern)) return Ok();
    Status compiled = session.Execute("SELECT " + FullMatch("''", regex.pattern));
    if (compiled.ok() || compiled.error().fault != Fault::Invalid) return compiled;
    problems_.push_back("regex.pattern " + formats::Shown(regex.pattern) + " is not a regular expression of RE2: " + OneLine(compiled.error().message) +
                        "; write one such as [A-Z]{3}");
    return Ok();
  }
  std::string Problems() const { return Joined(problems_, "; "); }

 private:
  bool CanBeLiteral(const std::string& field, const std::string& text) {
    if (text.find('\0') == std::string::npos) return true;
    problems_.push_back(field + " " + formats::Shown(text) + " has the character U+0000, which no text of SQL can have; take it out");
    return false;
  }

  std::string word_;
  ColumnType type_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<std::string> WrongValues(Session& session, const api::Check& check, const api::Column& column) {
  Texts texts(column);
  if (const auto* range = check.rule.As<api::RangeCheck>()) texts.AddRange(*range);
  if (const auto* accepted = check.rule.As<api::AcceptedValuesCheck>())
    for (std::size_t i = 0; i < accepted->values.size(); ++i) texts.Add("acceptedValues.values[" + std::to_string(i) + "]", accepted->values[i]);
  if (const auto* regex = check.rule.As<api::RegexCheck>())
    if (Status asked = texts.AddRegex(session, *regex); !asked.ok()) return asked.error();
  return texts.Problems();
}

std::string OutsideRange(const api::RangeCheck& check, const std::string& value, const std::string& type) {
  std::vector<std::string> parts;
  if (!check.min.empty()) parts.push_back(value + " < " + ValueInSql(check.min, type));
  if (!check.max.empty()) parts.push_back(value + " > " + ValueInSql(check.max, type));
  if (parts.empty()) return "FALSE";
  if (type == "FLOAT" || type == "DOUBLE") parts.push_back("isnan(" + value + ")");  // to the engine it is greater than any number
  return Joined(parts, " OR ");
}

std::string NotAccepted(const api::AcceptedValuesCheck& check, const std::string& value, const std::string& type) {
  std::vector<std::string> values;
  for (const std::string& text : check.values) values.push_back(ValueInSql(text, type));
  return value + " IS NOT NULL AND " + value + " NOT IN (" + Joined(values) + ")";
}

std::string NotMatched(const api::RegexCheck& check, const std::string& value) { return "NOT " + FullMatch(value, check.pattern); }

}  // namespace weir::engine
