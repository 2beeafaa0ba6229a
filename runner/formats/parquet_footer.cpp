#include "runner/formats/parquet_footer.h"

#include <optional>
#include <utility>

#include "runner/formats/thrift_compact.h"

namespace weir::formats {
namespace {

using Type = ThriftReader::Type;

constexpr std::size_t kDeepestSchema = 64;
constexpr int kDigitsOfDecimal = 38;

// parquet.thrift: numbers of types, of converted types and of the members of LogicalType.
constexpr int kInt96 = 3, kByteArray = 6, kFixedBytes = 7;
constexpr int kUtf8 = 0, kMap = 1, kMapKeyValue = 2, kList = 3, kEnum = 4, kDecimal = 5, kJson = 19;
constexpr int kLogicalString = 1, kLogicalMap = 2, kLogicalList = 3, kLogicalEnum = 4, kLogicalDecimal = 5, kLogicalTimestamp = 8, kLogicalJson = 12,
              kLogicalVariant = 16;
constexpr int kNanos = 3, kRepeated = 2;

// One SchemaElement.
struct Element {
  std::optional<std::int64_t> type, length, repetition, children, converted, scale, precision, id;
  std::string name;
  std::string logical;  // the bytes of its LogicalType
  int logicalKind = 0;
  bool nanoseconds = false;
};

// The member of a LogicalType that is set, and whether it is a TIMESTAMP in nanoseconds.
void ReadLogical(Element& element) {
  ThriftReader reader(element.logical);
  const ThriftReader::Field member = reader.NextField(0);
  element.logicalKind = member.id;
  if (member.id != kLogicalTimestamp || member.type != Type::Struct) return;
  ThriftReader::Field field;
  while (reader.ok() && (field = reader.NextField(field.id)).type != Type::Stop) {
    if (field.id == 2 && field.type == Type::Struct)
      element.nanoseconds = ThriftReader(reader.Skip(field.type)).NextField(0).id == kNanos;
    else
      reader.Skip(field.type);
  }
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
      if (!Walk(2, Inside::Struct)) return false;
    }
    return next_ == elements_.size();
  }

 private:
  enum class Inside { Struct, List, Map };

  // The element at `next_` with all that is below it. `inside`: what its parent is.
  bool Walk(std::size_t depth, Inside inside) {
    if (depth > kDeepestSchema || next_ >= elements_.size()) return false;
    Element& element = elements_[next_++];
    if (element.children.value_or(0) == 0) {
      footer_.columns.back().leaves.push_back(TakeLeaf(element));
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
      if (!Walk(depth + 1, kind)) return false;
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

Error NotMetadata() { return {Fault::Data, "FileUnreadable", "its footer is not that of a Parquet file"}; }

constexpr std::uint64_t kMostElements = 100'000;  // of a schema: each takes more memory than bytes in the footer

std::vector<Element> ReadSchema(ThriftReader& reader) {
  std::vector<Element> elements;
  const ThriftReader::Items items = reader.BeginList();
  for (std::uint64_t i = 0; items.type == Type::Struct && items.count <= kMostElements && reader.ok() && i < items.count; ++i)
    elements.push_back(ReadElement(reader));
  return elements;
}

// Gives each column its chunks, by the order of leaves.
void Distribute(const std::vector<ParquetChunk>& chunks, std::vector<ParquetColumn>& columns) {
  std::vector<ParquetColumn*> of_leaf;
  for (ParquetColumn& column : columns) of_leaf.insert(of_leaf.end(), column.leaves.size(), &column);
  for (const ParquetChunk& chunk : chunks)
    if (chunk.leaf < of_leaf.size()) of_leaf[chunk.leaf]->chunks.push_back(chunk);
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
  bool has_schema = false;
  std::vector<ParquetChunk> chunks;
  while ((field = reader.NextField(field.id)).type != Type::Stop) {
    if (field.id == 2 && field.type == Type::List && !has_schema) {
      std::vector<Element> elements = ReadSchema(reader);
      if (reader.ok() && elements.size() == 1 && elements[0].children.value_or(0) == 0) return Error{Fault::Data, "FileUnreadable", "it has no columns"};
      has_schema = reader.ok() && Schema(elements, footer).Neutralise();
      if (!has_schema) return NotMetadata();
      writer.BeginList(2, Type::Struct, elements.size());
      for (const Element& element : elements) WriteElement(writer, element);
      continue;
    }
    const std::string_view value = reader.Skip(field.type);
    if (field.id == 4 && field.type == Type::List) chunks = ParquetChunks(value);
    if (field.id != 5) writer.Raw(field.id, field.type, value);  // 5: key-value metadata
  }
  if (!reader.ok() || !has_schema) return NotMetadata();
  Distribute(chunks, footer.columns);
  writer.End();
  footer.neutral = writer.Take();
  return footer;
}

}  // namespace weir::formats
