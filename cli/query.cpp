#include "cli/query.h"

#include <algorithm>
#include <thread>

#include "cli/lake_files.h"
#include "cli/published.h"
#include "cli/scratch.h"
#include "cli/text_table.h"
#include "cli/yaml_text.h"
#include "crds/base/name.h"
#include "runner/storage/table_log.h"

namespace weir::cli {
namespace {

struct Table {
  std::string name;
  std::string location;  // empty: nothing is committed yet
  std::vector<api::Column> columns;
};

std::vector<Table> TablesOf(const Published& objects) {
  std::vector<Table> tables;
  for (const api::Dataset& dataset : objects.datasets)
    if (dataset.spec.schema) tables.push_back({TableName(dataset.meta.name), dataset.status.location, dataset.spec.schema->columns});
  for (const api::View& view : objects.views) {
    tables.push_back({TableName(view.meta.name), view.status.location, {}});
    for (const api::ViewColumn& column : view.spec.columns) tables.back().columns.push_back({column.name, column.type, column.nullable, "", "", ""});
  }
  return tables;
}

// A table that the query does not name is declared without its rows: then a misspelt name gets a suggestion, and a
// table that cannot be read spoils no other's query.
enum class Names { Rows, NoRows };

Status Attach(engine::Engine& engine, const World& world, const Table& table, Names names) {
  std::vector<engine::InputFile> files;
  if (!table.location.empty() && names == Names::Rows) {
    const auto place = OpenLocation(world, table.location);
    if (!place) return place.error();
    const auto state = storage::TableLog(place->store, place->path, storage::LogKind::Delta).Load();
    if (!state) return state.error();
    for (const auto& [path, file] : state->files) files.push_back({place->store, place->path + "/" + path});
  }
  return engine.Attach(table.name, files, table.columns);
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string TextOf(const Json& value) { return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : Dump(value); }

void PrintCsv(std::ostream& out, const std::vector<std::string>& names, const std::vector<Json>& rows) {
  const auto line = [&out](const std::vector<std::string>& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) out << (i > 0 ? "," : "") << CsvField(fields[i]);
    out << "\n";
  };
  line(names);
  for (const Json& row : rows) {
    std::vector<std::string> fields;
    for (const std::string& name : names) fields.push_back(TextOf(At(row, name)));
    line(fields);
  }
}

bool IsFigure(const std::string& type) {
  return type.starts_with("DECIMAL") || type.ends_with("INT") || type == "INTEGER" || type == "UINTEGER" || type == "FLOAT" || type == "DOUBLE";
}

void PrintRows(std::ostream& out, const std::vector<engine::OutputColumn>& columns, const std::vector<std::string>& names, const std::vector<Json>& rows) {
  TextTable table{names, {}, {}};
  for (const engine::OutputColumn& column : columns) table.right.push_back(IsFigure(column.type));
  for (const Json& row : rows) {
    table.rows.emplace_back();
    for (const std::string& name : names) table.rows.back().push_back(At(row, name).is_null() ? "NULL" : OneLine(TextOf(At(row, name))));
  }
  Print(out, table);
}

void PrintAnswer(const Terminal& terminal, const std::vector<engine::OutputColumn>& columns, std::vector<Json> rows, std::int64_t limit) {
  std::vector<std::string> names;
  for (const engine::OutputColumn& column : columns) names.push_back(column.name);
  const bool more = static_cast<std::int64_t>(rows.size()) > limit;
  if (more) rows.resize(static_cast<std::size_t>(limit));
  switch (terminal.format) {
    case OutputFormat::Json: terminal.out << DumpPretty(Json(rows)) << "\n"; break;
    case OutputFormat::Yaml: terminal.out << YamlText(Json(rows), names); break;
    case OutputFormat::Csv: PrintCsv(terminal.out, names, rows); break;
    case OutputFormat::Table: PrintRows(terminal.out, columns, names, rows); break;
  }
  if (more) terminal.err << "There are more rows than the " << limit << " shown: raise --limit.\n";
}

}  // namespace

Exit Query(const Terminal& terminal, const World& world, const QueryOptions& options) {
  const auto objects = ReadPublished(*world.cluster, world.ns);
  if (!objects) return Complain(terminal, objects.error());
  const auto scratch = Scratch::Make();
  if (!scratch) return Complain(terminal, scratch.error());
  const auto engine = engine::MakeEngine({0, static_cast<int>(std::max(1U, std::thread::hardware_concurrency())), scratch->Path()});
  if (!engine) return Complain(terminal, engine.error());
  const std::vector<Table> tables = TablesOf(*objects);
  for (const Table& table : tables) {
    const auto names = plan::MayName(options.sql, table.name) ? Names::Rows : Names::NoRows;
    if (const Status attached = Attach(**engine, world, table, names); !attached) return Complain(terminal, attached.error());
  }
  const auto bound = (*engine)->Bind(options.sql);
  if (!bound) return Complain(terminal, bound.error());
  auto rows = (*engine)->Query(options.sql, options.limit + 1);
  if (!rows) return Complain(terminal, rows.error());
  PrintAnswer(terminal, bound->columns, std::move(*rows), options.limit);
  return Exit::Ok;
}

}  // namespace weir::cli
