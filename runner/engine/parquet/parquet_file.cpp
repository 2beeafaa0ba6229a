#include "runner/engine/parquet/parquet_file.h"

#include "runner/engine/parquet/parquet_functions.h"
#include "runner/engine/sql/sql.h"
#include "runner/engine/values/types.h"
#include "runner/formats/parquet/parquet_footer.h"

namespace weir::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using Kind = formats::ParquetLeaf::Kind;

constexpr std::int64_t kLargestFooter = 64 << 20;
constexpr std::int64_t kTrailer = 8;  // the footer's length, and "PAR1"

Error NotParquet(const std::string& path, const std::string& why) { return {Fault::Data, "FileUnreadable", path + " cannot be read: " + why}; }

struct Footer {
  std::int64_t from = 0;
  formats::ParquetFooter metadata;
};

Result<Footer> ReadFooter(Session& session, const std::string& name, const std::string& path) {
  auto object = session.Files().OpenObject(name);
  if (!object.ok()) return object.error();
  const std::int64_t size = (*object)->Size();
  std::string trailer(kTrailer, '\0');
  if (size < kTrailer + 4) return NotParquet(path, "it is too short for a Parquet file");
  if (Status done = (*object)->ReadAt(size - kTrailer, trailer.data(), kTrailer); !done.ok()) return done.error();
  if (trailer.ends_with("PARE")) return NotParquet(path, "it is an encrypted Parquet file");
  if (!trailer.ends_with("PAR1")) return NotParquet(path, "it does not end as a Parquet file does: it is cut short, or no Parquet file");
  const auto length = static_cast<std::int64_t>(formats::LittleEndian(std::string_view(trailer).substr(0, 4)));
  if (length > kLargestFooter) return NotParquet(path, "its footer has " + std::to_string(length) + " bytes, and at most 64 MiB are read");
  if (length > size - kTrailer - 4) return NotParquet(path, "its footer is longer than the file");
  std::string bytes(static_cast<std::size_t>(length), '\0');
  if (Status done = (*object)->ReadAt(size - kTrailer - length, bytes.data(), length); !done.ok()) return done.error();
  auto metadata = formats::ReadParquetFooter(bytes);
  if (!metadata.ok()) return NotParquet(path, metadata.error().message);
  return Footer{size - kTrailer - length, std::move(metadata).value()};
}

std::string TailOf(const std::string& metadata) {
  std::string tail = metadata;
  for (int shift = 0; shift < 32; shift += 8) tail += static_cast<char>((metadata.size() >> shift) & 0xFF);
  return tail + "PAR1";
}

// "function(". Appended, since gcc at -O2 takes the sum of short texts for an overflow.
std::string Call(const char* function) {
  std::string call = function;
  call.push_back('(');
  return call;
}

ParquetFileColumn ColumnOf(const formats::ParquetColumn& column, const std::string& in_scan, const LogicalType& type) {
  const std::string spec = ", " + Literal(ParquetSpec(column)) + ")";
  ParquetFileColumn found{.name = column.name, .source = in_scan, .type = type, .chunks = column.chunks};
  found.json = Call(kParquetLegible) + in_scan + spec;
  found.shown[0] = "CAST(";
  found.shown[1] = " AS VARCHAR)";
  const auto read_by = [&found](const char* text, const std::string& end) {
    found.text[0] = Call(text);
    found.text[1] = end;
  };
  if (type.IsNested()) {
    read_by(kParquetJson, spec);
    found.shown[0] = Call(kParquetLegible);
    found.shown[1] = spec;
    found.problem[0] = Call(kParquetProblem);
    found.problem[1] = spec;
    return found;
  }
  const formats::ParquetLeaf leaf = column.leaves.empty() ? formats::ParquetLeaf{} : column.leaves.front();
  found.instant = leaf.kind == Kind::Nanoseconds || leaf.kind == Kind::Int96;
  found.bytes = leaf.kind == Kind::Plain && type.id() == LogicalTypeId::BLOB;
  switch (found.bytes ? Kind::Text : leaf.kind) {
    case Kind::Text:
      read_by(kUtf8, ")");
      found.shown[0] = Call(kLegible);
      found.shown[1] = ")";
      found.problem[0] = Call(kUtf8Problem);
      found.problem[1] = ")";
      break;
    case Kind::Nanoseconds:
      found.type = LogicalTypeId::TIMESTAMP_NS;
      read_by(kNanoseconds, ")");
      found.shown[0] = Call(kNanoseconds);
      found.shown[1] = ")";
      break;
    case Kind::Int96: found.source = Call(kInt96) + in_scan + ")"; break;
    case Kind::WideDecimal: found.source = Call(kWideDecimal) + in_scan + ", " + std::to_string(leaf.scale) + ")"; break;
    case Kind::Plain: break;
  }
  if (leaf.kind == Kind::Int96 || leaf.kind == Kind::WideDecimal) {
    found.type = LogicalType::VARCHAR;
    read_by("", ")");
  }
  return found;
}

}  // namespace

std::string ParquetFileColumn::DeclarableAs() const {
  if (instant) return "TIMESTAMP";
  return IsText() && !bytes ? "VARCHAR" : DeclarableType(type);
}

std::string ParquetFile::Scan(const std::string& options) const { return "read_parquet(" + Literal(name) + ", hive_partitioning = false" + options + ")"; }

Error UnreadableParquet(const Session& session, const Error& error, const std::string& path) {
  if (session.StoreFailed() || error.fault == Fault::Exhausted || error.reason == "FileUnreadable") return error;
  return {
      Fault::Data, "FileUnreadable",
      path + " cannot be read as Parquet (" + ForPeople(error.message, path) + "). It is damaged or uses an unsupported feature. Write it again at its source"};
}

Result<ParquetFile> OpenParquet(Session& session, const std::string& name, const std::string& path) {
  const auto footer = ReadFooter(session, name, path);
  if (!footer.ok()) return footer.error();
  ParquetFile file{.name = session.Files().AddWithTail(name, footer->from, TailOf(footer->metadata.neutral))};
  file.registered.reset(&session.Files(), [tailed = file.name](ObjectFileSystem* files) { files->ForgetInput(tailed); });
  auto described = session.Run("SELECT * FROM " + file.Scan() + " LIMIT 0");
  if (!described.ok()) return UnreadableParquet(session, described.error(), path);
  const auto& columns = footer->metadata.columns;
  const auto& types = described.value()->types;
  if (types.size() != columns.size()) return NotParquet(path, "its columns are not those of its schema");
  for (std::size_t i = 0; i < columns.size(); ++i) file.columns.push_back(ColumnOf(columns[i], described.value()->names[i], types[i]));
  return file;
}

}  // namespace weir::engine
