#include "runner/formats/parquet/parquet_footer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "crds/base/text.h"
#include "runner/formats/encoding/utf8.h"
#include "runner/formats/parquet/thrift_compact.h"

namespace weir::formats {
namespace {

using Type = ThriftReader::Type;

constexpr std::size_t kDeepestSchema = 64;
constexpr int kDigitsOfDecimal = 38;
constexpr double kBitsPerDigit = 3.3219;

// parquet.thrift: numbers of types, of converted types and of the members of LogicalType.
constexpr int kInt96 = 3, kByteArray = 6, kFixedBytes = 7;
constexpr int kUtf8 = 0, kMap = 1, kMapKeyValue = 2, kList = 3, kEnum = 4, kDecimal = 5, kDate = 6, kJson = 19;
constexpr int kLogicalString = 1, kLogicalMap = 2, kLogicalList = 3, kLogicalEnum = 4, kLogicalDecimal = 5, kLogicalDate = 6, kLogicalTime = 7,
              kLogicalTimestamp = 8, kLogicalInteger = 10, kLogicalJson = 12, kLogicalVariant = 16;
constexpr int kTimeMillis = 7, kTimestampMillis = 9, kUnsigned8 = 11, kSigned8 = 15;
constexpr int kNanos = 3, kRequired = 0, kRepeated = 2;
// And of the fields of FileMetaData.
constexpr int kSchema = 2, kRows = 3, kRowGroups = 4, kKeyValues = 5, kColumnOrders = 7;

// A LogicalType without parameters, and the ConvertedType that means the same.
constexpr std::pair<int, int> kSameTypes[] = {{kLogicalString, kUtf8}, {kLogicalMap, kMap},   {kLogicalList, kList},
                                              {kLogicalEnum, kEnum},   {kLogicalDate, kDate}, {kLogicalJson, kJson}};

// One SchemaElement.
struct Element {
  std::optional<std::int64_t> type, length, repetition, children, converted, scale, precision, id;
  std::string name;
  std::string logical;  // the bytes of its LogicalType
  int logicalKind = 0;
  bool nanoseconds = false;
  std::optional<std::int64_t> implied, logicalScale, logicalPrecision;  // what the LogicalType means
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
  if (member.id == kLogicalDecimal) {
    element.implied = kDecimal;
    element.logicalScale = first;
    element.logicalPrecision = second;
  }
  if (member.id == kLogicalInteger) element.implied = OfInteger(first, flag);
  if (time && second > 0 && second < kNanos) element.implied = (member.id == kLogicalTime ? kTimeMillis : kTimestampMillis) + second - 1;
  for (const auto& [logical, converted] : kSameTypes)
    if (member.id == logical) element.implied = converted;
  element.nanoseconds = member.id == kLogicalTimestamp && second == kNanos;
}

// Readers differ in which of the two they go by.
bool IsConsistent(const Element& element) {
  const auto converted = element.converted == kMapKeyValue ? kMap : element.converted;  // as older writers say it
  return (!converted || !element.implied || converted == element.implied) &&
         (!element.scale || !element.logicalScale || *element.scale == *element.logicalScale) &&
         (!element.precision || !element.logicalPrecision || *element.precision == *element.logicalPrecision);
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

// What the metadata of its chunks must agree with.
struct LeafInFooter {
  std::uint32_t path = 0;  // AddToPath
  std::optional<std::int64_t> type;
  std::size_t definition = 0;
  std::size_t repetition = 0;
};

// Walks the schema, which is a tree in depth-first order.
class Schema {
 public:
  Schema(std::vector<Element>& elements, ParquetFooter& footer, std::vector<LeafInFooter>& leaves) : elements_(elements), footer_(footer), leaves_(leaves) {}

  // Before Neutralise, which hides what it has named.
  bool TakeLeaves() {
    next_ = 1;
    while (next_ < elements_.size())
      if (!TakeLeaves({}, 1)) return false;
    return true;
  }

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

  bool TakeLeaves(LeafInFooter above, std::size_t depth) {
    if (depth > kDeepestSchema || next_ >= elements_.size()) return false;
    const Element& element = elements_[next_++];
    above.path = AddToPath(above.path, element.name);
    above.definition += element.repetition.value_or(kRequired) != kRequired ? 1 : 0;
    above.repetition += element.repetition == kRepeated ? 1 : 0;
    above.type = element.type;
    for (std::int64_t i = 0; i < element.children.value_or(0); ++i)
      if (!TakeLeaves(above, depth + 1)) return false;
    if (element.children.value_or(0) == 0) leaves_.push_back(above);
    return true;
  }

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
    if (element.converted == kList || element.logicalKind == kLogicalList) {
      element.converted = kList;  // the engine does not go by the other
      return Inside::List;
    }
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
  std::vector<LeafInFooter>& leaves_;
  std::size_t next_ = 0;
};

std::string NameOf(const std::string& field) { return OneLine(Legible(field, kLongestKept)); }

Error NotMetadata(const std::string& why = "its footer is not that of a Parquet file") { return {Fault::Data, "FileUnreadable", why}; }

constexpr std::uint64_t kMostElements = 100'000;  // of a schema: each takes more memory than bytes in the footer

std::vector<Element> ReadSchema(ThriftReader& reader) {
  std::vector<Element> elements;
  const ThriftReader::Items items = reader.BeginList();
  for (std::uint64_t i = 0; items.type == Type::Struct && items.count <= kMostElements && reader.ok() && i < items.count; ++i)
    elements.push_back(ReadElement(reader));
  return elements;
}

// A decimal in bytes of one length, which is too short for its digits: each digit takes more than three bits.
bool IsCut(const Element& element) {
  if (element.type != kFixedBytes || element.children.value_or(0) > 0) return false;
  const bool decimal = element.converted == kDecimal || element.logicalKind == kLogicalDecimal;
  const std::int64_t digits = element.precision.value_or(element.logicalPrecision.value_or(0));
  const double bits = decimal ? static_cast<double>(digits) * kBitsPerDigit : 1;
  return static_cast<double>(element.length.value_or(0)) * 8 < bits;
}

Status TakeSchema(ThriftReader& reader, ThriftWriter& writer, ParquetFooter& footer, std::vector<LeafInFooter>& leaves) {
  std::vector<Element> elements = ReadSchema(reader);
  if (reader.ok() && elements.size() == 1 && elements[0].children.value_or(0) == 0) return NotMetadata("it has no columns");
  for (const Element& element : elements) {
    if (!IsConsistent(element)) return NotMetadata("its footer gives " + NameOf(element.name) + " two types, which differ: it is damaged");
    if (IsCut(element)) return NotMetadata("its footer gives the values of " + NameOf(element.name) + " too few bytes: it is damaged");
  }
  Schema schema(elements, footer, leaves);
  if (!reader.ok() || !schema.TakeLeaves() || !schema.Neutralise()) return NotMetadata();
  writer.BeginList(kSchema, Type::Struct, elements.size());
  for (const Element& element : elements) WriteElement(writer, element);
  return Ok();
}

// What the chunk says in another way than its leaf; nothing protects a footer but what it says twice.
const char* Contradiction(const ParquetChunk::Repeated& chunk, const LeafInFooter& leaf) {
  if (chunk.type && chunk.type != leaf.type) return "the type";
  if (chunk.path && chunk.path != leaf.path) return "the name";
  if (chunk.definitions > 0 && chunk.definitions != leaf.definition + 1) return "which values may be missing";
  if (chunk.repetitions > 0 && chunk.repetitions != leaf.repetition + 1) return "which values are lists";
  return nullptr;
}

// Gives each column its chunks, by the order of leaves. A leaf that is not repeated has a value in each row.
Status Distribute(std::vector<ParquetChunk>& chunks, const std::vector<LeafInFooter>& leaves, std::vector<ParquetColumn>& columns) {
  std::vector<ParquetColumn*> of_leaf;
  for (ParquetColumn& column : columns) of_leaf.insert(of_leaf.end(), column.leaves.size(), &column);
  for (ParquetChunk& chunk : chunks) {
    if (chunk.leaf >= leaves.size() || chunk.leaf >= of_leaf.size()) continue;
    const LeafInFooter& leaf = leaves[chunk.leaf];
    ParquetColumn& column = *of_leaf[chunk.leaf];
    if (const char* what = Contradiction(chunk.repeated, leaf); what != nullptr)
      return NotMetadata(std::string("its footer contradicts itself about ") + what + " of column " + NameOf(column.name) + ": it is damaged");
    chunk.repeated = {};
    if (leaf.repetition == 0) chunk.values = chunk.rows;
    column.chunks.push_back(chunk);
  }
  return Ok();
}

// Whether bytes of the file are the pages of two chunks. Chunks without rows are anywhere.
bool Overlap(std::vector<ParquetChunk> chunks) {
  std::erase_if(chunks, [](const ParquetChunk& chunk) { return chunk.bytes <= 0 || chunk.from < 0 || chunk.rows == 0; });
  std::sort(chunks.begin(), chunks.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  for (std::size_t i = 1; i < chunks.size(); ++i)
    if (chunks[i].from - chunks[i - 1].from < chunks[i - 1].bytes) return true;
  return false;
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
  std::vector<LeafInFooter> leaves;
  while ((field = reader.NextField(field.id)).type != Type::Stop) {
    if (field.id == kSchema && field.type == Type::List && footer.columns.empty()) {
      if (Status taken = TakeSchema(reader, writer, footer, leaves); !taken.ok()) return taken.error();
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
  if (Overlap(groups->chunks)) return NotMetadata("its footer gives the same bytes to two columns: it is damaged");
  if (Status agreed = Distribute(groups->chunks, leaves, footer.columns); !agreed.ok()) return agreed.error();
  writer.End();
  footer.neutral = writer.Take();
  return footer;
}

}  // namespace weir::formats
