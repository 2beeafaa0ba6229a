#include "runner/engine/sql/bind.h"

#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/parser/expression/columnref_expression.hpp>
#include <duckdb/parser/expression/function_expression.hpp>
#include <duckdb/parser/expression/subquery_expression.hpp>
#include <duckdb/parser/parsed_data/create_view_info.hpp>
#include <duckdb/parser/parsed_expression_iterator.hpp>
#include <duckdb/parser/parser.hpp>
#include <duckdb/parser/query_node.hpp>
#include <duckdb/parser/query_node/recursive_cte_node.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/query_node/set_operation_node.hpp>
#include <duckdb/parser/statement/create_statement.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>
#include <duckdb/parser/tableref/subqueryref.hpp>
#include <duckdb/parser/tableref/table_function_ref.hpp>
#include <duckdb/planner/operator/logical_get.hpp>
#include <duckdb/planner/planner.hpp>

#include "crds/api/describe/read.h"
#include "crds/base/name.h"
#include "runner/engine/errors.h"
#include "runner/engine/sql/repeatable.h"
#include "runner/engine/sql/row_order.h"
#include "runner/engine/sql/sql.h"
#include "runner/engine/sql/sql_text.h"
#include "runner/engine/values/types.h"
#include "runner/formats/columns/sql_names.h"

namespace weir::engine {
namespace {

const std::set<std::string> kHarmlessFunctions{"range", "generate_series", "unnest", "json_each", "json_tree"};

Error Refused(const std::string& what) { return {Fault::Invalid, "SqlInvalid", what}; }

// Walks the parse tree of a query and collects what it names.
class Names {
 public:
  Names(duckdb::ClientContext& context, const std::string& sql) : order(context, sql) {}
  void Visit(duckdb::QueryNode& node) {
    VisitNode(node);
    duckdb::ParsedExpressionIterator::EnumerateQueryNodeChildren(
        node, [this](duckdb::unique_ptr<duckdb::ParsedExpression>& child) { Visit(*child); }, [this](duckdb::TableRef& ref) { Visit(ref); });
  }

  std::set<std::string> ctes;
  std::set<std::string> tables;
  std::set<Call> calls;
  std::set<std::string> values;   // columns without a table, in small letters
  std::set<std::string> aliases;  // in small letters
  bool rowid = false;             // whether a column is called so
  RowOrder order;
  std::optional<Error> refused;

 private:
  // The iterator goes into the parts of a UNION and the bodies of a WITH by itself, past their own WITH, ORDER BY and LIMIT.
  void VisitNode(const duckdb::QueryNode& node) {
    order.Visit(node);
    for (const auto& cte : node.cte_map.map) {
      ctes.insert(cte.first);
      AddAliases(cte.second->aliases);
      VisitNode(*cte.second->query->node);
    }
    if (node.type == duckdb::QueryNodeType::SET_OPERATION_NODE)
      for (const auto& child : node.Cast<duckdb::SetOperationNode>().children) VisitNode(*child);
    if (node.type != duckdb::QueryNodeType::RECURSIVE_CTE_NODE) return;
    VisitNode(*node.Cast<duckdb::RecursiveCTENode>().left);
    VisitNode(*node.Cast<duckdb::RecursiveCTENode>().right);
  }

  void Visit(duckdb::ParsedExpression& expression) {
    CollectCalls(expression, calls);
    VisitNames(expression);
  }

  void VisitNames(duckdb::ParsedExpression& expression) {
    order.Visit(expression);
    if (expression.HasAlias()) aliases.insert(duckdb::StringUtil::Lower(expression.GetAlias()));
    if (expression.GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF) {
      const auto& column = expression.Cast<duckdb::ColumnRefExpression>();
      const std::string name = duckdb::StringUtil::Lower(column.GetColumnName());
      if (!column.IsQualified()) values.insert(name);
      rowid = rowid || name == "rowid";
    }
    if (expression.GetExpressionClass() == duckdb::ExpressionClass::SUBQUERY) Visit(*expression.Cast<duckdb::SubqueryExpression>().subquery->node);
    duckdb::ParsedExpressionIterator::EnumerateChildren(expression, [this](duckdb::unique_ptr<duckdb::ParsedExpression>& child) { VisitNames(*child); });
  }

  void AddAliases(const duckdb::vector<std::string>& names) {
    for (const std::string& name : names) aliases.insert(duckdb::StringUtil::Lower(name));
  }

  void Visit(duckdb::TableRef& ref) {
    AddAliases(ref.column_name_alias);
    order.Visit(ref);
    switch (ref.type) {
      case duckdb::TableReferenceType::BASE_TABLE: {
        const auto& table = ref.Cast<duckdb::BaseTableRef>();
        if (!table.schema_name.empty() || !table.catalog_name.empty()) refused = Refused("name tables without schema or catalog: write " + table.table_name);
        tables.insert(table.table_name);
        break;
      }
      case duckdb::TableReferenceType::TABLE_FUNCTION: {
        const auto& function = ref.Cast<duckdb::TableFunctionRef>().function->Cast<duckdb::FunctionExpression>();
        if (!kHarmlessFunctions.contains(function.function_name))
          refused = Refused("the table function " + function.function_name + " is not allowed; read declared datasets and views by their table name");
        break;
      }
      case duckdb::TableReferenceType::SHOW_REF:
        refused = Refused(
            "SHOW, DESCRIBE and SUMMARIZE are not allowed here; write a SELECT over declared tables. weir get view NAME -o yaml has the columns of a View");
        break;
      case duckdb::TableReferenceType::SUBQUERY: VisitNode(*ref.Cast<duckdb::SubqueryRef>().subquery->node); break;
      default: break;
    }
  }
};

// Objects are named with '-', their tables with '_'.
std::string Nearest(const std::string& table, const std::vector<std::string_view>& known) {
  const std::string in_sql = TableName(table);
  if (in_sql != table && std::find(known.begin(), known.end(), in_sql) != known.end()) return ": in SQL it is " + in_sql + ", with _ for -";
  return api::Suggest(table, known);
}

std::string Listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  if (names.empty()) return "no table is declared";
  if (names.size() <= kShown) return "declared are " + Joined(names);
  return "declared are " + Joined({names.begin(), names.begin() + kShown}) + " and " + std::to_string(names.size() - kShown) + " more";
}

// "flights-with-plane" is a subtraction or a syntax error to the parser: what is meant is a table.
std::string HintAtDashes(const std::string& sql, const DeclaredTables& declared) {
  for (const auto& [name, columns] : declared) {
    const std::string object = ObjectName(name);
    const std::size_t at = object == name ? std::string::npos : sql.find(object);
    if (at != std::string::npos) return "; write " + name + " for " + object + ": in SQL the names of tables have _ for -";
  }
  return "";
}

Status CheckNames(const Names& names, const DeclaredTables& declared) {
  if (names.refused) return *names.refused;
  std::vector<std::string> declared_names;
  for (const auto& [name, columns] : declared) declared_names.push_back(name);
  const std::vector<std::string_view> known(declared_names.begin(), declared_names.end());
  for (const std::string& table : names.tables) {
    const auto same = [&](const std::string& other) { return duckdb::StringUtil::CIEquals(other, table); };
    if (std::any_of(names.ctes.begin(), names.ctes.end(), same) || std::any_of(declared_names.begin(), declared_names.end(), same)) continue;
    return Refused("table " + table + " is not declared" + Nearest(table, known) + "; " + Listed(declared_names));
  }
  return Ok();
}

// In small letters: what the text calls so, and all columns that it could mean.
std::set<std::string> ColumnsOf(const Names& names, const DeclaredTables& declared) {
  std::set<std::string> columns = names.aliases;
  for (const auto& [table, of_table] : declared)
    for (const api::Column& column : of_table) columns.insert(duckdb::StringUtil::Lower(column.name));
  return columns;
}

// The empty tables that SQL is bound against have a rowid, and those that it runs over have none.
Status CheckRowid(const Names& names, const DeclaredTables& declared) {
  if (!names.rowid || ColumnsOf(names, declared).contains("rowid")) return Ok();
  return Refused("rowid is not a column: tables have no row numbers; write row_number() OVER (ORDER BY ...) where you need one");
}

// With the words that are no column of any table, but a value of the engine: `user`, current_user.
std::set<Call> CallsOf(const Names& names, const DeclaredTables& declared) {
  const std::set<std::string> columns = ColumnsOf(names, declared);
  std::set<Call> calls = names.calls;
  for (const std::string& value : names.values)
    if (IsValueWord(value) && !columns.contains(value)) calls.insert({value, 0});
  return calls;
}

Result<duckdb::unique_ptr<duckdb::SQLStatement>> ParseOne(duckdb::Connection& connection, const std::string& sql) {
  auto statements = connection.ExtractStatements(sql);
  if (statements.size() != 1) return Refused("write exactly one SELECT; this text has " + std::to_string(statements.size()) + " statements");
  if (statements[0]->type != duckdb::StatementType::SELECT_STATEMENT)
    return Refused("write one SELECT; " + duckdb::StatementTypeToString(statements[0]->type) + " is not allowed");
  if (!statements[0]->named_param_map.empty()) return Refused("write the values into the SELECT; parameters such as $1 have none");
  return std::move(statements[0]);
}

std::int64_t LineAt(const std::string& sql, std::size_t position) {
  return 1 + std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(std::min(position, sql.size())), '\n');
}

bool IsReserved(const std::string& word) {
  const duckdb::KeywordCategory category = duckdb::Parser::IsKeyword(word);
  return category != duckdb::KeywordCategory::KEYWORD_NONE && category != duckdb::KeywordCategory::KEYWORD_UNRESERVED;
}

// The line at which DuckDB points: its binder with a position, its parser with an excerpt of the line.
std::optional<std::int64_t> LineOf(const duckdb::ErrorData& raw, const std::string& sql) {
  const auto position = raw.ExtraInfo().find("position");
  if (position != raw.ExtraInfo().end()) return LineAt(sql, std::strtoull(position->second.c_str(), nullptr, 10));
  constexpr std::string_view kExcerpt = "\nLINE ";
  const std::size_t excerpt = raw.RawMessage().rfind(kExcerpt);
  if (excerpt == std::string::npos) return std::nullopt;
  return std::strtoll(raw.RawMessage().c_str() + excerpt + kExcerpt.size(), nullptr, 10);
}

// The text at which the parser stopped; "" at the end of the SQL.
std::string StoppedAt(const duckdb::ErrorData& raw) {
  const std::string first = raw.RawMessage().substr(0, raw.RawMessage().find('\n'));
  const std::size_t begin = first.find('"'), end = first.rfind('"');
  return begin == end ? "" : first.substr(begin + 1, end - begin - 1);
}

// A column that has the name of a reserved word, which stands where the parser stopped, or just before it.
std::string HintAtReserved(const duckdb::ErrorData& raw, const std::string& sql, const DeclaredTables& declared) try {
  const std::string stopped = StoppedAt(raw);
  const auto line = LineOf(raw, sql);
  const auto tokens = duckdb::Parser::Tokenize(sql);
  std::string before, word;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    before = std::exchange(word, sql.substr(tokens[i].start, (i + 1 < tokens.size() ? tokens[i + 1].start : sql.size()) - tokens[i].start));
    duckdb::StringUtil::RTrim(word);
    const bool stops = stopped.empty() ? i + 1 == tokens.size() : word == stopped && line == LineAt(sql, tokens[i].start);
    if (!stops) continue;
    for (const auto& [table, columns] : declared)
      for (const api::Column& column : columns)
        for (const std::string& name : {word, before})
          if (duckdb::StringUtil::CIEquals(column.name, name) && IsReserved(duckdb::StringUtil::Lower(name)))
            return "; column " + column.name + " has the name of a reserved word: write it in quotes, " + formats::SqlQuoted(column.name);
  }
  return "";
} catch (const std::exception&) {
  return "";  // the text has no tokens
}

Error Located(Error error, const duckdb::ErrorData& raw, const std::string& sql) {
  if (const auto line = LineOf(raw, sql)) error.message += " (line " + std::to_string(*line) + " of the SQL)";
  return error;
}

Status CollectScans(const duckdb::LogicalOperator& node, std::set<std::string>& tables) {
  if (node.type == duckdb::LogicalOperatorType::LOGICAL_GET) {
    const auto& get = node.Cast<duckdb::LogicalGet>();
    const auto table = get.GetTable();
    if (table && table->ParentSchema().name == "declared")
      tables.insert(table->name);
    else if (table || !kHarmlessFunctions.contains(get.function.name))
      return Refused("the SQL reads " + (table ? table->name : get.function.name) + ", which is not a declared table");
  }
  for (const auto& child : node.children)
    if (Status done = CollectScans(*child, tables); !done.ok()) return done;
  return Ok();
}

duckdb::unique_ptr<duckdb::SelectStatement> Copied(const duckdb::SelectStatement& select) {
  return duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(select.Copy());
}

Result<BoundSelect> Bind(Session& session, const std::string& sql, const DeclaredTables& declared) {
  duckdb::Connection& connection = session.Declared();
  const auto text = ForParser(sql);
  if (!text.ok()) return text.error();
  auto statement = ParseOne(connection, *text);
  if (!statement.ok()) return statement.error();
  Names names(*connection.context, *text);
  connection.context->RunFunctionInTransaction([&] { names.Visit(*statement.value()->Cast<duckdb::SelectStatement>().node); });
  if (Status done = CheckNames(names, declared); !done.ok())
    return Error{done.error().fault, done.error().reason, done.error().message + HintAtDashes(sql, declared)};

  if (Status named = CheckRowid(names, declared); !named.ok()) return named.error();
  BoundSelect bound;
  bound.unordered = names.order.Refused();
  bound.orderWarnings = names.order.Warnings();
  bound.parsed = Copied(statement.value()->Cast<duckdb::SelectStatement>());
  std::set<std::string> tables;
  Status scans;
  connection.context->RunFunctionInTransaction([&] {
    duckdb::Planner planner(*connection.context);
    planner.CreatePlan(std::move(statement.value()));
    bound.names.assign(planner.names.begin(), planner.names.end());
    bound.types.assign(planner.types.begin(), planner.types.end());
    bound.unrepeatable = FindUnrepeatable(*connection.context, CallsOf(names, declared), *planner.plan);
    scans = planner.properties.IsReadOnly() ? CollectScans(*planner.plan, tables) : Status(Refused("write one SELECT that changes nothing"));
  });
  if (!scans.ok()) return scans.error();
  bound.tables.assign(tables.begin(), tables.end());
  return bound;
}

// `outer`, which selects from (SELECT 1), with the user's parse tree in its place.
duckdb::unique_ptr<duckdb::SelectStatement> Around(const BoundSelect& select, const std::string& outer) {
  duckdb::Parser parser;
  parser.ParseQuery(outer);
  auto statement = duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(std::move(parser.statements[0]));
  statement->node->Cast<duckdb::SelectNode>().from_table->Cast<duckdb::SubqueryRef>().subquery = Copied(*select.parsed);
  return statement;
}

std::string OutputAs(const api::Column& column, const duckdb::LogicalType& from) {
  const std::string name = Quote(column.name);
  if (from == DeclaredType(column.type)) return name;
  if (from.id() == duckdb::LogicalTypeId::TIMESTAMP_TZ) return AsTimestamp(name) + " AS " + name;
  return "CAST(" + name + " AS " + column.type + ") AS " + name;
}

const duckdb::LogicalType* TypeOf(const BoundSelect& select, const std::string& name) {
  for (std::size_t i = 0; i < select.names.size(); ++i)
    if (select.names[i] == name) return &select.types[i];
  return nullptr;
}

}  // namespace

Result<BoundSelect> BindSelect(Session& session, const std::string& sql, const DeclaredTables& declared) try {
  return Bind(session, sql, declared);
} catch (const std::exception& error) {
  const duckdb::ErrorData raw(error);
  Error located = Located(session.Explain(error), raw, sql);
  const bool unread = raw.Type() == duckdb::ExceptionType::PARSER || raw.Type() == duckdb::ExceptionType::SYNTAX;
  if (unread) located.message += HintAtReserved(raw, sql, declared);
  if (located.fault == Fault::Invalid) located.message += HintAtDashes(sql, declared);
  return located;
}

Status MatchColumns(const BoundSelect& select, const std::vector<api::Column>& columns) {
  std::vector<std::string> problems;
  std::set<std::string> wanted;
  const std::vector<std::string_view> given(select.names.begin(), select.names.end());
  for (const api::Column& column : columns) {
    wanted.insert(column.name);
    const auto* type = TypeOf(select, column.name);
    if (type == nullptr)
      problems.push_back("column " + column.name + " " + column.type + " is declared and missing in the SELECT" + api::Suggest(column.name, given));
    else if (!ConvertsWithoutLoss(*type, DeclaredType(column.type))) {
      problems.push_back("column " + column.name + " is " + type->ToString() + " and declared " + column.type + ": write CAST(... AS " + column.type +
                         ") or declare it " + DeclarableType(*type));
    }
  }
  std::set<std::string> seen;
  for (const std::string& name : select.names) {
    if (!wanted.contains(name))
      problems.push_back("column " + name + " is not declared: leave it out or declare it");
    else if (!seen.insert(name).second)
      problems.push_back("column " + name + " occurs twice: rename one with AS");
  }
  if (problems.empty()) return Ok();
  return Error{Fault::Invalid, "SchemaMismatch", Joined(problems, "; ")};
}

Status CheckRepeatable(const BoundSelect& select) {
  if (select.unrepeatable) return Refused(Unrepeatable(*select.unrepeatable));
  if (select.unordered) return Refused(*select.unordered);
  return Ok();
}

duckdb::unique_ptr<duckdb::SelectStatement> CastedSelect(const BoundSelect& select, const std::vector<api::Column>& columns) {
  std::vector<std::string> outputs;
  for (const api::Column& column : columns) outputs.push_back(OutputAs(column, *TypeOf(select, column.name)));
  return Around(select, "SELECT " + Joined(outputs) + " FROM (SELECT 1)");
}

duckdb::unique_ptr<duckdb::SelectStatement> LimitedSelect(const BoundSelect& select, std::int64_t rows) {
  return Around(select, "SELECT * FROM (SELECT 1) LIMIT " + std::to_string(rows));
}

duckdb::unique_ptr<duckdb::SQLStatement> ViewOn(const std::string& name, duckdb::unique_ptr<duckdb::SelectStatement> select) {
  auto info = duckdb::make_uniq<duckdb::CreateViewInfo>(TEMP_CATALOG, DEFAULT_SCHEMA, name);
  info->temporary = true;
  info->on_conflict = duckdb::OnCreateConflict::REPLACE_ON_CONFLICT;
  info->query = std::move(select);
  auto create = duckdb::make_uniq<duckdb::CreateStatement>();
  create->info = std::move(info);
  return create;
}

}  // namespace weir::engine
