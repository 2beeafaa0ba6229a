#include "cli/query/answer_text.h"

#include "cli/manifests/yaml_text.h"
#include "cli/screen/text_table.h"

namespace weir::cli {
namespace {

std::string CsvField(const std::string& text) {
  if (!text.empty() && text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

// Of a cell, which is JSON text.
std::string TextOf(const std::string& cell) {
  if (cell == "null") return "";
  return cell.starts_with('"') ? ParseJson(cell).value().get<std::string>() : cell;
}

// NULL is an empty field and '' is "", as PostgreSQL writes them: also where it is the only field, and so an empty line.
void PrintCsv(std::ostream& out, const std::vector<std::string>& names, const engine::AnswerRows& rows) {
  for (std::size_t i = 0; i < names.size(); ++i) out << (i > 0 ? "," : "") << CsvField(names[i]);
  out << "\n";
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out << (i > 0 ? "," : "") << (row[i] == "null" ? "" : CsvField(TextOf(row[i])));
    out << "\n";
  }
}

void PrintJson(std::ostream& out, const std::vector<std::string>& names, const engine::AnswerRows& rows) {
  out << "[";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    out << (r > 0 ? ",\n  {" : "\n  {");
    for (std::size_t i = 0; i < names.size(); ++i)
      out << (i > 0 ? ",\n    " : "\n    ") << WithEscapes(Dump(Json(names[i]))) << ": " << WithEscapes(rows[r][i]);
    out << "\n  }";
  }
  out << (rows.empty() ? "]\n" : "\n]\n");
}

void PrintYaml(std::ostream& out, const std::vector<std::string>& names, const engine::AnswerRows& rows) {
  Json list = Json::array();
  for (const std::vector<std::string>& row : rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < names.size(); ++i) object[names[i]] = ParseJson(row[i]).value();
    list.push_back(std::move(object));
  }
  out << YamlText(list, names);
}

bool IsFigure(const std::string& type) {
  return type.starts_with("DECIMAL") || type.ends_with("INT") || type == "INTEGER" || type == "UINTEGER" || type == "FLOAT" || type == "DOUBLE";
}

void PrintRows(const Terminal& terminal, const std::vector<engine::OutputColumn>& columns, const std::vector<std::string>& names,
               const engine::AnswerRows& rows) {
  TextTable table{names, {}, {}};
  for (const engine::OutputColumn& column : columns) table.right.push_back(IsFigure(column.type));
  for (const std::vector<std::string>& row : rows) {
    table.rows.emplace_back();
    for (const std::string& cell : row) table.rows.back().push_back(cell == "null" ? "NULL" : TextOf(cell));
  }
  Print(terminal, table);
}

}  // namespace

void PrintAnswer(const Terminal& terminal, const std::vector<engine::OutputColumn>& columns, engine::AnswerRows rows, std::int64_t limit) {
  std::vector<std::string> names;
  for (const engine::OutputColumn& column : columns) names.push_back(column.name);
  const bool more = static_cast<std::int64_t>(rows.size()) > limit;
  if (more) rows.resize(static_cast<std::size_t>(limit));
  switch (terminal.format) {
    case OutputFormat::Json: PrintJson(terminal.out, names, rows); break;
    case OutputFormat::Yaml: PrintYaml(terminal.out, names, rows); break;
    case OutputFormat::Csv: PrintCsv(terminal.out, names, rows); break;
    case OutputFormat::Table: PrintRows(terminal, columns, names, rows); break;
  }
  if (more) terminal.err << "There are more rows than the " << limit << " shown: raise --limit.\n";
}

}  // namespace weir::cli
