#include "runner/formats/parquet_footer.h"

#include <optional>
#include <utility>

#include "runner/formats/thrift_compact.h"
#include "runner/formats/title.h"
#include "runner/formats/utf8.h"

namespace weir::formats {
namespace {

using Type = ThriftReader::Type;

constexpr std::size_t kDeepestSchema = 64;
constexpr int kDigitsOfDecimal = 38;

// parquet.thrift: numbers of types, of converted types and of the members of LogicalType.
constexpr int kInt96 = 3, kByteArray = 6, kFixedBytes = 7;
constexpr int kUtf8 = 0, kMap = 1, kMapKeyValue = 2, kList = 3, kEnum = 4, kDecimal = 5, kJson = 19;
constexpr int kLogicalString = 1, kLogicalMap = 2, kLogicalList = 3, kLogicalEnum = 4, kLogicalDecimal = 5, kLogicalTime = 7, kLogicalTimestamp = 8,
              kLogicalInteger = 10, kLogicalJson = 12, kLogicalVariant = 16;
constexpr int kTimeMillis = 7, kTimestampMillis = 9, kUnsigned8 = 11, kSigned8 = 15;
constexpr int kNanos = 3, kRepeated = 2;
// And of the fields of FileMetaData.
constexpr int kSchema = 2, kRows = 3, kRowGroups = 4, kKeyValues = 5, kColumnOrders = 7;

// One SchemaElement.
struct Element {
  std::optional<std::int64_t> type, length, repetition, children, converted, scale, precision, id;
  std::string name;
  std::string logical;  // the bytes of its LogicalType
  int logicalKind = 0;
  bool nanoseconds = false;
  std::optional<std::int64_t> implied, logicalScale;  // ConvertedType and scale that the LogicalType means
};

// The ConvertedType of an INTEGER: those of 8, 16, 32 and 64 bits follow each other.
int OfInteger(std::int64_t bits, bool is_signed) {
  int size = 0;
  while (size < 3 && (std::int64_t{8} << size) < bits) ++size;
  return (is_signed ? kSigned8 : kUnsigned8) + size;
}

// Takes from the members of LogicalType what other fields of the element say too.
void ReadLogical(Element& element) {
  ThriftReader reader(element.logical);
  const ThriftReader::Field member = reader.NextField(0);
  element.logicalKind = member.id;
  if (member.type != Type::Struct) return;
  const bool time = member.id == kLogicalTime || member.id == kLogicalTimestamp;
  std::int64_t first = 0, second = 0;
  bool flag = false;
  ThriftReader::Field field;
  while (reader.ok() && (field = reader.NextField(field.id)).type != Type::Stop) {
    const std::string_view value = reader.Skip(field.type);
    if (field.id == 2) flag = field.type == Type::True;
    if (field.type == Type::Byte && !value.empty()) first = value[0];
    if (field.type == Type::I32) (field.id == 1 ? first : second) = ThriftReader(value).Integer();
    if (time && field.id == 2 && field.type == Type::Struct) second = ThriftReader(value).NextField(0).id;
  }
  if (member.id == kLogicalDecimal) element.logicalScale = first;
  if (member.id == kLogicalDecimal) element.implied = kDecimal;
  if (member.id == kLogicalInteger) element.implied = OfInteger(first, flag);
  if (time && second > 0 && second < kNanos) element.implied = (member.id == kLogicalTime ? kTimeMillis : kTimestampMillis) + second - 1;
  element.nanoseconds = member.id == kLogicalTimestamp && second == kNanos;
}

// Readers differ in which of the two they go by.
bool SaysOneThing(const Element& element) {
  return (!element.converted || !element.implied || *element.converted == *element.implied) &&
         (!element.scale || !element.logicalScale || *element.scale == *element.logicalScale);
}

Element ReadElement(ThriftReader& reader) {
  Element element;
  ThriftReader::Field field;
  while ((field = reader.NextField(field.id)).type != Type::Stop) {
    std::optional<std::int64_t>* const numbers[] = {&element.type,      &element.length, &element.repetition, nullptr,    &element.children,
                                                    &element.converted, &element.scale,  &element.precision,  &element.id};
    if (field.id == 4 && field.type == Type::Binary)
      element.name = reader.Bytes();
    else if (field.id <= 9 && field.id != 4 && field.type == Type::I32)
      *numbers[field.id - 1] = reader.Integer();
    else if (field.id == 10 && field.type == Type::Struct)
      element.logical = reader.Skip(field.type);
    else
      reader.Skip(field.type);
  }
  if (!element.logical.empty()) ReadLogical(element);
  return element;
}

void WriteElement(ThriftWriter& footer, const Element& element) {
  ThriftWriter writer;
  const auto number = [&writer](int id, const std::optional<std::int64_t>& value) {
    if (value) writer.Integer(id, *value);
  };
  number(1, element.type);
  number(2, element.length);
  number(3, element.repetition);
  writer.Bytes(4, element.name);
  number(5, element.children);
  number(6, element.converted);
  number(7, element.scale);
  number(8, element.precision);
  number(9, element.id);
  if (!element.logical.empty()) writer.Raw(10, Type::Struct, element.logical);
  writer.End();
  footer.Append(writer.Take());
}

void HideMeaning(Element& element) {
  element.converted.reset();
  element.logical.clear();
  element.scale.reset();
  element.precision.reset();
}

// What a leaf is; its element becomes what the engine shall see.
ParquetLeaf TakeLeaf(Element& element) {
  using Kind = ParquetLeaf::Kind;
  const bool bytes = element.type == kByteArray || element.type == kFixedBytes;
  const bool text = element.converted == kUtf8 || element.converted == kEnum || element.converted == kJson || element.logicalKind == kLogicalString ||
                    element.logicalKind == kLogicalEnum || element.logicalKind == kLogicalJson;
  const bool decimal = element.converted == kDecimal || element.logicalKind == kLogicalDecimal;
  ParquetLeaf leaf;
  if (element.type == kInt96) {
    leaf.kind = Kind::Int96;
    element.type = kFixedBytes;
    element.length = 12;
  } else if (element.nanoseconds) {
    leaf.kind = Kind::Nanoseconds;
  } else if (bytes && text) {
    leaf.kind = Kind::Text;
  } else if (bytes && decimal && element.precision.value_or(0) > kDigitsOfDecimal) {
    leaf = {Kind::WideDecimal, static_cast<int>(element.scale.value_or(0))};
  }
  if (leaf.kind != Kind::Plain) HideMeaning(element);
  return leaf;
}

// Walks the schema, which is a tree in depth-first order.
class Schema {
 public:
  Schema(std::vector<Element>& elements, ParquetFooter& footer) : elements_(elements), footer_(footer) {}

  bool Neutralise() {
    if (elements_.empty() || elements_[0].children.value_or(0) < 1) return false;
    next_ = 1;
    for (std::int64_t i = 0; i < *elements_[0].children; ++i) {
      if (next_ >= elements_.size()) return false;
      footer_.columns.push_back({elements_[next_].name, {}, {}, {}});
      elements_[next_].name = "c" + std::to_string(i);
      if (!Walk(2, Inside::Struct, false)) return false;
    }
    return next_ == elements_.size();
  }

 private:
  enum class Inside { Struct, List, Map };

  // The element at `next_` with all that is below it. `inside`: what its parent is; `repeated`: whether that or one above it is.
  bool Walk(std::size_t depth, Inside inside, bool repeated) {
    if (depth > kDeepestSchema || next_ >= elements_.size()) return false;
    Element& element = elements_[next_++];
    repeated = repeated || element.repetition == kRepeated;
    if (element.children.value_or(0) == 0) {
      footer_.columns.back().leaves.push_back(TakeLeaf(element));
      footer_.columns.back().leaves.back().repeated = repeated;
      return true;
    }
    const bool entry = inside == Inside::Map && element.repetition == kRepeated && *element.children == 2;
    const Inside kind = entry ? Inside::Struct : TakeGroup(element);
    // The engine decides by its name what a group of one field in a list is, and by names what a variant is; it shows none of these names.
    const bool nameless = kind != Inside::Struct || element.logicalKind == kLogicalVariant ||
                          (inside != Inside::Struct && element.repetition == kRepeated && *element.children == 1);
    for (std::int64_t i = 0; i < *element.children; ++i) {
      if (next_ >= elements_.size()) return false;
      if (entry)
        elements_[next_].name = i == 0 ? kMapKey : kMapValue;
      else if (!nameless)
        Rename(elements_[next_]);
      if (!Walk(depth + 1, kind, repeated)) return false;
    }
    if (entry) HideMeaning(element);
    return true;
  }

  // A map becomes a list of its entries.
  static Inside TakeGroup(Element& element) {
    if (element.converted == kList || element.logicalKind == kLogicalList) return Inside::List;
    if (element.converted != kMap && element.converted != kMapKeyValue && element.logicalKind != kLogicalMap) return Inside::Struct;
    HideMeaning(element);
    element.converted = kList;
    return Inside::Map;
  }

  void Rename(Element& field) {
    auto& fields = footer_.columns.back().fields;
    std::string neutral = " " + std::to_string(fields.size());
    fields[neutral] = std::exchange(field.name, neutral);
  }

  std::vector<Element>& elements_;
  ParquetFooter& footer_;
  std::size_t next_ = 0;
};

Error NotMetadata(const std::string& why = "its footer is not that of a Parquet file") { return {Fault::Data, "FileUnreadable", why}; }

constexpr std::uint64_t kMostElements = 100'000;  // of a schema: each takes more memory than bytes in the footer

std::vector<Element> ReadSchema(ThriftReader& reader) {
  std::vector<Element> elements;
  const ThriftReader::Items items = reader.BeginList();
  for (std::uint64_t i = 0; items.type == Type::Struct && items.count <= kMostElements && reader.ok() && i < items.count; ++i)
    elements.push_back(ReadElement(reader));
  return elements;
}

Status TakeSchema(ThriftReader& reader, ThriftWriter& writer, ParquetFooter& footer) {
  std::vector<Element> elements = ReadSchema(reader);
  if (reader.ok() && elements.size() == 1 && elements[0].children.value_or(0) == 0) return NotMetadata("it has no columns");
  for (const Element& element : elements)
    if (!SaysOneThing(element)) return NotMetadata("its footer gives " + Legible(element.name, kLongestKept) + " two types, which differ: it is damaged");
  if (!reader.ok() || !Schema(elements, footer).Neutralise()) return NotMetadata();
  writer.BeginList(kSchema, Type::Struct, elements.size());
  for (const Element& element : elements) WriteElement(writer, element);
  return Ok();
}

// Gives each column its chunks, by the order of leaves. A leaf that is not repeated has a value in each row.
void Distribute(const std::vector<ParquetChunk>& chunks, std::vector<ParquetColumn>& columns) {
  std::vector<std::pair<ParquetColumn*, const ParquetLeaf*>> leaves;
  for (ParquetColumn& column : columns)
    for (const ParquetLeaf& leaf : column.leaves) leaves.emplace_back(&column, &leaf);
  for (ParquetChunk chunk : chunks) {
    if (chunk.leaf >= leaves.size()) continue;
    const auto& [column, leaf] = leaves[chunk.leaf];
    if (!leaf->repeated) chunk.values = chunk.rows;
    column->chunks.push_back(chunk);
  }
}

}  // namespace

std::uint64_t LittleEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  return value;
}

Result<ParquetFooter> ReadParquetFooter(std::string_view metadata) {
  ParquetFooter footer;
  ThriftReader reader(metadata);
  ThriftWriter writer;
  ThriftReader::Field field;
  std::int64_t rows = 0;
  std::optional<ParquetRowGroups> groups;
  while ((field = reader.NextField(field.id)).type != Type::Stop) {
    if (field.id == kSchema && field.type == Type::List && footer.columns.empty()) {
      if (Status taken = TakeSchema(reader, writer, footer); !taken.ok()) return taken.error();
      continue;
    }
    const std::string_view value = reader.Skip(field.type);
    if (field.id == kRows && field.type == Type::I64) rows = ThriftReader(value).Integer();
    if (field.id == kRowGroups && field.type == Type::List) {
      if (groups || !(groups = ReadParquetRowGroups(value))) return NotMetadata();
      writer.Raw(kRowGroups, Type::List, groups->neutral);
    } else if (field.id != kKeyValues && field.id != kColumnOrders) {
      writer.Raw(field.id, field.type, value);
    }
  }
  if (!reader.ok() || footer.columns.empty() || !groups) return NotMetadata();
  if (rows != 0 && rows != groups->rows)  // some writers do not count them
    return NotMetadata("its footer has " + std::to_string(rows) + " rows, and its row groups have " + std::to_string(groups->rows) + ": it is damaged");
  Distribute(groups->chunks, footer.columns);
  writer.End();
  footer.neutral = writer.Take();
  return footer;
}

}  // namespace weir::formats
