#include "crds/contract/row_functions.h"

#include <sstream>

namespace weir::contract {
namespace {

constexpr const char* kNames =
    "abs acos age array_contains array_length array_to_string ascii asin atan atan2 bar base64 bit_count bit_length cast cbrt ceil ceiling "
    "century char_length character_length chr coalesce concat concat_ws contains cos cot date_add date_diff date_part date_sub date_trunc "
    "datediff datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear decade decimal degrees editdist3 ends_with epoch epoch_ms "
    "epoch_ns epoch_us even exp extract floor format from_base64 from_hex gcd greatest hamming hex hour if ifnull instr isfinite isinf isnan "
    "isodow isoyear jaccard jaro_similarity jaro_winkler_similarity json_array_length json_exists json_extract json_extract_path "
    "json_extract_path_text json_extract_string json_type json_valid json_value last_day lcase lcm least left left_grapheme len length "
    "levenshtein list_aggregate list_avg list_contains list_distinct list_element list_extract list_has list_max list_min list_position "
    "list_reverse_sort list_sort list_sum list_value ln log log10 log2 lower lpad ltrim make_date make_time make_timestamp md5 microsecond "
    "millisecond minute mod month monthname nullif numeric ord pi position pow power prefix printf quarter radians regexp_extract "
    "regexp_extract_all regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat replace reverse right right_grapheme round "
    "rpad rtrim second sha1 sha256 sign sin split split_part sqrt starts_with str_split strftime string_split strip_accents strlen strpos "
    "strptime substr substring suffix tan time_bucket to_base64 to_hex to_timestamp translate trim trunc try try_cast try_strptime ucase unhex "
    "unicode upper week weekday weekofyear year yearweek";

}  // namespace

const std::set<std::string, std::less<>>& RowFunctions() {
  static const std::set<std::string, std::less<>> names = [] {
    std::istringstream words(kNames);
    std::set<std::string, std::less<>> all;
    for (std::string word; words >> word;) all.insert(std::move(word));
    return all;
  }();
  return names;
}

bool IsRowFunction(std::string_view word) { return RowFunctions().contains(word); }

}  // namespace weir::contract
