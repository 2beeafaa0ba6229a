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
Status FindMisfits(engine::Engine& engine, const std::vector<engine::InputFile>& files, InferredFile& inferred) {
  std::map<std::string, Misfits> misfits;
  std::int64_t rows = 0;
  for (const engine::InputFile& file : files) {
    const std::string in_file = files.size() > 1 ? " of " + file.path : "";
    const auto read = engine.Decode(file, inferred.format, {.columns = inferred.columns}, "sample", [&](engine::RejectedRow&& row) {
      Misfits& of = misfits[row.column];
      if (of.rows++ == 0) of.example = (row.line > 0 ? "line " + std::to_string(row.line) + in_file + ": " : "") + row.reason;
    });
    if (!read) return read.error();
    rows += read->rows;
  }
  for (const auto& [column, of] : misfits)
    inferred.notes.push_back((column.empty() ? "" : "column " + column + ": ") + Grouped(of.rows) + " of " + Grouped(rows) + (rows == 1 ? " row" : " rows") +
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
  std::string changed;
  for (api::Column& column : columns) {
    const std::string original = column.sourceName.empty() ? column.name : column.sourceName;
    const std::string plain = IsPlain(column.name) ? column.name : PlainName(column.name);
    column.name = plain;
    for (int n = 2; !taken.insert(column.name).second; ++n) column.name = plain + "_" + std::to_string(n);
    if (column.name == original) continue;
    column.sourceName = original;
    changed += (changed.empty() ? "" : ", ") + std::string("\"") + original + "\" -> " + column.name;
  }
  if (!changed.empty()) notes.push_back("columns with another name in SQL: " + changed);
  return columns;
}

Result<InferredFile> Infer(engine::Engine& engine, const std::string& folder, const std::vector<std::string>& paths, const std::string& path) {
  api::TaskStore place;
  place.name = "source", place.root = folder;
  auto store = storage::OpenStore(place);
  if (!store) return store.error();
  std::vector<engine::InputFile> files;
  for (const std::string& one : paths) {
    const auto stat = (*store)->Stat(one);
    if (!stat) return stat.error();
    if (stat->bytes == 0) return Error{Fault::Invalid, "FileUnreadable", one + " is empty: give a file with at least one row"};
    files.push_back({*store, one});
  }
  auto sniffed = engine.SniffAll(files);
  if (!sniffed) return sniffed.error();
  InferredFile inferred{path, ObjectNameFor(path), std::move(sniffed->format), std::move(sniffed->columns), std::move(sniffed->notes), paths.size()};
  inferred.columns = WithPlainNames(std::move(inferred.columns), inferred.notes);
  if (Status found = FindMisfits(engine, files, inferred); !found) return found.error();
  return inferred;
}

}  // namespace weir::cli
