#include "cli/inference.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "cli/text_table.h"

namespace weir::cli {
namespace {

// Rows of one column that do not fit.
struct Misfits {
  std::int64_t rows = 0;
  std::string example;
};

// What will be quarantined is decided by the decoder itself, not guessed.
Status FindMisfits(engine::Engine& engine, const engine::InputFile& file, InferredFile& inferred) {
  std::map<std::string, Misfits> misfits;
  const auto read = engine.Decode(file, inferred.format, {.columns = inferred.columns}, "sample", [&](engine::RejectedRow&& row) {
    Misfits& of = misfits[row.column];
    if (of.rows++ == 0) of.example = (row.line > 0 ? "line " + std::to_string(row.line) + ": " : "") + row.reason;
  });
  if (!read) return read.error();
  for (const auto& [column, of] : misfits)
    inferred.notes.push_back((column.empty() ? "" : "column " + column + ": ") + Grouped(of.rows) + " of " + Grouped(*read) + (*read == 1 ? " row" : " rows") +
                             " will be quarantined, e.g. " + of.example);
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
  InferredFile inferred{path, ObjectNameFor(path), std::move(sniffed->format), std::move(sniffed->columns), std::move(sniffed->notes)};
  inferred.columns = WithPlainNames(std::move(inferred.columns), inferred.notes);
  if (Status found = FindMisfits(engine, file, inferred); !found) return found.error();
  return inferred;
}

}  // namespace weir::cli
