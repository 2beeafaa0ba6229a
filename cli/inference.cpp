#include "cli/inference.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

namespace weir::cli {
namespace {

constexpr std::int64_t kMaxSample = 256LL << 20;  // larger files are taken as sniffed

// The stricter comes first. DuckDB casts '1.5' to a BIGINT and a timestamp to a DATE, so shape is asked for too.
struct Candidate {
  const char* type;
  const char* fits;  // %: the column, quoted
};
constexpr std::array<Candidate, 5> kCandidates{{
    {"BIGINT", "regexp_full_match(trim(%), '[-+]?[0-9]{1,19}') AND TRY_CAST(% AS BIGINT) IS NOT NULL"},
    {"DOUBLE", "regexp_full_match(trim(%), '[-+]?[0-9.]+([eE][-+]?[0-9]+)?') AND TRY_CAST(% AS DOUBLE) IS NOT NULL"},
    {"BOOLEAN", "lower(trim(%)) IN ('true', 'false')"},
    {"DATE", "length(trim(%)) = 10 AND TRY_CAST(% AS DATE) IS NOT NULL"},
    {"TIMESTAMP", "length(trim(%)) > 10 AND TRY_CAST(% AS TIMESTAMP) IS NOT NULL"},
}};

std::string Identifier(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string ReplaceAll(std::string text, const std::string& with) {
  for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + with.size())) text.replace(at, 1, with);
  return text;
}

// Digits of a text that a number would lose: "007" and "+41" are names, not figures; beyond 15 digits a DOUBLE rounds.
constexpr const char* kPadded = "regexp_full_match(trim(%), '[-+]?0[0-9]+|[+][0-9.]+')";
constexpr const char* kWhole = "regexp_full_match(trim(%), '[-+]?[0-9]{1,38}')";
constexpr const char* kRounded = "length(regexp_replace(trim(%), '[^0-9]', '', 'g')) > 15";

std::string CountQuery(const std::string& column) {
  std::string sql = "SELECT count(" + column + ") AS present";
  for (const auto& [name, fits] : {std::pair("padded", kPadded), {"whole", kWhole}, {"rounded", kRounded}})
    sql += ", count(*) FILTER (WHERE " + ReplaceAll(fits, column) + ") AS " + name;
  for (const Candidate& candidate : kCandidates) sql += ", count(*) FILTER (WHERE " + ReplaceAll(candidate.fits, column) + ") AS " + candidate.type;
  return sql + " FROM sample";
}

std::string Plural(std::int64_t count, const std::string& noun) { return std::to_string(count) + " " + noun + (count == 1 ? "" : "s"); }

// A column by how many of its values read as what: nine of ten decide.
void Retype(const Json& counts, api::Column& column, std::vector<std::string>& notes) {
  const std::int64_t present = Integer(counts, "present");
  const std::string name = "column " + column.name + ": ";
  column.type = "VARCHAR";
  if (present == 0) return notes.push_back(name + "no value in the file; text until you know better");
  if (Integer(counts, "padded") > 0) {
    if (Integer(counts, "DOUBLE") == present) notes.push_back(name + "some values begin with 0 or +, so they are text");
    return;
  }
  const auto fits = [&](const Candidate& candidate) { return Integer(counts, candidate.type) * 10 >= present * 9; };
  const auto found = std::find_if(kCandidates.begin(), kCandidates.end(), fits);
  if (found == kCandidates.end()) return;
  column.type = found->type;
  if (const std::int64_t fit = Integer(counts, found->type); fit < present)
    notes.push_back(name + std::to_string(present - fit) + " of " + Plural(present, "value") + " are no " + found->type + "; those rows will be quarantined");
  if (column.type != "DOUBLE" || Integer(counts, "rounded") == 0) return;
  if (Integer(counts, "whole") == present)
    column.type = "DECIMAL(38,0)";
  else
    notes.push_back(name + "some values have more digits than a DOUBLE keeps; declare DECIMAL(p,s) to keep them");
}

// Types the columns by all values of the file: sniffing looks at the first ones only, and takes every digit for a figure.
Status Refine(engine::Engine& engine, const engine::InputFile& file, InferredFile& inferred) {
  std::vector<api::Column> text = inferred.columns;
  for (api::Column& column : text) column.type = "VARCHAR", column.nullable = true;
  // Queries name declared tables only; the decoded rows then stand in front of the empty table.
  if (Status declared = engine.Attach("sample", {}, text); !declared) return declared;
  std::int64_t rejected = 0;
  const auto read = engine.Decode(file, inferred.format, {.columns = text}, "sample", [&](engine::RejectedRow&&) { ++rejected; });
  if (!read) return read.error();
  if (rejected > 0) inferred.notes.push_back(std::to_string(rejected) + " of " + Plural(*read, "row") + " cannot be taken apart and will be quarantined");
  for (api::Column& column : inferred.columns) {
    const auto counts = engine.Query(CountQuery(Identifier(column.name)), 1);
    if (!counts) return counts.error();
    if (!counts->empty()) Retype((*counts)[0], column, inferred.notes);
  }
  return Ok();
}

std::string PlainName(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    const bool keep = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (keep)
      plain += c;
    else if (!plain.empty() && plain.back() != '_')
      plain += '_';
  }
  while (!plain.empty() && plain.back() == '_') plain.pop_back();
  if (plain.empty() || std::isdigit(static_cast<unsigned char>(plain[0])) != 0) plain = "c_" + plain;
  return plain.substr(0, 120);
}

bool IsPlain(const std::string& name) {
  return !name.empty() && name.size() <= 120 && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

}  // namespace

std::string ObjectNameFor(const std::string& file) {
  constexpr std::size_t kMax = 40;  // leaves room for -landing and for names of runs
  std::string stem = std::filesystem::path(file).filename().string();
  stem = stem.substr(0, stem.find('.', 1));
  std::string name;
  for (const char c : stem) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  if (name.empty() || std::isalpha(static_cast<unsigned char>(name[0])) == 0) name = "data-" + name;
  name = name.substr(0, kMax);
  while (name.back() == '-') name.pop_back();
  return name;
}

std::vector<api::Column> WithPlainNames(std::vector<api::Column> columns, std::vector<std::string>& notes) {
  std::set<std::string> taken;
  for (api::Column& column : columns) {
    const std::string original = column.sourceName.empty() ? column.name : column.sourceName;
    const std::string plain = IsPlain(column.name) ? column.name : PlainName(column.name);
    column.name = plain;
    for (int n = 2; !taken.insert(column.name).second; ++n) column.name = plain + "_" + std::to_string(n);
    if (column.name == original) continue;
    column.sourceName = original;
    notes.push_back("column \"" + original + "\" is named " + column.name + " in SQL");
  }
  return columns;
}

Result<InferredFile> Infer(engine::Engine& engine, const std::string& folder, const std::string& path) {
  api::TaskStore place;
  place.name = "source", place.root = folder;
  auto store = storage::OpenStore(place);
  if (!store) return store.error();
  const auto stat = (*store)->Stat(path);
  if (!stat) return stat.error();
  if (stat->bytes == 0) return Error{Fault::Invalid, "FileUnreadable", path + " is empty: give a file with at least one row"};
  const engine::InputFile file{*store, path};
  auto sniffed = engine.Sniff(file);
  if (!sniffed) return sniffed.error();
  InferredFile inferred{path, ObjectNameFor(path), std::move(sniffed->first), std::move(sniffed->second), {}};
  if (inferred.format.csv && stat->bytes > kMaxSample) inferred.notes.push_back("larger than 256 MB: types are those of the first rows; look at them");
  if (inferred.format.csv && stat->bytes <= kMaxSample)
    if (Status refined = Refine(engine, file, inferred); !refined) return refined.error();
  inferred.columns = WithPlainNames(std::move(inferred.columns), inferred.notes);
  return inferred;
}

}  // namespace weir::cli
