// Each function that the engine has is judged: a new release of the engine that brings another one fails here until
// somebody has looked at it.
#include <map>
#include <set>
#include <sstream>

#include "crds/contract/row_functions.h"
#include "runner/engine/session.h"
#include "runner/engine/sql/repeatable.h"
#include "tests/engine/engine_fixture.h"

namespace weir::engine {
namespace {

using Reasons = std::map<std::string, std::string>;  // names with spaces between them -> why they may be called

// Called without an argument a function is a constant, or it tells something else than the data.
const Reasons kWithoutArguments{
    {"pi", "a constant"},
    {"array_cat array_concat array_to_json array_value array_zip json_array json_object json_quote list_cat list_concat list_pack list_value list_zip map "
     "map_concat row row_to_json struct_concat struct_insert struct_pack struct_update to_json union_value unpivot_list + add",
     "takes any number of arguments; of none it makes an empty value, or does not bind"},
    {"inet_client_addr inet_client_port inet_server_addr inet_server_port", "NULL in every session"},
    {"pg_my_temp_schema", "0 in every session"},
};

// The engine calls every aggregate constant.
const Reasons kAggregates{
    {"approx_count_distinct arg_max arg_max_null arg_max_nulls_last arg_min arg_min_null arg_min_nulls_last argmax argmin bit_and bit_or bit_xor bitstring_agg "
     "bool_and bool_or count count_if count_star countif histogram histogram_exact mad max max_by median min min_by mode quantile quantile_cont quantile_disc",
     "exact, or hashed, over the rows as a set; of rows that tie, the first"},
    {"avg corr covar_pop covar_samp entropy favg fsum kahan_sum kurtosis kurtosis_pop mean product regr_avgx regr_avgy regr_count regr_intercept regr_r2 "
     "regr_slope regr_sxx regr_sxy regr_syy sem skewness stddev stddev_pop stddev_samp sum sum_no_overflow sumkahan var_pop var_samp variance",
     "exact for whole numbers and decimals; of floating point, rounded in the order of the rows"},
    {"any_value arbitrary array_agg first group_concat last list listagg string_agg", "in the order of the rows, which ORDER BY fixes"},
    {"cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense row_number",
     "window functions, in the order of the window"},
};

// By what their names say they could tell of the session.
const Reasons kSuspiciousNames{
    {"pg_collation_is_visible pg_conversion_is_visible pg_function_is_visible pg_has_role pg_is_other_temp_schema pg_my_temp_schema pg_opclass_is_visible "
     "pg_operator_is_visible pg_opfamily_is_visible pg_table_is_visible pg_ts_config_is_visible pg_ts_dict_is_visible pg_ts_parser_is_visible "
     "pg_ts_template_is_visible pg_type_is_visible has_any_column_privilege has_column_privilege has_database_privilege has_foreign_data_wrapper_privilege "
     "has_function_privilege has_language_privilege has_schema_privilege has_sequence_privilege has_server_privilege has_table_privilege "
     "has_tablespace_privilege inet_client_addr inet_client_port inet_server_addr inet_server_port",
     "a constant in every session"},
    {"pg_get_constraintdef pg_get_viewdef get_block_size", "reads a table of the engine, which no SQL may: refused by bind.h"},
    {"array_has_all array_has_any format_pg_type map_to_pg_oid pg_get_expr pg_size_pretty pg_typeof get_bit get_type parse_duckdb_log_message",
     "a function of its arguments"},
};

bool Allows(const Reasons& reasons, const std::string& name) {
  for (const auto& [names, why] : reasons) {
    std::istringstream words(names);
    for (std::string word; words >> word;)
      if (word == name) return !why.empty();
  }
  return false;
}

class EveryFunction : public testing::Test {
 protected:
  struct Function {
    std::string name, type, stability;
    std::int64_t arguments;
  };

  EveryFunction() {
    session_ = std::move(Session::Open({.memoryBytes = 1LL << 30, .threads = 1, .scratch = folder_ / "scratch"})).value();
    const Status read = session_->ForEach(
        "SELECT DISTINCT lower(function_name), function_type, coalesce(stability, ''), len(parameters) FROM duckdb_functions() "
        "WHERE function_type IN ('scalar', 'aggregate', 'macro') AND function_name NOT LIKE 'weir_%' AND function_name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY "
        "ALL",
        [this](const std::vector<duckdb::Value>& row) -> Status {
          functions_.push_back({row[0].ToString(), row[1].ToString(), row[2].ToString(), row[3].GetValue<std::int64_t>()});
          return Ok();
        });
    EXPECT_TRUE(read.ok());
    EXPECT_GT(functions_.size(), 800U);
  }
  bool IsLetThrough(const Function& function) {
    bool answer = false;
    session_->Declared().context->RunFunctionInTransaction([&] {
      answer = IsRepeatable(*session_->Declared().context, Call{function.name, static_cast<std::size_t>(function.arguments)});
    });
    return answer;
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<Session> session_;
  std::vector<Function> functions_;
};

TEST_F(EveryFunction, ThatTheEngineItselfCallsUnstableIsRefused) {
  std::size_t unstable = 0;
  for (const Function& function : functions_) {
    if (function.stability != "VOLATILE" && function.stability != "CONSISTENT_WITHIN_QUERY") continue;
    ++unstable;
    EXPECT_EQ(IsLetThrough(function), function.name == "error") << function.name << ": error fails in every run alike";
  }
  EXPECT_GT(unstable, 20U);
}

TEST_F(EveryFunction, OfNoArgumentIsAConstantOrRefused) {
  for (const Function& function : functions_)
    if (function.type != "aggregate" && function.arguments == 0 && IsLetThrough(function)) {
      EXPECT_TRUE(Allows(kWithoutArguments, function.name)) << function.name << " of no argument: a constant? then say so here, else refuse it";
    }
}

TEST_F(EveryFunction, ThatAggregatesIsKnownToGiveTheSameOrRefused) {
  for (const Function& function : functions_)
    if (function.type == "aggregate" && IsLetThrough(function)) {
      EXPECT_TRUE(Allows(kAggregates, function.name)) << function.name << " is an aggregate of which nobody said why it gives the same each time";
    }
}

TEST_F(EveryFunction, WhoseNameSpeaksOfASessionIsLookedAt) {
  for (const Function& function : functions_)
    for (const char* word : {"current", "session", "user", "version", "setting",   "pg_",    "has_", "inet_", "get_",      "getvar", "txid",  "duckdb",
                             "random",  "uuid",    "seed", "sample",  "reservoir", "approx", "now",  "today", "localtime", "stats",  "sleep", "log_m"})
      if (function.name.find(word) != std::string::npos && function.type != "aggregate" && !function.name.starts_with("uuid_extract_") &&
          !function.name.starts_with("list_") && IsLetThrough(function)) {
        EXPECT_TRUE(Allows(kSuspiciousNames, function.name)) << function.name << " has '" << word << "' in its name";
      }
}

// What the contract takes for one value of one row's values is that to the engine, under each of its meanings.
TEST_F(EveryFunction, OfOneRowAddsNoRowAndIsTheSameEachTime) {
  const std::set<std::string_view> syntax{"cast", "try_cast", "coalesce", "extract", "if", "ifnull", "nullif", "try", "decimal", "numeric"};
  EXPECT_GT(contract::RowFunctions().size(), 180U);
  std::map<std::string, std::vector<const Function*>> by_name;
  for (const Function& function : functions_) by_name[function.name].push_back(&function);
  for (const std::string& name : contract::RowFunctions()) {
    if (syntax.contains(name)) continue;
    const auto found = by_name.find(name);
    ASSERT_TRUE(found != by_name.end()) << name << " is no function of the engine";
    for (const Function* function : found->second)
      EXPECT_TRUE(function->type != "aggregate" && function->stability != "VOLATILE" && function->stability != "CONSISTENT_WITHIN_QUERY") << name;
  }
}

TEST_F(EveryFunction, OfTheseListsExists) {
  std::set<std::string> known;
  for (const Function& function : functions_) known.insert(function.name);
  for (const Reasons* reasons : {&kWithoutArguments, &kAggregates, &kSuspiciousNames})
    for (const auto& [names, why] : *reasons) {
      std::istringstream words(names);
      for (std::string word; words >> word;) EXPECT_TRUE(known.contains(word)) << word;
    }
}

}  // namespace
}  // namespace weir::engine
